#include "gis/reader/rows_internal.h"

#include <stdlib.h>

enum th_status th_rows_fields_check(size_t n, struct th_error *err)
{
    if (n <= TH_ROWS_FIELDS_MAX) {
        return TH_OK;
    }
    enum th_status status = th_error_set(err, TH_UNREADABLE, "too_many_fields", NULL);
    th_error_add_int(err, "n", (long long)n);
    th_error_add_int(err, "limit", TH_ROWS_FIELDS_MAX);
    return status;
}

void th_rows_facts_clear(struct th_rows_facts *facts)
{
    for (size_t i = 0; i < facts->n_fields; i++) {
        free(facts->fields[i].name);
    }
    free(facts->fields);
    free(facts->driver);
    free(facts->member);
    free(facts->layer);
    free(facts->crs);
    free(facts->geometry_type);
    free(facts->axis_east);
    free(facts->axis_north);
    *facts = (struct th_rows_facts){0};
}

void th_rows_free(struct th_rows *rows)
{
    if (rows != NULL) {
        rows->class->free(rows);
    }
}
