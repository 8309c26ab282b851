// Where parties are paid: one person proposes an account, another confirms it by typing its number
// from the paper again.
#include <string.h>

#include "core/text.h"
#include "registry/reference.h"
#include "registry/reply.h"
#include "trading/payment/payment_internal.h"

// Without the spaces that people put between groups.
static enum th_status parse_number(const char *text, char ret_number[TH_ACCOUNT_NUMBER_SIZE],
                                   struct th_error *err)
{
    enum { SHORTEST = 4, LONGEST = 34 }; // an IBAN is the longest
    size_t n = 0;
    bool good = text != NULL;
    for (const char *at = text; good && *at != '\0'; at++) {
        bool known = (*at >= '0' && *at <= '9') || (*at >= 'A' && *at <= 'Z') ||
                     (*at >= 'a' && *at <= 'z') || *at == '-';
        if (*at != ' ') {
            good = known && n < LONGEST;
            if (good) {
                ret_number[n++] = *at;
            }
        }
    }
    if (!good || n < SHORTEST) {
        return th_error_set(err, TH_INVALID, "account_number", NULL);
    }
    ret_number[n] = '\0';
    return TH_OK;
}

static enum th_status account_json(struct th_store *store, const struct th_party_account *account,
                                   struct th_json **ret_object, struct th_error *err)
{
    char masked[TH_ACCOUNT_NUMBER_SIZE];
    struct th_party party;
    enum th_status status = th_party_load(store, account->party_id, &party, err);
    if (status != TH_OK) {
        return status;
    }
    struct th_json *object = th_json_object();
    th_json_set_int(object, "account_id", account->account_id);
    th_json_set_int(object, "party", account->party_id);
    th_json_set_text(object, "party_name", party.name);
    th_json_set_text(object, "bank", account->bank);
    th_json_set_text(object, "account", th_account_masked(account->number, masked));
    th_json_set_text(object, "account_holder", account->holder);
    th_json_set_bool(object, "holder_differs", strcmp(account->holder, party.name) != 0);
    th_json_set_text(object, "state", account->state);
    th_json_set_text(object, "proposed_by", account->proposed_by);
    th_json_set_word(object, "decided_by", account->decided_by);
    th_json_set_word(object, "reason", account->reason);
    return th_reply_finish(TH_OK, object, ret_object, err);
}

// What an account would take the place of, and what the person should look at.
static enum th_status tell_effect(struct th_store *store, const struct th_party_account *account,
                                  struct th_json *reply, struct th_error *err)
{
    char masked[TH_ACCOUNT_NUMBER_SIZE];
    struct th_party_account before = {0};
    bool found = false;
    enum th_status status = th_party_account_now(store, account->party_id, &found, &before, err);
    struct th_json *warnings = th_json_array();
    th_json_set_text(reply, "replaces", found ? th_account_masked(before.number, masked) : NULL);
    if (th_json_get_bool(reply, "holder_differs", false)) {
        th_json_append_text(warnings, "holder_differs");
    }
    if (found) {
        th_json_append_text(warnings, "account_replaced");
    }
    th_json_set(reply, "warnings", warnings);
    return status;
}

// The county's people know every party. A bank's propose where their bank deals with the party, or
// nobody does; they confirm where no other bank deals with it, which would be paid past.
static enum th_status check_bank(struct th_work *work, int64_t party_id, bool confirms,
                                 struct th_error *err)
{
    const struct th_actor *actor = th_work_actor(work);
    struct th_party party;
    bool own = false;
    bool other = false;
    if (actor->party_id == 0 || strcmp(actor->role, "bank") != 0) {
        return TH_OK;
    }
    enum th_status status =
        th_party_banks(th_work_store(work), party_id, actor->party_id, &own, &other, err);
    if (status != TH_OK || !other || (own && !confirms)) {
        return status;
    }
    status = th_party_load(th_work_store(work), party_id, &party, err);
    return status == TH_OK ? th_error_set(err, TH_NOT_PERMITTED, "account_other_bank", "login",
                                          actor->login, "party", party.name, NULL)
                           : status;
}

static enum th_status propose(struct th_work *work, const struct th_party_account_input *input,
                              struct th_party_account *account, struct th_error *err)
{
    struct th_party party;
    enum th_status status = th_party_resolve(th_work_store(work), input->party, &party, err);
    if (status == TH_OK) {
        status = th_name_check(input->bank, err);
    }
    if (status == TH_OK && input->holder) {
        status = th_name_check(input->holder, err);
    }
    if (status == TH_OK) {
        status = parse_number(input->number, account->number, err);
    }
    if (status == TH_OK) {
        status = check_bank(work, party.party_id, false, err);
    }
    if (status != TH_OK) {
        return status;
    }
    account->party_id = party.party_id;
    th_text_copy(account->bank, sizeof(account->bank), input->bank);
    th_text_copy(account->holder, sizeof(account->holder),
                 input->holder ? input->holder : party.name);
    th_text_copy(account->proposed_by, sizeof(account->proposed_by), th_work_actor(work)->login);
    th_text_copy(account->state, sizeof(account->state), "proposed");
    return th_party_account_post(th_work_posting(work), account, &account->account_id, err);
}

enum th_status th_party_account_add(struct th_registry *registry, const struct th_request *request,
                                    const struct th_party_account_input *input,
                                    struct th_json **ret_reply, struct th_error *err)
{
    struct th_work *work = NULL;
    struct th_party_account account = {0};
    struct th_json *given = th_json_object();
    th_json_set_text(given, "party", input->party);
    th_json_set_text(given, "bank", input->bank);
    th_json_set_text(given, "number", input->number);
    th_json_set_text(given, "holder", input->holder);
    enum th_status status = th_work_begin(registry, request, TH_MAY_ACCOUNT, "party.account", given,
                                          &work, ret_reply, err);
    th_json_free(given);
    if (status != TH_OK || work == NULL) {
        return status;
    }
    struct th_json *reply = NULL;
    struct th_json *body = NULL;
    char subject[TH_SUBJECT_SIZE];
    status = propose(work, input, &account, err);
    if (status == TH_OK) {
        status = account_json(th_work_store(work), &account, &reply, err);
    }
    if (status == TH_OK) {
        body = th_json_copy(reply);
        status = tell_effect(th_work_store(work), &account, reply, err);
    }
    return th_work_end(work, status, th_subject("party", account.party_id, subject), body, reply,
                       ret_reply, err);
}

// Whoever confirms has the paper before him: he types the number again.
static enum th_status check_confirmation(struct th_work *work,
                                         const struct th_party_account *account, const char *number,
                                         struct th_error *err)
{
    char typed[TH_ACCOUNT_NUMBER_SIZE];
    enum th_status status = th_work_check_other(work, account->proposed_by, err);
    if (status == TH_OK) {
        status = check_bank(work, account->party_id, true, err);
    }
    if (status == TH_OK) {
        status = parse_number(number, typed, err);
    }
    if (status == TH_OK && strcmp(typed, account->number) != 0) {
        status = th_error_set(err, TH_CONFLICT, "account_number_differs", NULL);
        th_error_add_int(err, "account", account->account_id);
    }
    return status;
}

static enum th_status decide(struct th_work *work, const struct th_party_account_word *word,
                             bool confirms, struct th_party_account *account, struct th_error *err)
{
    const struct th_party_account_decision decision = {.account_id = word->account_id,
                                                       .state = confirms ? "confirmed" : "refused",
                                                       .login = th_work_actor(work)->login,
                                                       .reason = word->reason};
    enum th_status status =
        th_party_account_load(th_work_store(work), word->account_id, account, err);
    if (status == TH_OK && strcmp(account->state, "proposed") != 0) {
        status = th_error_set(err, TH_CONFLICT, "account_decided", NULL);
        th_error_add_word(err, "state", "value.account_state", account->state);
        th_error_add_int(err, "account", word->account_id);
    }
    if (status == TH_OK) {
        status = confirms ? check_confirmation(work, account, word->number, err)
                          : check_bank(work, account->party_id, false, err);
    }
    if (status == TH_OK) {
        status = th_party_account_decide(th_work_posting(work), &decision, err);
    }
    return status == TH_OK
               ? th_party_account_load(th_work_store(work), word->account_id, account, err)
               : status;
}

static enum th_status run_decision(struct th_registry *registry, const struct th_request *request,
                                   const struct th_party_account_word *word, bool confirms,
                                   struct th_json **ret_reply, struct th_error *err)
{
    struct th_work *work = NULL;
    struct th_party_account account = {0};
    struct th_json *given = th_json_object();
    th_json_set_int(given, "account", word->account_id);
    th_json_set_text(given, "number", word->number);
    th_json_set_text(given, "reason", word->reason);
    enum th_status status = th_work_begin(
        registry, request, TH_MAY_ACCOUNT,
        confirms ? "party.account_confirm" : "party.account_refuse", given, &work, ret_reply, err);
    th_json_free(given);
    if (status != TH_OK || work == NULL) {
        return status;
    }
    struct th_json *reply = NULL;
    struct th_json *body = NULL;
    char subject[TH_SUBJECT_SIZE];
    status = decide(work, word, confirms, &account, err);
    if (status == TH_OK) {
        status = account_json(th_work_store(work), &account, &reply, err);
    }
    if (status == TH_OK) {
        body = th_json_copy(reply);
    }
    return th_work_end(work, status, th_subject("party", account.party_id, subject), body, reply,
                       ret_reply, err);
}

enum th_status th_party_account_confirm(struct th_registry *registry,
                                        const struct th_request *request,
                                        const struct th_party_account_word *word,
                                        struct th_json **ret_reply, struct th_error *err)
{
    return run_decision(registry, request, word, true, ret_reply, err);
}

enum th_status th_party_account_refuse(struct th_registry *registry,
                                       const struct th_request *request,
                                       const struct th_party_account_word *word,
                                       struct th_json **ret_reply, struct th_error *err)
{
    char reason[TH_TRADE_NOTE_SIZE];
    enum th_status status = th_note_parse("reason", word->reason, reason, err);
    return status == TH_OK ? run_decision(registry, request, word, false, ret_reply, err) : status;
}

struct listing {
    struct th_store *store;
    struct th_json *accounts;
    enum th_status status;
    struct th_error *err;
};

static bool list_account(void *context, const struct th_party_account *account)
{
    struct listing *listing = context;
    struct th_json *item = NULL;
    listing->status = account_json(listing->store, account, &item, listing->err);
    if (listing->status == TH_OK) {
        th_json_append(listing->accounts, item);
    }
    return listing->status == TH_OK;
}

enum th_status th_party_account_list(struct th_registry *registry, const char *party_text,
                                     const char *state, struct th_json **ret_reply,
                                     struct th_error *err)
{
    struct th_store *store = th_registry_store(registry);
    struct th_party party = {0};
    enum th_status status = th_store_begin_read(store, err);
    if (status != TH_OK) {
        return status;
    }
    struct listing listing = {.store = store, .accounts = th_json_array(), .err = err};
    if (party_text) {
        status = th_party_resolve(store, party_text, &party, err);
    }
    if (status == TH_OK) {
        status = th_party_account_each(store, party.party_id, state, list_account, &listing, err);
    }
    th_store_end_read(store);
    if (status == TH_OK) {
        status = listing.status;
    }
    return th_reply_finish_list(status, "accounts", listing.accounts, ret_reply, err);
}
