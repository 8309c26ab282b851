// Inside the books only.
#ifndef TH_AUDIT_BOOKS_INTERNAL_H
#define TH_AUDIT_BOOKS_INTERNAL_H

#include "audit/books.h"

struct th_post { // one of an entry
    const struct th_line *line;
    const struct th_node *nodes;
    size_t index;   // of its object
    int64_t number; // in its entry, from 1
    struct th_text kind;
};

// What books the posts of a kind. Of a part of a journal only what one entry says alone is booked.
struct th_post_kind {
    struct th_text name;
    void (*book)(struct th_books *books, const struct th_post *post);
    bool in_part;
};
// Each ends with a kind without a name.
extern const struct th_post_kind th_posts_of_units[];
extern const struct th_post_kind th_posts_of_locks[];
extern const struct th_post_kind th_posts_of_deals[];
extern const struct th_post_kind th_posts_of_people[];
extern const struct th_post_kind th_posts_of_revenue[];
extern const struct th_post_kind th_posts_of_sharing[];
extern const struct th_post_kind th_posts_of_pools[];
extern const struct th_post_kind th_posts_of_terms[];
extern const struct th_post_kind th_posts_of_money[];
extern const struct th_post_kind th_posts_of_receipts[];
extern const struct th_post_kind th_posts_of_loans[];
extern const struct th_post_kind th_posts_of_payments[];
extern const struct th_post_kind th_posts_of_orders[];
extern const struct th_post_kind th_posts_of_beneficiaries[];
extern const struct th_post_kind th_posts_of_packages[];
extern const struct th_post_kind th_posts_of_forecasts[];
extern const struct th_post_kind th_posts_of_rows[];

struct th_pending { // an issuance or a trade that the end of the entry looks at
    enum {
        TH_PENDING_ISSUANCE,
        TH_PENDING_APPROVAL,
        TH_PENDING_DECISION,     // a deal is approved
        TH_PENDING_RECEIPT,      // its row, counted from 1
        TH_PENDING_RECEIPT_BACK, // its row, counted from 1
        TH_PENDING_LOAN,         // id of the pledge
        TH_PENDING_LOAN_BACK,    // row of the payment, counted from 1
        TH_PENDING_PAYMENT,      // id of the run
        TH_PENDING_SALE,         // of a run: row, counted from 1
        TH_PENDING_REVIEW,       // of a beneficiary: row, counted from 1
        TH_PENDING_POOL,         // its id
        TH_PENDING_SCHEDULE,
        TH_PENDING_LOCK,     // its id
        TH_PENDING_DEBT,     // of a reversal
        TH_PENDING_MESSAGE,  // to the bank, that is withdrawn: its id
        TH_PENDING_TERM,     // that is agreed: its id
        TH_PENDING_FORECAST, // that is corrected: its id
        TH_PENDING_RUN       // that is approved: its id
    } what;
    int64_t id;
    int64_t number; // of the post
    // of money
    int64_t amount_fen;
    int64_t tonnes_t; // of a debt
    int64_t other;    // of a loan the enforcement that pays it (0: none), else the party
    int64_t attempt;
    int64_t day;       // of a loan, or of what happened to a payment
    enum th_memo memo; // of a payment that is sent again: none
};
void th_books_pend(struct th_books *books, const struct th_pending *pending);

// A member that is a whole number of at least this; false when there is none.
static inline bool th_member_int(const struct th_node *nodes, size_t index, const char *key,
                                 int64_t least, int64_t *ret_value)
{
    const struct th_node *node = th_node_get(nodes, index, key);
    if (!node || node->type != TH_NODE_INT || node->number < least) {
        return false;
    }
    *ret_value = node->number;
    return true;
}

void th_post_fault(struct th_books *books, const struct th_post *post);
// The login that a post names by this key must be the one of its entry.
void th_post_login(struct th_books *books, const struct th_post *post, const char *key);

// NULL without memory, which the books remember.
struct th_holder *th_books_holder(struct th_books *books, int64_t id);
// The same of a party that must have been added before.
struct th_holder *th_books_party(struct th_books *books, int64_t id);
struct th_deal *th_books_deal(const struct th_books *books, int64_t id); // NULL: unknown
// A member that is a rate or share, or a day; false when it is none.
bool th_post_fraction(const struct th_post *post, const char *key,
                      struct th_fraction *ret_fraction);
// An amount that may be left out, and then is 0; false when it is none.
bool th_post_fen(const struct th_post *post, const char *key, int64_t *ret_fen);
bool th_post_day(const struct th_post *post, const char *key, int64_t *ret_day);
// A day on which something happened: it is one, and not later than the entry. NULs stay where a
// post has none.
void th_post_past_day(struct th_books *books, const struct th_post *post, const char *key,
                      char day[TH_DAY_BYTES]);
// Is it such a day?
bool th_books_past(struct th_books *books, const struct th_line *line, struct th_text day);
// NULs stay where there is none.
void th_post_copy_day(const struct th_post *post, const char *key, char day[TH_DAY_BYTES]);
// The deal that a post names by this key; NULL, and a fault: none or an unknown one.
struct th_deal *th_post_deal(struct th_books *books, const struct th_post *post, const char *key);
size_t th_books_login(struct th_books *books, struct th_text login);
// Adds without leaving 64 bits; false when it would.
bool th_sum(int64_t *sum, int64_t value);

// The row of two texts, kept apart by a character that neither has; SIZE_MAX without memory, which
// the books remember.
size_t th_books_joined(struct th_books *books, struct th_table *table, struct th_text first,
                       struct th_text second, bool *ret_fresh);
// A new row, NULL without memory, which the books remember.
void *th_books_add(struct th_books *books, struct th_list *list, size_t size);
// The row of an id in a list that goes with a table; a new one is zeroed. NULL without memory,
// which the books remember.
void *th_books_row(struct th_books *books, struct th_table *ids, struct th_list *list, size_t size,
                   int64_t id, bool *ret_fresh);
struct th_run *th_books_run(const struct th_books *books, int64_t id); // NULL: unknown

struct th_unit_leg {
    int64_t issuance_id;
    int64_t first;
    int64_t last;
    bool fresh; // no `from`
    struct th_place from;
    struct th_place to;
    int64_t trade_id; // 0: none
};
// Units of a package moved: may they, and under which deal?
void th_book_moved(struct th_books *books, int64_t number, const struct th_unit_leg *leg,
                   int64_t package);
// An approved deal moved what its lines tell, all of it and nothing else.
void th_book_settle_moves(struct th_books *books, const struct th_deal *deal);
// Are these rows (struct th_moved), all their tonnes taken together by owner, package and pool,
// what the lines of the deal say? The rows are used up. `back`: the lines' pools do not count.
bool th_book_is_of_lines(struct th_books *books, struct th_list *tally, const struct th_deal *deal,
                         bool back);
// So many units come under a lock, or leave it.
void th_book_locked(struct th_books *books, int64_t lock_id, int64_t units_t, int64_t number);
void th_book_settle_lock(struct th_books *books, const struct th_pending *pending);
// Does a deal of this kind hand units over, so that it can be taken back?
bool th_deal_hands_over(const struct th_deal *deal);

struct th_move { // a leg for each of the two
    int64_t deal;
    enum th_memo memo;
    int account;
    int64_t from;
    int64_t to;
    int64_t amount_fen;
};
// The entry at hand must post it.
void th_money_expect(struct th_books *books, const struct th_move *move);
void th_money_begin(struct th_books *books);   // an entry
void th_money_compare(struct th_books *books); // its end
// What a party is owed under a deal, a new row when it was nothing so far; NULL without memory.
struct th_owed *th_money_owed(struct th_books *books, struct th_deal *deal, int64_t party);
void th_money_settle_decision(struct th_books *books, struct th_deal *deal);
// What is open and what was paid move by so much; nothing beyond 64 bits.
void th_money_change(struct th_books *books, struct th_deal *deal, int64_t party, int64_t open_fen,
                     int64_t paid_fen);
// Of money.sharing, a list of these.
struct th_share { // of a party in the amount at hand
    int64_t party;
    int64_t owed_fen;
    int64_t fen;
    __extension__ __int128 rest;
    size_t index;
};
struct th_share *th_money_share(struct th_books *books, int64_t party, int64_t owed_fen);
// In proportion to what each is owed, rounded down, the rest to the largest remainders.
void th_money_share_out(struct th_list *sharing, int64_t amount_fen, int64_t total_fen);
void th_money_settle_receipt(struct th_books *books, const struct th_pending *pending);
void th_money_settle_receipt_back(struct th_books *books, const struct th_pending *pending);
void th_money_settle_loan(struct th_books *books, const struct th_pending *pending);
// Was a loan under the pledge paid out, and all of it repaid, as the lender's own persons say?
bool th_book_repaid(const struct th_books *books, const struct th_deal *pledge);
void th_money_settle_loan_back(struct th_books *books, const struct th_pending *pending);
void th_money_settle_run(struct th_books *books, struct th_run *run);
// The first part of what an approved run pays a party; NULL: it owes it nothing.
struct th_part *th_money_payment(struct th_books *books, const struct th_run *run, int64_t party);
void th_money_settle_payment(struct th_books *books, const struct th_run *run,
                             const struct th_pending *pending);

struct th_issue { // sums over the vintages of a package
    int64_t issued_t;
    int64_t buffer_t;
    int64_t net_kg;
    int64_t opening_kg; // with which the first one begins, below zero: owed from before
    int64_t end_kg;     // what the last one carries on: never issued, or below zero still owed
    int64_t n;
};
// What an issue says of its vintages, villages and parcels, against what its posts made.
void th_book_issue(struct th_books *books, const struct th_line *line, const struct th_node *nodes);
// The ground of a package: its years as it is made, its parcels as it is submitted, and that they
// are issued; false when the body lacks it.
bool th_book_years(const struct th_post *body, struct th_package_steps *package);
bool th_book_submitted(struct th_books *books, const struct th_post *body,
                       struct th_package_steps *package);
void th_book_issued(struct th_books *books, const struct th_post *body,
                    struct th_package_steps *package, const struct th_issue *issue);
void th_book_package(struct th_books *books, const struct th_line *line,
                     const struct th_node *nodes);
// Roles: who was added as what.
void th_book_person(struct th_books *books, const struct th_line *line,
                    const struct th_node *nodes);
// Does the login of the entry speak for a party: is it the county's, or that party's own?
bool th_book_speaks(const struct th_books *books, int64_t party);
bool th_book_has_login(const struct th_books *books, int64_t party);
// Is this row of logins an officer of the county? Such a one stands in for a party (0: none) that
// has no login: a fault where the party has one.
bool th_book_officer(const struct th_books *books, size_t login);
void th_book_stand_in(struct th_books *books, const struct th_post *post,
                      const struct th_deal *deal, int64_t party);
// May the login of the entry make it?
void th_book_may(struct th_books *books, const struct th_line *line);
// And such a post, for which one of these roles is needed?
void th_book_may_post(struct th_books *books, const struct th_line *line, unsigned roles);
// The roles that may post what is of this kind.
unsigned th_book_post_roles(struct th_text kind);
// A party, as the object at `index` tells it.
void th_book_party(struct th_books *books, const struct th_node *nodes, size_t index);
void th_book_villages(struct th_books *books, const struct th_line *line,
                      const struct th_node *nodes);
// A row of words, counted from 1; 0 without memory.
size_t th_books_word(struct th_books *books, struct th_text text);
struct th_package_steps *th_books_package(struct th_books *books, int64_t id);

// A deal that is taken back: no run may share what it brought.
void th_book_unshared(struct th_books *books, const struct th_deal *deal);
struct th_term *th_book_term(const struct th_books *books, int64_t id); // NULL: unknown
// What a deal brought is shared by the term that held for its units on its day.
void th_book_term_of(struct th_books *books, const struct th_deal *deal, int64_t term_id);
void th_book_settle_forecast(struct th_books *books, const struct th_pending *pending);
void th_book_settle_term(struct th_books *books, const struct th_pending *pending);
void th_book_settle_sale(struct th_books *books, const struct th_pending *pending);
// Does a rule of the county let one person decide about this amount on the day of the entry, with
// what he decided alone before on that day? It is added to that.
bool th_book_alone(struct th_books *books, const struct th_post *post, int64_t amount_fen);
// Who is behind a row of logins; NULL for none.
struct th_person *th_books_person(const struct th_books *books, size_t row);

// A rule of the county by which one person may decide alone.
void th_book_rule(struct th_books *books, const struct th_line *line, const struct th_node *nodes);
// Does the body of the entry say what the post says?
void th_book_told(struct th_books *books, const struct th_post *post, const struct th_kind *kind);
// Finds the rules that hold posts of a kind against bodies.
void th_book_find_told(struct th_text name, struct th_kind *kind);
// Beneficiaries of retirements, as they are proposed and decided, and reviewed.
void th_book_retirement(struct th_books *books, const struct th_post *post, struct th_deal *deal);
void th_book_retired(struct th_books *books, const struct th_deal *deal);
void th_book_settle_retired(struct th_books *books, const struct th_deal *deal);
void th_book_settle_review(struct th_books *books, const struct th_pending *pending);

// A message that the bank had got is carried once more.
void th_book_resend(struct th_books *books, const struct th_line *line,
                    const struct th_node *nodes);
void th_book_settle_message(struct th_books *books, const struct th_pending *pending);

// The cost of a line against what its units cost when they were bought.
void th_book_line_cost(struct th_books *books, const struct th_deal *deal,
                       const struct th_deal_line *line);
void th_book_pool_moved(struct th_books *books, const struct th_pool_move *move);
void th_book_settle_stock(struct th_books *books); // the end of an entry
void th_book_settle_pool(struct th_books *books, const struct th_pending *pending);
// The amount is what price and rate of tax make it. What was agreed before binds a deal that acts
// upon it: not before it, within its days, at its price and rate.
void th_book_agreed(struct th_books *books, const struct th_post *post, struct th_deal *deal);
// What is approved must rest on a deal of the right kind that was approved and not taken back.
void th_book_rests(struct th_books *books, const struct th_deal *deal);
void th_book_settle_schedule(struct th_books *books, const struct th_pending *pending);
void th_book_settle_debt(struct th_books *books, const struct th_pending *pending);
void th_book_settle_losses(struct th_books *books, const struct th_deal *deal);

// What could not be judged before all posts of the entry were booked.
void th_book_settle_deal(struct th_books *books, const struct th_pending *pending);

#endif
