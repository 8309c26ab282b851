// The same estimate gives the same bytes: in another registry of the same parcels, whatever the
// order in which they came, on one core and on all of them.
#define _GNU_SOURCE // sched_setaffinity
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/buf.h"
#include "tests/cli/run.h"

// Two villages of Anji, one of the county beside it.
enum { N_VILLAGES = 3, N_GARDENS = 36 };
static const char *const villages[N_VILLAGES] = {"330523001201", "330523001202", "330522001201"};
static const char *const village_names[N_VILLAGES] = {"测试一村", "测试二村", "测试三村"};

// Row `at` of the table, in an order that depends on `step` (which has no divisor in common with
// the rows).
static size_t shuffled(size_t at, size_t step)
{
    return (at * step + step / 2) % N_GARDENS;
}

// Gardens of 15 mu and less, planted between 2000 and 2017.
static void write_gardens(const struct th_cli_world *world, size_t village, size_t step)
{
    struct th_buf table;
    th_buf_init(&table, 1 << 20);
    th_buf_append_str(&table, "地块号,面积（亩）,planted,WKT\n");
    for (size_t at = 0; at < N_GARDENS; at++) {
        size_t k = shuffled(at, step);
        double west = 119.6 + 0.02 * (double)village + 0.0012 * (double)(k % 6);
        double south = 30.5 + 0.0012 * (double)(k / 6);
        double east = west + 0.001;
        double north = south + 0.0009 + 0.00001 * (double)(k % 5);
        th_buf_printf(&table,
                      "茶-%zu,%zu.%zu,%zu,\"POLYGON((%.5f %.5f,%.5f %.5f,%.5f %.5f,%.5f %.5f,%.5f "
                      "%.5f))\"\n",
                      k + 1, 12 + k % 3, k % 10, 2000 + k % 18, west, south, east, south, east,
                      north, west, north, west, south);
    }
    th_cli_write(world, "gardens.csv", table.data, table.size);
    th_buf_clear(&table);
}

// Every other garden of a village has records of 2021.
static void write_records(const struct th_cli_world *world, size_t step)
{
    struct th_buf table;
    th_buf_init(&table, 1 << 20);
    th_buf_append_str(&table, "村,地块号,有机肥氮（公斤/亩）,尿素（公斤/亩）,柴油（升）\n");
    for (size_t at = 0; at < N_VILLAGES * N_GARDENS; at++) {
        size_t k = shuffled(at % N_GARDENS, step);
        if (k % 2 == 0) {
            th_buf_printf(&table, "%s,茶-%zu,%zu,%zu.5,%zu\n", village_names[at / N_GARDENS], k + 1,
                          k % 7, 10 + k % 13, k);
        }
    }
    th_cli_write(world, "records.csv", table.data, table.size);
    th_buf_clear(&table);
}

// Villages from the last to the first where `backwards`, rows by `step`.
static void make_registry(struct th_cli_world *world, bool backwards, size_t step)
{
    th_cli_world_make(world);
    th_cli_do(world, "init {dir}/r.tanhui --name 测试 --admin-code 33");
    for (size_t i = 0; i < N_VILLAGES; i++) {
        size_t village = backwards ? N_VILLAGES - 1 - i : i;
        th_cli_do(world, "village add --code %s --name %s --township 测试乡", villages[village],
                  village_names[village]);
        write_gardens(world, village, step);
        struct th_json *reply = th_cli_json(world, 0,
                                            "parcel import {dir}/gardens.csv --crs 4490 --kind tea "
                                            "--village %s",
                                            villages[village]);
        assert_int_equal(th_cli_int_at(reply, "accepted"), N_GARDENS);
        th_json_free(reply);
    }
    write_records(world, step);
    th_cli_do(world, "activity import {dir}/records.csv --year 2021");
}

static struct th_json *estimate(const struct th_cli_world *world)
{
    return th_cli_json(world, 0, "estimate run --from 2020 --to 2022 --methodology tea-garden");
}

static char *sheet_of(const struct th_cli_world *world, int run)
{
    th_cli_do(world, "estimate sheet %d --out {dir}/sheet-%d.jsonl", run, run);
    char name[32];
    (void)snprintf(name, sizeof(name), "sheet-%d.jsonl", run);
    return th_cli_read(world, name);
}

static void assert_same(const struct th_json *first, const struct th_json *second, const char *path)
{
    struct th_error err;
    char *texts[2] = {NULL, NULL};
    assert_ok(th_json_dump(th_cli_at(first, path), TH_JSON_CANONICAL, &texts[0], &err), &err);
    assert_ok(th_json_dump(th_cli_at(second, path), TH_JSON_CANONICAL, &texts[1], &err), &err);
    assert_string_equal(texts[0], texts[1]);
    free(texts[0]);
    free(texts[1]);
}

static void assert_same_estimate(const struct th_json *first, const struct th_json *second)
{
    static const char *const paths[] = {
        "sheet_sha256",      "net_kg",      "gross_kg", "deduction_kg",
        "project_emissions", "uncertainty", "groups",   "years"};
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        assert_same(first, second, paths[i]);
    }
}

// Only the first of the cores that there are: children inherit it.
static void use_one_core(cpu_set_t *ret_before)
{
    cpu_set_t one;
    assert_int_equal(sched_getaffinity(0, sizeof(*ret_before), ret_before), 0);
    CPU_ZERO(&one);
    for (size_t i = 0; i < CPU_SETSIZE && CPU_COUNT(&one) == 0; i++) {
        if (CPU_ISSET(i, ret_before)) {
            CPU_SET(i, &one);
        }
    }
    assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
}

static void estimate__has_the_same_sheet_on_one_core_and_with_parcels_shuffled(void **state)
{
    struct th_cli_world in_order;
    struct th_cli_world other;
    cpu_set_t cores;
    (void)state;
    make_registry(&in_order, false, 1);
    make_registry(&other, true, 7);
    struct th_json *first = estimate(&in_order);
    struct th_json *again = estimate(&in_order);
    struct th_json *second = estimate(&other);
    use_one_core(&cores);
    struct th_json *alone = estimate(&other);
    assert_int_equal(sched_setaffinity(0, sizeof(cores), &cores), 0);
    // All of it takes part: intervals, records of a year, three villages in two counties.
    assert_true(th_cli_int_at(first, "uncertainty.halfwidth_kg") > 0);
    assert_true(th_cli_int_at(first, "project_emissions_kg") > 0);
    assert_int_equal(th_json_size(th_cli_at(first, "groups")), 5);
    assert_same_estimate(first, again);
    assert_same_estimate(first, second);
    assert_same_estimate(first, alone);
    char *sheets[2] = {sheet_of(&in_order, 2), sheet_of(&other, 2)};
    assert_string_equal(sheets[0], sheets[1]);
    free(sheets[0]);
    free(sheets[1]);
    // The parcels do have other ids: a sheet by ids would differ.
    struct th_json *parcels[2] = {th_cli_json(&in_order, 0, "parcel show 1"),
                                  th_cli_json(&other, 0, "parcel show 1")};
    assert_string_not_equal(th_cli_text_at(parcels[0], "village"),
                            th_cli_text_at(parcels[1], "village"));
    for (size_t i = 0; i < 2; i++) {
        th_json_free(parcels[i]);
    }
    th_json_free(first);
    th_json_free(again);
    th_json_free(second);
    th_json_free(alone);
    th_cli_do(&in_order, "registry check --deep");
    th_cli_world_remove(&in_order);
    th_cli_world_remove(&other);
}

// Counties before their villages, in order of code; what villages have adds up to the county, what
// counties have to the run, but half-widths are less than their sum.
static void groups__of_a_run_add_up(void **state)
{
    struct th_cli_world world;
    (void)state;
    make_registry(&world, false, 5);
    struct th_json *reply = estimate(&world);
    static const char *const codes[] = {"330522", "330522001201", "330523", "330523001201",
                                        "330523001202"};
    static const char *const keys[] = {"n_parcels", "gross_kg", "deduction_kg", "net_kg"};
    const struct th_json *groups = th_cli_at(reply, "groups");
    assert_int_equal(th_json_size(groups), 5);
    th_cli_shape(reply, "groups[].level:s groups[].code:s groups[].name:s? groups[].n_parcels:i "
                        "groups[].gross_kg:i groups[].net_kg:i groups[].uncertainty.halfwidth_kg:i "
                        "groups[].uncertainty.confidence:n groups[].uncertainty.relative:n "
                        "uncertainty.propagated_halfwidth_kg:i");
    for (size_t i = 0; i < 5; i++) {
        const struct th_json *group = th_json_at(groups, i);
        assert_string_equal(th_json_get_text(group, "code", ""), codes[i]);
        assert_string_equal(th_json_get_text(group, "level", ""),
                            strlen(codes[i]) == 6 ? "county" : "village");
    }
    assert_string_equal(th_json_get_text(th_json_at(groups, 3), "name", ""), "测试一村");
    for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++) {
        int64_t kg[5];
        for (size_t i = 0; i < 5; i++) {
            kg[i] = th_json_get_int(th_json_at(groups, i), keys[k], -1);
        }
        assert_true(kg[0] == kg[1]);
        assert_true(kg[2] == kg[3] + kg[4]);
        assert_true(kg[0] + kg[2] == th_cli_int_at(reply, keys[k]));
    }
    int64_t whole = th_cli_int_at(reply, "uncertainty.halfwidth_kg");
    int64_t parts = th_cli_int_at(reply, "groups.0.uncertainty.halfwidth_kg") +
                    th_cli_int_at(reply, "groups.2.uncertainty.halfwidth_kg");
    assert_true(whole <= parts);
    // Every garden has the same default factors, so that little averages out.
    assert_true(whole > parts * 9 / 10);
    th_json_free(reply);
    char *text =
        th_cli_out(&world, 0, "--lang zh estimate run --year 2021 --methodology tea-garden");
    assert_non_null(strstr(text, "测试三村"));
    assert_non_null(strstr(text, "误差传播"));
    th_cli_no_raw_keys(text, "estimate run");
    free(text);
    th_cli_world_remove(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(estimate__has_the_same_sheet_on_one_core_and_with_parcels_shuffled),
        cmocka_unit_test(groups__of_a_run_add_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
