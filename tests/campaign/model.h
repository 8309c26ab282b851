// The bank as its handbooks tell it, kept in plain arrays: every tonne by itself, every party's
// claims and cash, every deal. It shares nothing with the registry that it foretells: no SQL, no
// blocks, no journal, no library of the product.
//
// A request (struct act) is put to the model first. It says how the registry must answer, and,
// where that is yes, does to its arrays what the registry must do to its books.
#ifndef TH_TESTS_CAMPAIGN_MODEL_H
#define TH_TESTS_CAMPAIGN_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { NONE = -1, ANY = -2, POOLED = -3 };

// One bank's world has these parties. Their order is that of their numbers in the registry.
enum party {
    VILLAGE_A,
    VILLAGE_B,
    SUBDISTRICT,
    BANK,
    SECOND_BANK,
    FACTORY,
    MILL,
    FARMER, // a person
    VERIFIER,
    FUND,
    HOUSE_A,
    HOUSE_B,
    N_PARTIES
};
enum login {
    TELLER,    // of BANK
    COLLEAGUE, // of BANK, with a limit
    STRANGER,  // of SECOND_BANK
    DESK,      // role bank, of no party
    OFFICER,
    SECOND_OFFICER,
    CLERK,
    ADMIN,
    NOBODY, // no user of the registry
    N_LOGINS
};

enum place { HELD, LOCKED, BUFFER, RETIRED, CANCELLED, N_PLACES };

struct tonne {
    int16_t owner;
    int16_t place;
    int pool;    // deal by which a bank bought it; NONE
    int lock;    // deal that keeps it; NONE
    int came_by; // deal by which it came to its owner; NONE: the issuance
};

// Kilograms of one parcel, side by side.
struct segment {
    int parcel; // of the package
    int64_t kg;
};
enum { FIRST_YEAR = 2021, YEARS = 3, PARCELS = 2, STRIPS = 10, MAX_SEGMENTS = 8 };

// The tonnes of one package and year, in the order of their serials: tonne n stands for kilograms
// [1000 n, 1000 n + 1000) of the segments laid end to end.
struct issue {
    int package;
    int year;
    int first; // in tonnes[]
    int n;
    int buffer; // of them, the last
    struct segment segments[MAX_SEGMENTS];
    int n_segments;
};

// What reversals took of a parcel's year: the worst loss of each strip of its ground, from west to
// east, in 0.01 per cent, and the kilograms.
struct burnt {
    int worst[STRIPS];
    int64_t lost_kg;
};

struct package {
    int holder;
    bool issued;
    int buffer_percent;
    int64_t kg[PARCELS][YEARS];
    struct burnt burnt[PARCELS][YEARS];
};

enum kind {
    PURCHASE,
    RESALE,
    TRANSFER,
    RETIREMENT,
    CANCELLATION,
    CORRECTION,
    LISTING,
    ACCEPTANCE,
    PLEDGE,
    RELEASE,
    ENFORCEMENT,
    SUBSCRIPTION,
    FORWARD,
    OPTION,
    DELIVERY,
    EXERCISE,
    REVERSAL,
    N_KINDS
};
extern const char *const KIND_NAMES[N_KINDS];
enum deal_state { PROPOSED, APPROVED, REJECTED, EXPIRED };
enum subject { UNITS, RANK, RECEIVABLE, EXPECTED }; // of a pledge
enum { MAX_PAY = 3 };

struct line { // who gives how much of a deal
    int package;
    int pool; // deal; NONE
    int seller;
    int64_t tonnes, amount_fen, cost_fen;
};
struct share { // of one package in a pool
    int package;
    int64_t bought, sold, used, cost_fen, sold_cost_fen;
};
struct owed { // to a party of a deal; below zero: by it
    int party;
    int64_t fen;
};
struct debt { // stated for an enforcement
    int pledge;
    int64_t owed_fen;
};
struct paid { // a part of the price that is due on a day
    int64_t fen;
    int on;
};
struct receipt {
    int64_t id; // in the registry
    int64_t fen;
    int on;
    int login;
    int64_t at;
    bool carried; // paid ahead on the promise of which it is a delivery
    bool taken_back;
    int64_t shares[N_PARTIES]; // by who is paid, or of a correction by who pays
};
enum loan { PAYOUT, REPAYMENT, INTEREST };
struct payment { // of a loan
    enum loan kind;
    int64_t id; // in the registry
    int64_t fen;
    int on;
    int sale; // of what is pledged, out of which it came; NONE
    int login;
    bool taken_back;
};
struct burn { // ground of a package: strips of all its parcels, from … up to before …
    int package;
    int from, to;
};
enum { MAX_BURNS = 2 };
struct loss { // by a reversal
    int package;
    int parcel;
    int year;
    int64_t kg;
};
struct cost {   // listed against a sale
    int64_t id; // in the registry
    int64_t fen;
    bool reserve; // for what is not known yet
    int login;
    int64_t at;
    int back_login;  // who took it back …
    int64_t back_at; // … and when; 0: it stands
};
struct origin { // where a tonne stood before a deal took it
    int tonne;
    int owner;
    int pool;
    int came_by;
};

struct deal {
    enum kind kind;
    enum deal_state state;
    int64_t id; // in the registry
    int of;     // deal that it acts upon; NONE
    int seller; // NONE: several
    int buyer;  // NONE
    int64_t tonnes, price_fen, amount_fen, net_fen;
    int tax;      // per cent
    int entered;  // when it was proposed
    int on;       // days are counted from 1970-01-01
    int last_day; // of the proposal, then of the lock; NONE: none
    int proposer;
    int place;        // order of approvals
    bool oldest;      // draw of a purchase
    int source;       // deal under whose lock its tonnes were; NONE
    int64_t released; // of its lock, back to where it came from
    int64_t least;    // listing
    int until;        // listing; option: last day of the window; promise: day to deliver by
    int from;         // option: first day of the window
    int beneficiary;
    enum subject subject;  // pledge
    int64_t pledged, came; // pledge: promised; came under its lock
    int64_t waived, given; // release: rank on what others hold; expected tonnes
    int debtor;
    int64_t principal_fen;
    struct payment *loan; // pledge
    int n_loan;
    bool replace;     // promise
    int forecast;     // whose expected tonnes its lock holds; NONE
    int64_t expected; // so many
    int64_t prepaid_fen;
    int64_t refund; // delivery: tonnes given up
    bool has_lock;
    bool offered;   // its tonnes come under a lock with the approval …
    int64_t wanted; // … and so many expected ones
    struct line *lines;
    int n_lines;
    struct share *shares; // of the pool that it made
    int n_shares;
    struct owed *owed;
    int n_owed;
    struct debt *debts; // enforcement
    int n_debts;
    struct receipt *paid;
    int n_paid;
    int64_t paid_fen;
    int64_t creditable_fen[N_PARTIES]; // received, and of an enforcement not yet credited to a loan
    bool credited;
    int decided_on;
    struct paid pay[MAX_PAY]; // days of payment, in their order
    int n_pay;
    struct origin *origins; // of a kind that can be corrected
    int n_origins;
    bool corrected;
    struct cost *costs;
    int n_costs;
    struct burn burns[MAX_BURNS]; // reversal
    int n_burns;
    int loss; // of what grew there, in 0.01 per cent
    struct loss *losses;
    int n_losses;
    int64_t owed_t[N_PARTIES]; // as no buffer covered it
    int64_t asked_at, approved_at;
    int reversal, for_whom; // whose debt a cancellation makes good; NONE
    struct cost *actuals;   // what the reserves came to; of those one stands at most, the last
    int n_actuals;
};

struct forecast {
    int package;
    int owner;
    int of; // forward; NONE: the package's own
    int64_t registered, arrived, lost;
    int login; // whose word they are
};

// By which revenue goes back: in general, and for packages of the subdistrict.
enum revenue_term { TERM_NONE, TERM_GENERAL, TERM_SPECIAL, TERM_MIXED };
enum { N_TERMS = TERM_MIXED, TERMS_FROM = 18628 /* 2021-01-01 */ };

struct taken { // by a run, of what arrived for a sale
    int sale;
    enum revenue_term term;
    int64_t receipts, tax, cost, deductions, net, distributed;
    int64_t amounts[N_PARTIES];
};
enum payout_state { OWED, PAID, RETURNED };
struct payout { // of a run to a party
    enum payout_state state;
    int since;
    int attempt;
    bool changed; // since the run was approved
};
struct revenue_run {
    enum deal_state state;
    int64_t id;
    int64_t at;
    int proposer;
    struct taken *taken;
    int n;
    int through;
    struct payout payouts[N_PARTIES];
};

struct buffer_rule { // whose buffer covers reversals, from a day on
    int since;
    bool county;
};

enum review { NEW, ACCEPTED, REFUSED };
enum { N_BENEFICIARIES = 6, MAX_PACKAGES = 4, MAX_NEXT = 4 };

enum act_kind {
    ACT_PROPOSE, // by `deal`
    ACT_APPROVE,
    ACT_REJECT,
    ACT_EXPIRE,
    ACT_RECEIPT,
    ACT_RECEIPT_CORRECT,
    ACT_WITHDRAW, // a listing
    ACT_LOAN,
    ACT_LOAN_CORRECT,
    ACT_LIMIT,
    ACT_BUFFER, // the county's rule
    ACT_REVIEW, // a beneficiary
    ACT_FORECAST,
    ACT_RESTATE, // it was wrong
    ACT_ISSUE,
    ACT_SETTLE,
    ACT_DEDUCT, // a cost from a sale
    ACT_UNDEDUCT,
    ACT_TRUE_UP, // its reserves
    ACT_REOPEN,  // them again
    ACT_TERM_END,
    ACT_RUN, // of revenue
    ACT_RUN_APPROVE,
    ACT_RUN_REJECT,
    ACT_PAID, // payments of a run
    ACT_RETURNED,
    ACT_RESENT,
    N_ACTS
};
extern const char *const ACT_NAMES[N_ACTS];

// Of a village's part in revenue a member has so many of its shares, on sales of these days.
enum { SHARES = 2145, CHANGE_OF_SHARES = 19802 /* 2024-03-20 */ };
struct membership {
    int group;
    int member;
    int shares;
    int from, to; // NONE: from the beginning, to the end
};
extern const struct membership MEMBERSHIPS[];
extern const int N_MEMBERSHIPS;

enum { NOT_GIVEN = -1 };
// What somebody asks for. Whatever is not of its kind stays zero.
struct act {
    enum act_kind kind;
    int number;     // two acts of one number ask for the same
    enum kind deal; // that is proposed
    int login;
    int key;      // idempotency key; 0: none
    int of;       // deal; one that there is not: unknown to the registry too
    int from, to; // parties
    int debtor;   // NONE: not given
    int packages[MAX_PACKAGES];
    int n_packages;
    int64_t tonnes;                // NOT_GIVEN; 0 is refused
    int64_t price_fen, amount_fen; // price NOT_GIVEN: a lump sum
    int tax;
    int on;   // NONE: not given
    int year; // 0: any
    bool oldest;
    int64_t least;      // NOT_GIVEN
    int from_on, until; // NONE
    int beneficiary;    // of N_BENEFICIARIES, or N_BENEFICIARIES: an incomplete one
    bool accept;        // a beneficiary
    bool county;        // whose buffer
    enum subject subject;
    enum loan loan;
    int sale; // enforcement out of which a loan is repaid; NONE
    int item; // payment of a loan, cost of a sale, term; unknown there too where there is none
    int64_t owed_fen;
    int next[MAX_NEXT]; // pledges of later rank, and what is owed under each
    int64_t next_fen[MAX_NEXT];
    int n_next;
    bool replace, on_forecast, refund;
    bool reserve;             // a cost
    bool at_once;             // the proposer carries it out
    struct paid pay[MAX_PAY]; // days of payment
    int n_pay;
    int run;              // of revenue
    int parcels[PARCELS]; // resale by choice: package * PARCELS + parcel
    int n_parcels;
    struct burn burns[MAX_BURNS];
    int n_burns;
    int loss;
    int reversal; // NONE
};

enum { MAX_KEYS = 4000 };

struct model {
    struct tonne *tonnes;
    int n_tonnes, tonnes_room;
    struct issue *issues;
    int n_issues, issues_room;
    int *by_age; // issues: oldest year, then package
    struct package *packages;
    int n_packages, packages_room;
    struct deal *deals;
    int n_deals, deals_room;
    int acting; // deal that is being carried out
    struct forecast *forecasts;
    int n_forecasts, forecasts_room;
    struct revenue_run *runs;
    int n_runs, runs_room;
    struct buffer_rule *rules;
    int n_rules, rules_room;
    int term_ends[N_TERMS]; // first day on which each holds no more; NONE
    int64_t claim_fen[N_PARTIES], cash_fen[N_PARTIES];
    int64_t count[N_PARTIES][N_PLACES];
    int *scratch; // tonnes that were picked
    int n_picked;
    int places;      // approvals so far
    int64_t moments; // so far: costs, runs and reversals in their order
    int64_t ended;   // by their last day, so far
    int today;
    int proposal_days;
    int offer_days;                // of what locks another party's tonnes
    int64_t alone_fen;             // up to this amount one person suffices, of all in a day
    int64_t decided_fen[N_LOGINS]; // alone, on the day …
    int decided_on[N_LOGINS];      // … of the last such decision
    bool limited[N_LOGINS];
    int64_t limit_fen[N_LOGINS], limit_t[N_LOGINS]; // NOT_GIVEN: any
    enum review reviews[N_BENEFICIARIES];
    struct act keys[MAX_KEYS]; // of acts that were done under a key
    int key_deal[MAX_KEYS];
    int n_keys;
};

// What a request comes to: the key of the refusal, or one of these.
extern const char DONE[];
extern const char NOTHING[];  // done, but there was nothing to do
extern const char REPLAYED[]; // the stored reply of deal `model_replayed`

struct model *model_new(void);
void model_free(struct model *model);
// The world that is there at the beginning.
int model_add_package(struct model *model, const struct package *package);
void model_issue(struct model *model, int package);
// Does roundings of measured ground leave no doubt about what such a reversal takes?
bool model_burns_clear(const struct model *model, const struct act *act);

// How the registry must answer. DONE: the arrays have moved on; a proposal is the newest deal.
const char *model_foretell(struct model *model, const struct act *act);

int64_t model_locked(const struct model *model, int deal); // tonnes under its lock
int64_t model_free_forecast(const struct model *model, int forecast);
enum { REVERSAL_LOST_KG, REVERSAL_OWED_T, REVERSAL_FILLED_T };
int64_t model_reversal_sum(const struct model *model, int reversal, int what);
int64_t model_outstanding(const struct model *model, int deal);
// What stands of the payments of a loan until a day.
int64_t model_loan_sum(const struct deal *pledge, enum loan kind, int through);
int64_t model_costs(const struct deal *sale);              // that stand, with what reserves came to
int64_t model_due(const struct model *model, int promise); // neither delivered nor given up
int64_t model_short(const struct model *model, int promise); // neither locked nor expected
int64_t model_pending(const struct model *model, int promise);
// The pledges on the same units or receivable, by rank.
struct standing {
    int pledge;
    int64_t held, expected, giving, deciding, lacking, waiving, waiting;
    bool alive;
};
int model_ranks(const struct model *model, int pledge, struct standing *ret_ranks, int room);

#endif
