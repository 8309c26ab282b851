// Numbers and names that are found again: which row of some array belongs to an id or a text.
#ifndef TH_AUDIT_TABLE_H
#define TH_AUDIT_TABLE_H

#include "audit/scan.h"

// Rows are counted 0, 1, 2 … in the order in which they were added. Zeroed memory is an empty
// table.
enum { TH_TABLE_RECENT = 64 };
struct th_table {
    struct th_slot *slots; // owned
    size_t n_slots;
    size_t n;
    size_t n_dense;           // ids 1 … n_dense came in this order: their rows need no slots
    unsigned char secret[16]; // of the hash, so that no file can choose what collides
    char **texts;             // owned, of tables of texts
    size_t texts_room;
    size_t recent[TH_TABLE_RECENT]; // row + 1 of texts that were found last; 0: none
};
void th_table_clear(struct th_table *table);

// The row of an id or a text, a new one when it is unknown (*ret_fresh); SIZE_MAX without memory.
// One table has either ids or texts.
size_t th_table_id(struct th_table *table, int64_t id, bool *ret_fresh);
size_t th_table_text(struct th_table *table, struct th_text text, bool *ret_fresh);
// SIZE_MAX when it is unknown.
size_t th_table_find_id(const struct th_table *table, int64_t id);

// Makes room for one more item in an array that grows by doubling; false without memory.
bool th_grow(void **items, size_t n, size_t *room, size_t item_size);

// Rows that grow; zeroed memory has none. A pointer to a row holds until the next one is added.
struct th_list {
    void *items; // owned
    size_t n;
    size_t room;
};
void *th_list_add(struct th_list *list, size_t item_size); // a zeroed row, NULL without memory
void th_list_clear(struct th_list *list);

#endif
