#include "tests/unit/shipped_document.h"

#include "methodology/shipped.h"
#include "tests/support/support.h"

struct th_methodology *shipped_document(const char *name)
{
    struct th_error err;
    struct th_methodology *methodology = NULL;
    for (size_t i = 0; i < th_methodology_shipped_count(); i++) {
        if (strcmp(th_methodology_shipped_name(i), name) == 0) {
            size_t size = 0;
            const char *text = th_methodology_shipped_text(i, &size);
            assert_ok(th_methodology_parse(text, size, &methodology, &err), &err);
        }
    }
    assert_non_null(methodology);
    return methodology;
}
