// Files that the build put into the program (cmake/Embed.cmake).
#ifndef TH_CORE_EMBED_H
#define TH_CORE_EMBED_H

#include <stddef.h>

struct th_embedded_file {
    const char *name;          // relative to the folder that was embedded, '/' separated
    const unsigned char *data; // `size` bytes and one NUL behind them
    size_t size;
};

#endif
