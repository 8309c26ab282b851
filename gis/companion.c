#include "gis/companion_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/text.h"

enum { PATH_SIZE_MAX = 4096, NAME_MAX_SIZE = 128 };

static bool is_there(const char *path)
{
    return access(path, X_OK) == 0;
}

char *th_companion_find(const char *variable, const char *name)
{
    static const char *const BESIDE[] = {"", "../libexec/tanhui/"};
    const char *named = getenv(variable);
    char self[PATH_SIZE_MAX];
    char path[PATH_SIZE_MAX + NAME_MAX_SIZE];
    if (named != NULL && named[0] != '\0') {
        return is_there(named) ? th_text_duplicate(named) : NULL;
    }
    ssize_t size = readlink("/proc/self/exe", self, sizeof(self) - 1);
    if (size <= 0) {
        return NULL;
    }
    self[size] = '\0';
    char *slash = strrchr(self, '/');
    int folder_size = slash == NULL ? 0 : (int)(slash - self);
    for (size_t i = 0; i < sizeof(BESIDE) / sizeof(BESIDE[0]); i++) {
        (void)snprintf(path, sizeof(path), "%.*s/%s%s", folder_size, self, BESIDE[i], name);
        if (is_there(path)) {
            return th_text_duplicate(path);
        }
    }
    return NULL;
}
