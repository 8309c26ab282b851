#include "tests/fuzz/fuzz.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

char *fuzz_text(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    assert(text != NULL);
    if (size > 0) {
        memcpy(text, data, size);
    }
    text[size] = '\0';
    return text;
}

const char *fuzz_file(const uint8_t *data, size_t size)
{
    // In memory, because a campaign writes it thousands of times a second. The name is the
    // process's own, so that several jobs do not meet; it goes when the process ends.
    static char path[64];
    static int file = -1;
    if (file < 0) {
        char name[] = "/dev/shm/tanhui-fuzz-XXXXXX";
        file = mkstemp(name);
        assert(file >= 0);
        (void)unlink(name);
        (void)snprintf(path, sizeof(path), "/proc/%ld/fd/%d", (long)getpid(), file);
    }
    assert(ftruncate(file, 0) == 0);
    assert(pwrite(file, data, size, 0) == (ssize_t)size);
    return path;
}

bool fuzz_same(const void *a, size_t a_size, const void *b, size_t b_size)
{
    return a_size == b_size && (a_size == 0 || memcmp(a, b, a_size) == 0);
}
