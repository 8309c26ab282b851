#include "registry/act.h"

#include <string.h>

#include "core/date.h"

enum th_status th_act_day(const struct th_work *work, const char *on, struct th_date *ret_day,
                          struct th_error *err)
{
    struct th_date today = th_work_today(work);
    struct th_date day = today;
    enum th_status status = on == NULL ? TH_OK : th_date_parse(on, &day, err);
    if (status == TH_OK && th_date_compare(day, today) > 0) {
        char text[TH_DATE_TEXT_SIZE];
        status = th_error_set(err, TH_INVALID, "date_in_future", "on", on, "today",
                              th_date_format(today, text), NULL);
    }
    if (status == TH_OK) {
        *ret_day = day;
    }
    return status;
}

enum th_status th_act_check_reason(const char *reason, struct th_error *err)
{
    enum { REASON_MAX = 500 };
    if (reason == NULL || strspn(reason, " \t\r\n") == strlen(reason)) {
        return th_error_set(err, TH_USAGE, "reason_needed", NULL);
    }
    if (strlen(reason) > REASON_MAX) {
        (void)th_error_set(err, TH_INVALID, "reason_too_long", NULL);
        th_error_add_int(err, "limit", REASON_MAX);
        return TH_INVALID;
    }
    return TH_OK;
}
