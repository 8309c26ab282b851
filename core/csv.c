#include "core/csv.h"

#include <string.h>

#include "core/text.h"

void th_csv_begin(struct th_buf *out, bool byte_order_mark)
{
    if (byte_order_mark) {
        th_buf_append_str(out, "\xef\xbb\xbf");
    }
}

bool th_csv_is_formula(const char *text)
{
    double number = 0.0;
    // Spreadsheets look behind blanks, the Chinese one (U+3000) among them.
    for (;;) {
        size_t blanks = strspn(text, " \n\v\f");
        if (th_text_starts_with(text + blanks, "\xe3\x80\x80")) {
            blanks += 3;
        }
        if (blanks == 0) {
            break;
        }
        text += blanks;
    }
    // The wide forms of the keyboards of China start formulas too.
    static const char *const WIDE[] = {"\xef\xbc\x9d", "\xef\xbc\x8b", "\xef\xbc\x8d",
                                       "\xef\xbc\xa0"};
    for (size_t i = 0; i < sizeof(WIDE) / sizeof(WIDE[0]); i++) {
        if (th_text_starts_with(text, WIDE[i])) {
            return true;
        }
    }
    if (*text == '\0' || strchr("=+-@\t\r", *text) == NULL) {
        return false;
    }
    return !th_text_parse_double(text, &number);
}

void th_csv_cell(struct th_buf *out, const char *text, bool last)
{
    if (text == NULL) {
        text = "";
    }
    bool formula = th_csv_is_formula(text);
    // Semicolons and tabs part cells where a spreadsheet is set so.
    bool quoted = strpbrk(text, ",;\t\"\r\n") != NULL;
    if (quoted) {
        th_buf_append_char(out, '"');
    }
    if (formula) {
        th_buf_append_char(out, '\'');
    }
    if (quoted) {
        for (const char *c = text; *c != '\0'; c++) {
            if (*c == '"') {
                th_buf_append_char(out, '"');
            }
            th_buf_append_char(out, *c);
        }
        th_buf_append_char(out, '"');
    } else {
        th_buf_append_str(out, text);
    }
    th_buf_append_str(out, last ? "\r\n" : ",");
}
