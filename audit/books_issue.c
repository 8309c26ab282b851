// What the issue of a package says: its vintages, what they come to, and whose ground it is.
#include <string.h>

#include "audit/books_internal.h"

enum { KG_PER_T = 1000 };

struct vintage {
    int64_t year;
    int64_t issuance_id;
    int64_t issued_t;
    int64_t buffer_t;
    int64_t net_kg;
    int64_t carried_in_kg;
    int64_t carried_kg;
    struct th_text prefix;
};

static bool read_vintage(const struct th_node *nodes, size_t index, struct vintage *vintage)
{
    return th_member_int(nodes, index, "vintage", 1, &vintage->year) &&
           th_member_int(nodes, index, "issuance_id", 1, &vintage->issuance_id) &&
           th_member_int(nodes, index, "issued_t", 0, &vintage->issued_t) &&
           th_member_int(nodes, index, "buffer_t", 0, &vintage->buffer_t) &&
           th_member_int(nodes, index, "net_kg", INT64_MIN, &vintage->net_kg) &&
           th_member_int(nodes, index, "carried_in_kg", INT64_MIN, &vintage->carried_in_kg) &&
           th_member_int(nodes, index, "carried_kg", INT64_MIN, &vintage->carried_kg) &&
           th_text_member(nodes, index, "prefix", &vintage->prefix) &&
           vintage->issued_t <= TH_SERIAL_MAX;
}

// What a vintage has and what it was carried are its tonnes and what it carries on, less than one
// tonne, or a debt when it issues nothing. It begins with what the one before carries on.
static bool mass_fits(const struct vintage *vintage, int64_t before_kg)
{
    int64_t mass_kg = vintage->carried_in_kg;
    int64_t spent_kg = vintage->carried_kg;
    return th_sum(&mass_kg, vintage->net_kg) && th_sum(&spent_kg, vintage->issued_t * KG_PER_T) &&
           mass_kg == spent_kg && vintage->carried_kg < KG_PER_T &&
           (vintage->carried_kg >= 0 || vintage->issued_t == 0) &&
           vintage->carried_in_kg == before_kg;
}

static void check_vintage(struct th_books *books, const struct th_package_steps *package,
                          const struct vintage *vintage, int64_t before_kg)
{
    bool fresh = true;
    struct th_issuance *issuance = th_units_issuance(&books->units, vintage->issuance_id);
    if (!issuance || th_table_text(&books->prefixes, vintage->prefix, &fresh) == SIZE_MAX) {
        books->no_memory = true;
        return;
    }
    if (!fresh) {
        th_fault_add_text(books->faults, TH_FAULT_UNITS_PREFIX, vintage->prefix, 0);
    }
    bool touched = issuance->touched_seq == books->faults->seq;
    issuance->vintage_seq = books->faults->seq;
    issuance->package = package->id;
    if ((touched ? issuance->fresh_t : 0) != vintage->issued_t ||
        (touched ? issuance->to_buffer_t : 0) != vintage->buffer_t) {
        th_fault_add(books->faults, TH_FAULT_UNITS_VINTAGE, 0, vintage->issuance_id, 0);
    }
    if (!mass_fits(vintage, before_kg)) {
        th_fault_add(books->faults, TH_FAULT_UNITS_MASS, 0, vintage->issuance_id, 0);
    }
}

// All its kilograms are checked above, so that these sums are those of sound vintages.
static void add_vintage(struct th_books *books, const struct vintage *vintage,
                        struct th_issue *issue)
{
    bool within = th_sum(&issue->issued_t, vintage->issued_t) &&
                  th_sum(&issue->buffer_t, vintage->buffer_t) &&
                  th_sum(&issue->net_kg, vintage->net_kg);
    books->legs_beyond = !within || books->legs_beyond;
    issue->opening_kg = issue->n == 0 ? vintage->carried_in_kg : issue->opening_kg;
    issue->end_kg = vintage->carried_kg;
    issue->n++;
}

static void book_vintages(struct th_books *books, const struct th_post *body,
                          const struct th_package_steps *package, struct th_issue *issue)
{
    const struct th_node *nodes = body->nodes;
    const struct th_node *list = th_node_get(nodes, body->index, "vintages");
    struct vintage vintage;
    if (!list || list->type != TH_NODE_LIST) {
        th_post_fault(books, body);
        return;
    }
    for (size_t i = (size_t)(list - nodes) + 1; i < list->next; i = nodes[i].next) {
        if (!read_vintage(nodes, i, &vintage)) {
            th_post_fault(books, body);
            continue;
        }
        if (vintage.year != package->from_year + issue->n) {
            th_fault_add(books->faults, TH_FAULT_PACKAGE_YEAR, package->id, vintage.year, 0);
        }
        check_vintage(books, package, &vintage,
                      issue->n == 0 ? package->opening_kg : issue->end_kg);
        add_vintage(books, &vintage, issue);
    }
    if (issue->n != package->to_year - package->from_year + 1) {
        th_fault_add(books->faults, TH_FAULT_PACKAGE_YEAR, package->id,
                     package->from_year + issue->n, 0);
    }
    if (issue->net_kg > package->verified_kg) {
        th_fault_add(books->faults, TH_FAULT_PACKAGE_MASS, package->id, issue->net_kg,
                     package->verified_kg);
    }
}

static void tell_sum(struct th_books *books, const struct th_package_steps *package,
                     const char *what)
{
    th_fault_add_text(books->faults, TH_FAULT_PACKAGE_SUM,
                      (struct th_text){.at = what, .size = strlen(what)}, package->id);
}

static void check_sums(struct th_books *books, const struct th_post *body,
                       const struct th_package_steps *package, const struct th_issue *issue)
{
    const struct {
        const char *key;
        int64_t value;
    } SUMS[] = {{"issued_t", issue->issued_t},
                {"buffer_t", issue->buffer_t},
                {"net_kg", issue->net_kg},
                {"opening_kg", issue->opening_kg},
                {"rest_kg", issue->end_kg > 0 ? issue->end_kg : 0},
                {"debt_kg", issue->end_kg < 0 ? issue->end_kg : 0}};
    for (size_t i = 0; i < sizeof(SUMS) / sizeof(SUMS[0]); i++) {
        int64_t told = 0;
        if (!th_member_int(body->nodes, body->index, SUMS[i].key, INT64_MIN, &told) ||
            told != SUMS[i].value) {
            tell_sum(books, package, SUMS[i].key);
        }
    }
}

// The kilograms behind the units, by the villages on whose ground they grew.
static void book_villages(struct th_books *books, const struct th_post *body,
                          struct th_package_steps *package, const struct th_issue *issue)
{
    const struct th_node *nodes = body->nodes;
    const struct th_node *list = th_node_get(nodes, body->index, "villages");
    struct th_list *masses = &books->revenue.masses;
    size_t first = masses->n + 1;
    int64_t sum_kg = 0;
    if (!list || list->type != TH_NODE_LIST) {
        th_post_fault(books, body);
        return;
    }
    for (size_t i = (size_t)(list - nodes) + 1; i < list->next; i = nodes[i].next) {
        struct th_text village;
        struct th_village_mass mass = {.next = 0};
        if (!th_text_member(nodes, i, "village", &village) ||
            !th_member_int(nodes, i, "mass_kg", 0, &mass.mass_kg) ||
            !th_sum(&sum_kg, mass.mass_kg)) {
            th_post_fault(books, body);
            return;
        }
        struct th_village_mass *row = th_books_add(books, masses, sizeof(*row));
        if (!row) {
            return;
        }
        mass.village = th_books_word(books, village);
        mass.next = nodes[i].next < list->next ? masses->n + 1 : 0;
        *row = mass;
        package->villages = first;
    }
    if (sum_kg % KG_PER_T != 0 || sum_kg / KG_PER_T != issue->issued_t) {
        tell_sum(books, package, "villages");
    }
}

void th_book_issue(struct th_books *books, const struct th_line *line, const struct th_node *nodes)
{
    struct th_post body = {
        .line = line, .nodes = nodes, .index = line->first_node, .kind = line->entry_kind};
    struct th_issue issue = {.n = 0};
    int64_t id = 0;
    struct th_package_steps *package = th_member_int(nodes, line->first_node, "package_id", 1, &id)
                                           ? th_books_package(books, id)
                                           : NULL;
    if (!package) {
        return; // its steps were told
    }
    book_vintages(books, &body, package, &issue);
    check_sums(books, &body, package, &issue);
    book_villages(books, &body, package, &issue);
    th_book_issued(books, &body, package, &issue);
}
