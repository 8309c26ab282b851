// The ground of packages: no parcel is issued twice for a year, its years are issued in their
// order, and what it was left owing is taken off what is issued of it next.
#include <string.h>

#include "audit/books_internal.h"

void th_ground_clear(struct th_ground *ground)
{
    th_table_clear(&ground->parcel_ids);
    th_list_clear(&ground->latest);
    th_list_clear(&ground->credits);
    th_list_clear(&ground->submitted);
}

// The year of "2021-01-01" or "2021-12-31", where the rest is this; 0 for anything else.
static int64_t year_of(const struct th_post *body, const char *key, const char *rest)
{
    enum { YEAR_DIGITS = 4 };
    struct th_text text;
    int64_t year = 0;
    if (!th_text_member(body->nodes, body->index, key, &text) || text.size != TH_DAY_BYTES ||
        memcmp(text.at + YEAR_DIGITS, rest, TH_DAY_BYTES - YEAR_DIGITS) != 0) {
        return 0;
    }
    for (size_t i = 0; i < YEAR_DIGITS; i++) {
        if (text.at[i] < '0' || text.at[i] > '9') {
            return 0;
        }
        year = year * 10 + text.at[i] - '0';
    }
    return year;
}

bool th_book_years(const struct th_post *body, struct th_package_steps *package)
{
    package->from_year = year_of(body, "from", "-01-01");
    package->to_year = year_of(body, "to", "-12-31");
    return package->from_year > 0 && package->to_year >= package->from_year;
}

// The package that was issued of a parcel last, and what the parcel was left owing; NULL: none was.
static const struct th_credit *latest_of(const struct th_books *books, int64_t parcel)
{
    const struct th_ground *ground = &books->ground;
    const struct th_credit *credits = ground->credits.items;
    size_t row = th_table_find_id(&ground->parcel_ids, parcel);
    return row < ground->latest.n ? &credits[((const size_t *)ground->latest.items)[row] - 1]
                                  : NULL;
}

static const struct th_package_steps *package_of(const struct th_books *books,
                                                 const struct th_credit *credit)
{
    size_t row = th_table_find_id(&books->package_ids, credit->package);
    return row != SIZE_MAX ? &books->packages[row] : NULL;
}

struct opening {
    int64_t parcel;
    int64_t last_year;
    int64_t debt_kg; // below zero
    int64_t gap_kg;  // of the years between, which nobody packaged
    bool has_gap;
    int64_t opening_kg;
};

static bool read_opening(const struct th_node *nodes, size_t index, struct opening *opening)
{
    opening->has_gap = th_member_int(nodes, index, "gap_kg", INT64_MIN, &opening->gap_kg);
    return th_member_int(nodes, index, "parcel_id", 1, &opening->parcel) &&
           th_member_int(nodes, index, "last_year", 1, &opening->last_year) &&
           th_member_int(nodes, index, "debt_kg", INT64_MIN, &opening->debt_kg) &&
           th_member_int(nodes, index, "opening_kg", INT64_MIN, &opening->opening_kg) &&
           opening->debt_kg <= 0;
}

// What is owed is the debt and what the years between took off the stock; that they added something
// pays no more than the debt.
static bool is_reckoned(const struct opening *opening, const struct th_package_steps *package)
{
    int64_t owed_kg = opening->debt_kg;
    bool gap = opening->last_year + 1 < package->from_year;
    return opening->last_year < package->from_year && gap == opening->has_gap &&
           (!gap || th_sum(&owed_kg, opening->gap_kg)) &&
           opening->opening_kg == (owed_kg < 0 ? owed_kg : 0);
}

// Of a parcel that came of others it is not known here what those were left owing.
static void check_opening(struct th_books *books, struct th_package_steps *package, int64_t parcel,
                          const struct opening *opening)
{
    const struct th_credit *credit = latest_of(books, parcel);
    const struct th_package_steps *before = credit ? package_of(books, credit) : NULL;
    bool follows = before && before->to_year < package->from_year;
    bool sound = opening ? is_reckoned(opening, package) : !follows;
    if (opening && follows) {
        sound =
            sound && opening->last_year == before->to_year && opening->debt_kg == credit->debt_kg;
    }
    if (!sound || (opening && !th_sum(&package->opening_kg, opening->opening_kg))) {
        th_fault_add(books->faults, TH_FAULT_PACKAGE_OPENING, package->id, parcel, 0);
    }
}

// Goes through a list of objects that name parcels, lowest first.
struct walk {
    const struct th_node *nodes;
    size_t at;
    size_t end;
};

static bool begin_walk(const struct th_post *body, const char *key, struct walk *walk)
{
    const struct th_node *list = th_node_get(body->nodes, body->index, key);
    if (!list || list->type != TH_NODE_LIST) {
        return false;
    }
    size_t index = (size_t)(list - body->nodes);
    *walk = (struct walk){.nodes = body->nodes, .at = index + 1, .end = list->next};
    return true;
}

// The parcel that is next; 0: there is none.
static int64_t next_parcel(const struct walk *walk)
{
    int64_t parcel = 0;
    if (walk->at < walk->end) {
        (void)th_member_int(walk->nodes, walk->at, "parcel_id", 1, &parcel);
    }
    return parcel;
}

static void step(struct walk *walk)
{
    walk->at = walk->nodes[walk->at].next;
}

// The parcels of a package as it is submitted, each once, and what is owed of them from before.
static bool book_parcels(struct th_books *books, struct th_package_steps *package,
                         struct walk parcels, struct walk openings)
{
    int64_t before = 0;
    for (; parcels.at < parcels.end; step(&parcels)) {
        struct opening opening = {.parcel = 0};
        int64_t parcel = next_parcel(&parcels);
        bool has = next_parcel(&openings) == parcel;
        if (parcel <= before || (has && !read_opening(openings.nodes, openings.at, &opening))) {
            return false;
        }
        before = parcel;
        int64_t *row = th_books_add(books, &books->ground.submitted, sizeof(*row));
        if (!row) {
            return true;
        }
        *row = parcel;
        package->n_parcels++;
        check_opening(books, package, parcel, has ? &opening : NULL);
        if (has) {
            step(&openings);
        }
    }
    return package->n_parcels > 0 && openings.at == openings.end;
}

bool th_book_submitted(struct th_books *books, const struct th_post *body,
                       struct th_package_steps *package)
{
    struct walk parcels;
    struct walk openings;
    package->submitted_seq = books->faults->seq;
    package->first_parcel = books->ground.submitted.n;
    package->n_parcels = 0;
    package->opening_kg = 0;
    return begin_walk(body, "parcels", &parcels) && begin_walk(body, "opening", &openings) &&
           book_parcels(books, package, parcels, openings);
}

static void credit(struct th_books *books, int64_t parcel, const struct th_credit *credit)
{
    struct th_ground *ground = &books->ground;
    bool fresh = false;
    size_t row = th_table_id(&ground->parcel_ids, parcel, &fresh);
    struct th_credit *added = th_books_add(books, &ground->credits, sizeof(*added));
    if (row == SIZE_MAX || !added ||
        (fresh && !th_books_add(books, &ground->latest, sizeof(size_t)))) {
        books->no_memory = true;
        return;
    }
    *added = *credit;
    ((size_t *)ground->latest.items)[row] = ground->credits.n;
}

// What was issued of a parcel before ended before this package begins, and was known when it was
// submitted: else the parcel is credited twice, or not for what it owes.
static bool follows(const struct th_package_steps *before, const struct th_package_steps *package)
{
    return before->to_year < package->from_year && before->issued_seq < package->submitted_seq;
}

static bool credit_parcels(struct th_books *books, const struct th_package_steps *package,
                           struct walk debts, int64_t *owed_kg)
{
    bool told = false;
    for (size_t i = 0; i < package->n_parcels; i++) {
        const int64_t *submitted = books->ground.submitted.items;
        int64_t parcel = submitted[package->first_parcel + i];
        struct th_credit fresh = {.package = package->id};
        const struct th_credit *latest = latest_of(books, parcel);
        const struct th_package_steps *before = latest ? package_of(books, latest) : NULL;
        if (before && !told && !follows(before, package)) {
            th_fault_add(books->faults, TH_FAULT_PACKAGE_GROUND, package->id, parcel, before->id);
            told = true;
        }
        if (next_parcel(&debts) == parcel) {
            if (!th_member_int(debts.nodes, debts.at, "debt_kg", INT64_MIN, &fresh.debt_kg) ||
                fresh.debt_kg >= 0 || !th_sum(owed_kg, fresh.debt_kg)) {
                return false;
            }
            step(&debts);
        }
        credit(books, parcel, &fresh);
    }
    return debts.at == debts.end;
}

void th_book_issued(struct th_books *books, const struct th_post *body,
                    struct th_package_steps *package, const struct th_issue *issue)
{
    struct walk debts;
    int64_t owed_kg = 0;
    package->issued_seq = books->faults->seq;
    if (!begin_walk(body, "debts", &debts) || !credit_parcels(books, package, debts, &owed_kg)) {
        th_post_fault(books, body);
        return;
    }
    if (owed_kg != (issue->end_kg < 0 ? issue->end_kg : 0)) {
        th_fault_add(books->faults, TH_FAULT_PACKAGE_DEBT, package->id, owed_kg, issue->end_kg);
    }
}
