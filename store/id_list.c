// Lists of ids.
#include "store/id_list_internal.h"

#include <stdlib.h>

enum th_status th_id_list_append(struct th_id_list *list, int64_t id, struct th_error *err)
{
    if (list->n == list->capacity) {
        size_t capacity = list->capacity == 0 ? 16 : list->capacity * 2;
        int64_t *ids = realloc(list->ids, capacity * sizeof(*ids));
        if (ids == NULL) {
            return th_error_no_memory(err);
        }
        list->ids = ids;
        list->capacity = capacity;
    }
    list->ids[list->n++] = id;
    return TH_OK;
}

enum th_status th_id_list_collect(struct th_stmt *q, struct th_id_list *list, struct th_error *err)
{
    enum th_status status = TH_OK;
    while (th_stmt_next(q, &status, err)) {
        status = th_id_list_append(list, th_column_int(q, 0), err);
    }
    th_stmt_done(q);
    if (status != TH_OK) {
        free(list->ids);
        *list = (struct th_id_list){0};
    }
    return status;
}

static void noted_free(void *data)
{
    struct th_id_list *noted = data;
    if (noted == NULL) {
        return;
    }
    free(noted->ids);
    free(noted);
}

enum th_status th_id_note(struct th_store *store, enum th_db_slot slot, int64_t id,
                          struct th_error *err)
{
    void **data = th_db_slot(store, slot, noted_free);
    if (*data == NULL) {
        *data = calloc(1, sizeof(struct th_id_list));
    }
    struct th_id_list *noted = *data;
    if (noted == NULL) {
        return th_error_no_memory(err);
    }
    // Changes come id by id, so the newest one is asked first.
    for (size_t i = noted->n; i > 0; i--) {
        if (noted->ids[i - 1] == id) {
            return TH_OK;
        }
    }
    return th_id_list_append(noted, id, err);
}

struct th_id_list th_id_noted(struct th_store *store, enum th_db_slot slot)
{
    const struct th_id_list *noted = *th_db_slot(store, slot, noted_free);
    return noted != NULL ? *noted : (struct th_id_list){0};
}
