// Villages and counties of a run, and the order in which its sheet tells the parcels.
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "registry/estimate/estimate_internal.h"

enum { COUNTY_DIGITS = 6 };

// Different codes in ascending order.
struct codes {
    char (*items)[TH_CODE_SIZE];
    size_t n, capacity;
};

// Place of a code, or where it would stand.
static size_t codes_place(const struct codes *codes, const char *code)
{
    size_t low = 0;
    size_t high = codes->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        bool before = strcmp(codes->items[middle], code) < 0;
        low = before ? middle + 1 : low;
        high = before ? high : middle;
    }
    return low;
}

static bool codes_add(struct codes *codes, const char *code)
{
    size_t place = codes_place(codes, code);
    if (place < codes->n && strcmp(codes->items[place], code) == 0) {
        return true;
    }
    if (codes->n == codes->capacity) {
        size_t capacity = codes->capacity == 0 ? 64 : 2 * codes->capacity;
        void *grown = realloc(codes->items, capacity * sizeof(*codes->items));
        if (!grown) {
            return false;
        }
        codes->items = grown;
        codes->capacity = capacity;
    }
    memmove(codes->items + place + 1, codes->items + place,
            (codes->n - place) * sizeof(*codes->items));
    th_text_copy(codes->items[place], sizeof(codes->items[place]), code);
    codes->n++;
    return true;
}

static void county_of(const char *village, char ret_code[COUNTY_DIGITS + 1])
{
    th_text_copy(ret_code, COUNTY_DIGITS + 1, village);
}

static bool collect(const struct th_estimate_source *sources, size_t n, struct codes *villages,
                    struct codes *counties)
{
    char county[COUNTY_DIGITS + 1];
    bool fits = true;
    for (size_t i = 0; i < n && fits; i++) {
        if (i == 0 || strcmp(sources[i].village, sources[i - 1].village) != 0) {
            fits = codes_add(villages, sources[i].village);
        }
    }
    for (size_t i = 0; i < villages->n && fits; i++) {
        county_of(villages->items[i], county);
        fits = codes_add(counties, county);
    }
    return fits;
}

static void number_groups(const struct codes *villages, const struct codes *counties,
                          struct th_estimate_grouping *grouping)
{
    char county[COUNTY_DIGITS + 1];
    for (size_t i = 0; i < counties->n; i++) {
        th_text_copy(grouping->items[1 + i].code, TH_CODE_SIZE, counties->items[i]);
        grouping->within[1 + i] = 0;
    }
    for (size_t i = 0; i < villages->n; i++) {
        size_t group = 1 + counties->n + i;
        county_of(villages->items[i], county);
        th_text_copy(grouping->items[group].code, TH_CODE_SIZE, villages->items[i]);
        grouping->within[group] = 1 + (uint32_t)codes_place(counties, county);
    }
}

enum th_status th_estimate_grouping_make(const struct th_estimate_source *sources, size_t n,
                                         struct th_estimate_grouping *ret_grouping,
                                         struct th_error *err)
{
    struct codes villages = {.n = 0};
    struct codes counties = {.n = 0};
    struct th_estimate_grouping grouping = {.n = 0};
    bool made = collect(sources, n, &villages, &counties);
    if (made) {
        grouping.n = 1 + counties.n + villages.n;
        grouping.n_counties = counties.n;
        grouping.items = calloc(grouping.n, sizeof(*grouping.items));
        grouping.within = calloc(grouping.n, sizeof(*grouping.within));
        grouping.group_of = calloc(n + 1, sizeof(*grouping.group_of));
        made = grouping.items && grouping.within && grouping.group_of;
    }
    if (made) {
        number_groups(&villages, &counties, &grouping);
    }
    for (size_t i = 0; i < n && made; i++) {
        bool same = i > 0 && strcmp(sources[i].village, sources[i - 1].village) == 0;
        grouping.group_of[i] =
            same ? grouping.group_of[i - 1]
                 : (uint32_t)(1 + counties.n + codes_place(&villages, sources[i].village));
        grouping.items[grouping.group_of[i]].n_parcels++;
    }
    free(villages.items);
    free(counties.items);
    if (!made) {
        th_estimate_grouping_clear(&grouping);
        return th_error_no_memory(err);
    }
    *ret_grouping = grouping;
    return TH_OK;
}

void th_estimate_grouping_clear(struct th_estimate_grouping *grouping)
{
    free(grouping->items);
    free(grouping->within);
    free(grouping->group_of);
    *grouping = (struct th_estimate_grouping){.n = 0};
}

enum th_status th_estimate_grouping_lift(struct th_estimate_grouping *grouping,
                                         struct th_error *err)
{
    enum th_status status = TH_OK;
    for (size_t i = grouping->n - 1; i > 0 && status == TH_OK; i--) {
        const struct th_estimate_group_record *from = &grouping->items[i];
        struct th_estimate_group_record *into = &grouping->items[grouping->within[i]];
        into->n_parcels += from->n_parcels;
        status = th_carbon_add(into->gross, from->gross, &into->gross, err);
        if (status == TH_OK) {
            status = th_carbon_add(into->deduction, from->deduction, &into->deduction, err);
        }
        if (status == TH_OK) {
            status = th_carbon_add(into->net, from->net, &into->net, err);
        }
    }
    return status;
}

// --- The order of a sheet ------------------------------------------------------------------------

struct named {
    uint64_t head; // eight bytes of the number from where numbers differ: settles most of it
    const struct th_estimate_source *source;
    const char *number;
    const struct th_hash *geometry_hash;
};

// As it was in the first of the years in which it counts.
static struct named name_of(const struct th_estimate_source *source, int from_year, int to_year)
{
    struct th_estimate_source then;
    struct named named = {
        .source = source, .number = source->number, .geometry_hash = &source->geometry_hash};
    int year = from_year > source->first_year ? from_year : source->first_year;
    bool counts =
        source->n_grounds > 0 && year <= to_year && th_estimate_source_in(source, year, &then);
    for (size_t i = 0; i < source->n_grounds && counts; i++) {
        if (source->grounds[i].version == then.version) {
            named.number = source->grounds[i].number;
            named.geometry_hash = &source->grounds[i].geometry_hash;
        }
    }
    return named;
}

// Numbers of one import often begin alike.
static size_t common_size(const struct named *names, size_t n)
{
    size_t common = n > 0 ? strlen(names[0].number) : 0;
    for (size_t i = 1; i < n && common > 0; i++) {
        size_t same = 0;
        while (same < common && names[i].number[same] == names[0].number[same]) {
            same++;
        }
        common = same;
    }
    return common;
}

static uint64_t head_of(const char *number)
{
    uint64_t head = 0;
    size_t i = 0;
    for (; i < sizeof(head) && number[i] != '\0'; i++) {
        head = head << 8 | (unsigned char)number[i];
    }
    return i == 0 ? 0 : head << 8 * (sizeof(head) - i);
}

static int compare_names(const void *a, const void *b)
{
    const struct named *x = a;
    const struct named *y = b;
    if (x->head != y->head) {
        return x->head < y->head ? -1 : 1;
    }
    int order = strcmp(x->number, y->number);
    if (order == 0) {
        order = memcmp(x->geometry_hash->bytes, y->geometry_hash->bytes,
                       sizeof(x->geometry_hash->bytes));
    }
    if (order == 0) {
        order = (x->source->parcel_id > y->source->parcel_id) -
                (x->source->parcel_id < y->source->parcel_id);
    }
    return order;
}

// Of one village; the numbers of a village often come in their order.
static void sort_names(struct named *names, size_t n)
{
    size_t common = common_size(names, n);
    bool is_sorted = true;
    for (size_t i = 0; i < n; i++) {
        names[i].head = head_of(names[i].number + common);
        is_sorted = is_sorted && (i == 0 || compare_names(&names[i - 1], &names[i]) <= 0);
    }
    if (!is_sorted) {
        qsort(names, n, sizeof(*names), compare_names);
    }
}

// The names village by village, groups in order of code; ret_ends[group]: behind its last one.
static void gather_names(const struct th_estimate_source *sources,
                         const struct th_estimate_grouping *grouping, size_t n, int from_year,
                         int to_year, struct named *ret_names, size_t *ret_ends)
{
    size_t first = 0;
    memset(ret_ends, 0, grouping->n * sizeof(*ret_ends));
    for (size_t i = 0; i < n; i++) {
        ret_ends[grouping->group_of[i]]++;
    }
    for (size_t group = 0; group < grouping->n; group++) {
        size_t n_within = ret_ends[group];
        ret_ends[group] = first;
        first += n_within;
    }
    for (size_t i = 0; i < n; i++) {
        ret_names[ret_ends[grouping->group_of[i]]++] = name_of(&sources[i], from_year, to_year);
    }
}

uint32_t *th_estimate_sheet_order(const struct th_estimate_source *sources,
                                  const struct th_estimate_grouping *grouping, size_t n,
                                  int from_year, int to_year)
{
    uint32_t *order = calloc(n + 1, sizeof(*order));
    struct named *names = calloc(n + 1, sizeof(*names));
    size_t *ends = calloc(grouping->n, sizeof(*ends));
    if (order && names && ends) {
        gather_names(sources, grouping, n, from_year, to_year, names, ends);
        for (size_t group = 0; group < grouping->n; group++) {
            size_t first = group > 0 ? ends[group - 1] : 0;
            sort_names(names + first, ends[group] - first);
        }
        for (size_t i = 0; i < n; i++) {
            order[i] = (uint32_t)(names[i].source - sources);
        }
    } else {
        free(order);
        order = NULL;
    }
    free(ends);
    free(names);
    return order;
}
