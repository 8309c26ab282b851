#include "trading/deal/limit.h"

#include <stdio.h>
#include <string.h>

#include "store/people/limit_store.h"
#include "trading/trading_internal.h"

// Unlike the tonnes of a deal, these may be none.
static enum th_status read_tonnes(const char *text, struct th_units *ret_tonnes,
                                  struct th_error *err)
{
    return th_units_parse(text, ret_tonnes, NULL) == TH_OK
               ? TH_OK
               : th_error_set(err, TH_INVALID, "limit_tonnes_invalid", "tonnes", text, NULL);
}

static enum th_status read_limit(struct th_registry *registry,
                                 const struct th_user_limit_input *input,
                                 struct th_user_limit *limit, char from_on[TH_ON_SIZE],
                                 struct th_error *err)
{
    char today[TH_ON_SIZE];
    enum th_status status = th_on_parse(registry, NULL, today, err);
    if (status == TH_OK) {
        status = th_on_parse(registry, input->from, from_on, err);
    }
    if (status == TH_OK && strcmp(from_on, today) < 0) {
        status = th_error_set(err, TH_INVALID, "limit_past", "from", from_on, "today", today, NULL);
    }
    limit->has_amount = input->amount != NULL;
    limit->has_tonnes = input->tonnes != NULL;
    if (status == TH_OK && limit->has_amount) {
        status = th_money_parse(input->amount, &limit->amount, err);
    }
    if (status == TH_OK && limit->has_tonnes) {
        status = read_tonnes(input->tonnes, &limit->tonnes, err);
    }
    limit->login = input->login;
    limit->from_on = from_on;
    return status;
}

static struct th_json *limit_json(const struct th_user_limit *limit, int64_t limit_id)
{
    struct th_json *object = th_json_object();
    th_json_set_int(object, "limit_id", limit_id);
    th_json_set_text(object, "login", limit->login);
    th_json_set_text(object, "from", limit->from_on);
    th_json_set(object, "amount_fen",
                limit->has_amount ? th_json_int(th_money_fen(limit->amount)) : th_json_null());
    th_json_set(object, "tonnes",
                limit->has_tonnes ? th_json_int(th_units_t(limit->tonnes)) : th_json_null());
    return object;
}

enum th_status th_user_limit_set(struct th_registry *registry, const struct th_request *request,
                                 const struct th_user_limit_input *input,
                                 struct th_json **ret_reply, struct th_error *err)
{
    struct th_user_limit limit = {0};
    char from_on[TH_ON_SIZE];
    enum th_status status = read_limit(registry, input, &limit, from_on, err);
    if (status != TH_OK) {
        return status;
    }
    struct th_work *work = NULL;
    struct th_json *given = limit_json(&limit, 0);
    status =
        th_work_begin(registry, request, TH_MAY_USERS, "user.limit", given, &work, ret_reply, err);
    th_json_free(given);
    if (status != TH_OK || !work) {
        return status;
    }
    struct th_user user = {.login = ""};
    int64_t limit_id = 0;
    struct th_json *reply = NULL;
    status = th_user_load(th_work_store(work), input->login, &user, err);
    if (status == TH_OK && user.ended_utc != 0) {
        status = th_error_set(err, TH_CONFLICT, "user_ended", "login", user.login, NULL);
    }
    if (status == TH_OK) {
        limit.seq = th_work_seq(work);
        status = th_user_limit_insert(th_work_store(work), &limit, &limit_id, err);
    }
    if (status == TH_OK) {
        reply = limit_json(&limit, limit_id);
    }
    char subject[TH_LOGIN_SIZE + 16];
    snprintf(subject, sizeof(subject), "user:%s", user.login);
    return th_work_end(work, status, subject, th_json_copy(reply), reply, ret_reply, err);
}
