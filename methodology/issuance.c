// Cumulative floor: what a year leaves below a whole tonne opens the line of the next year, so that
// the years of a package sum to the floor of the whole.
#include "methodology/issuance.h"

#include <stdlib.h>

struct year_input { // the entries of one year
    const struct th_issuance_entry *entries;
    size_t n;
    struct th_carbon net;      // of all
    struct th_carbon positive; // of those above zero
};

// The tail of the previous line, borrowed from its vintage: the first segment may be cut.
struct carry {
    struct th_carbon mass; // negative: a debt, without segments
    struct th_issuance_segment *segments;
    size_t n_segments;
};

static const struct th_carbon nothing = {0};

static bool is_above(struct th_carbon a, struct th_carbon b)
{
    return th_carbon_compare(a, b) > 0;
}

// Both lists go up by parcel, so that one walk meets every debt in the first year.
static bool debts_fit(const struct th_issuance_entry *entries, size_t n_entries,
                      const struct th_issuance_debt *debts, size_t n_debts)
{
    size_t at = 0;
    for (size_t i = 0; i < n_debts; i++) {
        while (at < n_entries && entries[at].year == entries[0].year &&
               entries[at].parcel_id < debts[i].parcel_id) {
            at++;
        }
        if (is_above(nothing, debts[i].owed) || at == n_entries ||
            entries[at].year != entries[0].year || entries[at].parcel_id != debts[i].parcel_id) {
            return false;
        }
        at++;
    }
    return true;
}

static enum th_status check_input(const struct th_issuance_entry *entries, size_t n_entries,
                                  struct th_ratio buffer_ratio, struct th_error *err)
{
    if (buffer_ratio.denominator <= 0 || buffer_ratio.numerator < 0 ||
        buffer_ratio.numerator > buffer_ratio.denominator) {
        return th_error_set(err, TH_INVALID, "issuance_buffer", NULL);
    }
    for (size_t i = 1; i < n_entries; i++) {
        bool later = entries[i - 1].year < entries[i].year;
        bool same = entries[i - 1].year == entries[i].year;
        if (!later && !(same && entries[i - 1].parcel_id < entries[i].parcel_id)) {
            return th_error_set(err, TH_INVALID, "issuance_order", NULL);
        }
    }
    return TH_OK;
}

static enum th_status sum_year(struct year_input *input, struct th_error *err)
{
    input->net = nothing;
    input->positive = nothing;
    enum th_status status = TH_OK;
    for (size_t i = 0; status == TH_OK && i < input->n; i++) {
        struct th_carbon net = input->entries[i].net;
        status = th_carbon_add(input->net, net, &input->net, err);
        if (status == TH_OK && is_above(net, nothing)) {
            status = th_carbon_add(input->positive, net, &input->positive, err);
        }
    }
    return status;
}

// Lays `total` over `n` masses in proportion, none above its own mass, and appends what is left of
// each as a segment of the line.
static enum th_status lay(struct th_issuance_vintage *vintage, int64_t *offset_kg,
                          const struct th_issuance_segment *parts, size_t n, struct th_carbon total,
                          struct th_error *err)
{
    if (n == 0) {
        return TH_OK;
    }
    int64_t *weights = calloc(n, sizeof(*weights));
    int64_t *shares = calloc(n, sizeof(*shares));
    enum th_status status = weights && shares ? TH_OK : TH_NO_MEMORY;
    if (status != TH_OK) {
        (void)th_error_no_memory(err);
    }
    for (size_t i = 0; status == TH_OK && i < n; i++) {
        weights[i] = th_carbon_kg(parts[i].mass);
    }
    if (status == TH_OK) {
        status = th_allocate(th_carbon_kg(total), weights, n, shares, err);
    }
    for (size_t i = 0; status == TH_OK && i < n; i++) {
        if (shares[i] > 0) {
            vintage->segments[vintage->n_segments++] =
                (struct th_issuance_segment){.parcel_id = parts[i].parcel_id,
                                             .year = parts[i].year,
                                             .first = th_carbon_from_kg(*offset_kg),
                                             .mass = th_carbon_from_kg(shares[i])};
            *offset_kg += shares[i];
        }
    }
    free(weights);
    free(shares);
    return status;
}

// The line of the vintage: carried kilograms, then the year's parcels. What a year lacks is first
// taken from its own parcels; only when they are used up are the carried kilograms touched.
static enum th_status lay_line(struct th_issuance_vintage *vintage, const struct carry *carry,
                               const struct year_input *input, struct th_carbon total,
                               struct th_error *err)
{
    struct th_carbon from_carry = nothing;
    struct th_carbon from_year = total;
    if (is_above(carry->mass, nothing)) {
        bool year_gives = is_above(input->net, nothing);
        from_carry = year_gives ? carry->mass : total;
        from_year = year_gives ? input->net : nothing;
    }
    size_t room = carry->n_segments + input->n;
    vintage->segments = calloc(room > 0 ? room : 1, sizeof(*vintage->segments));
    struct th_issuance_segment *parts = calloc(input->n > 0 ? input->n : 1, sizeof(*parts));
    enum th_status status = vintage->segments && parts ? TH_OK : TH_NO_MEMORY;
    if (status != TH_OK) {
        (void)th_error_no_memory(err);
    }
    size_t n_parts = 0;
    for (size_t i = 0; status == TH_OK && i < input->n; i++) {
        if (is_above(input->entries[i].net, nothing)) {
            parts[n_parts++] =
                (struct th_issuance_segment){.parcel_id = input->entries[i].parcel_id,
                                             .year = input->entries[i].year,
                                             .mass = input->entries[i].net};
        }
    }
    int64_t offset_kg = 0;
    if (status == TH_OK && is_above(from_carry, nothing)) {
        status = lay(vintage, &offset_kg, carry->segments, carry->n_segments, from_carry, err);
    }
    if (status == TH_OK && is_above(from_year, nothing)) {
        status = lay(vintage, &offset_kg, parts, n_parts, from_year, err);
    }
    free(parts);
    return status;
}

// What lies behind the last issued kilogram, as parts for the next line. At most 999 kg, so at most
// 999 segments. `carry->segments` is owned by the caller.
static enum th_status take_tail(const struct th_issuance_vintage *vintage, struct carry *carry,
                                struct th_error *err)
{
    struct th_carbon issued;
    size_t n = 0;
    struct th_issuance_segment *tail = NULL;
    enum th_status status = th_units_carbon(vintage->issued, &issued, err);
    int64_t from_kg = status == TH_OK ? th_carbon_kg(issued) : 0;
    size_t first = vintage->n_segments;
    while (first > 0 && is_above(vintage->carried_out, nothing)) {
        const struct th_issuance_segment *last = &vintage->segments[first - 1];
        if (th_carbon_kg(last->first) + th_carbon_kg(last->mass) <= from_kg) {
            break;
        }
        first--;
    }
    if (status == TH_OK) {
        tail = calloc(vintage->n_segments - first + 1, sizeof(*tail));
        if (!tail) {
            return th_error_no_memory(err);
        }
    }
    for (size_t i = first; status == TH_OK && i < vintage->n_segments; i++) {
        tail[n] = vintage->segments[i];
        int64_t start_kg = th_carbon_kg(tail[n].first);
        if (start_kg < from_kg) {
            tail[n].mass = th_carbon_from_kg(th_carbon_kg(tail[n].mass) - (from_kg - start_kg));
        }
        n++;
    }
    if (status == TH_OK) {
        free(carry->segments);
        *carry = (struct carry){.mass = vintage->carried_out, .segments = tail, .n_segments = n};
    }
    return status;
}

static enum th_status plan_year(struct th_issuance_vintage *vintage, struct carry *carry,
                                struct year_input *input, struct th_ratio buffer_ratio,
                                struct th_error *err)
{
    struct th_carbon total, issued;
    int64_t buffer_t = 0;
    vintage->year = input->entries[0].year;
    enum th_status status = sum_year(input, err);
    if (status == TH_OK) {
        vintage->net = input->net;
        vintage->carried_in = carry->mass;
        status = th_carbon_add(carry->mass, input->net, &total, err);
    }
    if (status == TH_OK) {
        bool is_debt = is_above(nothing, total);
        vintage->issued = is_debt ? th_units_from_t(0) : th_carbon_whole_t(total);
        status = th_units_carbon(vintage->issued, &issued, err);
    }
    if (status == TH_OK) {
        status = th_carbon_sub(total, issued, &vintage->carried_out, err);
    }
    if (status == TH_OK) {
        status = th_ratio_apply_ceil(buffer_ratio, th_units_t(vintage->issued), &buffer_t, err);
    }
    if (status == TH_OK) {
        vintage->buffer = th_units_from_t(buffer_t);
        status = lay_line(vintage, carry, input, total, err);
    }
    return status == TH_OK ? take_tail(vintage, carry, err) : status;
}

// What a parcel grew, owed and was credited, over all years.
struct account {
    int64_t parcel_id;
    struct th_carbon short_by; // credited and owed before, less what it grew
};

static int compare_accounts(const void *a, const void *b)
{
    const struct account *left = a;
    const struct account *right = b;
    return (left->parcel_id > right->parcel_id) - (left->parcel_id < right->parcel_id);
}

static struct account *account_of(struct account *accounts, size_t n, int64_t parcel_id)
{
    const struct account key = {.parcel_id = parcel_id};
    return bsearch(&key, accounts, n, sizeof(*accounts), compare_accounts);
}

// One account for each parcel; returns how many.
static size_t open_accounts(const struct th_issuance_entry *entries, size_t n_entries,
                            struct account *accounts)
{
    size_t n = 0;
    for (size_t i = 0; i < n_entries; i++) {
        accounts[i] = (struct account){.parcel_id = entries[i].parcel_id};
    }
    qsort(accounts, n_entries, sizeof(*accounts), compare_accounts);
    for (size_t i = 0; i < n_entries; i++) {
        if (n == 0 || accounts[n - 1].parcel_id != accounts[i].parcel_id) {
            accounts[n++] = accounts[i];
        }
    }
    return n;
}

static enum th_status book_credits(const struct th_issuance_vintage *vintage,
                                   struct account *accounts, size_t n, struct th_error *err)
{
    struct th_carbon issued;
    enum th_status status = th_units_carbon(vintage->issued, &issued, err);
    for (size_t i = 0; i < vintage->n_segments && status == TH_OK; i++) {
        const struct th_issuance_segment *segment = &vintage->segments[i];
        struct account *account = account_of(accounts, n, segment->parcel_id);
        int64_t room_kg = th_carbon_kg(issued) - th_carbon_kg(segment->first);
        int64_t mass_kg = th_carbon_kg(segment->mass);
        int64_t credited_kg = mass_kg < room_kg ? mass_kg : room_kg;
        if (credited_kg <= 0) {
            break;
        }
        status = th_carbon_add(account->short_by, th_carbon_from_kg(credited_kg),
                               &account->short_by, err);
    }
    return status;
}

// The debt at the end, in proportion to what each parcel was credited above its growth: together
// that is at least the debt, so that none is given more.
static enum th_status share_debt(struct th_carbon debt, const struct account *accounts, size_t n,
                                 struct th_issuance_plan *plan, struct th_error *err)
{
    int64_t *weights = calloc(n + 1, sizeof(*weights));
    int64_t *shares = calloc(n + 1, sizeof(*shares));
    plan->debts = calloc(n + 1, sizeof(*plan->debts));
    enum th_status status = weights && shares && plan->debts ? TH_OK : th_error_no_memory(err);
    for (size_t i = 0; i < n && status == TH_OK; i++) {
        weights[i] =
            is_above(accounts[i].short_by, nothing) ? th_carbon_kg(accounts[i].short_by) : 0;
    }
    if (status == TH_OK) {
        status = th_allocate(th_carbon_kg(debt), weights, n, shares, err);
    }
    for (size_t i = 0; i < n && status == TH_OK; i++) {
        if (shares[i] > 0) {
            plan->debts[plan->n_debts++] = (struct th_issuance_debt){
                .parcel_id = accounts[i].parcel_id, .owed = th_carbon_from_kg(shares[i])};
        }
    }
    free(weights);
    free(shares);
    return status;
}

static enum th_status settle(const struct th_issuance_entry *entries, size_t n_entries,
                             const struct th_issuance_debt *debts, size_t n_debts,
                             struct th_issuance_plan *plan, struct th_error *err)
{
    struct th_carbon rest =
        plan->n_vintages > 0 ? plan->vintages[plan->n_vintages - 1].carried_out : nothing;
    struct th_carbon debt;
    if (!is_above(nothing, rest)) {
        return TH_OK;
    }
    struct account *accounts = calloc(n_entries + 1, sizeof(*accounts));
    enum th_status status =
        accounts ? th_carbon_sub(nothing, rest, &debt, err) : th_error_no_memory(err);
    size_t n = status == TH_OK ? open_accounts(entries, n_entries, accounts) : 0;
    for (size_t i = 0; i < n_entries && status == TH_OK; i++) {
        struct account *account = account_of(accounts, n, entries[i].parcel_id);
        status = th_carbon_sub(account->short_by, entries[i].net, &account->short_by, err);
    }
    for (size_t i = 0; i < n_debts && status == TH_OK; i++) {
        struct account *account = account_of(accounts, n, debts[i].parcel_id);
        status = th_carbon_add(account->short_by, debts[i].owed, &account->short_by, err);
    }
    for (size_t i = 0; i < plan->n_vintages && status == TH_OK; i++) {
        status = book_credits(&plan->vintages[i], accounts, n, err);
    }
    status = status == TH_OK ? share_debt(debt, accounts, n, plan, err) : status;
    free(accounts);
    return status;
}

enum th_status th_issuance_plan(const struct th_issuance_entry *entries, size_t n_entries,
                                const struct th_issuance_debt *debts, size_t n_debts,
                                struct th_ratio buffer_ratio, struct th_issuance_plan *ret_plan,
                                struct th_error *err)
{
    struct th_issuance_plan plan = {0};
    struct carry carry = {0};
    size_t n_years = 0;
    enum th_status status = check_input(entries, n_entries, buffer_ratio, err);
    if (status == TH_OK && !debts_fit(entries, n_entries, debts, n_debts)) {
        status = th_error_set(err, TH_INVALID, "issuance_order", NULL);
    }
    for (size_t i = 0; i < n_debts && status == TH_OK; i++) {
        status = th_carbon_sub(carry.mass, debts[i].owed, &carry.mass, err);
    }
    if (status != TH_OK) {
        return status;
    }
    for (size_t i = 0; i < n_entries; i++) {
        n_years += i == 0 || entries[i].year != entries[i - 1].year ? 1 : 0;
    }
    plan.vintages = calloc(n_years > 0 ? n_years : 1, sizeof(*plan.vintages));
    if (!plan.vintages) {
        return th_error_no_memory(err);
    }
    for (size_t i = 0; status == TH_OK && i < n_entries;) {
        struct year_input input = {.entries = &entries[i]};
        while (i < n_entries && entries[i].year == input.entries[0].year) {
            input.n++;
            i++;
        }
        status = plan_year(&plan.vintages[plan.n_vintages++], &carry, &input, buffer_ratio, err);
    }
    free(carry.segments);
    if (status == TH_OK) {
        status = settle(entries, n_entries, debts, n_debts, &plan, err);
    }
    if (status != TH_OK) {
        th_issuance_plan_clear(&plan);
        return status;
    }
    *ret_plan = plan;
    return TH_OK;
}

void th_issuance_plan_clear(struct th_issuance_plan *plan)
{
    if (!plan) {
        return;
    }
    for (size_t i = 0; i < plan->n_vintages; i++) {
        free(plan->vintages[i].segments);
    }
    free(plan->vintages);
    free(plan->debts);
    *plan = (struct th_issuance_plan){0};
}
