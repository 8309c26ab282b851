#include "registry/own_columns.h"

#include <stdio.h>
#include <string.h>

#include "registry/export_internal.h"

enum { KEY_SIZE = 96 };

static bool is_title(const char *column, const char *name, const struct th_messages *messages)
{
    char key[KEY_SIZE];
    (void)snprintf(key, sizeof key, "parcels.column.%s", name);
    for (int lang = TH_LANG_ZH; messages != NULL && lang <= TH_LANG_EN; lang++) {
        const char *title = th_messages_find(messages, (enum th_lang)lang, key);
        if (title != NULL && strcmp(title, column) == 0)
            return true;
    }
    return false;
}

static bool is_named(const char *column, enum th_export_column which,
                     const struct th_messages *messages)
{
    const struct th_export_column_spec *spec = &th_export_columns[which];
    return strcmp(column, spec->name) == 0 ||
           (spec->short_name != NULL && strcmp(column, spec->short_name) == 0) ||
           is_title(column, spec->name, messages);
}

static bool has(const char *const *columns, size_t n, enum th_export_column which,
                const struct th_messages *messages)
{
    for (size_t i = 0; i < n; i++)
        if (is_named(columns[i], which, messages))
            return true;
    return false;
}

bool th_own_export(const char *const *columns, size_t n, const struct th_messages *messages)
{
    return (has(columns, n, TH_EXPORT_PARCEL_ID, messages) &&
            has(columns, n, TH_EXPORT_VERSION, messages)) ||
           (has(columns, n, TH_EXPORT_COLLECTION, messages) &&
            has(columns, n, TH_EXPORT_DETAILS, messages));
}

static bool is_particular(enum th_export_column which)
{
    static const enum th_export_column PARTICULARS[] = {
        TH_EXPORT_COMPARTMENT, TH_EXPORT_SUB_COMPARTMENT, TH_EXPORT_NUMBER,     TH_EXPORT_KIND,
        TH_EXPORT_VILLAGE,     TH_EXPORT_LAND_CLASS,      TH_EXPORT_DECLARED_MU};
    for (size_t i = 0; i < sizeof PARTICULARS / sizeof PARTICULARS[0]; i++)
        if (PARTICULARS[i] == which)
            return true;
    return false;
}

enum th_own_column th_own_column(const char *column, const struct th_messages *messages,
                                 const char **ret_name)
{
    // What a format adds of its own accord: the folder of a KML file, the numbers of fiboa.
    static const char *const ADDED[] = {"folder", "id", "metrics:area", "metrics:perimeter"};
    for (size_t i = 0; i < sizeof ADDED / sizeof ADDED[0]; i++)
        if (strcmp(column, ADDED[i]) == 0)
            return TH_OWN_REPEATED;
    for (int i = 0; i < TH_EXPORT_COLUMNS; i++) {
        enum th_export_column which = (enum th_export_column)i;
        if (!is_named(column, which, messages))
            continue;
        if (which == TH_EXPORT_ATTRIBUTES)
            return TH_OWN_ATTRIBUTES;
        if (!is_particular(which))
            return TH_OWN_REPEATED;
        // The two parts of a number are known by the names of the forest inventory.
        bool part = which == TH_EXPORT_COMPARTMENT || which == TH_EXPORT_SUB_COMPARTMENT;
        *ret_name = part ? th_export_columns[which].short_name : th_export_columns[which].name;
        return TH_OWN_PARTICULAR;
    }
    return TH_OWN_NOT;
}
