#include "core/status.h"

#include <stddef.h>

struct status_row {
    int exit_code;
    int http;
    const char *key;
};

// A number that is no status reads as an internal error.
static const struct status_row *find_row(enum th_status status)
{
    static const struct status_row rows[] = {
#define STATUS_ROW(name, exit_code, http, key) [TH_##name] = {exit_code, http, key},
        TH_STATUS_LIST(STATUS_ROW)
#undef STATUS_ROW
    };
    size_t index = (size_t)status;
    return &rows[index < sizeof(rows) / sizeof(rows[0]) ? index : TH_INTERNAL];
}

int th_status_exit_code(enum th_status status)
{
    return find_row(status)->exit_code;
}

int th_status_http(enum th_status status)
{
    return find_row(status)->http;
}

const char *th_status_key(enum th_status status)
{
    return find_row(status)->key;
}
