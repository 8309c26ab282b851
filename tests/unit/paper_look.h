// Looks at a printed paper with programs of others: its text, its fonts, its codes.
#ifndef TH_TESTS_PAPER_LOOK_H
#define TH_TESTS_PAPER_LOOK_H

#include <stdbool.h>
#include <stddef.h>

#include "tests/support/support.h"

// Text of all pages by pdftotext, blanks and line ends taken out, since Chinese has none and lines
// break anywhere. free()
char *paper_text(const char *path);
// As pdftotext lays it out. free()
char *paper_layout(const char *path);
// What zbarimg reads in the first page as pdftoppm draws it at 200 dots an inch. free()
char *paper_code(const char *path);
// Fails unless there are fonts, all of them embedded.
void paper_assert_fonts_embedded(const char *path);
int paper_pages(const char *path);
// free()
char *paper_bytes(const char *path, size_t *ret_size);
// Fails with both texts unless `text`, blanks aside, is in it.
void paper_assert_says(const char *paper, const char *text);
bool paper_says(const char *paper, const char *text);

#endif
