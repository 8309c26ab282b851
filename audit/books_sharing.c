// Terms of revenue: who shares by them, from which day to which, and the one that a sale falls
// under.
#include <math.h>
#include <string.h>

#include "audit/books_internal.h"

// What a term may be for, the more special the later. Which kinds of ground a package has no entry
// tells: such a term may be for any of its units.
static const char *const SCOPES[TH_SCOPES] = {[TH_SCOPE_ALL] = "",
                                              [TH_SCOPE_KIND] = "kind",
                                              [TH_SCOPE_HOLDER] = "holder",
                                              [TH_SCOPE_POOL] = "pool",
                                              [TH_SCOPE_PACKAGE] = "package"};

struct th_term *th_book_term(const struct th_books *books, int64_t id)
{
    const struct th_revenue *revenue = &books->revenue;
    size_t row = th_table_find_id(&revenue->term_ids, id);
    return row < revenue->terms.n ? (struct th_term *)revenue->terms.items + row : NULL;
}

// The place of a word among some; their number when it is none of them.
static int place_of(const struct th_post *post, const char *key, const char *const *words, int n)
{
    struct th_text text;
    int i = 0;
    if (!th_node_get(post->nodes, post->index, key)) {
        return 0;
    }
    while (i < n &&
           !(th_text_member(post->nodes, post->index, key, &text) && th_text_is(text, words[i]))) {
        i++;
    }
    return i;
}

static bool read_term(struct th_books *books, const struct th_post *post, struct th_term *term)
{
    static const char *const BASES[TH_BASES] = {"gross", "net_of_cost", "net_of_costs"};
    struct th_text kind;
    int basis = place_of(post, "basis", BASES, TH_BASES);
    int scope = place_of(post, "scope", SCOPES, TH_SCOPES);
    bool of_id = scope > TH_SCOPE_KIND;
    bool of_kind = scope == TH_SCOPE_KIND;
    th_post_copy_day(post, "from_on", term->from_on);
    th_post_copy_day(post, "to_on", term->to_on);
    if (!th_node_get(post->nodes, post->index, "basis") || basis == TH_BASES ||
        scope == TH_SCOPES || term->from_on[0] == '\0' ||
        !th_post_fraction(post, "ratio", &term->percent) ||
        (of_id && !th_member_int(post->nodes, post->index, "scope_id", 1, &term->scope_id)) ||
        (of_kind && !th_text_member(post->nodes, post->index, "scope_kind", &kind))) {
        return false;
    }
    term->basis = (enum th_basis)basis;
    term->scope = (enum th_term_scope)scope;
    term->scope_kind = of_kind ? th_books_word(books, kind) : 0;
    return true;
}

static void book_term(struct th_books *books, const struct th_post *post)
{
    struct th_term read = {.seq = books->faults->seq};
    int64_t id = 0;
    bool fresh = false;
    if (!th_member_int(post->nodes, post->index, "term_id", 1, &id) ||
        !read_term(books, post, &read)) {
        th_post_fault(books, post);
        return;
    }
    struct th_term *term = th_books_row(books, &books->revenue.term_ids, &books->revenue.terms,
                                        sizeof(*term), id, &fresh);
    if (term && !fresh) {
        th_post_fault(books, post);
    } else if (term) {
        *term = read;
        th_books_pend(
            books, &(struct th_pending){.what = TH_PENDING_TERM, .id = id, .number = post->number});
    }
}

// Everybody's shares in a term make a whole.
void th_book_settle_term(struct th_books *books, const struct th_pending *pending)
{
    static const long double NEAR = 1e-15L;
    const struct th_split *splits = books->revenue.splits.items;
    const struct th_term *term = th_book_term(books, pending->id);
    long double sum = 0;
    for (size_t i = term ? term->splits : 0; i != 0; i = splits[i - 1].next) {
        sum += (long double)splits[i - 1].share.numerator /
               (long double)splits[i - 1].share.denominator;
    }
    if (fabsl(sum - 1) > NEAR) {
        th_fault_add(books->faults, TH_FAULT_TERM_SPLITS, pending->id, 0, 0);
    }
}

// The term that a post names; NULL, and a fault: none or an unknown one.
static struct th_term *term_of(struct th_books *books, const struct th_post *post, int64_t *ret_id)
{
    if (!th_member_int(post->nodes, post->index, "term_id", 1, ret_id)) {
        th_post_fault(books, post);
        return NULL;
    }
    struct th_term *term = th_book_term(books, *ret_id);
    if (!term) {
        th_fault_add(books->faults, TH_FAULT_TERM_UNKNOWN, *ret_id, 0, 0);
    }
    return term;
}

static void book_split(struct th_books *books, const struct th_post *post)
{
    struct th_split split = {.kind = 0};
    struct th_text kind;
    int64_t id = 0;
    struct th_term *term = term_of(books, post, &id);
    if (!term) {
        return;
    }
    if (!th_post_fraction(post, "share", &split.share)) {
        th_post_fault(books, post);
        return;
    }
    if (term->seq != books->faults->seq) {
        th_fault_add(books->faults, TH_FAULT_TERM_SPLITS, id, 0, 0);
    }
    if (!th_member_int(post->nodes, post->index, "party_id", 1, &split.party) &&
        th_text_member(post->nodes, post->index, "party_kind", &kind)) {
        split.kind = th_books_word(books, kind);
    }
    struct th_split *row = th_books_add(books, &books->revenue.splits, sizeof(*row));
    if (row) {
        split.next = term->splits;
        *row = split;
        term->splits = books->revenue.splits.n;
    }
}

// A term ends once.
static void book_term_end(struct th_books *books, const struct th_post *post)
{
    int64_t id = 0;
    int64_t day = 0;
    struct th_term *term = term_of(books, post, &id);
    if (!term) {
        return;
    }
    if (term->ends_on[0] != '\0' || !th_post_day(post, "ends_on", &day)) {
        th_post_fault(books, post);
        return;
    }
    th_post_copy_day(post, "ends_on", term->ends_on);
}

const struct th_post_kind th_posts_of_sharing[] = {
    {TH_TEXT("revenue_term"), book_term, false},
    {TH_TEXT("revenue_term_split"), book_split, false},
    {TH_TEXT("revenue_term_end"), book_term_end, false},
    {.book = NULL}};

static int by_day(const char one[TH_DAY_BYTES], const char other[TH_DAY_BYTES])
{
    return memcmp(one, other, TH_DAY_BYTES);
}

static bool is_for_the_same(const struct th_term *one, const struct th_term *other)
{
    return one->basis == other->basis && one->scope == other->scope &&
           one->scope_id == other->scope_id && one->scope_kind == other->scope_kind;
}

// Does a later term take the place of an open one by this day? One that was ended before it began
// never does.
static bool is_replaced(const struct th_books *books, const struct th_term *term,
                        const char day[TH_DAY_BYTES])
{
    const struct th_term *terms = books->revenue.terms.items;
    for (size_t i = 0; i < books->revenue.terms.n; i++) {
        const struct th_term *later = &terms[i];
        bool began = later->ends_on[0] == '\0' || by_day(later->ends_on, later->from_on) > 0;
        if (by_day(later->from_on, term->from_on) > 0 && by_day(later->from_on, day) <= 0 &&
            began && is_for_the_same(later, term)) {
            return true;
        }
    }
    return false;
}

static bool is_in_force(const struct th_books *books, const struct th_term *term,
                        const char day[TH_DAY_BYTES])
{
    bool over = term->ends_on[0] != '\0' ? by_day(day, term->ends_on) >= 0
                : term->to_on[0] != '\0' ? by_day(day, term->to_on) > 0
                                         : false;
    return by_day(term->from_on, day) <= 0 && !over &&
           (term->to_on[0] != '\0' || !is_replaced(books, term, day));
}

static bool may_be_for(struct th_books *books, const struct th_term *term,
                       const struct th_deal_line *line)
{
    const struct th_package_steps *package = NULL;
    switch (term->scope) {
    case TH_SCOPE_PACKAGE:
        return term->scope_id == line->package;
    case TH_SCOPE_POOL:
        return term->scope_id == line->pool;
    case TH_SCOPE_HOLDER:
        package = th_books_package(books, line->package);
        return package && term->scope_id == package->holder;
    case TH_SCOPE_KIND:
    case TH_SCOPE_ALL:
    case TH_SCOPES:
        break;
    }
    return true;
}

// Is it for the units of a line on this day, and none that is more special?
static bool is_term_of(struct th_books *books, const struct th_term *term,
                       const struct th_deal_line *line, const char day[TH_DAY_BYTES])
{
    const struct th_term *terms = books->revenue.terms.items;
    if (!may_be_for(books, term, line) || !is_in_force(books, term, day)) {
        return false;
    }
    for (size_t i = 0; i < books->revenue.terms.n; i++) {
        if (terms[i].scope > term->scope && terms[i].scope != TH_SCOPE_KIND &&
            may_be_for(books, &terms[i], line) && is_in_force(books, &terms[i], day)) {
            return false;
        }
    }
    return true;
}

void th_book_term_of(struct th_books *books, const struct th_deal *deal, int64_t term_id)
{
    const struct th_term *term = th_book_term(books, term_id);
    const struct th_deal_line *lines = books->revenue.lines.items;
    for (size_t i = term ? deal->lines : 0; i != 0; i = lines[i - 1].next) {
        // Behind what is of no pool no village stands.
        if (lines[i - 1].pool != 0 && !is_term_of(books, term, &lines[i - 1], deal->on_date)) {
            th_fault_add(books->faults, TH_FAULT_RUN_TERM, deal->id, term_id, 0);
            return;
        }
    }
}
