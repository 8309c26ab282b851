#include "audit/recipients.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "audit/books_internal.h"

__extension__ typedef __int128 int128;

struct claim { // one reason for which a party gets something
    int64_t party;
    int64_t group; // whose member it is; 0: itself
    long double weight;
    int64_t paid_fen;
};

struct gathering {
    struct th_books *books;
    const char *on_date; // of the sale
    struct th_list claims;
    struct th_list members; // of the group at hand that share on that day
    int64_t members_of;
    struct th_list tonnes; // of the villages of a package
    long double share;     // of the split, times the part of the pool that was sold
};

static void claim(struct gathering *gathering, int64_t party, int64_t group, long double weight)
{
    struct claim *row = th_list_add(&gathering->claims, sizeof(*row));
    if (!row) {
        gathering->books->no_memory = true;
        return;
    }
    *row = (struct claim){.party = party, .group = group, .weight = weight * gathering->share};
}

static int by_member_and_day(const void *a, const void *b)
{
    const struct th_member *left = a;
    const struct th_member *right = b;
    if (left->party != right->party) {
        return left->party < right->party ? -1 : 1;
    }
    return memcmp(left->from_on, right->from_on, TH_DAY_BYTES);
}

// Rows that have begun, in order of member and day: an open one ends where the next one begins.
static void load_members(struct gathering *gathering, int64_t group)
{
    const struct th_revenue *revenue = &gathering->books->revenue;
    const struct th_member *all = revenue->members.items;
    size_t row = th_table_find_id(&revenue->group_ids, group);
    const size_t *first = revenue->groups.items;
    gathering->members.n = 0;
    gathering->members_of = group;
    for (size_t i = row < revenue->groups.n ? first[row] : 0; i != 0; i = all[i - 1].next) {
        if (memcmp(all[i - 1].from_on, gathering->on_date, TH_DAY_BYTES) > 0) {
            continue;
        }
        struct th_member *member = th_list_add(&gathering->members, sizeof(*member));
        if (!member) {
            gathering->books->no_memory = true;
            return;
        }
        *member = all[i - 1];
    }
    if (gathering->members.n > 0) {
        qsort(gathering->members.items, gathering->members.n, sizeof(struct th_member),
              by_member_and_day);
    }
}

static bool shares_on(const struct gathering *gathering, size_t i)
{
    const struct th_member *members = gathering->members.items;
    const struct th_member *member = &members[i];
    if (member->share.numerator == 0) {
        return false;
    }
    if (member->to_on[0] != '\0') {
        return memcmp(member->to_on, gathering->on_date, TH_DAY_BYTES) >= 0;
    }
    for (size_t k = i + 1; k < gathering->members.n && members[k].party == member->party; k++) {
        if (memcmp(members[k].from_on, member->from_on, TH_DAY_BYTES) > 0) {
            return false;
        }
    }
    return true;
}

static void claim_members(struct gathering *gathering, int64_t group, long double weight)
{
    if (gathering->members_of != group) {
        load_members(gathering, group);
    }
    for (size_t i = 0; i < gathering->members.n; i++) {
        const struct th_member *members = gathering->members.items;
        if (shares_on(gathering, i)) {
            claim(gathering, members[i].party, group,
                  weight * (long double)members[i].share.numerator /
                      (long double)members[i].share.denominator);
        }
    }
}

static const char *word(const struct th_books *books, size_t row)
{
    return row != 0 ? books->words.texts[row - 1] : "";
}

static bool is_member_kind(const struct th_books *books, size_t kind)
{
    return strcmp(word(books, kind), "member") == 0;
}

// The party of a kind that stands for a village: one of that village, else one of its township by
// code, else by name; the one added first of several. 0: none.
static int64_t look_for_place(const struct th_books *books, const char *kind, size_t village)
{
    enum { NO_MATCH, BY_NAME, BY_CODE, OF_VILLAGE, DIVISION_DIGITS = 9 };
    const struct th_village_name *villages = books->revenue.villages.items;
    bool collective = strcmp(kind, "village") == 0;
    bool placed = collective || strcmp(kind, "township") == 0 || strcmp(kind, "subdistrict") == 0;
    size_t name = 0;
    int best = NO_MATCH;
    int64_t found = 0;
    for (size_t i = 0; i < books->revenue.villages.n; i++) {
        if (villages[i].code == village) {
            name = collective ? villages[i].name : villages[i].township;
        }
    }
    for (size_t i = 0; i < books->holder_ids.n; i++) {
        const struct th_holder *party = &books->holders[i];
        int match = NO_MATCH;
        if (strcmp(word(books, party->kind), kind) != 0) {
            continue;
        }
        if (!placed) {
            match = OF_VILLAGE; // the only one of its kind
        } else if (party->village != 0) {
            match = party->village == village ? OF_VILLAGE : NO_MATCH;
        } else if (party->division != 0 && strncmp(word(books, party->division),
                                                   word(books, village), DIVISION_DIGITS) == 0) {
            match = BY_CODE;
        } else if (name != 0 && party->plain_name == name) {
            match = party->division != 0 ? BY_CODE : BY_NAME;
        }
        if (match > best || (match != NO_MATCH && match == best && party->id < found)) {
            best = match;
            found = party->id;
        }
    }
    return found;
}

void th_recipients_forget(struct th_books *books)
{
    th_table_clear(&books->revenue.place_ids);
    th_list_clear(&books->revenue.places);
}

static int64_t place(struct th_books *books, size_t kind, size_t village)
{
    static const int64_t KINDS_BEHIND = INT64_C(1) << 31;
    struct th_revenue *revenue = &books->revenue;
    bool fresh = false;
    const char *name = is_member_kind(books, kind) ? "village" : word(books, kind);
    size_t row =
        th_table_id(&revenue->place_ids, (int64_t)kind * KINDS_BEHIND + (int64_t)village, &fresh);
    if (row != SIZE_MAX && fresh) {
        int64_t *party = th_list_add(&revenue->places, sizeof(*party));
        row = party ? row : SIZE_MAX;
        if (party) {
            *party = look_for_place(books, name, village);
        }
    }
    if (row == SIZE_MAX) {
        books->no_memory = true;
        return 0;
    }
    return ((const int64_t *)revenue->places.items)[row];
}

static void claim_as(struct gathering *gathering, size_t kind, int64_t party, int64_t weight_t)
{
    if (party == 0) {
        return;
    }
    if (is_member_kind(gathering->books, kind)) {
        claim_members(gathering, party, (long double)weight_t);
    } else {
        claim(gathering, party, 0, (long double)weight_t);
    }
}

struct part { // of a package: what stands for a village
    size_t village;
    int64_t mass_kg;
    int64_t tonnes_t;
    int128 rest;
};

// Tonnes by kilograms, whole: rounded down, what is left to the largest remainders, to the first of
// several.
static void allot(int64_t total_t, struct part *parts, size_t n)
{
    int128 sum = 0;
    int64_t left_t = total_t;
    for (size_t i = 0; i < n; i++) {
        sum += (int128)parts[i].mass_kg;
    }
    for (size_t i = 0; i < n && sum > 0; i++) {
        int128 product = (int128)total_t * (int128)parts[i].mass_kg;
        parts[i].tonnes_t = (int64_t)(product / sum);
        parts[i].rest = product % sum;
        left_t -= parts[i].tonnes_t;
    }
    for (; left_t > 0 && sum > 0; left_t--) {
        size_t best = 0;
        for (size_t i = 1; i < n; i++) {
            best = parts[i].rest > parts[best].rest ? i : best;
        }
        parts[best].tonnes_t++;
        parts[best].rest = 0;
    }
}

static bool add_part(struct gathering *gathering, size_t village, int64_t mass_kg)
{
    struct part *part = th_list_add(&gathering->tonnes, sizeof(*part));
    if (!part) {
        gathering->books->no_memory = true;
        return false;
    }
    *part = (struct part){.village = village, .mass_kg = mass_kg};
    return true;
}

// The tonnes of one package of a pool, to the parties of a kind.
static void weigh(struct gathering *gathering, const struct th_pool_part *bought, size_t kind)
{
    struct th_books *books = gathering->books;
    const struct th_package_steps *package = th_books_package(books, bought->package);
    const struct th_village_mass *masses = books->revenue.masses.items;
    size_t holder_row = package ? th_table_find_id(&books->holder_ids, package->holder) : SIZE_MAX;
    if (holder_row == SIZE_MAX) {
        return;
    }
    const struct th_holder *holder = &books->holders[holder_row];
    const char *stands = is_member_kind(books, kind) ? "cooperative" : word(books, kind);
    if (strcmp(word(books, holder->kind), stands) == 0) {
        claim_as(gathering, kind, holder->id, bought->bought_t);
        return;
    }
    gathering->tonnes.n = 0;
    for (size_t i = package->villages; i != 0; i = masses[i - 1].next) {
        if (!add_part(gathering, masses[i - 1].village, masses[i - 1].mass_kg)) {
            return;
        }
    }
    // A package without kilograms of parcels counts for its holder's village.
    if (gathering->tonnes.n == 0 && !add_part(gathering, holder->village, 1)) {
        return;
    }
    struct part *parts = gathering->tonnes.items;
    allot(bought->bought_t, parts, gathering->tonnes.n);
    for (size_t i = 0; i < gathering->tonnes.n; i++) {
        claim_as(gathering, kind, place(books, kind, parts[i].village), parts[i].tonnes_t);
    }
}

static void gather_line(struct gathering *gathering, const struct th_deal_line *line,
                        const struct th_term *term)
{
    struct th_books *books = gathering->books;
    const struct th_revenue *revenue = &books->revenue;
    const struct th_pool_part *parts = revenue->parts.items;
    const struct th_split *splits = revenue->splits.items;
    const struct th_pool *pools = revenue->pools.items;
    size_t row = th_table_find_id(&revenue->pool_ids, line->pool);
    size_t first = row < revenue->pools.n ? pools[row].parts : 0;
    long double bought_t = 0.0L;
    for (size_t i = first; i != 0; i = parts[i - 1].next) {
        bought_t += (long double)parts[i - 1].bought_t;
    }
    if (bought_t <= 0.0L) {
        return;
    }
    for (size_t k = term->splits; k != 0; k = splits[k - 1].next) {
        const struct th_split *split = &splits[k - 1];
        gathering->share = (long double)line->tonnes_t / bought_t *
                           (long double)split->share.numerator /
                           (long double)split->share.denominator;
        if (split->party != 0) {
            claim(gathering, split->party, 0, bought_t);
            continue;
        }
        for (size_t i = first; i != 0; i = parts[i - 1].next) {
            weigh(gathering, &parts[i - 1], split->kind);
        }
    }
}

static int by_party(const void *a, const void *b)
{
    const struct claim *left = a;
    const struct claim *right = b;
    if (left->party != right->party) {
        return left->party < right->party ? -1 : 1;
    }
    return (left->group > right->group) - (left->group < right->group);
}

struct difference { // what a party got too much of a sale, by exact shares
    int64_t party;
    int64_t group; // OF_THE_PARTY, or one of its capacities
    long double fen;
};

static const int64_t OF_THE_PARTY = -1;
static const long double ROUNDING = 1e-6L;

static void note(struct th_books *books, int64_t party, int64_t group, long double fen)
{
    struct difference *row = th_list_add(&books->revenue.differences, sizeof(*row));
    if (!row) {
        books->no_memory = true;
        return;
    }
    *row = (struct difference){.party = party, .group = group, .fen = fen};
}

// Claims and payments of one party, by capacity. The fen of a run are rounded over all its sales:
// in one of them a party may be ahead or behind by less than three, and gets nothing where it has
// no part.
static void check_party(struct th_books *books, int64_t deal, const struct claim *claims, size_t n,
                        long double fen_a_weight)
{
    long double weight = 0.0L;
    int64_t paid_fen = 0;
    for (size_t i = 0; i < n; i++) {
        weight += claims[i].weight;
        paid_fen += claims[i].paid_fen;
    }
    long double difference = (long double)paid_fen - weight * fen_a_weight;
    if (fabsl(difference) >= 3.0L + ROUNDING || (weight <= 0.0L && paid_fen != 0)) {
        th_fault_add(books->faults, TH_FAULT_RUN_PAYEE, deal, claims[0].party, paid_fen);
        return;
    }
    note(books, claims[0].party, OF_THE_PARTY, difference);
    for (size_t i = 0; i < n && claims[n - 1].group != claims[0].group;) {
        long double part = 0.0L;
        int64_t part_fen = 0;
        int64_t group = claims[i].group;
        for (; i < n && claims[i].group == group; i++) {
            part += claims[i].weight;
            part_fen += claims[i].paid_fen;
        }
        note(books, claims[0].party, group,
             (long double)part_fen - (long double)paid_fen * part / weight);
    }
}

static void compare(struct gathering *gathering, const struct th_run_sale *sale)
{
    struct th_books *books = gathering->books;
    struct claim *claims = gathering->claims.items;
    size_t n = gathering->claims.n;
    long double sum = 0.0L;
    for (size_t i = 0; i < n; i++) {
        sum += claims[i].weight;
    }
    if (n > 0) {
        qsort(claims, n, sizeof(*claims), by_party);
    }
    long double fen_a_weight = sum > 0.0L ? (long double)sale->now.distributed_fen / sum : 0.0L;
    for (size_t i = 0; i < n;) {
        size_t end = i + 1;
        while (end < n && claims[end].party == claims[i].party) {
            end++;
        }
        check_party(books, sale->deal, &claims[i], end - i, fen_a_weight);
        i = end;
    }
}

static int by_party_and_group(const void *a, const void *b)
{
    const struct difference *left = a;
    const struct difference *right = b;
    if (left->party != right->party) {
        return left->party < right->party ? -1 : 1;
    }
    return (left->group > right->group) - (left->group < right->group);
}

void th_recipients_end(struct th_books *books, int64_t run_id)
{
    struct difference *rows = books->revenue.differences.items;
    size_t n = books->revenue.differences.n;
    if (n > 0) {
        qsort(rows, n, sizeof(*rows), by_party_and_group);
    }
    for (size_t i = 0; i < n;) {
        const struct difference *first = &rows[i];
        long double sum_fen = 0.0L;
        for (; i < n && by_party_and_group(&rows[i], first) == 0; i++) {
            sum_fen += rows[i].fen;
        }
        if (fabsl(sum_fen) >= 1.0L + ROUNDING) {
            th_fault_add(books->faults, TH_FAULT_RUN_OFF, run_id, first->party,
                         (int64_t)(sum_fen + (sum_fen > 0.0L ? 0.5L : -0.5L)));
        }
    }
    books->revenue.differences.n = 0;
}

void th_recipients_check(struct th_books *books, const struct th_deal *deal,
                         const struct th_run_sale *sale, const struct th_term *term)
{
    struct gathering gathering = {.books = books, .on_date = deal->on_date};
    const struct th_deal_line *lines = books->revenue.lines.items;
    const struct th_payee *payees = books->revenue.payees.items;
    if (sale->now.distributed_fen == 0) {
        return;
    }
    for (size_t i = deal->lines; i != 0; i = lines[i - 1].next) {
        gather_line(&gathering, &lines[i - 1], term);
    }
    for (size_t i = sale->payees; i != 0; i = payees[i - 1].next) {
        struct claim *paid = th_list_add(&gathering.claims, sizeof(*paid));
        if (!paid) {
            books->no_memory = true;
            break;
        }
        *paid = (struct claim){.party = payees[i - 1].party,
                               .group = payees[i - 1].group,
                               .paid_fen = payees[i - 1].amount_fen};
    }
    compare(&gathering, sale);
    th_list_clear(&gathering.claims);
    th_list_clear(&gathering.members);
    th_list_clear(&gathering.tonnes);
}
