// Open addressing, half full at most.
#include "audit/table.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

struct th_slot {
    uint64_t hash;
    int64_t id;
    size_t row_1; // row + 1; 0: empty
};

static uint64_t hash_of(const struct th_table *table, const void *data, size_t size)
{
    unsigned char bytes[crypto_shorthash_BYTES];
    uint64_t hash;
    (void)crypto_shorthash(bytes, data, size, table->secret);
    memcpy(&hash, bytes, sizeof(hash));
    return hash;
}

// Multiplied by a secret odd number; the high half is what all bits of the id went into.
static uint64_t hash_id(const struct th_table *table, int64_t id)
{
    uint64_t factor;
    memcpy(&factor, table->secret, sizeof(factor));
    uint64_t product = (uint64_t)id * (factor | 1);
    return product >> 32 ^ product << 32;
}

void th_table_clear(struct th_table *table)
{
    for (size_t i = 0; table->texts && i < table->n; i++) {
        free(table->texts[i]);
    }
    free(table->texts);
    free(table->slots);
    *table = (struct th_table){.slots = NULL};
}

bool th_grow(void **items, size_t n, size_t *room, size_t item_size)
{
    if (n < *room) {
        return true;
    }
    size_t wanted = *room == 0 ? 16 : *room * 2;
    void *larger = wanted <= SIZE_MAX / item_size ? realloc(*items, wanted * item_size) : NULL;
    if (!larger) {
        return false;
    }
    *items = larger;
    *room = wanted;
    return true;
}

static void put(struct th_slot *slots, size_t n_slots, const struct th_slot *slot)
{
    size_t i = slot->hash & (n_slots - 1);
    while (slots[i].row_1 != 0) {
        i = (i + 1) & (n_slots - 1);
    }
    slots[i] = *slot;
}

static bool make_room(struct th_table *table)
{
    if (table->n_slots == 0) {
        randombytes_buf(table->secret, sizeof(table->secret));
    }
    if (2 * (table->n - table->n_dense + 1) <= table->n_slots) {
        return true;
    }
    size_t n_slots = table->n_slots == 0 ? 64 : table->n_slots * 2;
    struct th_slot *slots = calloc(n_slots, sizeof(*slots));
    if (!slots) {
        return false;
    }
    for (size_t i = 0; i < table->n_slots; i++) {
        if (table->slots[i].row_1 != 0) {
            put(slots, n_slots, &table->slots[i]);
        }
    }
    free(table->slots);
    table->slots = slots;
    table->n_slots = n_slots;
    return true;
}

size_t th_table_find_id(const struct th_table *table, int64_t id)
{
    if (id >= 1 && (uint64_t)id <= table->n_dense) {
        return (size_t)id - 1;
    }
    if (table->n_slots == 0) {
        return SIZE_MAX;
    }
    uint64_t hash = hash_id(table, id);
    size_t i = hash & (table->n_slots - 1);
    while (table->slots[i].row_1 != 0) {
        if (table->slots[i].id == id) {
            return table->slots[i].row_1 - 1;
        }
        i = (i + 1) & (table->n_slots - 1);
    }
    return SIZE_MAX;
}

size_t th_table_id(struct th_table *table, int64_t id, bool *ret_fresh)
{
    size_t row = th_table_find_id(table, id);
    *ret_fresh = row == SIZE_MAX;
    if (row == SIZE_MAX && table->n == table->n_dense && id >= 1 &&
        (uint64_t)id == table->n_dense + 1) {
        table->n_dense++;
        return table->n++;
    }
    if (row != SIZE_MAX || !make_room(table)) {
        return row;
    }
    struct th_slot slot = {.hash = hash_id(table, id), .id = id, .row_1 = ++table->n};
    put(table->slots, table->n_slots, &slot);
    return table->n - 1;
}

static bool has_text(const struct th_table *table, size_t row, struct th_text text)
{
    return th_text_is(text, table->texts[row]);
}

// Where a text is remembered, so that what comes again and again needs no digest.
static size_t *recent_of(struct th_table *table, struct th_text text)
{
    const unsigned char *at = (const unsigned char *)text.at;
    size_t mixed = text.size;
    if (text.size > 0) {
        mixed += 3U * at[0] + 5U * at[text.size / 2] + 7U * at[text.size - 1];
    }
    return &table->recent[mixed % TH_TABLE_RECENT];
}

static size_t find_text(struct th_table *table, struct th_text text, bool *ret_fresh)
{
    void *texts = table->texts;
    if (!make_room(table) || !th_grow(&texts, table->n, &table->texts_room, sizeof(char *))) {
        return SIZE_MAX;
    }
    table->texts = texts;
    uint64_t hash = hash_of(table, text.at, text.size);
    size_t i = hash & (table->n_slots - 1);
    while (table->slots[i].row_1 != 0) {
        if (table->slots[i].hash == hash && has_text(table, table->slots[i].row_1 - 1, text)) {
            *ret_fresh = false;
            return table->slots[i].row_1 - 1;
        }
        i = (i + 1) & (table->n_slots - 1);
    }
    char *copy = malloc(text.size + 1);
    if (!copy) {
        return SIZE_MAX;
    }
    memcpy(copy, text.at, text.size);
    copy[text.size] = '\0';
    table->texts[table->n] = copy;
    table->slots[i] = (struct th_slot){.hash = hash, .row_1 = ++table->n};
    *ret_fresh = true;
    return table->n - 1;
}

size_t th_table_text(struct th_table *table, struct th_text text, bool *ret_fresh)
{
    size_t *recent = recent_of(table, text);
    if (*recent != 0 && has_text(table, *recent - 1, text)) {
        *ret_fresh = false;
        return *recent - 1;
    }
    size_t row = find_text(table, text, ret_fresh);
    *recent = row != SIZE_MAX ? row + 1 : 0;
    return row;
}

void *th_list_add(struct th_list *list, size_t item_size)
{
    if (!th_grow(&list->items, list->n, &list->room, item_size)) {
        return NULL;
    }
    char *row = (char *)list->items + list->n++ * item_size;
    memset(row, 0, item_size);
    return row;
}

void th_list_clear(struct th_list *list)
{
    free(list->items);
    *list = (struct th_list){0};
}
