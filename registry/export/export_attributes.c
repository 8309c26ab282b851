// The attributes that came with the sources: which there are, and under which names a format can
// have them.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/text.h"
#include "registry/export/export_internal.h"
#include "registry/intake/parcel_internal.h"
#include "registry/table/field_names.h"
#include "registry/table/own_columns.h"

enum { NAME_LIMIT = 4096, SHAPEFILE_NAME_MAX = 10, SHAPEFILE_TEXT_MAX = 254 };

struct collecting {
    struct th_export_layout *layout;
    size_t capacity;
    enum th_status status;
    struct th_error err;
};

// Where `key` stands or belongs.
static size_t position(const struct th_export_layout *layout, const char *key)
{
    size_t low = 0;
    size_t high = layout->n_attributes;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(layout->attributes[middle].key, key) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static enum th_status insert(struct collecting *c, size_t at, const char *key)
{
    struct th_export_layout *layout = c->layout;
    if (layout->n_attributes == c->capacity) {
        size_t capacity = 2 * c->capacity + 16;
        struct th_export_attribute *grown =
            realloc(layout->attributes, capacity * sizeof(*layout->attributes));
        if (grown == NULL) {
            return th_error_no_memory(&c->err);
        }
        layout->attributes = grown;
        c->capacity = capacity;
    }
    char *copy = th_text_duplicate(key);
    if (copy == NULL) {
        return th_error_no_memory(&c->err);
    }
    memmove(&layout->attributes[at + 1], &layout->attributes[at],
            (layout->n_attributes - at) * sizeof(*layout->attributes));
    layout->attributes[at] = (struct th_export_attribute){.key = copy};
    layout->n_attributes++;
    return TH_OK;
}

static bool collect(void *context, const struct th_parcel_record *record, const char *attributes)
{
    struct collecting *c = context;
    struct th_json *parsed = NULL;
    (void)record;
    if (strcmp(attributes, "{}") == 0) {
        return true;
    }
    c->status = th_json_parse(attributes, strlen(attributes), &parsed, &c->err);
    for (void *it = th_json_iter(parsed); c->status == TH_OK && it != NULL;
         it = th_json_iter_next(parsed, it)) {
        size_t width = strlen(th_json_text(th_json_iter_value(it)));
        const char *key = th_json_iter_key(it);
        size_t at = position(c->layout, key);
        if (width == 0) {
            continue;
        }
        if (at == c->layout->n_attributes || strcmp(c->layout->attributes[at].key, key) != 0) {
            c->status = insert(c, at, key);
        }
        if (c->status == TH_OK && c->layout->attributes[at].width < width) {
            c->layout->attributes[at].width = width;
        }
    }
    th_json_free(parsed);
    return c->status == TH_OK;
}

static bool collect_drawn(void *context, const struct th_parcel_record *record,
                          const char *attributes, const void *wkb, size_t wkb_size)
{
    (void)wkb;
    (void)wkb_size;
    return collect(context, record, attributes);
}

// Would an import take a column of this name for something else than this attribute?
static enum th_status is_misread(const struct th_field_names *names, const char *key,
                                 bool *ret_misread, struct th_error *err)
{
    struct th_field_meaning meaning;
    const bool taken = false;
    enum th_status status =
        th_field_names_assign(names, &key, &taken, 1, NULL, NULL, &meaning, err);
    if (status == TH_OK) {
        *ret_misread =
            meaning.key[0] != '\0' && (strcmp(meaning.key, key) != 0 || th_field_key_used(key));
    }
    return status;
}

static bool is_taken(const struct th_export_layout *layout, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++) {
        if (layout->attributes[i].name != NULL &&
            strcasecmp(layout->attributes[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

// What people call an attribute, in tables that are for them; NULL: it has no such name.
static const char *title_of(const struct th_export_options *options, const char *key)
{
    char name[NAME_LIMIT];
    bool table = strcmp(options->format, "csv") == 0 || strcmp(options->format, "xlsx") == 0;
    if (options->messages == NULL || !table ||
        strlen(key) + sizeof("value.field.") > sizeof(name)) {
        return NULL;
    }
    snprintf(name, sizeof(name), "value.field.%s", key);
    return th_messages_find(options->messages, options->lang, name);
}

// Is it free, and would an import know it?
static enum th_status title_fits(const struct th_field_names *names,
                                 const struct th_export_layout *layout, size_t at,
                                 const char *title, bool *ret_fits, struct th_error *err)
{
    struct th_field_meaning meaning;
    const bool taken = false;
    bool own = false; // of another attribute
    enum th_status status =
        th_field_names_assign(names, &title, &taken, 1, NULL, NULL, &meaning, err);
    for (size_t i = 0; i < layout->n_attributes; i++) {
        own = own || (i != at && strcasecmp(layout->attributes[i].key, title) == 0);
    }
    if (status == TH_OK) {
        *ret_fits = !own && !is_taken(layout, at, title) &&
                    strcmp(meaning.key, layout->attributes[at].key) == 0;
    }
    return status;
}

// `n_short` are the shortened names so far.
static void name_choose(const struct th_export_layout *layout, size_t at, bool reserved,
                        const char *format, unsigned *n_short, struct th_buf *name)
{
    const char *key = layout->attributes[at].key;
    bool xml = strcmp(format, "gml") == 0;
    bool small = strcmp(format, "shp") == 0;
    th_own_attribute_name(key, true, 0, xml, name);
    if (!reserved && !(small && name->size > SHAPEFILE_NAME_MAX) &&
        !is_taken(layout, at, th_buf_text(name))) {
        return;
    }
    if (small) {
        th_own_attribute_short(key, ++*n_short, name);
        return;
    }
    unsigned n = 0;
    do {
        th_own_attribute_name(key, false, ++n, xml, name);
    } while (is_taken(layout, at, th_buf_text(name)));
}

static enum th_status name_find(const struct th_field_names *names,
                                const struct th_export_options *options,
                                const struct th_export_layout *layout, size_t at, unsigned *n_short,
                                struct th_buf *name, struct th_error *err)
{
    const char *key = layout->attributes[at].key;
    const char *title = title_of(options, key);
    bool misread = false;
    bool fits = false;
    enum th_status status = is_misread(names, key, &misread, err);
    if (status == TH_OK && !misread && title != NULL &&
        !th_own_reserved(title, options->messages)) {
        status = title_fits(names, layout, at, title, &fits, err);
    }
    if (status != TH_OK) {
        return status;
    }
    if (fits) {
        th_buf_clear(name);
        th_buf_append_str(name, title);
    } else {
        name_choose(layout, at, misread || th_own_reserved(key, options->messages), options->format,
                    n_short, name);
    }
    return th_buf_check(name, err);
}

static enum th_status names_give(const struct th_export_options *options,
                                 struct th_export_layout *layout, struct th_error *err)
{
    struct th_field_names *names = NULL;
    struct th_buf name;
    unsigned n_short = 0;
    bool shp = strcmp(options->format, "shp") == 0;
    enum th_status status = th_field_names_new(TH_FIELDS_OF_PARCELS, &names, err);
    th_buf_init(&name, NAME_LIMIT);
    for (size_t i = 0; status == TH_OK && i < layout->n_attributes; i++) {
        struct th_export_attribute *attribute = &layout->attributes[i];
        // Cut, a text would come back as another one.
        if (shp && attribute->width > SHAPEFILE_TEXT_MAX) {
            continue;
        }
        status = name_find(names, options, layout, i, &n_short, &name, err);
        if (status == TH_OK) {
            attribute->name = th_text_duplicate(th_buf_text(&name));
        }
        if (status == TH_OK && attribute->name == NULL) {
            status = th_error_no_memory(err);
        }
    }
    th_buf_clear(&name);
    th_field_names_free(names);
    return status;
}

enum th_status th_export_layout_make(struct th_store *store, const struct th_parcel_filter *filter,
                                     const struct th_export_options *options,
                                     struct th_export_layout *ret_layout, struct th_error *err)
{
    struct th_export_layout layout = {0};
    struct collecting c = {.layout = &layout, .status = TH_OK};
    layout.columns = th_export_columns_of(options->format, &layout.n_columns);
    enum th_status status = filter->on.year != 0
                                ? th_parcel_geometry_each(store, filter, collect_drawn, &c, err)
                                : th_parcel_each(store, filter, collect, &c, err);
    if (status == TH_OK && c.status != TH_OK) {
        status = c.status;
        if (err != NULL) {
            *err = c.err;
        }
    }
    if (status == TH_OK) {
        status = names_give(options, &layout, err);
    }
    if (status == TH_OK) {
        *ret_layout = layout;
    } else {
        th_export_layout_clear(&layout);
    }
    return status;
}

void th_export_layout_clear(struct th_export_layout *layout)
{
    for (size_t i = 0; i < layout->n_attributes; i++) {
        free(layout->attributes[i].key);
        free(layout->attributes[i].name);
    }
    free(layout->attributes);
    *layout = (struct th_export_layout){0};
}

const char *th_export_attribute_text(const struct th_export_row *row,
                                     const struct th_export_attribute *attribute)
{
    return th_json_get_text(row->attributes, attribute->key, NULL);
}

void th_export_attribute_meaning(const struct th_export_options *options,
                                 const struct th_export_attribute *attribute, struct th_buf *out)
{
    struct th_error args = {0};
    th_buf_clear(out);
    if (options->messages == NULL) {
        return;
    }
    (void)th_error_set(&args, TH_OK, "", "key", attribute->key, NULL);
    th_messages_format(options->messages, options->lang,
                       attribute->name == NULL ? "export.attribute_left" : "export.attribute",
                       args.args, args.n_args, out);
}
