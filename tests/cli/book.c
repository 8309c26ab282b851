#include "tests/cli/book.h"

#include <stdio.h>
#include <stdlib.h>

enum { SHEET_SIZE = 4 << 20 };

char *th_book_sheet(const struct th_cli_world *world, const char *name, const char *member)
{
    char path[TH_TEST_PATH_SIZE];
    char command[2 * TH_TEST_PATH_SIZE];
    char *text = calloc(1, SHEET_SIZE);
    assert_non_null(text);
    (void)snprintf(command, sizeof(command), "unzip -p '%s' '%s'",
                   th_test_path(path, world->folder, name), member);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    size_t size = fread(text, 1, SHEET_SIZE - 1, pipe);
    assert_int_equal(pclose(pipe), 0);
    assert_in_range(size, 1, SHEET_SIZE - 2);
    return text;
}

// What stands between the tags, entities as their signs.
static void read_between(const char *from, const char *to, const char *open, const char *close,
                         char out[TH_BOOK_CELL_SIZE])
{
    static const char *const ENTITIES[][2] = {
        {"&amp;", "&"}, {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&apos;", "'"}};
    const char *at = strstr(from, open);
    size_t n = 0;
    out[0] = '\0';
    if (at == NULL || at >= to) {
        return;
    }
    at = strchr(at, '>') + 1;
    const char *end = strstr(at, close);
    assert_non_null(end);
    while (at < end && n + 1 < TH_BOOK_CELL_SIZE) {
        size_t size = 1;
        char sign = *at;
        for (size_t i = 0; sign == '&' && size == 1 && i < sizeof(ENTITIES) / sizeof(ENTITIES[0]);
             i++) {
            if (strncmp(at, ENTITIES[i][0], strlen(ENTITIES[i][0])) == 0) {
                size = strlen(ENTITIES[i][0]);
                sign = ENTITIES[i][1][0];
            }
        }
        out[n++] = sign;
        at += size;
    }
    out[n] = '\0';
}

bool th_book_cell(const char *sheet, const char *cell, char value[TH_BOOK_CELL_SIZE],
                  char formula[TH_BOOK_CELL_SIZE])
{
    char tag[48];
    (void)snprintf(tag, sizeof(tag), "<c r=\"%s\"", cell);
    const char *from = strstr(sheet, tag);
    if (from == NULL) {
        return false;
    }
    const char *closed = strstr(from, "/>");
    const char *to = strstr(from, "</c>");
    value[0] = formula[0] = '\0';
    if (to == NULL || (closed != NULL && closed < strchr(from, '>'))) {
        return true; // an empty cell: <c r="A1" s="2"/>
    }
    bool is_text = strstr(from, "<t>") != NULL && strstr(from, "<t>") < to;
    bool is_spaced = strstr(from, "<t ") != NULL && strstr(from, "<t ") < to;
    if (is_text || is_spaced) {
        read_between(from, to, is_text ? "<t>" : "<t ", "</t>", value);
    } else {
        read_between(from, to, "<v>", "</v>", value);
    }
    read_between(from, to, "<f>", "</f>", formula);
    return true;
}
