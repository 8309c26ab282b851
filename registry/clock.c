#include "registry/clock.h"

#include "registry/work.h"
#include "store/journal/journal_store.h"

enum { DAY_S = 86400 };

enum th_status th_clock_check(struct th_registry *registry, int64_t last_utc, struct th_error *err)
{
    char now[TH_DATE_TEXT_SIZE];
    char last[TH_DATE_TEXT_SIZE];
    int64_t now_utc = th_registry_now(registry);
    if (now_utc - last_utc <= (int64_t)TH_CLOCK_LEAP_DAYS * DAY_S) {
        return TH_OK;
    }
    return th_error_set(err, TH_CONFLICT, "clock_ahead", "now",
                        th_date_format(th_instant_date(now_utc), now), "last",
                        th_date_format(th_instant_date(last_utc), last), NULL);
}

enum th_status th_registry_clock(struct th_registry *registry, const struct th_request *request,
                                 const char *day, struct th_json **ret_reply, struct th_error *err)
{
    struct th_work *work = NULL;
    struct th_journal_last last;
    struct th_date said;
    char now[TH_DATE_TEXT_SIZE];
    char before[TH_DATE_TEXT_SIZE];
    enum th_status status = th_date_parse(day, &said, err);
    struct th_json *input = th_json_object();
    th_json_set_text(input, "day", day);
    if (status == TH_OK) {
        status = th_work_begin(registry, request, TH_MAY_USERS, TH_CLOCK_ENTRY_KIND, input, &work,
                               ret_reply, err);
    }
    th_json_free(input);
    if (status != TH_OK || !work) {
        return status;
    }
    struct th_date today = th_instant_date(th_registry_now(registry));
    (void)th_date_format(today, now);
    if (th_date_compare(said, today) != 0) {
        status = th_error_set(err, TH_CONFLICT, "clock_other_day", "day", day, "now", now, NULL);
    }
    if (status == TH_OK) {
        status = th_journal_last(th_work_store(work), &last, err);
    }
    struct th_json *body = th_json_object();
    if (status == TH_OK) {
        th_json_set_text(body, "day", now);
        th_json_set_text(body, "last_day", th_date_format(th_instant_date(last.at_utc), before));
    }
    struct th_json *reply = th_json_copy(body);
    return th_work_end(work, status, "registry", body, reply, ret_reply, err);
}
