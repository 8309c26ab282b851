#include "trading/deal/beneficiary.h"

#include <string.h>

#include "core/text.h"
#include "registry/reply.h"
#include "trading/trading_internal.h"

enum { CODES_SIZE = 256 };

static const char *code_of(const char *uscc)
{
    return uscc != NULL ? uscc : "";
}

enum th_status th_beneficiary_check(struct th_store *store, const char *name, const char *uscc,
                                    bool *ret_reviewed, struct th_error *err)
{
    enum th_beneficiary_state state = TH_BENEFICIARY_NEW;
    enum th_status status = th_beneficiary_state_load(store, name, code_of(uscc), &state, err);
    if (status == TH_OK) {
        *ret_reviewed = state == TH_BENEFICIARY_ACCEPTED;
    }
    return status;
}

static enum th_status write_review(struct th_work *work, const char *name, const char *uscc,
                                   bool accepted, const char *reason, struct th_error *err)
{
    const struct th_beneficiary_review review = {.name = name,
                                                 .uscc = uscc,
                                                 .accepted = accepted,
                                                 .reason = reason,
                                                 .login = th_work_actor(work)->login,
                                                 .seq = th_work_seq(work)};
    return th_beneficiary_review_insert(th_work_store(work), &review, err);
}

// Who proposes a name does not confirm it, even where one person may decide.
static enum th_status check_other(struct th_work *work, const char *name, const char *uscc,
                                  struct th_error *err)
{
    bool proposes = false;
    const char *login = th_work_actor(work)->login;
    enum th_status status =
        th_beneficiary_proposes(th_work_store(work), name, uscc, login, &proposes, err);
    return status == TH_OK && proposes ? th_work_check_other(work, login, err) : status;
}

static bool take_reason(void *context, const struct th_beneficiary *beneficiary)
{
    th_error_add(context, "reason", beneficiary->reason);
    return false;
}

static enum th_status refused(struct th_store *store, const char *name, const char *uscc,
                              struct th_error *err)
{
    struct th_error what;
    (void)th_error_set(&what, TH_CONFLICT, "beneficiary_refused", "beneficiary", name, NULL);
    enum th_status status = th_beneficiary_each(store, name, uscc, take_reason, &what, err);
    if (status == TH_OK && err != NULL) {
        *err = what;
    }
    return status == TH_OK ? TH_CONFLICT : status;
}

enum th_status th_beneficiary_pass(struct th_work *work, const char *name, const char *uscc,
                                   bool *ret_accepted, struct th_error *err)
{
    struct th_store *store = th_work_store(work);
    enum th_beneficiary_state state = TH_BENEFICIARY_NEW;
    const char *code = code_of(uscc);
    enum th_status status = th_beneficiary_state_load(store, name, code, &state, err);
    if (status != TH_OK) {
        return status;
    }
    if (state == TH_BENEFICIARY_REFUSED) {
        return refused(store, name, code, err);
    }
    if (state == TH_BENEFICIARY_NEW) {
        status = write_review(work, name, code, true, NULL, err);
    }
    if (status == TH_OK) {
        *ret_accepted = state == TH_BENEFICIARY_NEW;
    }
    return status;
}

// Codes under which a name was used.
struct codes {
    char first[TH_USCC_SIZE];
    char all[CODES_SIZE];
    size_t n;
};

static bool take_code(void *context, const struct th_beneficiary *beneficiary)
{
    struct codes *codes = context;
    size_t used = strlen(codes->all);
    if (codes->n++ == 0) {
        th_text_copy(codes->first, sizeof(codes->first), beneficiary->uscc);
    } else {
        th_text_copy(codes->all + used, sizeof(codes->all) - used, ", ");
        used = strlen(codes->all);
    }
    th_text_copy(codes->all + used, sizeof(codes->all) - used,
                 beneficiary->uscc[0] != '\0' ? beneficiary->uscc : "–");
    return true;
}

static enum th_status find_code(struct th_store *store, const struct th_beneficiary_input *input,
                                char ret_code[TH_USCC_SIZE], struct th_error *err)
{
    struct codes codes = {.n = 0};
    enum th_status status =
        th_beneficiary_each(store, input->name, input->uscc, take_code, &codes, err);
    if (status == TH_OK && codes.n == 0) {
        status = th_error_set(err, TH_NOT_FOUND, "beneficiary_unknown", "beneficiary", input->name,
                              NULL);
    }
    if (status == TH_OK && codes.n > 1) {
        status = th_error_set(err, TH_CONFLICT, "beneficiary_several", "beneficiary", input->name,
                              "codes", codes.all, NULL);
    }
    if (status == TH_OK) {
        memcpy(ret_code, codes.first, sizeof(codes.first));
    }
    return status;
}

static enum th_status check_input(const struct th_beneficiary_input *input, struct th_error *err)
{
    bool refuse = th_text_equals(input->decision, "refuse");
    bool reason = input->reason != NULL && input->reason[0] != '\0';
    if (!refuse && !th_text_equals(input->decision, "accept")) {
        return th_error_set(err, TH_USAGE, "beneficiary_decision", "decision", input->decision,
                            NULL);
    }
    return reason == refuse ? TH_OK : th_error_set(err, TH_USAGE, "beneficiary_reason", NULL);
}

static enum th_status review(struct th_work *work, const struct th_beneficiary_input *input,
                             char ret_code[TH_USCC_SIZE], struct th_error *err)
{
    enum th_status status = find_code(th_work_store(work), input, ret_code, err);
    if (status == TH_OK) {
        status = check_other(work, input->name, ret_code, err);
    }
    return status == TH_OK
               ? write_review(work, input->name, ret_code,
                              th_text_equals(input->decision, "accept"), input->reason, err)
               : status;
}

enum th_status th_beneficiary_review(struct th_registry *registry, const struct th_request *request,
                                     const struct th_beneficiary_input *input,
                                     struct th_json **ret_reply, struct th_error *err)
{
    struct th_work *work = NULL;
    char code[TH_USCC_SIZE] = "";
    enum th_status status = check_input(input, err);
    if (status != TH_OK) {
        return status;
    }
    struct th_json *given = th_json_object();
    th_json_set_text(given, "name", input->name);
    th_json_set_text(given, "uscc", input->uscc);
    th_json_set_text(given, "decision", input->decision);
    th_json_set_text(given, "reason", input->reason);
    status = th_work_begin(registry, request, TH_MAY_REVIEW, "beneficiary.review", given, &work,
                           ret_reply, err);
    th_json_free(given);
    if (status != TH_OK || work == NULL) {
        return status;
    }
    status = review(work, input, code, err);
    struct th_json *body = th_json_object();
    th_json_set_text(body, "name", input->name);
    th_json_set_word(body, "uscc", code);
    th_json_set_text(body, "review",
                     th_text_equals(input->decision, "accept") ? "accepted" : "refused");
    th_json_set_text(body, "reason", input->reason);
    struct th_json *reply = th_json_copy(body);
    th_json_set_text(reply, "reviewed_by", th_work_actor(work)->login);
    return th_work_end(work, status, "beneficiary", body, reply, ret_reply, err);
}

struct listing {
    struct th_json *list;
    const char *state; // NULL: any
};

static bool add_beneficiary(void *context, const struct th_beneficiary *b)
{
    struct listing *listing = context;
    const char *state = th_beneficiary_state_name(b->state);
    char date[TH_DATE_TEXT_SIZE];
    if (listing->state != NULL && strcmp(listing->state, state) != 0) {
        return true;
    }
    struct th_json *item = th_json_object();
    th_json_set_text(item, "name", b->name);
    th_json_set_word(item, "uscc", b->uscc);
    th_json_set_text(item, "registered_name", b->registered);
    th_json_set(item, "agrees",
                b->registered != NULL ? th_json_bool(strcmp(b->registered, b->name) == 0)
                                      : th_json_null());
    th_json_set_text(item, "review", state);
    th_json_set_int(item, "n_trades", b->n_trades);
    th_json_set_int(item, "first_trade", b->first_trade);
    th_json_set_units(item, "retired_t", b->retired);
    th_json_set_text(item, "reviewed_by", b->reviewed_by);
    th_json_set_text(item, "reviewed_on",
                     b->reviewed_by != NULL ? th_date_format(th_instant_date(b->reviewed_utc), date)
                                            : NULL);
    th_json_set_text(item, "reason", b->reason);
    th_json_append(listing->list, item);
    return true;
}

enum th_status th_beneficiary_list(struct th_registry *registry, const char *state,
                                   struct th_json **ret_reply, struct th_error *err)
{
    struct th_store *store = th_registry_store(registry);
    bool known = state == NULL;
    for (int i = TH_BENEFICIARY_NEW; i <= TH_BENEFICIARY_REFUSED && !known; i++) {
        known = strcmp(state, th_beneficiary_state_name((enum th_beneficiary_state)i)) == 0;
    }
    if (!known) {
        return th_error_set(err, TH_USAGE, "beneficiary_state", "state", state, NULL);
    }
    enum th_status status = th_store_begin_read(store, err);
    if (status != TH_OK) {
        return status;
    }
    struct listing listing = {.list = th_json_array(), .state = state};
    status = th_beneficiary_each(store, NULL, NULL, add_beneficiary, &listing, err);
    th_store_end_read(store);
    struct th_json *reply = th_json_object();
    th_json_set_int(reply, "n", (int64_t)th_json_size(listing.list));
    th_json_set(reply, "beneficiaries", listing.list);
    return th_reply_finish(status, reply, ret_reply, err);
}
