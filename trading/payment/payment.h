// Payments of approved runs: owed, paid, returned, sent again; and the accounts they go to.
//
// A payment is what a party gets of a run in all its capacities. Its number, "P7-12-1", is run,
// party and attempt: the bank's system confirms by it.
#ifndef TH_TRADING_PAYMENT_H
#define TH_TRADING_PAYMENT_H

#include "core/messages.h"
#include "registry/registry.h"

struct th_payment_input { // texts may be NULL
    int64_t run_id;
    const char *party; // NULL, of a confirmation: all that are owed
    const char *on;    // the day of it; NULL: today
    const char *reference;
    const char *note; // why it came back
};
// What was paid becomes cash. Reply: distribution_id, n, amount_fen, payments[{distribution_id,
// number, party, name, kind, amount_fen, state, attempt, on, reference, note, bank, account,
// account_holder}] that changed; account numbers with stars. TH_NOT_FOUND ("revenue_run_not_found",
// "payment_not_found", "party_not_found"), TH_CONFLICT ("run_not_approved", "payment_state" with
// "state", "run_rejected"), TH_NOT_PERMITTED ("run_not_yours"), TH_INVALID ("date_in_future",
// "payment_before": before the run was approved, or before what happened to the payment last).
enum th_status th_payment_confirm(struct th_registry *registry, const struct th_request *request,
                                  const struct th_payment_input *input, struct th_json **ret_reply,
                                  struct th_error *err) TH_MUST_CHECK;
// A payment came back: what was booked as paid is owed again. TH_USAGE ("party_missing").
enum th_status th_payment_return(struct th_registry *registry, const struct th_request *request,
                                 const struct th_payment_input *input, struct th_json **ret_reply,
                                 struct th_error *err) TH_MUST_CHECK;
// A returned payment is sent again, under a new number.
enum th_status th_payment_resend(struct th_registry *registry, const struct th_request *request,
                                 const struct th_payment_input *input, struct th_json **ret_reply,
                                 struct th_error *err) TH_MUST_CHECK;
// Reply: payments[] of one run, or of all approved ones (run_id 0), in this state (NULL: any);
// whole_account for the list that goes to the bank.
enum th_status th_payment_list_show(struct th_registry *registry, int64_t run_id, const char *state,
                                    bool whole_account, struct th_json **ret_reply,
                                    struct th_error *err) TH_MUST_CHECK;

// The list by which the bank pays what is owed of an approved run, with whole account numbers and
// amounts in capitals; CSV or XLSX by the file's name, which must not exist. Reply: file, sha256,
// n, amount_fen, without_account (how many have none), remarks (how many have one: ordered by
// a message to the bank's system, no account, one that changed since the approval, or in another
// name). TH_NOT_PERMITTED ("accounts_not_yours":
// only the bank that pays and the county see whole numbers), TH_NOT_FOUND
// ("revenue_run_not_found"), TH_CONFLICT ("run_not_approved", "run_rejected", "payments_none"),
// errors of th_payment_paper_write.
struct th_payment_file {
    int64_t run_id;
    const char *path;
    const struct th_messages *messages;
    enum th_lang lang;
};
enum th_status th_payment_list_file(struct th_registry *registry, const struct th_request *request,
                                    const struct th_payment_file *file, struct th_json **ret_reply,
                                    struct th_error *err) TH_MUST_CHECK;

// What the bank's system says of payments: a table with columns number, amount, status, date,
// reference, note (or their Chinese names). Good rows are booked, others told. Reply: read,
// accepted, rejected, unchanged, problems[]. Codes: payment_number payment_unknown payment_foreign
// payment_old payment_amount payment_status payment_date payment_state payment_before. TH_INVALID
// ("payment_columns"), errors of th_sheet_read. messages may be NULL.
struct th_payment_import_input {
    const char *source;
    const struct th_messages *messages;
    enum th_lang lang;
};
enum th_status th_payment_import(struct th_registry *registry, const struct th_request *request,
                                 const struct th_payment_import_input *input,
                                 struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;

struct th_party_account_input {
    const char *party;
    const char *bank;
    const char *number; // 4 … 34 digits, letters and hyphens; spaces are left out
    const char *holder; // NULL: the party's name
};
// Proposes where a party is to be paid; nothing is paid there before another person confirmed it.
// By officer or bank. Reply: account_id, party, party_name, bank, account (with stars),
// account_holder, holder_differs, state, proposed_by, decided_by, reason, replaces (the account
// that holds now, with stars), warnings (holder_differs, account_replaced). TH_INVALID
// ("account_number", "name_empty", "name_too_long"), TH_NOT_PERMITTED ("account_other_bank" with
// "party": only other banks deal with it).
enum th_status th_party_account_add(struct th_registry *registry, const struct th_request *request,
                                    const struct th_party_account_input *input,
                                    struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;

struct th_party_account_word {
    int64_t account_id;
    const char *number; // of a confirmation: typed again, from the paper
    const char *reason; // of a refusal; NULL: none
};
// Another person's word; the account holds from its entry on, for everything that is owed then.
// Reply as above, without the last two. TH_NOT_FOUND ("account_not_found"), TH_CONFLICT
// ("account_decided", "account_number_differs"), TH_NOT_PERMITTED ("second_person",
// "account_other_bank": another bank deals with the party, too), TH_INVALID ("account_number").
enum th_status th_party_account_confirm(struct th_registry *registry,
                                        const struct th_request *request,
                                        const struct th_party_account_word *word,
                                        struct th_json **ret_reply,
                                        struct th_error *err) TH_MUST_CHECK;
// Also by the proposer, who takes it back.
enum th_status th_party_account_refuse(struct th_registry *registry,
                                       const struct th_request *request,
                                       const struct th_party_account_word *word,
                                       struct th_json **ret_reply,
                                       struct th_error *err) TH_MUST_CHECK;
// Reply: accounts[], numbers with stars; party NULL: of all, state NULL: any.
enum th_status th_party_account_list(struct th_registry *registry, const char *party,
                                     const char *state, struct th_json **ret_reply,
                                     struct th_error *err) TH_MUST_CHECK;

#endif
