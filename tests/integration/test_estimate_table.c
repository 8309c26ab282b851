// What parcels bring along to a run: read once or again and again, in whatever order, it is what is
// on record of each of them.
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/buf.h"
#include "registry/estimate/estimate.h"
#include "registry/estimate/estimate_internal.h"
#include "registry/estimate/methodology.h"
#include "registry/life/parcel_life.h"
#include "registry/records/activity.h"
#include "tests/integration/drawn_fixture.h"

enum { N_GARDENS = 24, FROM = 2019, TO = 2023, N_YEARS = TO - FROM + 1, SOURCES_MAX = 40 };

// Gardens 1 … 24, planted from 2000 on, of three neighbours in six nothing is known, every third
// with records of two years, the first of them divided since, the second with another number.
static void make_gardens(struct fixture *f)
{
    static struct drawn file;
    struct th_error err;
    struct th_buf table;
    char path[TH_TEST_PATH_SIZE];
    char properties[160];
    struct th_parcel_import_options tea = fixture_options(f, NULL);
    file.size = 0;
    for (int i = 0; i < N_GARDENS; i++) {
        int size = snprintf(properties, sizeof(properties),
                            "\"地块号\":\"%d\",\"面积（亩）\":\"%d.5\"", i + 1, 10 + i % 5);
        if (i % 6 < 2 || i % 6 > 4 || i == 3) {
            (void)snprintf(properties + size, sizeof(properties) - (size_t)size,
                           ",\"planted\":\"%d\"", 2000 + i % 19);
        }
        drawn_box(&file, 119.66 + 0.0012 * i, 30.4995, 0.001, 0.00095, properties);
    }
    tea.kind = "tea";
    th_json_free(drawn_import_with(f, &file, tea));
    th_buf_init(&table, 1 << 16);
    th_buf_append_str(&table, "村,地块号,年份,尿素（公斤/亩）,柴油（升）\n");
    for (int i = 0; i < N_GARDENS; i += 3) {
        th_buf_printf(&table, "测试一村,%d,2020,%d.25,%d\n测试一村,%d,2022,%d,%d\n", i + 1, 20 + i,
                      i, i + 1, 30 + i, 7 + i);
    }
    const struct th_record_options records = {.source = path};
    struct th_json *reply = NULL;
    fixture_file(f, path, "records.csv", th_buf_text(&table));
    assert_ok(th_activity_import(f->registry, &f->request, &records, &reply, &err), &err);
    assert_int_equal(th_json_get_int(reply, "accepted", 0), 2 * N_GARDENS / 3);
    th_json_free(reply);
    th_buf_clear(&table);
    drawn_split_at(f, 1, 119.6605);
    // Garden 2 has a version that was stored behind all others.
    const struct th_parcel_renumber_options right = {
        .parcel_id = 2, .number = "2-1", .reason = "misread"};
    reply = NULL;
    assert_ok(th_parcel_renumber_use(f->registry, &f->request, &right, &reply, &err), &err);
    th_json_free(reply);
}

struct world {
    struct th_store *store;
    struct th_methodology *methodology;
    struct th_estimate_sources sources;
    size_t n_inputs;
};

static void world_open(struct fixture *f, struct world *world)
{
    struct th_error err;
    const struct th_parcel_filter all = {0};
    *world = (struct world){.store = th_registry_store(f->registry)};
    assert_ok(th_store_begin_read(world->store, &err), &err);
    assert_ok(th_methodology_open(world->store, "tea-garden@1", &world->methodology, &err), &err);
    assert_ok(th_estimate_sources_load(world->store, &all, &world->sources, &err), &err);
    world->n_inputs = th_methodology_n_inputs(world->methodology);
    assert_true(world->sources.n > N_GARDENS && world->sources.n < SOURCES_MAX);
    for (size_t i = 1; i < world->sources.n; i++) {
        assert_true(world->sources.items[i - 1].parcel_id < world->sources.items[i].parcel_id);
    }
}

static void world_close(struct world *world)
{
    th_estimate_sources_clear(&world->sources);
    th_methodology_free(world->methodology);
    th_store_end_read(world->store);
}

struct seen {
    const struct world *world;
    size_t n[SOURCES_MAX][N_YEARS]; // how often each was met
    size_t n_rows;
};

// Each parcel and year is what the store says of it when it is asked for that alone.
static enum th_status check_block(void *context, const struct th_estimate_block *block,
                                  struct th_error *err)
{
    struct seen *seen = context;
    const struct world *world = seen->world;
    for (size_t column = 0; column < N_YEARS; column++) {
        const struct th_estimate_year_block *year = &block->years[column];
        for (size_t i = 0; i < year->n; i++) {
            uint32_t index = block->indices[year->places[i]];
            struct th_estimate_source then;
            double want[TH_CALC_INPUTS_MAX];
            bool is_default[TH_CALC_INPUTS_MAX];
            assert_true(index < world->sources.n);
            assert_true(
                th_estimate_source_in(&world->sources.items[index], FROM + (int)column, &then));
            assert_ok(th_estimate_source_values(world->store, world->methodology, &then,
                                                FROM + (int)column, want, is_default, err),
                      err);
            assert_int_equal(year->parcels[i].parcel_id, then.parcel_id);
            assert_int_equal(th_area_compare(year->parcels[i].measured, then.measured), 0);
            assert_memory_equal(year->parcels[i].inputs, want, world->n_inputs * sizeof(*want));
            seen->n[index][column]++;
            seen->n_rows++;
        }
    }
    return TH_OK;
}

static void check_table(const struct world *world, size_t memory_max, const uint32_t *order,
                        size_t *ret_n_rows)
{
    struct th_error err;
    struct th_estimate_table *table = NULL;
    struct seen seen = {.world = world};
    assert_ok(
        th_estimate_table_new(world->store, world->methodology, FROM, TO, memory_max, &table, &err),
        &err);
    for (size_t i = 0; i < world->sources.n; i++) {
        assert_ok(
            th_estimate_table_add(table, &world->sources.items[i], world->sources.n - i, &err),
            &err);
    }
    for (int round = 0; round < 2; round++) {
        assert_ok(
            th_estimate_table_each(table, world->sources.items, order, check_block, &seen, &err),
            &err);
    }
    for (size_t i = 0; i < world->sources.n; i++) {
        for (size_t column = 0; column < N_YEARS; column++) {
            struct th_estimate_source then;
            bool counts =
                th_estimate_source_in(&world->sources.items[i], FROM + (int)column, &then);
            assert_int_equal(seen.n[i][column], counts ? 2 : 0);
        }
    }
    // Two years of every third garden have records, of the first only as long as it was there.
    size_t n_recorded = seen.n_rows / 2 - th_estimate_table_n_unrecorded(table);
    assert_true(n_recorded >= 2 * (N_GARDENS / 3 - 1) && n_recorded <= 2 * (N_GARDENS / 3));
    *ret_n_rows = seen.n_rows;
    th_estimate_table_free(table);
}

static void table__brings_what_is_on_record_kept_or_read_again(void **state)
{
    struct fixture *f = *state;
    struct world world;
    uint32_t backwards[SOURCES_MAX];
    size_t n_rows[4];
    make_gardens(f);
    world_open(f, &world);
    for (size_t i = 0; i < world.sources.n; i++) {
        backwards[i] = (uint32_t)(world.sources.n - 1 - i);
    }
    // All kept; none; a few, and the others read again; in the other order.
    size_t a_few = 7 * N_YEARS * (world.n_inputs + 1) * sizeof(double);
    check_table(&world, TH_ESTIMATE_MEMORY_MAX, NULL, &n_rows[0]);
    check_table(&world, 0, NULL, &n_rows[1]);
    check_table(&world, a_few, backwards, &n_rows[2]);
    check_table(&world, TH_ESTIMATE_MEMORY_MAX, backwards, &n_rows[3]);
    for (size_t i = 1; i < 4; i++) {
        assert_int_equal(n_rows[i], n_rows[0]);
    }
    world_close(&world);
}

struct stored {
    const struct world *world;
    size_t n_rows;
    int64_t parcel_id; // of the row before, and its year
    int year;
    size_t n_unstated;
};

// Each row has the ground and the inputs of its parcel and year, asked for and written alone.
static bool check_row(void *context, const struct th_estimate_row *row)
{
    struct stored *stored = context;
    const struct world *world = stored->world;
    struct th_error err;
    struct th_estimate_source then;
    struct th_estimate_used *used = NULL;
    struct th_buf want;
    double values[TH_CALC_INPUTS_MAX];
    bool is_default[TH_CALC_INPUTS_MAX];
    size_t i = 0;
    while (i < world->sources.n && world->sources.items[i].parcel_id != row->parcel_id) {
        i++;
    }
    assert_true(i < world->sources.n);
    assert_true(th_estimate_source_in(&world->sources.items[i], row->year, &then));
    assert_ok(th_estimate_source_values(world->store, world->methodology, &then, row->year, values,
                                        is_default, &err),
              &err);
    assert_ok(th_estimate_used_new(world->methodology, &used, &err), &err);
    th_buf_init(&want, 1 << 16);
    th_estimate_used_write(used, values, &want);
    assert_string_equal(row->used, th_buf_text(&want));
    assert_int_equal(row->version, then.version);
    assert_int_equal(th_area_compare(row->measured, then.measured), 0);
    assert_true(row->parcel_id > stored->parcel_id ||
                (row->parcel_id == stored->parcel_id && row->year > stored->year));
    stored->parcel_id = row->parcel_id;
    stored->year = row->year;
    stored->n_rows++;
    stored->n_unstated += strcmp(then.attributes, "{}") == 0 ? 1 : 0;
    th_buf_clear(&want);
    th_estimate_used_free(used);
    return true;
}

static void run__stores_each_row_with_what_it_used(void **state)
{
    struct fixture *f = *state;
    struct th_error err;
    struct world world;
    struct th_json *reply = NULL;
    const struct th_estimate_options options = {
        .methodology = "tea-garden@1", .from_year = "2019", .to_year = "2023"};
    make_gardens(f);
    assert_ok(th_estimate_run(f->registry, &f->request, &options, &reply, &err), &err);
    world_open(f, &world);
    struct stored stored = {.world = &world};
    assert_ok(th_estimate_row_each(world.store, th_json_get_int(reply, "run_id", 0), check_row,
                                   &stored, &err),
              &err);
    size_t n_rows = 0;
    for (size_t i = 0; i < world.sources.n; i++) {
        for (int year = FROM; year <= TO; year++) {
            struct th_estimate_source then;
            n_rows += th_estimate_source_in(&world.sources.items[i], year, &then) ? 1 : 0;
        }
    }
    assert_int_equal(stored.n_rows, n_rows);
    // Some are stored sixteen together, the last ones alone; neighbours use the same, then not.
    assert_true(n_rows > 64 && n_rows % 16 > 1);
    assert_true(stored.n_unstated > 16 && stored.n_unstated < n_rows);
    world_close(&world);
    th_json_free(reply);
}

static void used__is_canonical_json_of_the_inputs(void **state)
{
    struct fixture *f = *state;
    struct th_error err;
    struct world world;
    struct th_estimate_used *used = NULL;
    struct th_buf text;
    make_gardens(f);
    world_open(f, &world);
    assert_ok(th_estimate_used_new(world.methodology, &used, &err), &err);
    th_buf_init(&text, 1 << 16);
    for (int year = FROM; year <= TO; year++) {
        double values[TH_CALC_INPUTS_MAX];
        bool is_default[TH_CALC_INPUTS_MAX];
        struct th_json *object = NULL;
        char *again = NULL;
        text.size = 0;
        assert_ok(th_estimate_source_values(world.store, world.methodology, &world.sources.items[3],
                                            year, values, is_default, &err),
                  &err);
        th_estimate_used_write(used, values, &text);
        assert_ok(th_json_parse(text.data, text.size, &object, &err), &err);
        assert_ok(th_json_dump(object, TH_JSON_CANONICAL, &again, &err), &err);
        assert_string_equal(th_buf_text(&text), again);
        // Garden 4 was planted in 2003 and has records of 2020 and 2022: 23.25 and 33 kg of urea.
        assert_string_equal(th_json_get_text(object, "planted", ""), "2003");
        assert_string_equal(th_json_get_text(object, "ground", ""), "mineral");
        assert_string_equal(th_json_get_text(object, "urea", ""),
                            year == 2020 ? "23.25" : (year == 2022 ? "33" : "0"));
        assert_null(th_json_get(object, "age")); // follows from the year of planting
        free(again);
        th_json_free(object);
    }
    th_buf_clear(&text);
    th_estimate_used_free(used);
    world_close(&world);
}

static void grouping__has_counties_before_villages(void **state)
{
    static const char *const villages[] = {"330523001202", "330522001201", "330523001201",
                                           "330523001202", "330523001202"};
    static const char *const codes[] = {
        "", "330522", "330523", "330522001201", "330523001201", "330523001202"};
    static const uint32_t within[] = {0, 0, 0, 1, 2, 2};
    static const int64_t n_parcels[] = {5, 1, 4, 1, 1, 3};
    struct th_estimate_source sources[5];
    struct th_estimate_grouping grouping;
    struct th_error err;
    (void)state;
    memset(sources, 0, sizeof(sources));
    for (size_t i = 0; i < 5; i++) {
        (void)snprintf(sources[i].village, sizeof(sources[i].village), "%s", villages[i]);
    }
    assert_ok(th_estimate_grouping_make(sources, 5, &grouping, &err), &err);
    assert_int_equal(grouping.n, 6);
    assert_int_equal(grouping.n_counties, 2);
    grouping.items[5].net = th_carbon_from_kg(10);
    grouping.items[4].net = th_carbon_from_kg(-3);
    assert_ok(th_estimate_grouping_lift(&grouping, &err), &err);
    for (size_t i = 0; i < 6; i++) {
        assert_string_equal(grouping.items[i].code, codes[i]);
        assert_int_equal(grouping.within[i], within[i]);
        assert_int_equal(grouping.items[i].n_parcels, n_parcels[i]);
    }
    assert_int_equal(th_carbon_kg(grouping.items[2].net), 7);
    assert_int_equal(th_carbon_kg(grouping.items[0].net), 7);
    assert_int_equal(grouping.group_of[1], 3);
    assert_int_equal(grouping.group_of[4], 5);
    th_estimate_grouping_clear(&grouping);
}

// By village, then number as bytes, then ground; a parcel without a number goes first.
static void order__is_by_name_whatever_the_ids(void **state)
{
    static const struct {
        const char *village, *number;
        unsigned char ground;
    } parcels[] = {{"330523001202", "A-10", 1}, {"330523001201", "A-2", 1},
                   {"330523001201", "A-10", 1}, {"330523001201", "", 9},
                   {"330523001201", "", 4},     {"330523001201", "A-100", 1},
                   {"330523001201", "A", 1},    {"330523001201", "茶-1", 1}};
    static const uint32_t want[] = {4, 3, 6, 2, 5, 1, 7, 0};
    enum { N = 8 };
    struct th_estimate_source sources[N];
    struct th_estimate_grouping grouping;
    struct th_error err;
    (void)state;
    memset(sources, 0, sizeof(sources));
    for (size_t i = 0; i < N; i++) {
        (void)snprintf(sources[i].village, sizeof(sources[i].village), "%s", parcels[i].village);
        sources[i].number = parcels[i].number;
        sources[i].geometry_hash.bytes[0] = parcels[i].ground;
        sources[i].parcel_id = (int64_t)i + 1;
        sources[i].first_year = INT_MIN;
        sources[i].last_year = INT_MAX;
    }
    assert_ok(th_estimate_grouping_make(sources, N, &grouping, &err), &err);
    uint32_t *order = th_estimate_sheet_order(sources, &grouping, N, 2020, 2021);
    assert_non_null(order);
    assert_memory_equal(order, want, sizeof(want));
    free(order);
    th_estimate_grouping_clear(&grouping);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(table__brings_what_is_on_record_kept_or_read_again,
                                        drawn_set_up, drawn_tear_down),
        cmocka_unit_test_setup_teardown(run__stores_each_row_with_what_it_used, drawn_set_up,
                                        drawn_tear_down),
        cmocka_unit_test_setup_teardown(used__is_canonical_json_of_the_inputs, drawn_set_up,
                                        drawn_tear_down),
        cmocka_unit_test(grouping__has_counties_before_villages),
        cmocka_unit_test(order__is_by_name_whatever_the_ids),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
