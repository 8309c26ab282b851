// What the fuzz targets share. A target is one function over bytes; libFuzzer calls it in the
// preset `fuzz`, replay.c with the files of corpus/<target>/ in every other build.
#ifndef TH_TESTS_FUZZ_H
#define TH_TESTS_FUZZ_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Always 0. A finding is a failed assertion, a sanitizer's report, or a hang.
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// The bytes as a text of their own block, so that reading beyond them shows; free().
char *fuzz_text(const uint8_t *data, size_t size);

// Puts the bytes into a file for parsers that take a path; the file is the same at every call.
const char *fuzz_file(const uint8_t *data, size_t size);

// Same bytes; both may be NULL when there are none.
bool fuzz_same(const void *a, size_t a_size, const void *b, size_t b_size);

#endif
