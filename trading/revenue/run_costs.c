// Costs of the sales of a run: whose they are, who listed them, and who may approve them.
#include <string.h>

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
