#include "core/status.h"

int th_status_exit_code(enum th_status status)
{
    switch (status) {
#define STATUS_CASE(name, exit_code, http, key)                                                    \
    case TH_##name:                                                                                \
        return exit_code;
        TH_STATUS_LIST(STATUS_CASE)
#undef STATUS_CASE
    }
    return 70;
}

int th_status_http(enum th_status status)
{
    switch (status) {
#define STATUS_CASE(name, exit_code, http, key)                                                    \
    case TH_##name:                                                                                \
        return http;
        TH_STATUS_LIST(STATUS_CASE)
#undef STATUS_CASE
    }
    return 500;
}

const char *th_status_key(enum th_status status)
{
    switch (status) {
#define STATUS_CASE(name, exit_code, http, key)                                                    \
    case TH_##name:                                                                                \
        return key;
        TH_STATUS_LIST(STATUS_CASE)
#undef STATUS_CASE
    }
    return "internal";
}
