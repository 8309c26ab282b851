// What waits for a login: one list over the whole registry, with the command that does it.
#ifndef TH_TRADING_INBOX_H
#define TH_TRADING_INBOX_H

#include "registry/registry.h"

// Reply: login, role, n, items[{what, subject, name, by, since, until, tonnes, amount_fen,
// command}], the most urgent first (what has a last day, by that day; then the oldest). `what`:
//   package.submit   a draft of the own village waits for its clerk
//   package.mend     a package was sent back
//   package.verify   a submitted package waits for a verifier
//   package.issue    a verified package waits for an officer
//   trade.approve    somebody else proposed a deal
//   trade.expire     a proposal or promise is past its last day
//   trade.deliver    units stand under a promise and can be delivered
//   trade.short      a promise is short and nothing covers it
//   option.short     tonnes of an option will not come: it has ended for them
//   receipt.confirm  money is outstanding for a deal of the own bank
//   revenue.distribute  money arrived that the villages have a share in: one item for a bank
//   revenue.term_missing, revenue.term_ambiguous, revenue.term_mixed  money arrived for a sale, and
//                    no term holds for it, several do, or its parts have different ones
//   revenue.recipient_missing, revenue.recipient_several, revenue.shares_incomplete  or its term
//                    names recipients that nobody registered, or several are, or members lack
//   pledge.short     less was issued than was pledged, and the loan is not repaid
//   pledge.release   the loan is repaid, and the pledge still stands
//   pledge.overdue   a loan is past its day and not repaid (officers: of a lender without a login)
//   pledge.collected what is pledged was paid to the pledgor, and less of it is owed than was lent
//   pledge.registration  the public registration of a pledge ended, or does within a month
//   reversal.fill    tonnes are owed for a reversal
//   revenue.approve  somebody else proposed a run
//   payment.confirm  payments of an approved run are owed
//   payment.resend   payments came back
//   account.confirm  somebody else proposed where a party is paid
// Values that an item has none of are null. TH_NOT_PERMITTED ("login_missing", "login_unknown",
// "login_ended").
enum th_status th_inbox(struct th_registry *registry, const char *login, struct th_json **ret_reply,
                        struct th_error *err) TH_MUST_CHECK;

#endif
