// Members of village collectives and cooperatives with their shares, and what households are due by
// their contracts.
#ifndef TH_TRADING_MEMBER_H
#define TH_TRADING_MEMBER_H

#include "core/messages.h"
#include "registry/registry.h"

struct th_share_input {
    const char *group;    // village collective or cooperative
    const char *member;   // household, person, enterprise or village
    const char *share;    // "20/2145", "0.5"; 0 ends a membership
    const char *from;     // NULL: today
    const char *to;       // NULL: until a later row of this member begins
    const char *expected; // CNY a year, as promised; NULL: nothing was
    const char *document; // path
};
// Reply: share_id, group, group_name, member, member_name, share, from, to, expected_fen,
// document_sha256. TH_INVALID ("share_invalid", "share_group", "share_member", "term_dates"),
// TH_CONFLICT ("share_overlaps", "shares_too_much"), TH_NOT_PERMITTED ("village_not_yours",
// "share_agreed").
enum th_status th_share_add(struct th_registry *registry, const struct th_request *request,
                            const struct th_share_input *input, struct th_json **ret_reply,
                            struct th_error *err) TH_MUST_CHECK;

// A roll: columns group, member, share (or mu and total_mu), from, and if wanted to, expected. Good
// rows are booked together, others told; a row that stands already is unchanged. `add_kind`
// "household" or "person": members that nobody knows become parties of the group's village; NULL:
// such a row is told. Reply: read, accepted, rejected, unchanged, parties_added,
// problems[]. Codes: share_invalid share_group share_member share_overlaps share_agreed
// share_date party_not_found party_ambiguous. TH_CONFLICT ("shares_too_much") when a
// group's shares would be more than the whole; TH_INVALID ("share_columns", "share_add_kind").
struct th_share_import_input {
    const char *source;
    const char *add_kind;
    const struct th_messages *messages; // NULL: problems carry their key
    enum th_lang lang;
};
enum th_status th_share_import(struct th_registry *registry, const struct th_request *request,
                               const struct th_share_import_input *input,
                               struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;

// Shares that hold on a day (NULL: today) of a group (NULL: all). Reply: on, shares[{share_id,
// group, group_name, member, member_name, share, from, to, expected_fen}], share_sums[{group,
// group_name, sum, n, whole}].
enum th_status th_share_list(struct th_registry *registry, const char *group, const char *on,
                             struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;

// What falls due by contracts in a year: on each day in it on which a contract begins another year,
// that year's rent or guaranteed minimum for the contract's area. A preview: nothing is booked.
// Reply: year, contracts[{tenure_id, contract, household, holder, holder_name, area_mu, ground_mu
// (measured ground of its parcels times its shares; null without parcels), kind, per_mu_fen,
// due_on, amount_fen}], households[{household, amount_fen}], unknown[{tenure_id, contract,
// household}] (no area, or neither rent nor minimum), total_fen, warnings ("rent_area_over": a
// contract states more than its ground by over the rule area_mismatch_share). holder NULL: of all.
// TH_INVALID ("year_invalid").
enum th_status th_rent_due(struct th_registry *registry, const char *year, const char *holder,
                           struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;

#endif
