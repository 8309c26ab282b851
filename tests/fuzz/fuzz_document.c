// A methodology document that somebody hands in.
#include <stdlib.h>
#include <string.h>

#include "methodology/document.h"
#include "tests/fuzz/fuzz.h"

static void count(void *context, const struct th_error *fault)
{
    size_t *n = context;
    assert(th_error_arg_get(fault, "where") != NULL);
    assert(th_error_arg_get(fault, "reason") != NULL);
    ++*n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct th_methodology *methodology = NULL;
    size_t n_told = 0;
    char *text = fuzz_text(data, size);
    size_t n_faults = th_methodology_lint(text, size, count, &n_told);
    enum th_status status = th_methodology_parse(text, size, &methodology, NULL);
    assert(n_told == n_faults && (status == TH_OK) == (n_faults == 0));
    if (status == TH_OK) {
        assert(th_methodology_id(methodology)[0] != '\0');
        assert(th_methodology_version(methodology)[0] != '\0');
        assert(th_methodology_statement_based(methodology) == !th_methodology_calc(methodology));
        for (size_t i = 0; i < th_methodology_n_parameters(methodology); i++) {
            assert(th_methodology_parameter(methodology, i)->n_rows > 0);
        }
    }
    th_methodology_free(methodology);
    free(text);
    return 0;
}
