// Names of beneficiaries, looked at by a person when they are first used: what stands on a
// certificate stays there.
#ifndef TH_TRADING_BENEFICIARY_H
#define TH_TRADING_BENEFICIARY_H

#include <stdbool.h>

#include "registry/work.h"
#include "store/people/beneficiary_store.h"

// Was the name accepted, with this credit code ("" or NULL of a person)? For whoever shows a
// proposal before it is approved.
enum th_status th_beneficiary_check(struct th_store *store, const char *name, const char *uscc,
                                    bool *ret_reviewed, struct th_error *err) TH_MUST_CHECK;

// The approval of a retirement, inside its work and before anything is posted: whoever approves has
// looked at the name. A name that was accepted passes, a new one becomes accepted by the actor, who
// is not the one who proposes. A refused one is TH_CONFLICT ("beneficiary_refused" with
// "beneficiary", "reason"). *ret_accepted tells whether it was accepted just now, for the body of
// the entry.
enum th_status th_beneficiary_pass(struct th_work *work, const char *name, const char *uscc,
                                   bool *ret_accepted, struct th_error *err) TH_MUST_CHECK;

struct th_beneficiary_input { // texts as people typed them; NULL: not given
    const char *name;         // as retirements have it
    const char *uscc;         // needed where the name was used with several codes
    const char *decision;     // "accept" or "refuse"
    const char *reason;       // of a refusal
};
// Reply: name, uscc, review, reviewed_by, reason. TH_NOT_FOUND ("beneficiary_unknown": no
// retirement names it), TH_CONFLICT ("beneficiary_several" with "codes"), TH_USAGE
// ("beneficiary_decision", "beneficiary_reason" of a refusal without), TH_NOT_PERMITTED
// ("second_person" for the proposer of an undecided retirement of that name, "role_not_allowed").
enum th_status th_beneficiary_review(struct th_registry *registry, const struct th_request *request,
                                     const struct th_beneficiary_input *input,
                                     struct th_json **ret_reply,
                                     struct th_error *err) TH_MUST_CHECK;

// Reply: beneficiaries[{name, uscc, registered_name, agrees, review, n_trades, first_trade,
// retired_t, reviewed_by, reviewed_on, reason}] by first use, n; review NULL: any of new, accepted,
// refused. `agrees`: the party that has the code bears the name (null without such a party).
// TH_USAGE
// ("beneficiary_state").
enum th_status th_beneficiary_list(struct th_registry *registry, const char *review,
                                   struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;

#endif
