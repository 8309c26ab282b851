// Payments by hand.
#include "trading/payment/payment.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "registry/reference.h"
#include "registry/reply.h"
#include "trading/payment/payment_internal.h"

static enum th_status check_texts(const struct th_payment_input *input, struct th_error *err)
{
    char note[TH_TRADE_NOTE_SIZE];
    if (input->reference && strlen(input->reference) >= TH_REFERENCE_SIZE) {
        return th_error_set(err, TH_INVALID, "text_too_long", "field", "reference", NULL);
    }
    return th_note_parse("note", input->note, note, err);
}

static enum th_status load(struct th_work *work, const struct th_payment_input *input,
                           struct th_payout_list *ret_payouts, struct th_error *err)
{
    struct th_store *store = th_work_store(work);
    struct th_run run;
    struct th_party party = {0};
    enum th_status status = th_run_load(store, input->run_id, &run, err);
    if (status == TH_OK) {
        status = th_run_check_approved(&run, err);
    }
    if (status == TH_OK) {
        status = th_run_check_own(work, input->run_id, err);
    }
    if (status == TH_OK && input->party) {
        status = th_party_resolve(store, input->party, &party, err);
    }
    if (status == TH_OK) {
        status = th_payouts(store, input->run_id, party.party_id, ret_payouts, err);
    }
    if (status == TH_OK && input->party && ret_payouts->n == 0) {
        status = th_error_set(err, TH_NOT_FOUND, "payment_not_found", "party", party.name, NULL);
        th_error_add_int(err, "run", run.distribution_id);
    }
    return status;
}

// Applies the change to the payments that were asked for.
static enum th_status change_all(struct th_work *work, const struct th_payment_input *input,
                                 const struct th_payout_change *change, struct th_json *reply,
                                 struct th_payout_list *ret_changed, struct th_error *err)
{
    struct th_payout_list payouts = {0};
    size_t n_changed = 0;
    struct th_json *list = th_json_array();
    struct th_money sum = {0};
    enum th_status status = load(work, input, &payouts, err);
    for (size_t i = 0; i < payouts.n && status == TH_OK; i++) {
        if (!input->party && !th_payout_may_follow(change->kind, payouts.items[i].state)) {
            continue;
        }
        struct th_payout *payout = &payouts.items[n_changed];
        struct th_json *item = NULL;
        *payout = payouts.items[i];
        status = th_payout_change(work, payout, change, err);
        if (status == TH_OK) {
            status = th_money_add(sum, payout->amount, &sum, err);
        }
        if (status == TH_OK) {
            status = th_payout_json(th_work_store(work), payout, false, &item, err);
        }
        th_json_append(list, item);
        n_changed++;
    }
    payouts.n = n_changed;
    if (status == TH_OK && n_changed == 0) {
        status = th_error_set(err, TH_CONFLICT, "payments_none", NULL);
        th_error_add_int(err, "run", input->run_id);
    }
    if (status == TH_OK) {
        *ret_changed = payouts;
    } else {
        free(payouts.items);
    }
    th_json_set_int(reply, "distribution_id", input->run_id);
    th_json_set_int(reply, "n", (int64_t)n_changed);
    th_json_set_money(reply, "amount_fen", sum);
    th_json_set(reply, "payments", list);
    return status;
}

static enum th_status change_payments(struct th_registry *registry,
                                      const struct th_request *request,
                                      const struct th_payment_input *input, const char *kind,
                                      const char *entry_kind, struct th_json **ret_reply,
                                      struct th_error *err)
{
    struct th_work *work = NULL;
    char on_date[TH_ON_SIZE];
    enum th_status status = check_texts(input, err);
    if (status != TH_OK) {
        return status;
    }
    struct th_json *given = th_json_object();
    th_json_set_int(given, "run", input->run_id);
    th_json_set_text(given, "party", input->party);
    th_json_set_text(given, "on", input->on);
    th_json_set_text(given, "reference", input->reference);
    th_json_set_text(given, "note", input->note);
    status = th_work_begin(registry, request, TH_MAY_DISTRIBUTE, entry_kind, given, &work,
                           ret_reply, err);
    th_json_free(given);
    if (status != TH_OK || work == NULL) {
        return status;
    }
    struct th_json *reply = th_json_object();
    struct th_json *body = th_json_object();
    struct th_payout_list changed = {0};
    char subject[TH_SUBJECT_SIZE];
    status = th_deal_day_parse(registry, input->on, on_date, err);
    if (status == TH_OK) {
        const struct th_payout_change change = {kind, on_date, input->reference, input->note};
        status = change_all(work, input, &change, reply, &changed, err);
    }
    free(changed.items);
    th_json_set_int(body, "distribution_id", input->run_id);
    return th_work_end(work, status, th_subject("distribution", input->run_id, subject), body,
                       reply, ret_reply, err);
}

enum th_status th_payment_confirm(struct th_registry *registry, const struct th_request *request,
                                  const struct th_payment_input *input, struct th_json **ret_reply,
                                  struct th_error *err)
{
    return change_payments(registry, request, input, "paid", "payment.confirm", ret_reply, err);
}

enum th_status th_payment_return(struct th_registry *registry, const struct th_request *request,
                                 const struct th_payment_input *input, struct th_json **ret_reply,
                                 struct th_error *err)
{
    if (!input->party) {
        return th_error_set(err, TH_USAGE, "party_missing", NULL);
    }
    return change_payments(registry, request, input, "returned", "payment.return", ret_reply, err);
}

enum th_status th_payment_resend(struct th_registry *registry, const struct th_request *request,
                                 const struct th_payment_input *input, struct th_json **ret_reply,
                                 struct th_error *err)
{
    return change_payments(registry, request, input, "resent", "payment.resend", ret_reply, err);
}

struct listing {
    struct th_store *store;
    const char *state;
    bool whole_account;
    struct th_json *payments;
    enum th_status status;
    struct th_error *err;
};

static bool list_run(void *context, const struct th_run *run)
{
    struct listing *listing = context;
    struct th_payout_list payouts = {0};
    listing->status = th_payouts(listing->store, run->distribution_id, 0, &payouts, listing->err);
    for (size_t i = 0; i < payouts.n && listing->status == TH_OK; i++) {
        struct th_json *item = NULL;
        if (listing->state && strcmp(listing->state, payouts.items[i].state) != 0) {
            continue;
        }
        listing->status = th_payout_json(listing->store, &payouts.items[i], listing->whole_account,
                                         &item, listing->err);
        th_json_append(listing->payments, item);
    }
    free(payouts.items);
    return listing->status == TH_OK;
}

enum th_status th_payment_list_show(struct th_registry *registry, int64_t run_id, const char *state,
                                    bool whole_account, struct th_json **ret_reply,
                                    struct th_error *err)
{
    struct th_store *store = th_registry_store(registry);
    struct th_run run;
    enum th_status status = th_store_begin_read(store, err);
    if (status != TH_OK) {
        return status;
    }
    struct listing listing = {.store = store,
                              .state = state,
                              .whole_account = whole_account,
                              .payments = th_json_array(),
                              .err = err};
    if (run_id != 0) {
        status = th_run_load(store, run_id, &run, err);
        if (status == TH_OK) {
            (void)list_run(&listing, &run);
        }
    } else {
        status = th_run_each(store, "approved", list_run, &listing, err);
    }
    th_store_end_read(store);
    if (status == TH_OK) {
        status = listing.status;
    }
    return th_reply_finish_list(status, "payments", listing.payments, ret_reply, err);
}
