// The words of a command line, each closed by a NUL.
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "core/text.h"
#include "tests/fuzz/fuzz.h"

enum { WORDS_MAX = 64, LIMIT = 4 * 1024 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct th_cli cli = {0};
    struct th_buf out;
    char program[] = "tanhui";
    char *argv[WORDS_MAX + 2] = {program};
    int argc = 1;
    int64_t number = 0;
    char *input = fuzz_text(data, size);
    for (char *word = input; word < input + size && argc <= WORDS_MAX; word += strlen(word) + 1) {
        argv[argc++] = word;
    }
    if (th_cli_parse(&cli, argc, argv, NULL) == TH_OK && cli.command != NULL && !cli.help) {
        const char *cursor = cli.command->options;
        struct th_cli_spec spec;
        while (th_cli_spec_next(&cursor, &spec)) {
            assert(!spec.required || th_cli_option(&cli, spec.name) != NULL);
            size_t n = 0;
            if (spec.repeatable) {
                (void)th_cli_list(&cli, spec.name, &n);
                assert(n <= WORDS_MAX);
            }
            if (th_cli_int(&cli, spec.name, 0, &number, NULL) == TH_OK) {
                assert(number >= 0);
            }
        }
        if (th_cli_id(&cli, 0, &number, NULL) == TH_OK) {
            assert(number >= 1);
        }
    }
    th_cli_clear(&cli);
    th_text_mend(input);
    th_buf_init(&out, LIMIT);
    th_cli_put_clean(&out, input);
    for (size_t i = 0; i < out.size; i++) {
        assert((unsigned char)out.data[i] >= 0x20 && out.data[i] != 0x7f);
    }
    th_buf_clear(&out);
    free(input);
    return 0;
}
