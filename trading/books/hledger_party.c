// One party's own books. The registry keeps claims and cash of both sides; what they were for
// follows from the deal: stock and tax of what was bought, sales, tax and cost of what was sold.
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "store/deal/correction_store.h"
#include "trading/books/hledger_internal.h"

void th_hledger_clear(struct th_hledger *h)
{
    th_book_clear(&h->book);
    free(h->legs);
}

static void post(struct th_hledger *h, const char *root, struct th_money amount, int64_t trade_id,
                 const char *memo)
{
    char account[TH_BOOK_ACCOUNT_SIZE];
    th_hledger_name(&h->book, root, NULL, NULL, NULL, account);
    th_book_money(&h->book, account, amount, trade_id, memo);
}

// Money moves from one party to another by two legs, one behind the other. NULL: this one has no
// such other.
static const struct th_hledger_leg *partner_of(const struct th_hledger *h, size_t index)
{
    const struct th_hledger_leg *leg = &h->legs[index];
    size_t other = index % 2 == 0 ? index + 1 : index - 1;
    const struct th_hledger_leg *partner = other < h->n_legs ? &h->legs[other] : NULL;
    bool pair = partner && partner->account == leg->account && partner->trade_id == leg->trade_id &&
                th_money_compare(partner->amount, th_money_negate(leg->amount)) == 0;
    return pair ? partner : NULL;
}

// Does a leg take from what is owed? Money ahead of the units of a subscription or forward makes
// the seller owe it, and is taken back when it is used.
static enum th_status find_whether_pays(struct th_hledger *h, const struct th_hledger_leg *leg,
                                        bool *ret_pays)
{
    static const char *const PAY[] = {"money.receipt", "money.payment", "money.loan_repayment",
                                      "money.prepaid", "money.dropped", "money.loan_payout_back"};
    struct th_book_trade trade = {.kind = ""};
    bool pays = false;
    for (size_t i = 0; i < sizeof(PAY) / sizeof(PAY[0]); i++) {
        pays = pays || strcmp(leg->memo, PAY[i]) == 0;
    }
    bool back = strcmp(leg->memo, "money.receipt_back") == 0;
    if (back || strcmp(leg->memo, "money.receipt") == 0) {
        enum th_status status = th_book_trade_load(h->store, leg->trade_id, &trade, h->err);
        if (status != TH_OK) {
            return status;
        }
        bool ahead = strcmp(trade.kind, "subscription") == 0 || strcmp(trade.kind, "forward") == 0;
        pays = ahead == back;
    }
    *ret_pays = pays;
    return TH_OK;
}

// What the party gains it is owed, what it loses it owes; a payment takes from the same side.
static enum th_status post_claim(struct th_hledger *h, size_t index)
{
    char account[TH_BOOK_ACCOUNT_SIZE];
    char party[TH_BOOK_ACCOUNT_SIZE];
    const struct th_hledger_leg *leg = &h->legs[index];
    const struct th_hledger_leg *partner = partner_of(h, index);
    bool pays = false;
    enum th_status status = find_whether_pays(h, leg, &pays);
    if (status != TH_OK) {
        return status;
    }
    bool gains = th_money_fen(leg->amount) > 0;
    th_hledger_name(&h->book, "@book.claims", gains != pays ? "@book.receivable" : "@book.payable",
                    partner ? th_book_party(partner->party_id, partner->name, party) : NULL, NULL,
                    account);
    th_book_money(&h->book, account, leg->amount, leg->trade_id, leg->memo);
    return TH_OK;
}

// What the sale of pledged units brought and what it paid stand on one account, until nothing is
// left of it.
static const char ENFORCEMENT[] = "money.enforcement";

// What is neither stock nor sale, by what it was for: interest and premiums as earned or spent, all
// else, which other entries answer, apart.
static enum th_status post_other(struct th_hledger *h, struct th_money claim, int64_t trade_id,
                                 const char *memo)
{
    char account[TH_BOOK_ACCOUNT_SIZE];
    char words[sizeof(h->legs[0].memo) + 1] = "@";
    bool back = strcmp(memo, "money.loan_interest_back") == 0; // turns what was earned
    th_text_copy(words + 1, sizeof(words) - 1, back ? "money.loan_interest" : memo);
    bool earned =
        back || strcmp(memo, "money.loan_interest") == 0 || strcmp(memo, "money.premium") == 0;
    th_hledger_name(&h->book,
                    !earned                             ? "@book.other"
                    : (th_money_fen(claim) > 0) != back ? "@book.income"
                                                        : "@book.expense",
                    words, NULL, NULL, account);
    th_book_money(&h->book, account, th_money_negate(claim), trade_id, memo);
    return TH_OK;
}

// A purchase or sale is booked with a memo of its own kind, "money.resale".
static bool is_price(const struct th_book_trade *trade, const char *memo)
{
    static const char MEMO[] = "money.";
    struct th_trade kind = {.trade_id = 0};
    th_text_copy(kind.kind, sizeof(kind.kind), trade->kind);
    bool sells = strcmp(trade->kind, "purchase") == 0 || th_trade_is_sale(&kind);
    return sells && th_text_starts_with(memo, MEMO) &&
           strcmp(memo + sizeof(MEMO) - 1, trade->kind) == 0;
}

// Pledged units that were sold: the pledgor's sale, of whose price a pledgee is owed what pays the
// debt.
static enum th_status post_enforcement(struct th_hledger *h, const struct th_book_trade *trade,
                                       struct th_money claim, int64_t trade_id, const char *memo)
{
    struct th_money paid_debts = {0};
    if (h->party_id != trade->seller_id) {
        return post_other(h, claim, trade_id, memo);
    }
    enum th_status status = th_money_sub(trade->amount, claim, &paid_debts, h->err);
    if (status == TH_OK) {
        post(h, "@book.sales", th_money_negate(trade->net), trade_id, memo);
        post(h, "@book.output_tax", th_money_negate(trade->tax), trade_id, memo);
        post(h, "@book.cost", trade->cost, trade_id, memo);
        post(h, "@book.stock", th_money_negate(trade->cost), trade_id, memo);
        status = post_other(h, th_money_negate(paid_debts), trade_id, memo);
    }
    return status;
}

// What a pledgor was owed of a sale of his that was taken back. The sale and the debts that it paid
// turn with the part that was not paid, which was his, unless all was.
static enum th_status post_enforcement_back(struct th_hledger *h, const struct th_book_trade *of,
                                            struct th_money claim, bool turns, int64_t trade_id,
                                            const char *memo)
{
    struct th_money paid_debts = {0};
    if (!turns || h->party_id != of->seller_id) {
        return post_other(h, claim, trade_id, ENFORCEMENT);
    }
    enum th_status status = th_money_add(of->amount, claim, &paid_debts, h->err);
    if (status == TH_OK) {
        post(h, "@book.sales", of->net, trade_id, memo);
        post(h, "@book.output_tax", of->tax, trade_id, memo);
        post(h, "@book.cost", th_money_negate(of->cost), trade_id, memo);
        post(h, "@book.stock", of->cost, trade_id, memo);
        status = post_other(h, paid_debts, trade_id, ENFORCEMENT);
    }
    return status;
}

// A purchase or sale that was taken back, by what is owed no more and what is owed back: each turns
// its part of price and tax, the former, unless all was paid, what the units had cost.
static enum th_status post_correction(struct th_hledger *h, struct th_money claim, int64_t trade_id,
                                      const char *memo)
{
    struct th_book_trade of = {0};
    struct th_book_trade correction = {0};
    int64_t correction_id = trade_id;
    bool dropped = strcmp(memo, "money.dropped") == 0;
    enum th_status status =
        dropped ? th_trade_correction(h->store, trade_id, &correction_id, h->err) : TH_OK;
    if (status == TH_OK) {
        status = th_book_trade_load(h->store, correction_id, &correction, h->err);
    }
    if (status == TH_OK) {
        status = th_book_trade_load(h->store, correction.of_trade_id, &of, h->err);
    }
    if (status != TH_OK) {
        return status;
    }
    bool sold = th_money_fen(claim) < 0;
    bool all_paid = th_money_compare(of.amount, correction.amount) == 0;
    if (sold && strcmp(of.kind, "enforcement") == 0) {
        return post_enforcement_back(h, &of, claim, dropped != all_paid, trade_id, memo);
    }
    int64_t sign = sold ? 1 : -1;
    int64_t net_fen = th_money_fen(correction.net);
    int64_t tax_fen = th_money_fen(correction.tax);
    if (dropped) {
        net_fen = th_money_fen(of.net) - net_fen;
        tax_fen = th_money_fen(of.tax) - tax_fen;
    }
    if (net_fen + tax_fen != -sign * th_money_fen(claim)) { // one seller's among several
        post(h, sold ? "@book.sales" : "@book.stock", th_money_negate(claim), trade_id, memo);
        return TH_OK;
    }
    post(h, sold ? "@book.sales" : "@book.stock", th_money_from_fen(sign * net_fen), trade_id,
         memo);
    post(h, sold ? "@book.output_tax" : "@book.input_tax", th_money_from_fen(sign * tax_fen),
         trade_id, memo);
    if (sold && th_money_fen(of.cost) != 0 && dropped != all_paid) {
        post(h, "@book.cost", th_money_negate(of.cost), trade_id, memo);
        post(h, "@book.stock", of.cost, trade_id, memo);
    }
    return TH_OK;
}

// A premium is earned and spent without its tax.
static enum th_status post_premium(struct th_hledger *h, const struct th_book_trade *trade,
                                   struct th_money claim, int64_t trade_id, const char *memo)
{
    bool earned = th_money_fen(claim) > 0;
    post(h, earned ? "@book.output_tax" : "@book.input_tax",
         earned ? th_money_negate(trade->tax) : trade->tax, trade_id, memo);
    return post_other(h, earned ? trade->net : th_money_negate(trade->net), trade_id, memo);
}

// The side that answers a claim of a purchase or sale. Tax is told apart where the whole deal is
// the party's own; of one among several sellers the registry has no tax.
static enum th_status post_deal(struct th_hledger *h, struct th_money claim, int64_t trade_id,
                                const char *memo)
{
    struct th_book_trade trade = {0};
    int64_t fen = th_money_fen(claim);
    bool buys = fen < 0;
    if (strcmp(memo, "money.dropped") == 0 || strcmp(memo, "money.correction") == 0) {
        return post_correction(h, claim, trade_id, memo);
    }
    enum th_status status = th_book_trade_load(h->store, trade_id, &trade, h->err);
    if (status != TH_OK) {
        return status;
    }
    if (strcmp(memo, "money.premium") == 0) {
        return post_premium(h, &trade, claim, trade_id, memo);
    }
    if (!is_price(&trade, memo)) {
        bool repaid = strcmp(memo, "money.loan_repayment") == 0; // no cash came with it
        return post_other(h, claim, trade_id, repaid ? ENFORCEMENT : memo);
    }
    if (!buys && strcmp(trade.kind, "enforcement") == 0) {
        return post_enforcement(h, &trade, claim, trade_id, memo);
    }
    bool whole = th_money_fen(trade.amount) == (buys ? -fen : fen);
    h->bought = h->bought || buys;
    struct th_money answer = th_money_negate(claim);
    if (!whole) {
        post(h, buys ? "@book.stock" : "@book.sales", answer, trade_id, memo);
    } else if (buys) {
        post(h, "@book.stock", trade.net, trade_id, memo);
        post(h, "@book.input_tax", trade.tax, trade_id, memo);
    } else {
        post(h, "@book.sales", th_money_negate(trade.net), trade_id, memo);
        post(h, "@book.output_tax", th_money_negate(trade.tax), trade_id, memo);
    }
    // Only what left a pool had been bought.
    if (whole && !buys && th_money_fen(trade.cost) != 0) {
        post(h, "@book.cost", trade.cost, trade_id, memo);
        post(h, "@book.stock", th_money_negate(trade.cost), trade_id, memo);
    }
    return TH_OK;
}

// The legs of one trade within the entry.
static enum th_status post_trade(struct th_hledger *h, int64_t trade_id)
{
    struct th_money claim = {0};
    struct th_money cash = {0};
    struct th_money rest = {0};
    struct th_money agreed = {0}; // claims that no money answers, prepaid or received
    const char *memo = "";
    const char *agreed_memo = "";
    enum th_status status = TH_OK;
    for (size_t i = 0; i < h->n_legs && status == TH_OK; i++) {
        const struct th_hledger_leg *leg = &h->legs[i];
        struct th_money *sum = leg->account == TH_ACCOUNT_CASH ? &cash : &claim;
        if (leg->trade_id != trade_id || leg->party_id != h->party_id) {
            continue;
        }
        memo = leg->memo;
        status = th_money_add(*sum, leg->amount, sum, h->err);
        bool paid = strcmp(memo, "money.receipt") == 0 || strcmp(memo, "money.prepaid") == 0 ||
                    strcmp(memo, "money.receipt_back") == 0;
        if (status == TH_OK && leg->account == TH_ACCOUNT_CLAIM && !paid) {
            status = th_money_add(agreed, leg->amount, &agreed, h->err);
            agreed_memo = memo;
        }
        if (status == TH_OK && leg->account == TH_ACCOUNT_CLAIM) {
            status = post_claim(h, i);
        }
    }
    post(h, "@book.cash", cash, trade_id, memo);
    if (status == TH_OK) {
        status = th_money_add(claim, cash, &rest, h->err);
    }
    if (status != TH_OK || th_money_fen(rest) == 0) {
        return status;
    }
    if (strcmp(memo, "money.distribution") == 0) {
        post(h, th_money_fen(rest) > 0 ? "@book.shared_in" : "@book.shared", th_money_negate(rest),
             trade_id, memo);
        return TH_OK;
    }
    bool deal = trade_id != 0 && th_money_compare(rest, agreed) == 0;
    return deal ? post_deal(h, agreed, trade_id, agreed_memo) : post_other(h, rest, trade_id, memo);
}

static bool is_own(const struct th_hledger *h, int64_t trade_id)
{
    for (size_t i = 0; i < h->n_legs; i++) {
        if (h->legs[i].party_id == h->party_id && h->legs[i].trade_id == trade_id) {
            return true;
        }
    }
    return false;
}

// Each trade of the entry once; those of others in the same entry are none of the party's.
static enum th_status post_entry(struct th_hledger *h)
{
    enum th_status status = TH_OK;
    for (size_t i = 0; i < h->n_legs && status == TH_OK; i++) {
        int64_t trade_id = h->legs[i].trade_id;
        bool first = true;
        for (size_t k = 0; k < i && first; k++) {
            first = h->legs[k].trade_id != trade_id;
        }
        if (first && is_own(h, trade_id)) {
            status = post_trade(h, trade_id);
        }
    }
    h->n_legs = 0;
    return status;
}

static bool make_room(struct th_hledger *h)
{
    if (h->n_legs < h->capacity) {
        return true;
    }
    size_t capacity = h->capacity == 0 ? 64 : h->capacity * 2;
    struct th_hledger_leg *legs = realloc(h->legs, capacity * sizeof(*legs));
    if (legs == NULL) {
        h->status = th_error_no_memory(h->err);
        return false;
    }
    h->legs = legs;
    h->capacity = capacity;
    return true;
}

static bool take_leg(void *context, const struct th_book_leg *leg)
{
    struct th_hledger *h = context;
    if (leg->seq != h->seq || strcmp(leg->on_date, h->on) != 0) {
        h->status = post_entry(h);
        h->seq = leg->seq;
        th_text_copy(h->on, sizeof(h->on), leg->on_date);
        th_book_begin(&h->book, leg->on_date, leg->kind, leg->seq, leg->login);
    }
    if (h->status != TH_OK || !make_room(h)) {
        return false;
    }
    struct th_hledger_leg *kept = &h->legs[h->n_legs++];
    *kept = (struct th_hledger_leg){.party_id = leg->party_id,
                                    .account = leg->account,
                                    .amount = leg->amount,
                                    .trade_id = leg->trade_id};
    th_text_copy(kept->name, sizeof(kept->name), leg->party);
    th_text_copy(kept->memo, sizeof(kept->memo), leg->memo);
    return true;
}

static void begin_entry(struct th_hledger *h, int64_t seq, const char *on_date, const char *kind,
                        const char *login)
{
    if (seq != h->seq || strcmp(on_date, h->on) != 0) {
        h->seq = seq;
        th_text_copy(h->on, sizeof(h->on), on_date);
        th_book_begin(&h->book, on_date, kind, seq, login);
    }
}

// Units that left without a price take what they had cost out of the stock.
static bool write_off(void *context, const struct th_book_write_off *left)
{
    static const struct {
        const char *deal, *account;
    } WHERE[] = {{"retirement", "@book.retired"},
                 {"cancellation", "@book.cancelled"},
                 {"transfer", "@book.outside"}};
    struct th_hledger *h = context;
    char account[TH_BOOK_ACCOUNT_SIZE];
    begin_entry(h, left->seq, left->on_date, left->kind, left->login);
    for (size_t i = 0; i < sizeof(WHERE) / sizeof(WHERE[0]); i++) {
        if (strcmp(WHERE[i].deal, left->deal) == 0) {
            th_hledger_name(&h->book, "@book.written_off", WHERE[i].account, NULL, NULL, account);
            th_book_money(&h->book, account, left->cost, left->trade_id, "money.written_off");
        }
    }
    post(h, "@book.stock", th_money_negate(left->cost), left->trade_id, "money.written_off");
    return true;
}

// The sale of pledged units paid it, out of what it had brought.
static bool post_interest(void *context, const struct th_book_interest *interest)
{
    struct th_hledger *h = context;
    struct th_money gain = interest->earned ? interest->amount : th_money_negate(interest->amount);
    begin_entry(h, interest->seq, interest->on_date, interest->kind, interest->login);
    h->status = post_other(h, gain, interest->trade_id, "money.loan_interest");
    if (h->status == TH_OK) {
        h->status = post_other(h, th_money_negate(gain), interest->trade_id, ENFORCEMENT);
    }
    return h->status == TH_OK;
}

enum th_status th_hledger_party_money(struct th_hledger *h)
{
    enum th_status status = th_book_leg_each(h->store, h->party_id, take_leg, h, h->err);
    if (status == TH_OK) {
        status = h->status;
    }
    if (status == TH_OK) {
        status = post_entry(h);
    }
    h->seq = 0;
    if (status == TH_OK) {
        status = th_book_write_off_each(h->store, h->party_id, write_off, h, h->err);
    }
    h->seq = 0;
    if (status == TH_OK) {
        status = th_book_interest_each(h->store, h->party_id, post_interest, h, h->err);
    }
    return status == TH_OK ? h->status : status;
}

enum th_status th_hledger_party_balances(struct th_hledger *h)
{
    struct th_money_totals totals;
    char account[TH_BOOK_ACCOUNT_SIZE];
    enum th_status status = th_money_totals(h->store, h->party_id, &totals, h->err);
    if (status == TH_OK) {
        th_hledger_name(&h->book, "@book.claims", NULL, NULL, NULL, account);
        th_book_assert_money(&h->book, account, totals.claim, true);
        th_hledger_name(&h->book, "@book.cash", NULL, NULL, NULL, account);
        th_book_assert_money(&h->book, account, totals.cash, true);
    }
    return status;
}
