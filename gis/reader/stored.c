#include "gis/reader/stored_internal.h"

#include <stdlib.h>
#include <string.h>

#include "core/text.h"

struct stored_row {
    OGRGeometryH geometry;
    unsigned shape;
    char **texts;
    int64_t feature;
    bool dropped;
};

struct th_stored {
    struct th_rows rows; // first: this is one
    struct stored_row *row;
    size_t n, capacity;
    size_t next;
    OGRGeometryH lent; // a copy, since who gets it may change it, and there are several passes
};

static enum th_status begin(struct th_rows *rows, enum th_rows_want want, struct th_error *err)
{
    (void)want;
    (void)err;
    ((struct th_stored *)rows)->next = 0;
    return TH_OK;
}

static enum th_status next(struct th_rows *rows, struct th_rows_row *ret_row, bool *ret_more,
                           struct th_error *err)
{
    struct th_stored *stored = (struct th_stored *)rows;
    OGR_G_DestroyGeometry(stored->lent);
    stored->lent = NULL;
    while (stored->next < stored->n && stored->row[stored->next].dropped) {
        stored->next++;
    }
    if (stored->next == stored->n) {
        *ret_more = false;
        return TH_OK;
    }
    const struct stored_row *row = &stored->row[stored->next];
    if (row->geometry != NULL) {
        stored->lent = OGR_G_Clone(row->geometry);
        if (stored->lent == NULL) {
            return th_error_no_memory(err);
        }
    }
    stored->next++;
    *ret_row = (struct th_rows_row){.feature = row->feature,
                                    .geometry = stored->lent,
                                    .shape = row->shape,
                                    .texts = (const char *const *)row->texts};
    *ret_more = true;
    return TH_OK;
}

static void row_clear(struct stored_row *row, size_t n_fields)
{
    OGR_G_DestroyGeometry(row->geometry);
    for (size_t i = 0; row->texts != NULL && i < n_fields; i++) {
        free(row->texts[i]);
    }
    free(row->texts);
}

static void stored_free(struct th_rows *rows)
{
    struct th_stored *stored = (struct th_stored *)rows;
    for (size_t i = 0; i < stored->n; i++) {
        row_clear(&stored->row[i], rows->facts.n_fields);
    }
    OGR_G_DestroyGeometry(stored->lent);
    th_rows_facts_clear(&rows->facts);
    free(stored->row);
    free(stored);
}

struct th_stored *th_stored_new(void)
{
    static const struct th_rows_class class = {begin, next, stored_free};
    struct th_stored *stored = calloc(1, sizeof(*stored));
    if (stored != NULL) {
        stored->rows.class = &class;
    }
    return stored;
}

struct th_rows *th_stored_rows(struct th_stored *stored)
{
    return &stored->rows;
}

bool th_stored_add(struct th_stored *stored, OGRGeometryH geometry, unsigned shape,
                   const char *const *texts, int64_t feature)
{
    size_t n_fields = stored->rows.facts.n_fields;
    struct stored_row row = {.geometry = geometry, .shape = shape, .feature = feature};
    row.texts = calloc(n_fields + 1, sizeof(*row.texts));
    bool done = row.texts != NULL;
    for (size_t i = 0; i < n_fields && done; i++) {
        row.texts[i] = th_text_duplicate(texts[i]);
        done = texts[i] == NULL || row.texts[i] != NULL;
    }
    if (done && stored->n == stored->capacity) {
        size_t capacity = stored->capacity * 2 + 64;
        struct stored_row *grown = realloc(stored->row, capacity * sizeof(*grown));
        done = grown != NULL;
        stored->row = done ? grown : stored->row;
        stored->capacity = done ? capacity : stored->capacity;
    }
    if (!done) {
        row_clear(&row, n_fields);
        return false;
    }
    stored->row[stored->n++] = row;
    return true;
}

size_t th_stored_count(const struct th_stored *stored)
{
    return stored->n;
}

OGRGeometryH th_stored_geometry(const struct th_stored *stored, size_t index)
{
    return stored->row[index].geometry;
}

const char *th_stored_text(const struct th_stored *stored, size_t index, size_t field)
{
    return stored->row[index].texts[field];
}

bool th_stored_set(struct th_stored *stored, size_t index, size_t field, const char *text)
{
    char *copy = th_text_duplicate(text);
    if (text != NULL && copy == NULL) {
        return false;
    }
    free(stored->row[index].texts[field]);
    stored->row[index].texts[field] = copy;
    return true;
}

void th_stored_drop(struct th_stored *stored, size_t index)
{
    stored->row[index].dropped = true;
}

void th_stored_finish(struct th_stored *stored)
{
    struct th_rows_facts *facts = &stored->rows.facts;
    facts->n_features = 0;
    facts->has_extent = false;
    for (size_t i = 0; i < stored->n; i++) {
        const struct stored_row *row = &stored->row[i];
        if (row->dropped) {
            continue;
        }
        facts->n_features++;
        if (row->geometry == NULL || OGR_G_IsEmpty(row->geometry)) {
            continue;
        }
        OGREnvelope box;
        OGREnvelope *all = &facts->extent;
        OGR_G_GetEnvelope(row->geometry, &box);
        if (!facts->has_extent) {
            *all = box;
        }
        facts->has_extent = true;
        all->MinX = box.MinX < all->MinX ? box.MinX : all->MinX;
        all->MaxX = box.MaxX > all->MaxX ? box.MaxX : all->MaxX;
        all->MinY = box.MinY < all->MinY ? box.MinY : all->MinY;
        all->MaxY = box.MaxY > all->MaxY ? box.MaxY : all->MaxY;
    }
}
