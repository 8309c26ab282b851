// What there is to tell of one party, by its kind.
#ifndef TH_TRADING_ACCOUNT_SHOW_H
#define TH_TRADING_ACCOUNT_SHOW_H

#include "core/messages.h"
#include "registry/registry.h"

// Reply: party, name, kind, uscc, village, held_t, locked_t, buffer_t, retired_t, cancelled_t,
// reversal_owed_t (tonnes owed for reversals that nobody has made good), claim_fen, cash_fen,
// money_fen; and of a village's collective, of packages on the village's ground or held by it:
// packages[{package_id, name, holder, state, methodology, from, to, issued_t, buffer_t,
// contributed_kg (from the village's ground)}]; of any other that holds packages: packages[]
// likewise, contributed_kg of the whole package; of a verifier: packages[] that it verified or
// stated; of an enterprise: years[{year, version, emissions_kg, level, grade, denominator,
// efficiency, document, document_sha256, retired_t, by_statement_t, neutral_ratio, neutral_percent,
// measured_ratio, measured_percent}] and mark. What was retired counts where its beneficiary has
// the enterprise's credit code, in the year in which it was approved; the ratio is exact, the per
// cent has two decimals, rounded down, and may exceed 100; measured_* leave out units by statement.
// A year without emissions on record has nulls. `mark` says what such units are not good for.
// TH_NOT_FOUND ("party_not_found"), TH_CONFLICT ("party_ambiguous").
enum th_status th_account_show(struct th_registry *registry, const char *party,
                               const struct th_messages *messages, enum th_lang lang,
                               struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;

// Enterprises' accounts of one year (NULL: all years): years[{party, name, uscc and the keys
// above}], n, mark. TH_INVALID ("year_invalid").
enum th_status th_enterprise_list(struct th_registry *registry, const char *year,
                                  const struct th_messages *messages, enum th_lang lang,
                                  struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;

#endif
