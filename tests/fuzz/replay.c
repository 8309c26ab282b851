// Runs a fuzz target over every file of a folder: what a campaign once found stays mended.
//   fuzz_<target> FOLDER
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/file.h"
#include "tests/fuzz/fuzz.h"

enum { PATH_SIZE = 1024, INPUT_LIMIT = 4 * 1024 * 1024 };

static bool replay(const char *path)
{
    char *data = NULL;
    size_t size = 0;
    if (th_file_read(path, INPUT_LIMIT, &data, &size, NULL) != TH_OK) {
        (void)fprintf(stderr, "%s cannot be read\n", path);
        return false;
    }
    // The failure of a target ends the program: the last name printed is its input.
    printf("%s\n", path);
    (void)fflush(stdout);
    // A block of its exact size, so that reading beyond it shows.
    uint8_t *input = malloc(size > 0 ? size : 1);
    assert(input != NULL);
    memcpy(input, data, size);
    (void)LLVMFuzzerTestOneInput(input, size);
    free(input);
    free(data);
    return true;
}

int main(int argc, char **argv)
{
    size_t n = 0;
    bool failed = false;
    DIR *folder = argc == 2 ? opendir(argv[1]) : NULL;
    if (folder == NULL) {
        (void)fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
        return 2;
    }
    // An input of no bytes belongs to every corpus.
    (void)LLVMFuzzerTestOneInput((const uint8_t *)"", 0);
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        char path[PATH_SIZE];
        if (entry->d_name[0] == '.') {
            continue;
        }
        int length = snprintf(path, sizeof(path), "%s/%s", argv[1], entry->d_name);
        if (length < 0 || length >= PATH_SIZE || !replay(path)) {
            failed = true;
        }
        n++;
    }
    closedir(folder);
    printf("%zu inputs\n", n);
    return failed || n == 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
