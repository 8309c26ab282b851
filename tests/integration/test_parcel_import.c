// Every way a row can fare, with sources made on the spot. A cell of 0.001° at 119.6 E 30.5 N
// measures 10,642.4750 m² along geodesics, a value known from outside this program.
#include <stdio.h>
#include <stdlib.h>

#include "core/file.h"
#include "registry/setup.h"
#include "store/ground/parcel_store.h"
#include "tests/integration/parcel_fixture.h"

enum { TEXT_SIZE = 64 * 1024 };

// A rectangle as a GeoJSON feature; `properties` without braces.
static const char *cell(char *text, double lon, double lat, double width, double height,
                        const char *properties)
{
    int n = snprintf(text, TEXT_SIZE,
                     "{\"type\":\"Feature\",\"properties\":{%s},\"geometry\":{\"type\":\"Polygon\","
                     "\"coordinates\":[[[%.8f,%.8f],[%.8f,%.8f],[%.8f,%.8f],[%.8f,%.8f],"
                     "[%.8f,%.8f]]]}}",
                     properties, lon, lat, lon + width, lat, lon + width, lat + height, lon,
                     lat + height, lon, lat);
    assert_true(n > 0 && n < TEXT_SIZE);
    return text;
}

static const char *shape(char *text, const char *geometry, const char *properties)
{
    int n = snprintf(text, TEXT_SIZE, "{\"type\":\"Feature\",\"properties\":{%s},\"geometry\":%s}",
                     properties, geometry);
    assert_true(n > 0 && n < TEXT_SIZE);
    return text;
}

static struct th_json *import_features(struct fixture *f, const char *name, const char *features,
                                       void (*change)(struct th_parcel_import_options *))
{
    char path[TH_TEST_PATH_SIZE];
    fixture_geojson(f, path, name, features);
    struct th_parcel_import_options options = fixture_options(f, path);
    if (change != NULL) {
        change(&options);
    }
    return fixture_import(f, &options);
}

static void import__a_known_cell_has_its_known_area_and_keeps_its_source(void **state)
{
    struct fixture *f = *state;
    char text[TEXT_SIZE];
    struct th_error err;
    struct th_json *reply = import_features(
        f, "cell.geojson",
        cell(text, 119.6, 30.5, 0.001, 0.001, "\"number\":\"A-1\",\"owner\":\"x\""), NULL);
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 1);
    // Kept to 0.01 m².
    assert_close(th_json_get_real(reply, "area_m2", 0), 10642.4750, 0.0051);
    assert_close(th_json_get_real(reply, "area_mu", 0), 10642.4750 * 3 / 2000, 0.0051);
    int64_t id = th_json_int_value(th_json_at(th_json_get(reply, "parcel_ids"), 0));
    th_json_free(reply);

    struct th_json *shown = NULL;
    assert_ok(th_parcel_show(f->registry, id, &shown, &err), &err);
    assert_string_equal(th_json_get_text(shown, "number", ""), "A-1");
    assert_string_equal(th_json_get_text(th_json_get(shown, "attributes"), "owner", ""), "x");
    const struct th_json *source = th_json_get(shown, "source");
    assert_string_equal(th_json_get_text(source, "file", ""), "cell.geojson");
    assert_int_equal(th_json_get_int(source, "row", 0), 1);
    struct th_hash file_hash;
    char path[TH_TEST_PATH_SIZE];
    char hex[TH_HASH_HEX_SIZE];
    th_test_path(path, f->folder, "cell.geojson");
    assert_ok(th_hash_file(TH_HASH_SHA256, path, &file_hash, &err), &err);
    assert_string_equal(th_json_get_text(source, "sha256", ""), th_hash_hex(&file_hash, hex));
    const struct th_json *centre = th_json_get(shown, "centroid");
    assert_close(th_json_real_value(th_json_at(centre, 0)), 119.6005, 1e-9);
    assert_close(th_json_real_value(th_json_at(centre, 1)), 30.5005, 1e-9);
    assert_int_equal(th_json_size(th_json_get(shown, "versions")), 1);
    th_json_free(shown);
}

struct problem_case {
    const char *label;
    const char *geometry; // NULL: a good cell
    const char *properties;
    const char *code;
    const char *severity;
    int accepted;
};

#define GOOD                                                                                       \
    "{\"type\":\"Polygon\",\"coordinates\":[[[119.6,30.5],[119.601,30.5],[119.601,30.501],"        \
    "[119.6,30.501],[119.6,30.5]]]}"

static const struct problem_case PROBLEMS[] = {
    {"no geometry", "null", "", "geometry_empty", "error", 0},
    {"a point", "{\"type\":\"Point\",\"coordinates\":[119.6,30.5]}", "", "geometry_type", "error",
     0},
    {"a bow-tie",
     "{\"type\":\"Polygon\",\"coordinates\":[[[119.6,30.5],[119.601,30.501],[119.601,30.5],"
     "[119.6,30.501],[119.6,30.5]]]}",
     "", "geometry_invalid", "error", 0},
    {"unknown village by hand", GOOD, "\"dorf\":\"无此村\"", "village_unknown", "error", 0},
    {"unknown village by a common name", GOOD, "\"CUN\":\"无此村\"", "village_unknown", "warning",
     1},
    {"known village by name", GOOD, "\"CUN\":\"测试二村\"", NULL, NULL, 1},
    {"unknown kind", GOOD, "\"kind\":\"stone\"", "kind_unknown", "error", 0},
    {"kind in Chinese", GOOD, "\"kind\":\"茶园\"", NULL, NULL, 1},
    {"orchard class under bamboo", GOOD, "\"DLBM\":\"0201\"", "land_class_conflict", "error", 0},
    {"bamboo class under bamboo", GOOD, "\"DLBM\":\"0302\"", NULL, NULL, 1},
    {"class of another scheme", GOOD, "\"DI_LEI\":\"111\"", "attribute_range", "warning", 1},
    {"declared area is no number", GOOD, "\"declared_area\":\"many\"", "attribute_range", "error",
     0},
    {"declared area is negative", GOOD, "\"declared_area\":-3", "attribute_range", "error", 0},
    {"declared area is zero", GOOD, "\"declared_area\":0", "attribute_range", "error", 0},
    {"declared 15.96 mu", GOOD, "\"declared_area\":15.96", NULL, NULL, 1},
    {"declared in hectares", GOOD, "\"declared_area\":1.064", "area_mismatch", "warning", 1},
    {"declared 12.79 mu: 19.9 % less", GOOD, "\"declared_area\":12.79", NULL, NULL, 1},
    {"declared 12.75 mu: 20.1 % less", GOOD, "\"declared_area\":12.75", "area_mismatch", "warning",
     1},
    {"a number that is too long", GOOD,
     "\"number\":\"1234567890123456789012345678901234567890123456789012345678901234\"",
     "attribute_range", "error", 0},
};

static void import__each_fault_has_its_code_and_severity(void **state)
{
    (void)state;
    static const char *const MAPS[] = {"village=dorf"};
    for (size_t i = 0; i < sizeof(PROBLEMS) / sizeof(PROBLEMS[0]); i++) {
        const struct problem_case *c = &PROBLEMS[i];
        struct fixture f;
        char text[TEXT_SIZE];
        char path[TH_TEST_PATH_SIZE];
        fixture_open(&f);
        fixture_geojson(&f, path, "case.geojson", shape(text, c->geometry, c->properties));
        struct th_parcel_import_options options = fixture_options(&f, path);
        if (strstr(c->properties, "dorf") != NULL) {
            options.maps = MAPS;
            options.n_maps = 1;
        }
        struct th_json *reply = fixture_import(&f, &options);
        if (th_json_get_int(reply, "accepted", -1) != c->accepted ||
            (c->code != NULL && fixture_problems(reply, 1, c->code, c->severity) != 1) ||
            (c->code == NULL && fixture_problems(reply, 0, NULL, NULL) != 0)) {
            fail_msg("case \"%s\" did not come out as %s", c->label, c->code);
        }
        const struct th_json *problem = th_json_at(th_json_get(reply, "problems"), 0);
        if (c->code != NULL) {
            const char *message = th_json_get_text(problem, "message", "");
            if (strchr(message, '{') != NULL || strncmp(message, "error.", 6) == 0) {
                fail_msg("case \"%s\" has no words: %s", c->label, message);
            }
        }
        th_json_free(reply);
        fixture_close(&f);
    }
}

static void drop_village(struct th_parcel_import_options *options)
{
    options->village = NULL;
}

static void drop_kind(struct th_parcel_import_options *options)
{
    options->kind = NULL;
}

static void import__without_village_or_kind_no_row_enters(void **state)
{
    struct fixture *f = *state;
    char text[TEXT_SIZE];
    cell(text, 119.6, 30.5, 0.001, 0.001, "");
    struct th_json *reply = import_features(f, "v.geojson", text, drop_village);
    assert_int_equal(fixture_problems(reply, 1, "village_unknown", "error"), 1);
    th_json_free(reply);
    reply = import_features(f, "k.geojson", text, drop_kind);
    assert_int_equal(fixture_problems(reply, 1, "kind_unknown", "error"), 1);
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 0);
    th_json_free(reply);
}

static void import__of_two_overlapping_rows_the_later_stays_out_and_names_the_earlier(void **state)
{
    struct fixture *f = *state;
    char a[TEXT_SIZE];
    char b[TEXT_SIZE];
    char c[TEXT_SIZE];
    char d[TEXT_SIZE];
    char all[4 * TEXT_SIZE];
    cell(a, 119.6, 30.5, 0.001, 0.001, "\"number\":\"1\"");
    cell(b, 119.6, 30.5, 0.001, 0.001, "\"number\":\"2\"");    // the same ground
    cell(c, 119.6005, 30.5, 0.001, 0.001, "\"number\":\"3\""); // half of it
    cell(d, 119.599, 30.5, 0.001, 0.001, "\"number\":\"4\"");  // touches
    assert_true(snprintf(all, sizeof(all), "%s,%s,%s,%s", a, b, c, d) < (int)sizeof(all));
    struct th_json *reply = import_features(f, "overlap.geojson", all, NULL);
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 2);
    assert_int_equal(fixture_problems(reply, 2, "duplicate", "error"), 1);
    assert_int_equal(fixture_problems(reply, 3, "overlap_in_source", "error"), 1);
    assert_int_equal(fixture_problems(reply, 4, NULL, NULL), 0);
    const struct th_json *problem = th_json_at(th_json_get(reply, "problems"), 1);
    assert_non_null(strstr(th_json_get_text(problem, "message", ""), "row 1"));
    th_json_free(reply);

    // The same from another file, against the registry.
    reply = import_features(f, "again.geojson", c, NULL);
    assert_int_equal(fixture_problems(reply, 1, "overlap_registered", "error"), 1);
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 0);
    th_json_free(reply);
}

static void import__a_narrow_strip_is_taken_off_and_too_much_of_it_refused(void **state)
{
    struct fixture *f = *state;
    char a[TEXT_SIZE];
    char b[TEXT_SIZE];
    char c[TEXT_SIZE];
    char all[3 * TEXT_SIZE];
    struct th_error err;
    cell(a, 119.6, 30.5, 0.001, 0.001, "\"number\":\"1\"");
    cell(b, 119.600999, 30.5, 0.001, 0.001, "\"number\":\"2\""); // 0.1 % of a cell, 0.1 m wide
    // 0.5 m wide along a parcel that is only 20 m deep: 2.5 %.
    cell(c, 119.599805, 30.5, 0.0002, 0.001, "\"number\":\"3\"");
    assert_true(snprintf(all, sizeof(all), "%s,%s,%s", a, b, c) < (int)sizeof(all));
    struct th_json *reply = import_features(f, "strips.geojson", all, NULL);
    assert_int_equal(fixture_problems(reply, 2, "sliver", "warning"), 1);
    assert_int_equal(fixture_problems(reply, 3, "sliver", "error"), 1);
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 2);
    int64_t id = th_json_int_value(th_json_at(th_json_get(reply, "parcel_ids"), 1));
    assert_close(th_json_get_real(reply, "area_m2", 0), 21284.95, 0.011);
    assert_close(th_json_get_real(reply, "counted_m2", 0), 21284.95 - 10.64, 0.03);
    th_json_free(reply);
    struct th_parcel_record record;
    assert_ok(th_parcel_load(th_registry_store(f->registry), id, 0, &record, &err), &err);
    assert_close(th_area_m2(record.sliver), 10.64, 0.02); // a thousandth of the cell
    assert_close(th_area_m2(record.measured), 10642.4750, 0.0051);
}

static void import__a_number_used_twice_in_one_village_is_refused_once(void **state)
{
    struct fixture *f = *state;
    char a[TEXT_SIZE];
    char b[TEXT_SIZE];
    char c[TEXT_SIZE];
    char all[3 * TEXT_SIZE];
    cell(a, 119.6, 30.5, 0.001, 0.001, "\"XIAO_BAN\":\"7\",\"CUN\":\"测试一村\"");
    cell(b, 119.61, 30.5, 0.001, 0.001, "\"XIAO_BAN\":\"7\",\"CUN\":\"测试一村\"");
    cell(c, 119.62, 30.5, 0.001, 0.001, "\"XIAO_BAN\":\"7\",\"CUN\":\"测试二村\"");
    assert_true(snprintf(all, sizeof(all), "%s,%s,%s", a, b, c) < (int)sizeof(all));
    struct th_json *reply = import_features(f, "numbers.geojson", all, NULL);
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 2);
    assert_int_equal(fixture_problems(reply, 2, "number_repeated", "error"), 1);
    th_json_free(reply);
}

static void import__compartments_tell_equal_numbers_apart(void **state)
{
    struct fixture *f = *state;
    char a[TEXT_SIZE];
    char b[TEXT_SIZE];
    char all[2 * TEXT_SIZE];
    cell(a, 119.6, 30.5, 0.001, 0.001, "\"LIN_BAN\":\"1\",\"XIAO_BAN\":\"7\"");
    cell(b, 119.61, 30.5, 0.001, 0.001, "\"LIN_BAN\":\"2\",\"XIAO_BAN\":\"7\"");
    assert_true(snprintf(all, sizeof(all), "%s,%s", a, b) < (int)sizeof(all));
    struct th_json *reply = import_features(f, "compartments.geojson", all, NULL);
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 2);
    th_json_free(reply);
}

static void with_update(struct th_parcel_import_options *options)
{
    options->update = true;
}

static void import__a_changed_boundary_waits_for_confirmation_and_becomes_a_version(void **state)
{
    struct fixture *f = *state;
    char text[TEXT_SIZE];
    struct th_error err;
    struct th_json *reply = import_features(
        f, "one.geojson", cell(text, 119.6, 30.5, 0.001, 0.001, "\"number\":\"1\""), NULL);
    int64_t id = th_json_int_value(th_json_at(th_json_get(reply, "parcel_ids"), 0));
    th_json_free(reply);
    // Shifted by half: it would overlap its own earlier version.
    cell(text, 119.6005, 30.5, 0.001, 0.001, "\"number\":\"1\"");
    reply = import_features(f, "two.geojson", text, NULL);
    assert_int_equal(fixture_problems(reply, 1, "geometry_changed", "error"), 1);
    th_json_free(reply);
    reply = import_features(f, "two.geojson", text, with_update);
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 1);
    assert_int_equal(th_json_int_value(th_json_at(th_json_get(reply, "parcel_ids"), 0)), id);
    th_json_free(reply);
    struct th_parcel_record record;
    assert_ok(th_parcel_load(th_registry_store(f->registry), id, 0, &record, &err), &err);
    assert_int_equal(record.version, 2);
    assert_ok(th_parcel_load(th_registry_store(f->registry), id, 1, &record, &err), &err);
    // The same ground with other particulars.
    cell(text, 119.6005, 30.5, 0.001, 0.001, "\"number\":\"1\",\"owner\":\"new\"");
    reply = import_features(f, "three.geojson", text, NULL);
    assert_int_equal(fixture_problems(reply, 1, "attributes_changed", "error"), 1);
    th_json_free(reply);
    // From another file, with nothing new: unchanged.
    cell(text, 119.6005, 30.5, 0.001, 0.001, "\"number\":\"1\"");
    reply = import_features(f, "four.geojson", text, NULL);
    assert_int_equal(th_json_get_int(reply, "unchanged", -1), 1);
    th_json_free(reply);
}

static void abort_on_problem(struct th_parcel_import_options *options)
{
    options->on_problem_abort = true;
}

static void import__abort_keeps_every_row_out(void **state)
{
    struct fixture *f = *state;
    char a[TEXT_SIZE];
    char b[TEXT_SIZE];
    char all[2 * TEXT_SIZE];
    struct th_error err;
    cell(a, 119.6, 30.5, 0.001, 0.001, "");
    shape(b, "null", "");
    assert_true(snprintf(all, sizeof(all), "%s,%s", a, b) < (int)sizeof(all));
    struct th_json *reply = import_features(f, "abort.geojson", all, abort_on_problem);
    assert_true(th_json_get_bool(reply, "aborted", false));
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 0);
    assert_int_equal(fixture_problems(reply, 1, "import_aborted", "error"), 1);
    th_json_free(reply);
    struct th_parcel_list_options list = {0};
    assert_ok(th_parcel_list(f->registry, &list, &reply, &err), &err);
    assert_int_equal(th_json_get_int(reply, "n", -1), 0);
    th_json_free(reply);
}

static void import__a_dry_run_stores_nothing(void **state)
{
    struct fixture *f = *state;
    char text[TEXT_SIZE];
    struct th_error err;
    f->request.dry_run = true;
    struct th_json *reply =
        import_features(f, "dry.geojson", cell(text, 119.6, 30.5, 0.001, 0.001, ""), NULL);
    assert_true(th_json_get_bool(reply, "dry_run", false));
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 1);
    th_json_free(reply);
    struct th_parcel_list_options list = {0};
    assert_ok(th_parcel_list(f->registry, &list, &reply, &err), &err);
    assert_int_equal(th_json_get_int(reply, "n", -1), 0);
    th_json_free(reply);
}

static void import__outside_the_bounds_is_refused(void **state)
{
    (void)state;
    struct fixture f;
    struct th_surroundings surroundings = fixture_surroundings();
    struct th_registry_create_options create = {.name = "China", .admin_code = "33"};
    struct th_json *reply = NULL;
    struct th_error err;
    char text[TEXT_SIZE];
    fixture_open(&f);
    th_registry_close(f.registry);
    th_test_path(f.path, f.folder, "china.tanhui");
    assert_ok(th_registry_create(f.path, &create, &surroundings, &reply, &err), &err);
    th_json_free(reply);
    f.registry = fixture_registry_open(f.path);
    assert_ok(
        th_village_add(f.registry, &f.request, FIXTURE_VILLAGE, "测试一村", "测试乡", &reply, &err),
        &err);
    th_json_free(reply);
    // Latitude first: a slip that leads to the Barents Sea.
    reply = import_features(&f, "swapped.geojson", cell(text, 30.5, 79.6, 0.001, 0.001, ""), NULL);
    assert_int_equal(fixture_problems(reply, 1, "out_of_bounds", "error"), 1);
    th_json_free(reply);
    fixture_close(&f);
}

static void xian_80(struct th_parcel_import_options *options)
{
    options->crs = "EPSG:2359";
}

static void import__a_datum_without_public_parameters_is_refused(void **state)
{
    struct fixture *f = *state;
    char text[TEXT_SIZE];
    struct th_json *reply =
        import_features(f, "xian.geojson", cell(text, 40500000, 3375000, 100, 100, ""), xian_80);
    assert_int_equal(fixture_problems(reply, 1, "crs_unsupported", "error"), 1);
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 0);
    th_json_free(reply);
}

static void import__projected_coordinates_give_the_area_of_the_ground(void **state)
{
    // A square of side sqrt(2000/3) m in EPSG:4549 at 119.68 E 30.63 N: 666.6512 m² on the
    // ellipsoid. Easting and northing of its corner were computed with gdaltransform.
    struct fixture *f = *state;
    char text[TEXT_SIZE];
    static const double SIDE = 25.819888974716112;
    char path[TH_TEST_PATH_SIZE];
    fixture_geojson(f, path, "gk.geojson", cell(text, 469321.1975, 3389997.4445, SIDE, SIDE, ""));
    struct th_parcel_import_options options = fixture_options(f, path);
    options.crs = "EPSG:4549";
    struct th_json *reply = fixture_import(f, &options);
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 1);
    // The grid of 1e-8° moves each corner by half a millimetre at most: 0.03 m² of this square.
    assert_close(th_json_get_real(reply, "area_m2", 0), 666.6512, 0.03);
    assert_string_equal(th_json_get_text(th_json_get(reply, "source"), "crs", ""), "EPSG:4549");
    th_json_free(reply);
}

static void import__wrong_requests_are_refused_with_their_reason(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *map;
        const char *kind;
        const char *village;
        enum th_status status;
        const char *key;
    } cases[] = {
        {"number", NULL, NULL, TH_INVALID, "map_invalid"},
        {"number=NOPE", NULL, NULL, TH_INVALID, "map_field_missing"},
        {"nubmer=a", NULL, NULL, TH_USAGE, "map_attribute"},
        {"=a", NULL, NULL, TH_INVALID, "map_invalid"},
        {NULL, "stone", NULL, TH_INVALID, "kind_invalid"},
        {NULL, NULL, "330523999999", TH_NOT_FOUND, "village_not_found"},
        {NULL, NULL, "测试一存", TH_NOT_FOUND, "village_similar"},
    };
    char text[TEXT_SIZE];
    char path[TH_TEST_PATH_SIZE];
    fixture_geojson(f, path, "r.geojson", cell(text, 119.6, 30.5, 0.001, 0.001, "\"a\":1"));
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct th_parcel_import_options options = fixture_options(f, path);
        struct th_json *reply = NULL;
        struct th_error err = {0};
        if (cases[i].map != NULL) {
            options.maps = &cases[i].map;
            options.n_maps = 1;
        }
        if (cases[i].kind != NULL) {
            options.kind = cases[i].kind;
        }
        if (cases[i].village != NULL) {
            options.village = cases[i].village;
        }
        assert_status(th_parcel_import(f->registry, &f->request, &options, &reply, &err),
                      cases[i].status, &err);
        assert_string_equal(err.key, cases[i].key);
        assert_null(reply);
    }
}

static void import__a_clerk_registers_the_own_village_only(void **state)
{
    struct fixture *f = *state;
    char text[TEXT_SIZE];
    char path[TH_TEST_PATH_SIZE];
    struct th_json *reply = NULL;
    struct th_error err;
    fixture_user(f, "clerk1", "clerk", FIXTURE_VILLAGE);
    f->request.login = "clerk1";
    char features[3 * TEXT_SIZE];
    size_t used = 0;
    // Another village, one that is not registered, and none at all: the last is the clerk's own.
    static const char *const ROWS[] = {"\"CUN\":\"测试二村\"", "\"CUN\":\"无此村\"", ""};
    for (size_t i = 0; i < 3; i++) {
        used += (size_t)snprintf(features + used, sizeof(features) - used, "%s%s", i > 0 ? "," : "",
                                 cell(text, 119.6 + 0.01 * (double)i, 30.5, 0.001, 0.001, ROWS[i]));
    }
    fixture_geojson(f, path, "own.geojson", features);
    struct th_parcel_import_options options = fixture_options(f, path);
    options.village = NULL;
    reply = fixture_import(f, &options);
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 1);
    assert_int_equal(fixture_problems(reply, 1, "village_not_yours", "error"), 1);
    assert_int_equal(fixture_problems(reply, 2, "village_unknown", "error"), 1);
    assert_int_equal(fixture_problems(reply, 0, NULL, NULL), 2);
    th_json_free(reply);
    // Another village for the whole file is a wrong request.
    options.village = FIXTURE_OTHER_VILLAGE;
    assert_status(th_parcel_import(f->registry, &f->request, &options, &reply, &err),
                  TH_NOT_PERMITTED, &err);
    assert_string_equal(err.key, "village_not_yours");
}

static void import__the_problem_list_is_written_for_spreadsheets(void **state)
{
    struct fixture *f = *state;
    char text[TEXT_SIZE];
    char path[TH_TEST_PATH_SIZE];
    char problems[TH_TEST_PATH_SIZE];
    char *data = NULL;
    size_t size = 0;
    struct th_error err;
    fixture_geojson(f, path, "p.geojson", shape(text, "null", ""));
    th_test_path(problems, f->folder, "problems.csv");
    struct th_parcel_import_options options = fixture_options(f, path);
    options.problems_path = problems;
    th_json_free(fixture_import(f, &options));
    assert_ok(th_file_read(problems, 100000, &data, &size, &err), &err);
    static const char HEAD[] = "\xEF\xBB\xBFrow,original number,code,severity,message,hint,lon,lat";
    assert_memory_equal(data, HEAD, sizeof(HEAD) - 1);
    assert_non_null(strstr(data, "\r\n1,,geometry_empty,error,"));
    free(data);
}

static void import__the_books_stay_in_order(void **state)
{
    struct fixture *f = *state;
    char text[TEXT_SIZE];
    th_json_free(import_features(f, "b.geojson",
                                 cell(text, 119.6, 30.5, 0.001, 0.001, "\"number\":\"1\""), NULL));
    fixture_assert_books(f);
}

#define IMPORT_TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

static void import__an_unknown_map_attribute_is_named_beside_the_known_ones(void **state)
{
    struct fixture *f = *state;
    static const char *const UNKNOWN[] = {"nubmer=小班号"};
    static const char *const KNOWN[] = {"number=小班号", "household=户主"};
    char text[TEXT_SIZE];
    char path[TH_TEST_PATH_SIZE];
    fixture_geojson(f, path, "m.geojson",
                    cell(text, 119.6, 30.5, 0.001, 0.001, "\"小班号\":\"12\",\"户主\":\"x\""));
    struct th_parcel_import_options options = fixture_options(f, path);
    struct th_json *reply = NULL;
    struct th_error err = {0};
    options.maps = UNKNOWN;
    options.n_maps = 1;
    assert_status(th_parcel_import(f->registry, &f->request, &options, &reply, &err), TH_USAGE,
                  &err);
    assert_string_equal(th_error_arg_get(&err, "attribute"), "nubmer");
    assert_string_equal(th_error_arg_get(&err, "attributes"),
                        "number village kind land_class declared_area household contract planted");
    options.maps = KNOWN;
    options.n_maps = 2;
    reply = fixture_import(f, &options);
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 1);
    th_json_free(reply);
}

// The message of the problem at `index` has `part` in it.
static void assert_says(const struct th_json *reply, size_t index, const char *member,
                        const char *part)
{
    const struct th_json *problem = th_json_at(th_json_get(reply, "problems"), index);
    const char *text = th_json_get_text(problem, member, "");
    if (strstr(text, part) == NULL) {
        fail_msg("\"%s\" does not say \"%s\"", text, part);
    }
}

static void import__a_changed_particular_is_named_with_both_values(void **state)
{
    static const struct {
        const char *properties;
        const char *says;
    } CHANGES[] = {
        {"\"number\":\"1\",\"owner\":\"new\",\"declared_area\":15.9",
         "another owner: “old” in the registry, “new” in the file"},
        {"\"number\":\"1\",\"owner\":null,\"declared_area\":15.9",
         "another owner: “old” in the registry, “none” in the file"},
        {"\"number\":\"1\",\"owner\":\"old\",\"declared_area\":16",
         "another declared area (mu): “15.90” in the registry, “16.00” in the file"},
        {"\"number\":\"1\",\"owner\":\"old\",\"declared_area\":15.9,\"kind\":\"tea\"",
         "another kind: “bamboo” in the registry, “tea garden” in the file"},
    };
    struct fixture *f = *state;
    char text[TEXT_SIZE];
    cell(text, 119.6, 30.5, 0.001, 0.001,
         "\"number\":\"1\",\"owner\":\"old\",\"declared_area\":15.9");
    struct th_json *reply = import_features(f, "first.geojson", text, NULL);
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 1);
    th_json_free(reply);
    for (size_t i = 0; i < sizeof(CHANGES) / sizeof(CHANGES[0]); i++) {
        cell(text, 119.6, 30.5, 0.001, 0.001, CHANGES[i].properties);
        reply = import_features(f, "next.geojson", text, NULL);
        assert_int_equal(fixture_problems(reply, 1, "attributes_changed", "error"), 1);
        assert_says(reply, 0, "message", CHANGES[i].says);
        th_json_free(reply);
    }
}

static void update__leaves_alone_what_the_file_has_no_column_for(void **state)
{
    struct fixture *f = *state;
    char text[TEXT_SIZE];
    struct th_error err = {0};
    struct th_json *shown = NULL;
    cell(text, 119.6, 30.5, 0.001, 0.001,
         "\"number\":\"1\",\"owner\":\"old\",\"tree\":\"pine\",\"declared_area\":15.9,"
         "\"land_class\":\"0302\"");
    struct th_json *reply = import_features(f, "first.geojson", text, NULL);
    int64_t id = th_json_int_value(th_json_at(th_json_get(reply, "parcel_ids"), 0));
    th_json_free(reply);
    // A new boundary alone, and a column that is there and empty.
    cell(text, 119.6001, 30.5, 0.001, 0.001, "\"number\":\"1\",\"tree\":null");
    reply = import_features(f, "next.geojson", text, with_update);
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 1);
    th_json_free(reply);
    assert_ok(th_parcel_show(f->registry, id, &shown, &err), &err);
    const struct th_json *attributes = th_json_get(shown, "attributes");
    assert_int_equal(th_json_get_int(shown, "version", -1), 2);
    assert_string_equal(th_json_get_text(attributes, "owner", ""), "old");
    assert_null(th_json_get(attributes, "tree"));
    assert_close(th_json_get_real(shown, "declared_mu", 0), 15.9, 1e-9);
    assert_string_equal(th_json_get_text(shown, "land_class", ""), "0302");
    th_json_free(shown);
    // The boundary once more: nothing is new.
    cell(text, 119.6001, 30.5, 0.001, 0.001, "\"number\":\"1\"");
    reply = import_features(f, "again.geojson", text, NULL);
    assert_int_equal(th_json_get_int(reply, "unchanged", -1), 1);
    th_json_free(reply);
}

static void import__a_crs_that_nobody_knows_is_a_wrong_request(void **state)
{
    static const char *const WRONG[] = {"EPSG:99999", "99999", "CGCS2000", "", "EPSG:"};
    struct fixture *f = *state;
    char text[TEXT_SIZE];
    char path[TH_TEST_PATH_SIZE];
    fixture_geojson(f, path, "gk.geojson", cell(text, 40469321, 3389997, 100, 100, ""));
    struct th_parcel_import_options options = fixture_options(f, path);
    struct th_json *reply = NULL;
    for (size_t i = 0; i < sizeof(WRONG) / sizeof(WRONG[0]); i++) {
        struct th_error err = {0};
        options.crs = WRONG[i];
        assert_status(th_parcel_import(f->registry, &f->request, &options, &reply, &err), TH_USAGE,
                      &err);
        assert_string_equal(err.key, "crs_option");
    }
    options.crs = "4528";
    reply = fixture_import(f, &options);
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 1);
    assert_string_equal(th_json_get_text(th_json_get(reply, "source"), "crs", ""), "EPSG:4528");
    th_json_free(reply);
}

static void import__problems_carry_number_and_place_in_reply_and_csv(void **state)
{
    struct fixture *f = *state;
    char a[TEXT_SIZE];
    char b[TEXT_SIZE];
    char all[2 * TEXT_SIZE];
    char path[TH_TEST_PATH_SIZE];
    char csv_path[TH_TEST_PATH_SIZE];
    cell(a, 119.6, 30.5, 0.001, 0.001, "\"number\":\"A-1\",\"declared_area\":1.064");
    shape(b, "null", "");
    assert_true(snprintf(all, sizeof(all), "%s,%s", a, b) < (int)sizeof(all));
    fixture_geojson(f, path, "p.geojson", all);
    struct th_parcel_import_options options = fixture_options(f, path);
    options.lang = TH_LANG_ZH;
    options.problems_path = th_test_path(csv_path, f->folder, "p.csv");
    struct th_json *reply = fixture_import(f, &options);
    const struct th_json *placed = th_json_at(th_json_get(reply, "problems"), 0);
    assert_string_equal(th_json_get_text(placed, "number", ""), "A-1");
    assert_close(th_json_get_real(placed, "lon", 0), 119.6005, 1e-9);
    assert_close(th_json_get_real(placed, "lat", 0), 30.5005, 1e-9);
    const struct th_json *nowhere = th_json_at(th_json_get(reply, "problems"), 1);
    static const char *const MEMBERS[] = {"number", "lon", "lat"};
    for (size_t i = 0; i < 3; i++) {
        assert_non_null(th_json_get(nowhere, MEMBERS[i]));
        assert_int_equal(th_json_type(th_json_get(nowhere, MEMBERS[i])), TH_JSON_NULL);
    }
    th_json_free(reply);
    struct th_error err;
    char *written = NULL;
    size_t size = 0;
    assert_ok(th_file_read(csv_path, TEXT_SIZE, &written, &size, &err), &err);
    assert_non_null(
        strstr(written, "行,原地块号,代码,程度,问题,怎么办,东经,北纬,number,declared_area\r\n"));
    assert_non_null(strstr(written, "\r\n1,A-1,area_mismatch,提醒,"));
    // Behind the place stands the row as the source has it.
    assert_non_null(strstr(written, ",119.600500,30.500500,A-1,1.064\r\n"));
    assert_non_null(strstr(written, ",geometry_empty,错误,"));
    free(written);
}

static void import__messages_say_which_rule_was_broken(void **state)
{
    static const struct {
        const char *properties;
        const char *member;
        const char *says;
    } CASES[] = {
        {"\"面积\":\"十亩\"", "message", "“十亩” in column “面积”"},
        {"\"面积\":\"十亩\"", "hint", "mu above 0"},
        {"\"小班号\":\"1234567890123456789012345678901234567890123456789012345678901234\"",
         "message", "in column “小班号” is too long"},
        {"\"小班号\":\"1234567890123456789012345678901234567890123456789012345678901234\"", "hint",
         "at most 63"},
        // 10,642.475 m² are 15.96 mu.
        {"\"面积\":10642.5", "message", "square metres"},
        {"\"面积\":1.064", "message", "hectares"},
        {"\"面积\":12", "hint", "Check the unit"},
        {"\"dorf\":\"测试一\"", "message", "Did you mean: 测试一村 (330523001201)?"},
        {"\"dorf\":\"测试乡测试二村\"", "message", "Did you mean: 测试二村 (330523001202)?"},
        {"\"dorf\":\"村\"", "message", "knows no village “村”."},
        {"\"dorf\":\"同名村\"", "message", "several villages named “同名村”"},
    };
    static const char *const MAPS[] = {"village=dorf"};
    struct fixture *f = *state;
    struct th_json *added = NULL;
    struct th_error err;
    assert_ok(
        th_village_add(f->registry, &f->request, "330523001203", "同名村", "测试乡", &added, &err),
        &err);
    th_json_free(added);
    assert_ok(
        th_village_add(f->registry, &f->request, "330523002203", "同名村", "另一乡", &added, &err),
        &err);
    th_json_free(added);
    f->request.dry_run = true;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        char text[TEXT_SIZE];
        char path[TH_TEST_PATH_SIZE];
        fixture_geojson(f, path, "says.geojson",
                        cell(text, 119.6, 30.5, 0.001, 0.001, CASES[i].properties));
        struct th_parcel_import_options options = fixture_options(f, path);
        options.maps = MAPS;
        options.n_maps = strstr(CASES[i].properties, "dorf") != NULL ? 1 : 0;
        struct th_json *reply = fixture_import(f, &options);
        assert_says(reply, 0, CASES[i].member, CASES[i].says);
        th_json_free(reply);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IMPORT_TEST(import__an_unknown_map_attribute_is_named_beside_the_known_ones),
        IMPORT_TEST(import__a_changed_particular_is_named_with_both_values),
        IMPORT_TEST(update__leaves_alone_what_the_file_has_no_column_for),
        IMPORT_TEST(import__a_crs_that_nobody_knows_is_a_wrong_request),
        IMPORT_TEST(import__problems_carry_number_and_place_in_reply_and_csv),
        IMPORT_TEST(import__messages_say_which_rule_was_broken),
        IMPORT_TEST(import__a_known_cell_has_its_known_area_and_keeps_its_source),
        cmocka_unit_test(import__each_fault_has_its_code_and_severity),
        IMPORT_TEST(import__without_village_or_kind_no_row_enters),
        IMPORT_TEST(import__of_two_overlapping_rows_the_later_stays_out_and_names_the_earlier),
        IMPORT_TEST(import__a_narrow_strip_is_taken_off_and_too_much_of_it_refused),
        IMPORT_TEST(import__a_number_used_twice_in_one_village_is_refused_once),
        IMPORT_TEST(import__compartments_tell_equal_numbers_apart),
        IMPORT_TEST(import__a_changed_boundary_waits_for_confirmation_and_becomes_a_version),
        IMPORT_TEST(import__abort_keeps_every_row_out),
        IMPORT_TEST(import__a_dry_run_stores_nothing),
        cmocka_unit_test(import__outside_the_bounds_is_refused),
        IMPORT_TEST(import__a_datum_without_public_parameters_is_refused),
        IMPORT_TEST(import__projected_coordinates_give_the_area_of_the_ground),
        IMPORT_TEST(import__wrong_requests_are_refused_with_their_reason),
        IMPORT_TEST(import__a_clerk_registers_the_own_village_only),
        IMPORT_TEST(import__the_problem_list_is_written_for_spreadsheets),
        IMPORT_TEST(import__the_books_stay_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
