// One payment: its number, how it is told, whose it is, and what happens to it.
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "registry/login.h"
#include "registry/reference.h"
#include "trading/payment/payment_internal.h"

const char *th_payment_number(const struct th_payout *payout, char buf[TH_PAYMENT_NUMBER_SIZE])
{
    // The letter keeps spreadsheets from reading a date.
    (void)snprintf(buf, TH_PAYMENT_NUMBER_SIZE, "P%lld-%lld-%lld-%s",
                   (long long)payout->distribution_id, (long long)payout->party_id,
                   (long long)payout->attempt, payout->run_word);
    return buf;
}

bool th_payment_number_parse(const char *text, struct th_payout *ret_payout)
{
    enum { RUN, PARTY, ATTEMPT, WORD, PARTS };
    char copy[TH_PAYMENT_NUMBER_SIZE];
    char *parts[PARTS];
    struct th_payout payout = {.distribution_id = 0};
    if ((text[0] != 'P' && text[0] != 'p') || strlen(text) >= sizeof(copy)) {
        return false;
    }
    th_text_copy(copy, sizeof(copy), text + 1);
    parts[RUN] = copy;
    for (int i = RUN; i < WORD; i++) {
        char *end = strchr(parts[i], '-');
        if (!end) {
            return false;
        }
        *end = '\0';
        parts[i + 1] = end + 1;
    }
    if (strlen(parts[WORD]) != TH_RUN_WORD_SIZE - 1 ||
        !th_text_parse_int(parts[RUN], 1, INT64_MAX, &payout.distribution_id) ||
        !th_text_parse_int(parts[PARTY], 1, INT64_MAX, &payout.party_id) ||
        !th_text_parse_int(parts[ATTEMPT], 1, INT64_MAX, &payout.attempt)) {
        return false;
    }
    for (size_t i = 0; i < TH_RUN_WORD_SIZE - 1; i++) {
        payout.run_word[i] = (char)toupper((unsigned char)parts[WORD][i]);
    }
    *ret_payout = payout;
    return true;
}

const char *th_account_masked(const char *number, char buf[TH_ACCOUNT_NUMBER_SIZE])
{
    size_t length = strlen(number);
    size_t shown = length >= 12 ? 4 : 0;
    (void)snprintf(buf, TH_ACCOUNT_NUMBER_SIZE, "%.*s****%s", (int)shown, number,
                   number + (length > 4 ? length - 4 : length));
    return buf;
}

static const char *note_of(bool since, bool before, bool other_holder)
{
    if (!since) {
        return other_holder ? "holder" : "";
    }
    if (before) {
        return other_holder ? "changed_holder" : "changed";
    }
    return other_holder ? "first_holder" : "first";
}

enum th_status th_payout_account(struct th_store *store, const struct th_payout *payout,
                                 const struct th_party *party, struct th_party_account *ret_account,
                                 const char **ret_note, struct th_error *err)
{
    struct th_party_account account = {0};
    bool found = false;
    bool before = false;
    enum th_status status = th_party_account_now(store, payout->party_id, &found, &account, err);
    bool since = found && payout->approved_seq != 0 && account.seq > payout->approved_seq;
    if (status == TH_OK && since) {
        status =
            th_party_account_before(store, payout->party_id, payout->approved_seq, &before, err);
    }
    if (status == TH_OK) {
        *ret_account = account;
        *ret_note =
            found ? note_of(since, before, strcmp(account.holder, party->name) != 0) : "missing";
    }
    return status;
}

enum th_status th_payout_json(struct th_store *store, const struct th_payout *payout,
                              bool whole_account, struct th_json **ret_object, struct th_error *err)
{
    char number[TH_PAYMENT_NUMBER_SIZE];
    char masked[TH_ACCOUNT_NUMBER_SIZE];
    struct th_party party;
    struct th_party_account account = {0};
    const char *note = "";
    enum th_status status = th_party_load(store, payout->party_id, &party, err);
    if (status == TH_OK) {
        status = th_payout_account(store, payout, &party, &account, &note, err);
    }
    if (status != TH_OK) {
        return status;
    }
    struct th_json *object = th_json_object();
    th_json_set_int(object, "distribution_id", payout->distribution_id);
    th_json_set_text(object, "number", th_payment_number(payout, number));
    th_json_set_int(object, "party", payout->party_id);
    th_json_set_text(object, "name", party.name);
    th_json_set_text(object, "kind", party.kind);
    th_json_set_money(object, "amount_fen", payout->amount);
    th_json_set_text(object, "state", payout->state);
    th_json_set_int(object, "attempt", payout->attempt);
    th_json_set_word(object, "on", payout->on_date);
    th_json_set_word(object, "reference", payout->reference);
    th_json_set_word(object, "note", payout->note);
    th_json_set_word(object, "bank", account.bank);
    th_json_set_word(object, "account",
                     account.number[0] != '\0' && !whole_account
                         ? th_account_masked(account.number, masked)
                         : account.number);
    th_json_set_word(object, "account_holder", account.holder);
    th_json_set_word(object, "account_note", note);
    *ret_object = object;
    return TH_OK;
}

// Cash and claims of one payment, sale by sale; `back` undoes them.
static enum th_status move_cash(struct th_work *work, const struct th_payout *payout,
                                const char *on_date, bool back, struct th_error *err)
{
    struct th_run_part_list parts = {0};
    enum th_status status =
        th_run_parts(th_work_store(work), payout->distribution_id, payout->party_id, &parts, err);
    for (size_t i = 0; i < parts.n && status == TH_OK; i++) {
        const struct th_run_part *part = &parts.items[i];
        struct th_transfer transfer = {.from_id = back ? part->payer_id : part->party_id,
                                       .to_id = back ? part->party_id : part->payer_id,
                                       .account = TH_ACCOUNT_CLAIM,
                                       .amount = part->amount,
                                       .on_date = on_date,
                                       .trade_id = part->trade_id,
                                       .memo = back ? "money.payment_returned" : "money.payment"};
        status = th_money_move(th_work_posting(work), &transfer, err);
        transfer.from_id = back ? part->party_id : part->payer_id;
        transfer.to_id = back ? part->payer_id : part->party_id;
        transfer.account = TH_ACCOUNT_CASH;
        if (status == TH_OK) {
            status = th_money_move(th_work_posting(work), &transfer, err);
        }
    }
    free(parts.items);
    return status;
}

// From which states a kind of event leads.
bool th_payout_may_follow(const char *kind, const char *state)
{
    bool owed = strcmp(state, "owed") == 0;
    bool paid = strcmp(state, "paid") == 0;
    if (strcmp(kind, "paid") == 0) {
        return owed;
    }
    return strcmp(kind, "returned") == 0 ? owed || paid : strcmp(state, "returned") == 0;
}

// Nothing is paid before it is owed, nor comes back before it was paid.
static enum th_status check_day(const struct th_payout *payout, const char *on_date,
                                struct th_error *err)
{
    char number[TH_PAYMENT_NUMBER_SIZE];
    if (strcmp(on_date, payout->since_on) >= 0) {
        return TH_OK;
    }
    (void)th_error_set(err, TH_INVALID, "payment_before", "number",
                       th_payment_number(payout, number), "on", on_date, "since", payout->since_on,
                       NULL);
    th_error_add_word(err, "state", "value.state", payout->state);
    return TH_INVALID;
}

enum th_status th_payout_change(struct th_work *work, struct th_payout *payout,
                                const struct th_payout_change *change, struct th_error *err)
{
    bool resent = strcmp(change->kind, "resent") == 0;
    bool returned = strcmp(change->kind, "returned") == 0;
    bool was_paid = strcmp(payout->state, "paid") == 0;
    char number[TH_PAYMENT_NUMBER_SIZE];
    if (!th_payout_may_follow(change->kind, payout->state)) {
        (void)th_error_set(err, TH_CONFLICT, "payment_state", "number",
                           th_payment_number(payout, number), NULL);
        th_error_add_word(err, "state", "value.state", payout->state);
        return TH_CONFLICT;
    }
    const struct th_payout_event event = {.distribution_id = payout->distribution_id,
                                          .party_id = payout->party_id,
                                          .attempt = payout->attempt + resent,
                                          .kind = change->kind,
                                          .amount = payout->amount,
                                          .on_date = change->on_date,
                                          .reference = change->reference,
                                          .note = change->note,
                                          .login = th_work_actor(work)->login};
    enum th_status status = check_day(payout, change->on_date, err);
    if (status == TH_OK) {
        status = th_payout_event_post(th_work_posting(work), &event, err);
    }
    if (status == TH_OK && (strcmp(change->kind, "paid") == 0 || (returned && was_paid))) {
        status = move_cash(work, payout, change->on_date, returned, err);
    }
    if (status == TH_OK) {
        payout->attempt = event.attempt;
        th_text_copy(payout->state, sizeof(payout->state), resent ? "owed" : change->kind);
        th_text_copy(payout->since_on, sizeof(payout->since_on), change->on_date);
        th_text_copy(payout->on_date, sizeof(payout->on_date), change->on_date);
        th_text_copy(payout->reference, sizeof(payout->reference),
                     change->reference ? change->reference : "");
        th_text_copy(payout->note, sizeof(payout->note), change->note ? change->note : "");
    }
    return status;
}

enum th_status th_run_check_approved(const struct th_run *run, struct th_error *err)
{
    if (strcmp(run->state, "approved") == 0) {
        return TH_OK;
    }
    bool rejected = strcmp(run->state, "rejected") == 0;
    (void)th_error_set(err, TH_CONFLICT, rejected ? "run_rejected" : "run_not_approved", NULL);
    th_error_add_int(err, "run", run->distribution_id);
    return TH_CONFLICT;
}

// Did this bank sell everything that the run distributes?
static enum th_status is_seller(struct th_store *store, int64_t distribution_id, int64_t bank_id,
                                bool *ret_is, struct th_error *err)
{
    struct th_run_sale_list sales = {0};
    bool is = true;
    enum th_status status = th_run_sales(store, distribution_id, &sales, err);
    for (size_t i = 0; i < sales.n && status == TH_OK; i++) {
        is = is && sales.items[i].seller_id == bank_id;
    }
    free(sales.items);
    if (status == TH_OK) {
        *ret_is = is;
    }
    return status;
}

enum th_status th_run_check_own(struct th_work *work, int64_t distribution_id, struct th_error *err)
{
    const struct th_actor *actor = th_work_actor(work);
    bool own = false;
    if (actor->party_id == 0 || strcmp(actor->role, "bank") != 0) {
        return TH_OK;
    }
    enum th_status status =
        is_seller(th_work_store(work), distribution_id, actor->party_id, &own, err);
    return status != TH_OK || own
               ? status
               : th_error_set(err, TH_NOT_PERMITTED, "run_not_yours", "login", actor->login, NULL);
}

enum th_status th_run_may_see_accounts(struct th_store *store, const char *login, int64_t run_id,
                                       bool *ret_may, struct th_error *err)
{
    struct th_user user;
    if (!login || login[0] == '\0') {
        *ret_may = false;
        return TH_OK;
    }
    enum th_status status = th_login_load(store, login, &user, err);
    bool bank = status == TH_OK && strcmp(user.role, "bank") == 0;
    if (bank && user.party_id != 0) {
        return is_seller(store, run_id, user.party_id, ret_may, err);
    }
    if (status == TH_OK) {
        *ret_may = bank || strcmp(user.role, "officer") == 0 || strcmp(user.role, "admin") == 0;
    }
    return status;
}
