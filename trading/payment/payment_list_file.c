// The list of payments as a file.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/buf.h"
#include "core/file.h"
#include "papers/payment_list.h"
#include "registry/reply.h"
#include "store/revenue/outbox_store.h"
#include "trading/payment/payment_internal.h"

static const char *words(const struct th_payment_file *file, struct th_arena *arena,
                         const char *prefix, const char *value)
{
    char key[96];
    (void)snprintf(key, sizeof(key), "%s%s", prefix, value);
    return th_arena_text(arena, th_messages_text(file->messages, file->lang, key));
}

// What to know before paying over the counter: that the bank's system pays it, and of the account.
static const char *remark(const struct th_payment_file *file, struct th_arena *arena, bool ordered,
                          const char *note)
{
    enum { REMARK_MAX = 512 };
    const char *first = ordered ? words(file, arena, "value.", "payment_ordered") : "";
    const char *second = note[0] != '\0' ? words(file, arena, "value.account_note.", note) : "";
    struct th_buf text;
    if (!first || !second) {
        return NULL;
    }
    th_buf_init(&text, REMARK_MAX);
    th_buf_printf(&text, "%s%s%s", first, first[0] != '\0' && second[0] != '\0' ? " · " : "",
                  second);
    const char *whole =
        th_buf_check(&text, NULL) == TH_OK ? th_arena_text(arena, th_buf_text(&text)) : NULL;
    th_buf_clear(&text);
    return whole;
}

static enum th_status fill(struct th_store *store, const struct th_payment_file *file,
                           const struct th_payout *payout, struct th_arena *arena,
                           struct th_payment_entry *entry, struct th_error *err)
{
    struct th_party party;
    struct th_village village = {.name = ""};
    struct th_party_account account = {0};
    char number[TH_PAYMENT_NUMBER_SIZE];
    const char *note = "";
    bool ordered = false;
    enum th_status status = th_party_load(store, payout->party_id, &party, err);
    if (status == TH_OK && party.village[0] != '\0') {
        status = th_village_load(store, party.village, &village, err);
    }
    if (status == TH_OK) {
        status = th_payout_account(store, payout, &party, &account, &note, err);
    }
    if (status == TH_OK) {
        status = th_outbox_ordered(store, payout, &ordered, err);
    }
    if (status != TH_OK) {
        return status;
    }
    *entry =
        (struct th_payment_entry){.number = th_arena_text(arena, th_payment_number(payout, number)),
                                  .name = th_arena_text(arena, party.name),
                                  .kind = words(file, arena, "value.kind.", party.kind),
                                  .village = th_arena_text(arena, village.name),
                                  .account_name = th_arena_text(arena, account.holder),
                                  .account_number = th_arena_text(arena, account.number),
                                  .account_bank = th_arena_text(arena, account.bank),
                                  .amount = payout->amount,
                                  .basis = words(file, arena, "money.", "distribution"),
                                  .purpose = words(file, arena, "money.", "payment"),
                                  .remark = remark(file, arena, ordered, note)};
    return entry->number && entry->name && entry->kind && entry->village && entry->account_name &&
                   entry->account_number && entry->account_bank && entry->basis && entry->purpose &&
                   entry->remark
               ? TH_OK
               : th_error_no_memory(err);
}

struct list { // what is owed of a run
    struct th_payment_entry *entries;
    size_t n;
    int64_t n_without_account;
    int64_t n_remarks;
};

static enum th_status gather(struct th_store *store, const struct th_payment_file *file,
                             struct th_arena *arena, struct list *list, struct th_error *err)
{
    struct th_run run;
    struct th_payout_list payouts = {0};
    enum th_status status = th_run_load(store, file->run_id, &run, err);
    if (status == TH_OK) {
        status = th_run_check_approved(&run, err);
    }
    if (status == TH_OK) {
        status = th_payouts(store, file->run_id, 0, &payouts, err);
    }
    if (status == TH_OK) {
        list->entries = calloc(payouts.n + 1, sizeof(*list->entries));
        status = list->entries ? TH_OK : th_error_no_memory(err);
    }
    for (size_t i = 0; i < payouts.n && status == TH_OK; i++) {
        if (strcmp(payouts.items[i].state, "owed") == 0) {
            struct th_payment_entry *entry = &list->entries[list->n++];
            status = fill(store, file, &payouts.items[i], arena, entry, err);
            list->n_without_account += status == TH_OK && entry->account_number[0] == '\0';
            list->n_remarks += status == TH_OK && entry->remark[0] != '\0';
        }
    }
    free(payouts.items);
    if (status == TH_OK && list->n == 0) {
        status = th_error_set(err, TH_CONFLICT, "payments_none", NULL);
        th_error_add_int(err, "run", file->run_id);
    }
    return status;
}

enum th_status th_payment_list_file(struct th_registry *registry, const struct th_request *request,
                                    const struct th_payment_file *file, struct th_json **ret_reply,
                                    struct th_error *err)
{
    struct th_store *store = th_registry_store(registry);
    struct th_arena arena = {0};
    struct list list = {0};
    bool may_see = false;
    struct th_money total = {0};
    struct th_hash sha256 = {{0}};
    char hex[TH_HASH_HEX_SIZE];
    char title[128];
    enum th_status status = th_file_check_new(file->path, err);
    if (status == TH_OK) {
        status = th_store_begin_read(store, err);
    }
    if (status == TH_OK) {
        status = th_run_may_see_accounts(store, request->login, file->run_id, &may_see, err);
        if (status == TH_OK && !may_see) {
            status = th_error_set(err, TH_NOT_PERMITTED, "accounts_not_yours", NULL);
        }
        if (status == TH_OK) {
            status = gather(store, file, &arena, &list, err);
        }
        th_store_end_read(store);
    }
    (void)snprintf(title, sizeof(title), "%s P%lld",
                   th_messages_text(file->messages, file->lang, "money.payment"),
                   (long long)file->run_id);
    if (status == TH_OK) {
        const struct th_payment_paper paper = {.title = title,
                                               .program =
                                                   th_registry_surroundings(registry)->program,
                                               .entries = list.entries,
                                               .n_entries = list.n};
        status = th_payment_paper_write(&paper, file->messages, file->lang, file->path, &total,
                                        &sha256, err);
    }
    struct th_json *reply = th_json_object();
    th_json_set_text(reply, "file", file->path);
    th_json_set_text(reply, "sha256", th_hash_hex(&sha256, hex));
    th_json_set_int(reply, "n", (int64_t)list.n);
    th_json_set_money(reply, "amount_fen", total);
    th_json_set_int(reply, "without_account", list.n_without_account);
    th_json_set_int(reply, "remarks", list.n_remarks);
    free(list.entries);
    th_arena_clear(&arena);
    return th_reply_finish(status, reply, ret_reply, err);
}
