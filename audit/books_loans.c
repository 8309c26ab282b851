// Loans under pledges, and the debts for which pledges are enforced.
#include <string.h>

#include "audit/books_internal.h"

__extension__ typedef __int128 int128;

// A pledge may secure no loan that is paid here: then nothing is said of one.
static void book_pledge(struct th_books *books, const struct th_post *post)
{
    struct th_deal *deal = th_post_deal(books, post, "trade_id");
    if (!deal) {
        return;
    }
    struct th_loan *loan = deal->kind == TH_DEAL_PLEDGE && deal->terms == 0
                               ? th_books_add(books, &books->money.loans, sizeof(*loan))
                               : NULL;
    if (!loan) {
        th_post_fault(books, post);
        return;
    }
    deal->terms = books->money.loans.n;
    (void)th_member_int(post->nodes, post->index, "tonnes", 0, &deal->pledged_t);
    (void)th_member_int(post->nodes, post->index, "debtor_id", 1, &loan->debtor);
    (void)th_member_int(post->nodes, post->index, "principal_fen", 0, &loan->principal_fen);
    loan->percent = (struct th_fraction){0, 1};
    (void)th_post_fraction(post, "rate", &loan->percent);
}

static void book_debt(struct th_books *books, const struct th_post *post)
{
    struct th_debt debt = {.next = 0};
    struct th_deal *deal = th_post_deal(books, post, "trade_id");
    if (!deal) {
        return;
    }
    if (deal->kind != TH_DEAL_ENFORCEMENT || deal->state != TH_TRADE_PROPOSED ||
        !th_member_int(post->nodes, post->index, "pledge_id", 1, &debt.pledge) ||
        !th_member_int(post->nodes, post->index, "owed_fen", 0, &debt.owed_fen)) {
        th_post_fault(books, post);
        return;
    }
    struct th_debt *row = th_books_add(books, &books->money.debts, sizeof(*row));
    if (!row) {
        return;
    }
    debt.sale = deal->id;
    *row = debt;
    // Those of one sale are told one behind the other.
    if (deal->terms == 0) {
        deal->terms = books->money.debts.n;
    } else if (row[-1].sale == deal->id) {
        row[-1].next = books->money.debts.n;
    } else {
        th_post_fault(books, post);
    }
}

// Keeps a payment for those who take it back.
static void keep_payment(struct th_books *books, const struct th_post *post,
                         const struct th_pending *pending)
{
    struct th_money *money = &books->money;
    int64_t id = 0;
    bool fresh = false;
    if (!th_member_int(post->nodes, post->index, "payment_id", 1, &id)) {
        th_post_fault(books, post);
        return;
    }
    size_t row = th_table_id(&money->loan_payment_ids, id, &fresh);
    if (row == SIZE_MAX) {
        books->no_memory = true;
        return;
    }
    if (!fresh) {
        th_fault_add(books->faults, TH_FAULT_LOAN_TWICE, id, 0, 0);
        return;
    }
    struct th_loan_payment *payment = th_books_add(books, &money->loan_payments, sizeof(*payment));
    if (payment) {
        *payment = (struct th_loan_payment){.pledge = pending->id,
                                            .memo = pending->memo,
                                            .amount_fen = pending->amount_fen,
                                            .day = pending->day,
                                            .login = books->actor,
                                            .by_sale = pending->other != 0};
    }
}

static void book_withdrawal(struct th_books *books, const struct th_post *post)
{
    struct th_loan_payment *payments = books->money.loan_payments.items;
    int64_t id = 0;
    char day[TH_DAY_BYTES];
    size_t row = SIZE_MAX;
    if (th_member_int(post->nodes, post->index, "payment_id", 1, &id)) {
        row = th_table_find_id(&books->money.loan_payment_ids, id);
    }
    if (row >= books->money.loan_payments.n || !th_node_get(post->nodes, post->index, "on_date")) {
        th_post_fault(books, post);
        return;
    }
    th_post_past_day(books, post, "on_date", day);
    struct th_loan_payment *payment = &payments[row];
    th_post_login(books, post, "login");
    if (payment->login == books->actor) {
        th_fault_add_text(books->faults, TH_FAULT_LOAN_SELF, post->line->login, id);
    }
    if (payment->withdrawn || payment->by_sale) {
        th_fault_add(books->faults, payment->by_sale ? TH_FAULT_LOAN_SALE : TH_FAULT_LOAN_TWICE, id,
                     0, 0);
        return;
    }
    payment->withdrawn = true;
    th_books_pend(books, &(struct th_pending){.what = TH_PENDING_LOAN_BACK,
                                              .number = post->number,
                                              .id = (int64_t)row + 1});
}

static void book_loan(struct th_books *books, const struct th_post *post)
{
    static const char *const KINDS[] = {"payout", "repayment", "interest"};
    struct th_pending pending = {.number = post->number};
    struct th_text kind;
    char day[TH_DAY_BYTES];
    size_t i = 0;
    const struct th_deal *deal = th_post_deal(books, post, "trade_id");
    if (!deal) {
        return;
    }
    if (!th_text_member(post->nodes, post->index, "kind", &kind) ||
        !th_member_int(post->nodes, post->index, "amount_fen", 1, &pending.amount_fen) ||
        !th_post_day(post, "on_date", &pending.day)) {
        th_post_fault(books, post);
        return;
    }
    th_post_login(books, post, "login");
    th_post_past_day(books, post, "on_date", day);
    while (i < sizeof(KINDS) / sizeof(KINDS[0]) && !th_text_is(kind, KINDS[i])) {
        i++;
    }
    if (i == sizeof(KINDS) / sizeof(KINDS[0])) {
        th_post_fault(books, post);
        return;
    }
    pending.what = TH_PENDING_LOAN;
    pending.id = deal->id;
    pending.memo = (enum th_memo)(TH_MEMO_LOAN_PAYOUT + (int)i);
    (void)th_member_int(post->nodes, post->index, "enforcement_id", 1, &pending.other);
    keep_payment(books, post, &pending);
    th_books_pend(books, &pending);
}

const struct th_post_kind th_posts_of_loans[] = {
    {TH_TEXT("pledge"), book_pledge, false},
    {TH_TEXT("enforcement_debt"), book_debt, false},
    {TH_TEXT("loan_payment"), book_loan, false},
    {TH_TEXT("loan_withdrawal"), book_withdrawal, false},
    {.book = NULL}};

// What the sale of what was pledged brought its pledgee pays the loan: not more than that.
static bool credit(struct th_books *books, const struct th_deal *pledge,
                   const struct th_pending *pending)
{
    struct th_debt *debts = books->money.debts.items;
    struct th_debt *own = NULL;
    struct th_deal *sale = th_books_deal(books, pending->other);
    int64_t credited_fen = pending->amount_fen;
    if (!sale || sale->kind != TH_DEAL_ENFORCEMENT) {
        return false;
    }
    for (size_t i = sale->terms; i != 0; i = debts[i - 1].next) {
        const struct th_deal *other = th_books_deal(books, debts[i - 1].pledge);
        if (other && other->buyer == pledge->buyer &&
            !th_sum(&credited_fen, debts[i - 1].credited_fen)) {
            return false;
        }
        own = debts[i - 1].pledge == pledge->id ? &debts[i - 1] : own;
    }
    const struct th_owed *owed = own ? th_money_owed(books, sale, pledge->buyer) : NULL;
    if (!owed || credited_fen > owed->paid_fen) {
        return false;
    }
    own->credited_fen += pending->amount_fen;
    return true;
}

// The interest of a loan is not more than its rate, and half of it again for being late, can have
// made of what was out, in fen times days: of a year of 360, rounded up.
static bool interest_fits(const struct th_loan *loan, int64_t interest_fen, int128 fen_days)
{
    int128 grown = 0;
    int128 least = 0;
    if (__builtin_mul_overflow((int128)3 * loan->percent.numerator, fen_days, &grown)) {
        return true; // more than any amount
    }
    return !__builtin_mul_overflow((int128)(2 * 100 * 360) * loan->percent.denominator,
                                   (int128)interest_fen - 1, &least) &&
           least < grown;
}

static int128 fen_days_by(const struct th_books *books, const struct th_loan *loan, int64_t day)
{
    const struct th_loan_step *steps = books->money.loan_steps.items;
    int128 fen_days = 0;
    for (size_t i = loan->steps; i != 0 && steps[i - 1].day <= day; i = steps[i - 1].next) {
        fen_days += (int128)steps[i - 1].fen * (day - steps[i - 1].day);
    }
    return fen_days;
}

// A payment, or one that is taken back, in its place by day.
static void add_step(struct th_books *books, struct th_loan *loan, struct th_loan_step step)
{
    struct th_loan_step *row = th_books_add(books, &books->money.loan_steps, sizeof(*row));
    struct th_loan_step *steps = books->money.loan_steps.items;
    size_t *at = &loan->steps;
    if (!row) {
        return;
    }
    while (*at != 0 && steps[*at - 1].day <= step.day) {
        at = &steps[*at - 1].next;
    }
    step.next = *at;
    *row = step;
    *at = books->money.loan_steps.n;
}

bool th_book_repaid(const struct th_books *books, const struct th_deal *pledge)
{
    const struct th_loan *loans = books->money.loans.items;
    if (pledge->kind != TH_DEAL_PLEDGE || pledge->terms == 0) {
        return false;
    }
    const struct th_loan *loan = &loans[pledge->terms - 1];
    return loan->out_fen > 0 && loan->acknowledged_fen == loan->out_fen;
}

// A repayment that stands, or stands no more, if a person of the lender recorded it.
static void acknowledge(struct th_books *books, const struct th_deal *pledge, struct th_loan *loan,
                        enum th_memo memo, size_t login, int64_t fen)
{
    const struct th_person *person = th_books_person(books, login);
    if (memo == TH_MEMO_LOAN_REPAYMENT && person && person->party == pledge->buyer) {
        books->legs_beyond = !th_sum(&loan->acknowledged_fen, fen) || books->legs_beyond;
    }
}

// On no day since then had more come back than went out, nor more interest been paid than what was
// out gives.
static bool still_fits(const struct th_books *books, const struct th_loan *loan, int64_t since)
{
    const struct th_loan_step *steps = books->money.loan_steps.items;
    int64_t out_fen = 0;
    int64_t interest_fen = 0;
    int128 begun = 0; // fen times the day on which they went out
    for (size_t i = loan->steps; i != 0; i = steps[i - 1].next) {
        const struct th_loan_step *step = &steps[i - 1];
        if (!th_sum(&out_fen, step->fen) || !th_sum(&interest_fen, step->interest_fen)) {
            return false;
        }
        begun += (int128)step->fen * step->day;
        if (step->next != 0 && steps[step->next - 1].day == step->day) {
            continue; // the day is not over
        }
        int128 fen_days = (int128)out_fen * step->day - begun;
        bool fits = out_fen >= 0 && interest_fits(loan, interest_fen, fen_days);
        if (step->day >= since && !fits) {
            return false;
        }
    }
    return true;
}

// Not more goes out than the principal, nor comes back than went out by any day; and what comes
// back leaves enough out for the interest that was paid since.
static bool fits(struct th_books *books, struct th_loan *loan, const struct th_pending *pending)
{
    int64_t fen = pending->amount_fen;
    if (pending->memo == TH_MEMO_LOAN_INTEREST) {
        add_step(books, loan, (struct th_loan_step){.day = pending->day, .interest_fen = fen});
        return th_sum(&loan->interest_fen, fen) &&
               interest_fits(loan, loan->interest_fen, fen_days_by(books, loan, pending->day));
    }
    bool payout = pending->memo == TH_MEMO_LOAN_PAYOUT;
    add_step(books, loan, (struct th_loan_step){.day = pending->day, .fen = payout ? fen : -fen});
    return payout ? th_sum(&loan->out_fen, fen) && loan->out_fen <= loan->principal_fen &&
                        pending->other == 0
                  : still_fits(books, loan, pending->day);
}

// Cash and claim of a payment, or both back; with `cash` false it moved with the receipts of a
// sale.
static void expect_payment(struct th_books *books, const struct th_deal *deal,
                           const struct th_loan_payment *payment, bool cash, bool back)
{
    const struct th_loan *loans = books->money.loans.items;
    int64_t debtor = loans[deal->terms - 1].debtor;
    bool to_debtor = (payment->memo == TH_MEMO_LOAN_PAYOUT) != back;
    int behind = back ? TH_MEMO_LOAN_PAYOUT_BACK - TH_MEMO_LOAN_PAYOUT : 0;
    struct th_move move = {.deal = deal->id,
                           .memo = (enum th_memo)((int)payment->memo + behind),
                           .account = TH_ACCOUNT_CASH,
                           .from = to_debtor ? deal->buyer : debtor,
                           .to = to_debtor ? debtor : deal->buyer,
                           .amount_fen = payment->amount_fen};
    if (cash) {
        th_money_expect(books, &move);
    }
    if (payment->memo != TH_MEMO_LOAN_INTEREST) {
        int64_t from = move.from;
        move.from = move.to;
        move.to = from;
        move.account = TH_ACCOUNT_CLAIM;
        th_money_expect(books, &move);
    }
}

void th_money_settle_loan(struct th_books *books, const struct th_pending *pending)
{
    const struct th_deal *deal = th_books_deal(books, pending->id);
    struct th_loan *loans = books->money.loans.items;
    if (!deal || deal->kind != TH_DEAL_PLEDGE || deal->terms == 0 ||
        deal->state != TH_TRADE_APPROVED) {
        th_fault_add(books->faults, TH_FAULT_LOAN_PLEDGE, pending->id, 0, 0);
        return;
    }
    struct th_loan *loan = &loans[deal->terms - 1];
    if (!fits(books, loan, pending) || (pending->other != 0 && !credit(books, deal, pending))) {
        th_fault_add(books->faults, TH_FAULT_LOAN_SUM, deal->id, pending->amount_fen, 0);
        return;
    }
    acknowledge(books, deal, loan, pending->memo, books->actor, pending->amount_fen);
    expect_payment(
        books, deal,
        &(struct th_loan_payment){.memo = pending->memo, .amount_fen = pending->amount_fen},
        pending->other == 0, false);
}

// What was paid back, and interest, must still be less than what had been out.
static bool takes_back(struct th_books *books, struct th_loan *loan,
                       const struct th_loan_payment *payment)
{
    int64_t fen = payment->amount_fen;
    if (payment->memo == TH_MEMO_LOAN_INTEREST) {
        add_step(books, loan, (struct th_loan_step){.day = payment->day, .interest_fen = -fen});
        return th_sum(&loan->interest_fen, -fen);
    }
    bool payout = payment->memo == TH_MEMO_LOAN_PAYOUT;
    add_step(books, loan, (struct th_loan_step){.day = payment->day, .fen = payout ? -fen : fen});
    return !payout || (th_sum(&loan->out_fen, -fen) && still_fits(books, loan, payment->day));
}

void th_money_settle_loan_back(struct th_books *books, const struct th_pending *pending)
{
    const struct th_loan_payment *payments = books->money.loan_payments.items;
    const struct th_loan_payment *payment = &payments[pending->id - 1];
    const struct th_deal *deal = th_books_deal(books, payment->pledge);
    struct th_loan *loans = books->money.loans.items;
    if (!deal || deal->kind != TH_DEAL_PLEDGE || deal->terms == 0 ||
        deal->state != TH_TRADE_APPROVED) {
        th_fault_add(books->faults, TH_FAULT_LOAN_PLEDGE, payment->pledge, 0, 0);
        return;
    }
    if (!takes_back(books, &loans[deal->terms - 1], payment)) {
        th_fault_add(books->faults, TH_FAULT_LOAN_SUM, deal->id, payment->amount_fen, 0);
        return;
    }
    acknowledge(books, deal, &loans[deal->terms - 1], payment->memo, payment->login,
                -payment->amount_fen);
    expect_payment(books, deal, payment, true, true);
}
