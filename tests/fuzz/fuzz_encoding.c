// In which encoding a table's texts are: a line that the source declares, then a value a line, all
// in fields as wide as the first byte says (0: any). What is decided for all of them fits all of
// them, whatever their order; what is not decided is shown both ways.
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "gis/reader/encoding_internal.h"
#include "gis/reader/recode_internal.h"
#include "tests/fuzz/fuzz.h"

enum { VALUES_MAX = 200 };

struct lines { // a source of rows
    struct th_rows rows;
    const char *values[VALUES_MAX];
    size_t n, next;
    bool backwards;
};

static enum th_status begin(struct th_rows *rows, enum th_rows_want want, struct th_error *err)
{
    (void)want;
    (void)err;
    ((struct lines *)rows)->next = 0;
    return TH_OK;
}

static enum th_status next(struct th_rows *rows, struct th_rows_row *ret_row, bool *ret_more,
                           struct th_error *err)
{
    struct lines *lines = (struct lines *)rows;
    (void)err;
    *ret_more = lines->next < lines->n;
    if (!*ret_more) {
        return TH_OK;
    }
    size_t i = lines->backwards ? lines->n - 1 - lines->next : lines->next;
    *ret_row = (struct th_rows_row){.feature = (int64_t)i, .texts = &lines->values[i]};
    lines->next++;
    return TH_OK;
}

static enum th_status beat(void *context, int64_t n_rows, struct th_error *err)
{
    (void)context;
    (void)n_rows;
    (void)err;
    return TH_OK;
}

static void survey(struct lines *lines, struct th_survey *ret_survey)
{
    const struct th_survey_pulse pulse = {.beat = beat};
    enum th_status status = th_encoding_survey(&lines->rows, NULL, &pulse, ret_survey, NULL);
    assert(status == TH_OK && ret_survey->n_rows == (int64_t)lines->n);
}

static void check_values(const struct lines *lines, const struct th_reader_encoding *encoding)
{
    struct th_recode recode = {0};
    int64_t n_values = 0;
    int64_t n_fit = 0;
    int64_t n_cut = 0;
    bool known = th_recode_open(&recode, encoding->name);
    assert(known);
    for (size_t i = 0; i < lines->n; i++) {
        bool wide = false;
        for (const char *c = lines->values[i]; *c != '\0'; c++) {
            wide = wide || (*c & 0x80) != 0;
        }
        if (!wide) {
            continue;
        }
        enum th_recode_fit fit =
            th_recode_append(&recode, lines->values[i], lines->rows.facts.fields[0].width, NULL);
        n_values++;
        n_fit += fit != TH_RECODE_NO;
        n_cut += fit == TH_RECODE_CUT;
        if (fit == TH_RECODE_WHOLE && strcmp(encoding->name, "UTF-8") == 0) {
            assert(th_text_is_utf8(lines->values[i], strlen(lines->values[i])));
        }
    }
    th_recode_close(&recode);
    assert(encoding->n_values == n_values && encoding->n_fit == n_fit);
    assert(encoding->n_cut == n_cut);
    assert((encoding->how == TH_ENCODING_ASCII) == (n_values == 0));
    if (encoding->how != TH_ENCODING_UNDECIDED) {
        assert(n_fit == n_values && encoding->n_samples == 0);
    }
    assert(encoding->n_samples <= TH_READER_SAMPLES);
    for (size_t i = 0; i < encoding->n_samples; i++) {
        const char *utf8 = encoding->samples[i].utf8;
        const char *gb18030 = encoding->samples[i].gb18030;
        assert(th_text_is_utf8(utf8, strlen(utf8)) && th_text_is_utf8(gb18030, strlen(gb18030)));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct th_rows_class class = {.begin = begin, .next = next};
    if (size == 0) {
        return 0;
    }
    char *text = fuzz_text(data + 1, size - 1);
    char name[] = "a";
    struct th_rows_field field = {.name = name, .width = data[0], .is_text = true};
    struct lines lines = {.rows = {.class = &class}};
    struct th_survey forwards = {0};
    struct th_survey backwards = {0};
    lines.rows.facts = (struct th_rows_facts){.fields = &field, .n_fields = 1, .raw_text = true};
    char *line = text;
    for (bool first = true; line != NULL && lines.n < VALUES_MAX; first = false) {
        char *end = strchr(line, '\n');
        if (end != NULL) {
            *end = '\0';
        }
        // The reader has the declaration in ASCII, and no value is longer than its field.
        if (first) {
            th_text_mend(line);
            th_text_copy(lines.rows.facts.declared, sizeof(lines.rows.facts.declared), line);
        } else if (field.width == 0 || strlen(line) <= field.width) {
            lines.values[lines.n++] = line;
        }
        line = end == NULL ? NULL : end + 1;
    }
    survey(&lines, &forwards);
    check_values(&lines, &forwards.encoding);
    lines.backwards = true;
    survey(&lines, &backwards);
    assert(strcmp(forwards.encoding.name, backwards.encoding.name) == 0);
    assert(forwards.encoding.how == backwards.encoding.how);
    free(text);
    return 0;
}
