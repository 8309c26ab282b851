// Where parties are paid.
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
    struct th_json *object = th_json_object();
    th_json_set_int(object, "account_id", account->account_id);
    enum th_status status = th_json_set_party(store, object, "party", account->party_id, err);
    th_json_set_text(object, "bank", account->bank);
    th_json_set_text(object, "account", th_account_masked(account->number, masked));
    th_json_set_text(object, "account_holder", account->holder);
    th_json_set_text(object, "from", account->from_on);
    return th_reply_finish(status, object, ret_object, err);
}

static enum th_status add(struct th_registry *registry, struct th_work *work,
                          const struct th_party_account_input *input,
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
        status = th_on_parse(registry, input->from, account->from_on, err);
    }
    if (status != TH_OK) {
        return status;
    }
    account->party_id = party.party_id;
    th_text_copy(account->bank, sizeof(account->bank), input->bank);
    th_text_copy(account->holder, sizeof(account->holder),
                 input->holder ? input->holder : party.name);
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
    th_json_set_text(given, "from", input->from);
    enum th_status status = th_work_begin(registry, request, TH_MAY_RECEIPT, "party.account", given,
                                          &work, ret_reply, err);
    th_json_free(given);
    if (status != TH_OK || work == NULL) {
        return status;
    }
    struct th_json *reply = NULL;
    struct th_json *body = NULL;
    char subject[TH_SUBJECT_SIZE];
    status = add(registry, work, input, &account, err);
    if (status == TH_OK) {
        status = account_json(th_work_store(work), &account, &reply, err);
    }
    if (status == TH_OK) {
        body = th_json_copy(reply);
    }
    return th_work_end(work, status, th_subject("party", account.party_id, subject), body, reply,
                       ret_reply, err);
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
                                     struct th_json **ret_reply, struct th_error *err)
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
        status = th_party_account_each(store, party.party_id, list_account, &listing, err);
    }
    th_store_end_read(store);
    if (status == TH_OK) {
        status = listing.status;
    }
    return th_reply_finish_list(status, "accounts", listing.accounts, ret_reply, err);
}
