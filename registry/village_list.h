// Villages in memory, found by code or by name while many rows are read.
#ifndef TH_REGISTRY_VILLAGE_LIST_H
#define TH_REGISTRY_VILLAGE_LIST_H

#include "store/people/party_store.h"

enum { TH_VILLAGE_NONE = -1 };

struct th_village_list { // in order of code
    struct th_village *items;
    size_t n;
    const struct th_village **by_name; // in order of name, then code
};

enum th_status th_village_list_read(struct th_store *store, struct th_village_list *ret_list,
                                    struct th_error *err) TH_MUST_CHECK;
void th_village_list_clear(struct th_village_list *list);
// By code, or by a name that one village alone bears; TH_VILLAGE_NONE otherwise.
int th_village_list_find(const struct th_village_list *list, const char *code_or_name);
// Several villages bear exactly this name.
bool th_village_list_ambiguous(const struct th_village_list *list, const char *name);
// How many names begin so, or are just so where `whole` says it; *ret_first, unless it is 0, is the
// first of them. Their names and codes are joined for reading, as many as `text` takes.
size_t th_village_list_named(const struct th_village_list *list, const char *beginning, bool whole,
                             const struct th_village **ret_first, char *text, size_t size);
// Names that contain `name` or are contained in it, at most three, joined for reading; "" when none
// does.
void th_village_list_similar(const struct th_village_list *list, const char *name, char *text,
                             size_t size);

#endif
