// Many small texts that live and die together: one allocation a block instead of one a text.
#ifndef TH_CORE_ARENA_H
#define TH_CORE_ARENA_H

#include <stddef.h>

#include "core/attributes.h"

struct th_arena_block;

struct th_arena { // zero before use
    struct th_arena_block *blocks;
};

// Room for `size` bytes, aligned for any type; NULL when out of memory. Lives until
// th_arena_clear.
void *th_arena_take(struct th_arena *arena, size_t size);
// Copy of a text; NULL when out of memory.
char *th_arena_text(struct th_arena *arena, const char *text);
void th_arena_clear(struct th_arena *arena); // frees everything; the arena may be used again

#endif
