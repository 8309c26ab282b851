// A methodology document that somebody hands in.
#include <stdlib.h>
#include <string.h>

#include "methodology/document.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct th_methodology *methodology = NULL;
    char *text = fuzz_text(data, size);
    if (th_methodology_parse(text, size, &methodology, NULL) == TH_OK) {
        assert(th_methodology_id(methodology)[0] != '\0');
        assert(th_methodology_version(methodology)[0] != '\0');
        for (size_t i = 0; i < th_methodology_n_parameters(methodology); i++)
            assert(th_methodology_parameter(methodology, i) != NULL);
    }
    th_methodology_free(methodology);
    free(text);
    return 0;
}
