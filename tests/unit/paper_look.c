#include "tests/unit/paper_look.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/file.h"

// What a command says of a file; it must end well.
static char *output(const char *before, const char *path, const char *after)
{
    char command[2 * TH_TEST_PATH_SIZE];
    (void)snprintf(command, sizeof(command), "%s '%s' %s", before, path, after);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    size_t size = 0;
    size_t capacity = 1 << 20;
    char *text = malloc(capacity + 1);
    assert_non_null(text);
    size_t n = 0;
    while ((n = fread(text + size, 1, capacity - size, pipe)) > 0) {
        size += n;
    }
    assert_true(size < capacity);
    text[size] = '\0';
    if (pclose(pipe) != 0) {
        fail_msg("failed: %s", command);
    }
    return text;
}

static void squeeze(char *text)
{
    char *to = text;
    for (const char *from = text; *from != '\0';) {
        if (strchr(" \n\f\r\t", *from) != NULL) {
            from++;
        } else if (strncmp(from, "\xe3\x80\x80", 3) == 0) {
            from += 3;
        } else {
            *to++ = *from++;
        }
    }
    *to = '\0';
}

char *paper_text(const char *path)
{
    char *text = output("pdftotext", path, "-");
    squeeze(text);
    return text;
}

char *paper_layout(const char *path)
{
    return output("pdftotext -layout", path, "-");
}

char *paper_code(const char *path)
{
    char *text = output("pdftoppm -r 200 -gray -f 1 -l 1", path,
                        "| zbarimg -q --raw --nodbus -Sdisable -Sqrcode.enable - 2>/dev/null");
    size_t size = strlen(text);
    if (size > 0 && text[size - 1] == '\n') {
        text[size - 1] = '\0';
    }
    return text;
}

void paper_assert_fonts_embedded(const char *path)
{
    // Behind two lines of heading a font a line: name, type, encoding, emb, sub, uni, object.
    char *fonts = output("pdffonts", path, "| tail -n +3");
    size_t n = 0;
    for (char *line = fonts; *line != '\0'; n++) {
        size_t length = strcspn(line, "\n");
        assert_true(length > 72 && line[length] == '\n');
        assert_memory_equal(line + length - 21, "yes", 3);
        line += length + 1;
    }
    assert_true(n > 0);
    free(fonts);
}

int paper_pages(const char *path)
{
    char *text = output("pdfinfo", path, "| sed -n 's/^Pages: *//p'");
    int n = (int)strtol(text, NULL, 10);
    free(text);
    return n;
}

char *paper_bytes(const char *path, size_t *ret_size)
{
    char *data = NULL;
    struct th_error err;
    assert_ok(th_file_read(path, (size_t)64 << 20, &data, ret_size, &err), &err);
    return data;
}

bool paper_says(const char *paper, const char *text)
{
    char wanted[2048];
    (void)snprintf(wanted, sizeof(wanted), "%s", text);
    squeeze(wanted);
    return strstr(paper, wanted) != NULL;
}

void paper_assert_says(const char *paper, const char *text)
{
    if (!paper_says(paper, text)) {
        fail_msg("“%s” is not in: %s", text, paper);
    }
}
