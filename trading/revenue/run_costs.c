// Costs of the sales of a run: whose they are, who listed them, and who may approve them.
#include <string.h>

#include "store/deal/sale_store.h"
#include "trading/revenue/revenue_internal.h"

enum th_status th_sale_check_own(struct th_work *work, const struct th_trade *sale,
                                 struct th_error *err)
{
    const struct th_actor *actor = th_work_actor(work);
    struct th_party seller;
    if (actor->party_id == 0 || actor->party_id == sale->seller_id) {
        return TH_OK;
    }
    enum th_status status = th_party_load(th_work_store(work), sale->seller_id, &seller, err);
    return status == TH_OK ? th_error_set(err, TH_NOT_PERMITTED, "sale_not_yours", "login",
                                          actor->login, "bank", seller.name, NULL)
                           : status;
}

enum th_status th_sale_load_own(struct th_work *work, int64_t trade_id, struct th_trade *ret_sale,
                                struct th_error *err)
{
    enum th_status status = th_trade_load(th_work_store(work), trade_id, ret_sale, err);
    if (status == TH_OK &&
        (!th_trade_is_sale(ret_sale) || strcmp(ret_sale->state, "approved") != 0)) {
        status = th_error_set(err, TH_CONFLICT, "trade_not_sale", NULL);
        th_error_add_int(err, "trade", trade_id);
    }
    return status == TH_OK ? th_sale_check_own(work, ret_sale, err) : status;
}

enum th_status th_cost_withdraw(struct th_registry *registry, const struct th_request *request,
                                const struct th_cost_withdrawal *withdrawal, const char *reason,
                                struct th_json **ret_reply, struct th_error *err)
{
    char note[TH_TRADE_NOTE_SIZE];
    char subject[TH_SUBJECT_SIZE];
    struct th_work *work = NULL;
    enum th_status status = th_reason_parse(reason, note, err);
    if (status != TH_OK) {
        return status;
    }
    struct th_json *given = th_json_object();
    th_json_set_int(given, withdrawal->of, withdrawal->id);
    th_json_set_text(given, "reason", reason);
    status = th_work_begin(registry, request, TH_MAY_DISTRIBUTE, withdrawal->kind, given, &work,
                           ret_reply, err);
    th_json_free(given);
    if (status != TH_OK || work == NULL) {
        return status;
    }
    struct th_json *body = th_json_object();
    status = withdrawal->withdraw(work, withdrawal->id, note, body, err);
    return th_work_end(work, status, th_subject(withdrawal->of, withdrawal->id, subject), body,
                       th_json_copy(body), ret_reply, err);
}

// Whose word about it came last.
static const char *acted(const struct th_run_cost *cost)
{
    return cost->withdrawn_by ? cost->withdrawn_by : cost->listed_by;
}

static bool append_cost(void *context, const struct th_run_cost *cost)
{
    struct th_json *item = th_json_object();
    char hex[TH_HASH_HEX_SIZE];
    th_json_set_int(item, "trade_id", cost->trade_id);
    th_json_set(item, "deduction_id",
                cost->deduction_id != 0 ? th_json_int(cost->deduction_id) : th_json_null());
    th_json_set_text(item, "kind", cost->kind);
    th_json_set_money(item, "amount_fen", cost->amount);
    th_json_set_text(item, "document_sha256", th_hash_hex(&cost->document_sha256, hex));
    th_json_set_text(item, "by", acted(cost));
    th_json_set_text(item, "listed_by", cost->listed_by);
    th_json_set_text(item, "withdrawn_by", cost->withdrawn_by);
    th_json_append(context, item);
    return true;
}

enum th_status th_run_costs_json(struct th_store *store, int64_t run_id, struct th_json *reply,
                                 struct th_error *err)
{
    struct th_json *costs = th_json_array();
    enum th_status status = th_run_cost_each(store, run_id, append_cost, costs, err);
    th_json_set(reply, "costs", costs);
    return status;
}

struct search {
    const char *login;
    int64_t trade_id; // of a cost that he listed or took back; 0: none
    const char *act;  // which of these, or that he settled it
};

static bool find_own(void *context, const struct th_run_cost *cost)
{
    struct search *search = context;
    if (strcmp(acted(cost), search->login) == 0) {
        search->trade_id = cost->trade_id;
        search->act = cost->withdrawn_by        ? "withdrawn"
                      : cost->deduction_id == 0 ? "settled"
                                                : "listed";
    }
    return search->trade_id == 0;
}

enum th_status th_run_check_costs(struct th_work *work, int64_t run_id, struct th_error *err)
{
    struct search search = {.login = th_work_actor(work)->login};
    enum th_status status = th_run_cost_each(th_work_store(work), run_id, find_own, &search, err);
    if (status == TH_OK && search.trade_id != 0) {
        status =
            th_error_set(err, TH_NOT_PERMITTED, "cost_second_person", "login", search.login, NULL);
        th_error_add_int(err, "trade", search.trade_id);
        th_error_add_word(err, "act", "cost_act", search.act);
    }
    return status;
}
