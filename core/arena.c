#include "core/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_SIZE = 256 * 1024 };

struct th_arena_block {
    struct th_arena_block *next;
    size_t capacity;
    size_t used;
    max_align_t data[];
};

void *th_arena_take(struct th_arena *arena, size_t size)
{
    const size_t unit = alignof(max_align_t);
    if (size > SIZE_MAX - sizeof(struct th_arena_block) - unit) {
        return NULL;
    }
    size_t rounded = (size + unit - 1) / unit * unit;
    struct th_arena_block *block = arena->blocks;
    if (block == NULL || block->capacity - block->used < rounded) {
        size_t capacity = rounded > BLOCK_SIZE ? rounded : BLOCK_SIZE;
        block = malloc(sizeof(*block) + capacity);
        if (block == NULL) {
            return NULL;
        }
        *block = (struct th_arena_block){.next = arena->blocks, .capacity = capacity};
        arena->blocks = block;
    }
    void *taken = (unsigned char *)block->data + block->used;
    block->used += rounded;
    return taken;
}

char *th_arena_text(struct th_arena *arena, const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = th_arena_take(arena, size);
    return copy == NULL ? NULL : memcpy(copy, text, size);
}

void th_arena_clear(struct th_arena *arena)
{
    struct th_arena_block *block = arena->blocks;
    while (block != NULL) {
        struct th_arena_block *next = block->next;
        free(block);
        block = next;
    }
    *arena = (struct th_arena){0};
}
