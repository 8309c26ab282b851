// Shared by the parts of the model.
#ifndef TH_TESTS_CAMPAIGN_MODEL_INTERNAL_H
#define TH_TESTS_CAMPAIGN_MODEL_INTERNAL_H

#include "tests/campaign/model.h"

void *model_room(void *items, int n, int *room, size_t size); // for one more; never fails
int64_t least_of(int64_t a, int64_t b);
int64_t rounded_share(int64_t whole, int64_t part, int64_t of); // whole × part / of, half up
// Largest remainder, ties to the lowest place.
void divide(int64_t total, const int64_t *weights, int n, int64_t *ret_shares);
// Pro rata over all that ever left, whoever is furthest behind first, one by one.
void serve(const int64_t *weights, const int64_t *already, const int64_t *limits, int n,
           int64_t next, int64_t *ret_shares);

struct wish {
    int owner;
    int package; // ANY
    int pool;    // deal, NONE, ANY or POOLED
    int year;    // 0: any
};
// Held tonnes into model->scratch, oldest year, then package, then serial; how many were found.
int64_t pick_held(struct model *model, const struct wish *wish, int64_t n);
// Tonnes under a deal's lock, by package, year and serial.
int64_t pick_locked(struct model *model, int deal, int64_t n);
int package_of(const struct model *model, int tonne);
void put(struct model *model, int tonne, int owner, enum place place, int pool, int lock);
void lock_picked(struct model *model, int deal);

struct line *line_of(struct deal *deal, int package, int pool, int seller); // NULL: none
struct line *line_add(struct deal *deal, int package, int pool, int seller);
void lines_from_picked(struct model *model, struct deal *deal);
// What is left of a deal's lines once the deals that act upon it took theirs.
int lines_left(const struct model *model, int deal, struct line *ret_lines);
enum { MAX_LINES = 4096 };

struct share *share_of(struct model *model, int pool, int package);
int64_t share_free(const struct share *share);
int64_t next_cost(const struct share *share, int64_t tonnes);
void share_add(struct deal *deal, int package, int64_t tonnes, int64_t cost_fen);
enum use { UNUSED, SOLD, USED, MOVED };
void draw_lines(struct model *model, const struct line *lines, int n, enum use use, int sign);
enum use use_of(enum kind kind);
enum use use_now(const struct deal *deal); // of what a deal took from where its tonnes were
// A promise that gave back what nobody had taken.
bool is_over(const struct deal *source, int day);
bool keeps_lock(enum kind kind);

void set_tax(struct deal *deal, int tax);
bool is_correctable(enum kind kind);
// A claim of `to` on `from` that a deal makes.
void claim(struct model *model, int deal, int from, int to, int64_t fen);
void cash(struct model *model, int from, int to, int64_t fen);

// Units of a bank out of its pools, oldest contract first; lines with their cost.
const char *draw_stock(struct model *model, struct deal *deal, int package, int64_t tonnes);
int64_t stock_of_pools(const struct model *model, int owner, int package);
// The same of any holder.
const char *take_stock(struct model *model, struct deal *deal, int package, int64_t tonnes);
// The owner's first forecast that has so many free; "cover_short".
const char *take_expected(struct model *model, struct deal *deal, int package, int64_t tonnes);
// Held tonnes as picks with lines; "not_enough_units".
const char *take_held(struct model *model, struct deal *deal, const struct wish *wish,
                      int64_t tonnes);
// Whole tonnes that come from these parcels alone, as picks with lines.
const char *take_of_parcels(struct model *model, struct deal *deal, const struct wish *wish,
                            const struct act *act);
// Of the lock of `of`.
const char *take_locked(struct model *model, struct deal *deal, int64_t tonnes);

bool is_bank(int party);
bool is_sale(enum kind kind);
bool own_deal(const struct model *model, int login, const struct deal *deal);
// Of what a bank handed over to a customer, the tonnes that it has not retired for him yet.
int64_t served(const struct model *model, int bank, int customer);
// A deal on tonnes under another deal's lock.
bool acts_on_lock(enum kind kind);
// May he approve it, deciding on that day?
const char *check_persons(struct model *model, int login, int on, const struct deal *deal);
// May he decide about so much more alone today? "alone_sum". And that he did.
const char *check_alone(const struct model *model, int login, int64_t fen);
void decide_alone(struct model *model, int login, int64_t fen);
int64_t worth(struct model *model, const struct deal *deal); // what thresholds measure
int day_of(const struct model *model, const struct act *act);
bool in_future(const struct model *model, const struct act *act);
// May a login not say that money arrived at a party, as one speaks for it and this is another's?
bool receiver_unheard(int login, int party);
bool has_login(int party);
bool limited_to_nothing(const struct model *model, int login);
// Would a login's rejection end what an earlier deal gave somebody else a right to?
bool ends_others_right(const struct model *model, int login, const struct deal *deal);
// An officer proposes for who has no login alone: the giver, or whom an earlier deal gave a right.
// "officer_stands_in".
const char *check_stand_in(const struct model *model, int login, const struct deal *deal);
int party_of(int login); // NONE
bool is_officer(int login);
bool approved(const struct model *model, int deal, enum kind kind);

// How a proposal waits: its last day, and whether it is an offer.
void set_wait(const struct model *model, struct deal *deal);
struct line *copy_lines(const struct deal *deal); // free()
// The tonnes of an offer as picks, its lines at what they cost now; false where some are gone.
bool pick_offer(struct model *model, struct deal *deal);

// Each kind's part of a proposal: the refusal, or NULL and the deal filled. The picks of tonnes
// stand in model->scratch.
const char *propose_spot(struct model *model, const struct act *act, struct deal *deal);
const char *propose_correction(struct model *model, const struct act *act, struct deal *deal);
const char *propose_pledge(struct model *model, const struct act *act, struct deal *deal);
const char *propose_reversal(struct model *model, const struct act *act, struct deal *deal);
// Whose debt a cancellation makes good.
const char *find_debt(const struct model *model, const struct act *act, struct deal *deal);
const char *propose_promise(struct model *model, const struct act *act, struct deal *deal);
// What must still be so, and what follows from an approval.
const char *check_correction(const struct model *model, int deal);
const char *check_pledge(const struct model *model, int deal);
const char *check_pledge_open(const struct model *model, int pledge);
// Can so much be owed under a pledge on a day? "loan_repaid", "owed_too_large".
const char *check_owed(const struct model *model, int pledge, int64_t owed_fen, int on);
const char *check_reversal(const struct model *model, int deal);
const char *check_fill(const struct model *model, int deal);
const char *check_refund(struct model *model, int deal);
void approve_spot(struct model *model, int deal);
void approve_correction(struct model *model, int deal);
void approve_pledge(struct model *model, int deal);
void approve_reversal(struct model *model, int deal);
void approve_promise(struct model *model, int deal);
void send_locked(struct model *model, int deal, int owner, enum place place, int pool);
// What a deal brings its buyer, by package, with that package's part of the net price; a bank makes
// a pool of it. Returns how many; free(*ret_shares).
int make_pool(struct deal *deal, struct share **ret_shares);
void hand_over(struct model *model, int deal);

// What is left under a deal's lock goes back to its holders and pools.
void release_rest(struct model *model, int deal);

const char *ask_receipt(struct model *model, const struct act *act);
const char *ask_receipt_correct(struct model *model, const struct act *act);
// Money that came in for a deal; its shares and who says it are the caller's.
struct receipt *note_receipt(struct model *model, struct deal *deal, int64_t fen, int on);
const char *ask_withdraw(struct model *model, const struct act *act);
const char *ask_loan(struct model *model, const struct act *act);
const char *ask_loan_correct(struct model *model, const struct act *act);
const char *ask_restate(struct model *model, const struct act *act);
const char *ask_forecast(struct model *model, const struct act *act);
const char *ask_settle(struct model *model, const struct act *act);
const char *ask_cost(struct model *model, const struct act *act);
const char *ask_buffer_rule(struct model *model, const struct act *act);
const char *ask_term_end(struct model *model, const struct act *act);
const char *ask_revenue(struct model *model, const struct act *act);

// The one by which all of it is shared on its day.
enum revenue_term revenue_term(const struct model *model, const struct deal *sale);
// Tonnes that a village contributed to a pool; of all villages for NONE.
int64_t contributed(const struct deal *pool, int village);
// The amounts of every party in every sale of a run.
void share_run(const struct model *model, struct revenue_run *run);
// What runs that were not rejected took of a sale.
struct taken taken_before(const struct model *model, int sale);
// The newest such run that took of it, of those before a moment; NONE.
int run_of(const struct model *model, int sale, int64_t before, bool approved_only);
// Did he list a cost, or take one back, that nobody has looked at in a run before?
const struct cost *model_actual(const struct deal *sale); // what its reserves came to; NULL: open
bool listed_costs(const struct model *model, int login, const struct revenue_run *run);
void settle_package(struct model *model, int package);

#endif
