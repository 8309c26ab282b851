#include "store/ground/overlap_store.h"

#include "store/ground/layer_store.h"
#include "tests/unit/parcel_rows.h"

static int make(void **state)
{
    struct th_test_world *world = rows_world_begin(2);
    rows_insert(world->store, 1, 1, 119);
    rows_insert(world->store, 2, 1, 119.1);
    *state = world;
    return 0;
}

static const unsigned char *ground(void)
{
    static unsigned char wkb[ROWS_WKB_SIZE];
    rows_rectangle(wkb, 119, 30, 119.0005, 30.0005);
    return wkb;
}

static const struct th_import_finding FINDING = {.source_row = 3,
                                                 .other_kind = "parcel",
                                                 .other_id = 2,
                                                 .kind = "overlap",
                                                 .width_mm = 1500,
                                                 .fate = "refused"};

static bool check_finding(void *context, const struct th_import_finding *finding)
{
    int *n = context;
    ++*n;
    assert_int_equal(finding->source_row, 3);
    assert_int_equal(finding->other_id, 2);
    assert_string_equal(finding->kind, "overlap");
    assert_string_equal(finding->fate, "refused");
    assert_int_equal(th_area_m2_300(finding->area), 6000);
    assert_int_equal(finding->width_mm, 1500);
    if (*n == 1) {
        assert_string_equal(finding->other_kind, "parcel");
        assert_int_equal(finding->wkb_size, ROWS_WKB_SIZE);
        assert_memory_equal(finding->wkb, ground(), ROWS_WKB_SIZE);
    } else {
        assert_string_equal(finding->other_kind, "row");
        assert_null(finding->wkb);
    }
    return *n < 2;
}

static void import_finding__comes_back_with_or_without_its_ground(void **state)
{
    struct th_test_world *world = *state;
    struct th_error err = {0};
    struct th_import_finding finding = FINDING;
    int n = 0;
    finding.area = th_area_from_m2_300(6000);
    finding.wkb = ground();
    finding.wkb_size = ROWS_WKB_SIZE;
    assert_ok(th_import_finding_insert(world->store, 1, 1, &finding, &err), &err);
    finding.wkb = NULL;
    finding.other_kind = "row";
    assert_ok(th_import_finding_insert(world->store, 1, 3, &finding, &err), &err);
    assert_ok(th_import_finding_insert(world->store, 1, 2, &finding, &err), &err);
    assert_ok(th_import_finding_each(world->store, 1, check_finding, &n, &err), &err);
    assert_int_equal(n, 2);
    n = 0;
    assert_ok(th_import_finding_each(world->store, 2, check_finding, &n, &err), &err);
    assert_int_equal(n, 0);
    // QGIS shows those that have ground.
    assert_int_equal(th_test_sql_int(world->store, "SELECT count(*) FROM idx_import_finding_geom"),
                     1);
    assert_int_equal(
        th_test_sql_int(world->store, "SELECT CheckSpatialIndex('import_finding', 'geom')"), 1);
    rows_commit(world->store);
    th_test_assert_sound(world->registry);
}

static void import_finding_insert__unfit_ground_and_unknown_words_are_refused(void **state)
{
    struct th_test_world *world = *state;
    struct th_error err = {0};
    struct th_import_finding finding = FINDING;
    finding.wkb = ground();
    finding.wkb_size = ROWS_WKB_SIZE - 1;
    assert_status(th_import_finding_insert(world->store, 1, 1, &finding, &err), TH_INVALID, &err);
    assert_string_equal(err.key, "wkb_unfit");
    finding = FINDING;
    finding.fate = "forgotten";
    assert_status(th_import_finding_insert(world->store, 1, 1, &finding, &err), TH_CONFLICT, &err);
    assert_string_equal(err.key, "store_constraint");
}

static bool note_waiver(void *context, const struct th_overlap_waiver *waiver)
{
    int64_t *ids = context;
    assert_int_equal(waiver->parcel_id, 1);
    assert_int_equal(waiver->version, 1);
    assert_int_equal(waiver->other_parcel_id, waiver->waiver_id == 1 ? 2 : 0);
    assert_int_equal(waiver->other_shape_id, waiver->waiver_id == 1 ? 0 : 1);
    assert_string_equal(waiver->reason, "共有林");
    assert_string_equal(waiver->login, "officer");
    assert_int_equal(waiver->document_id, 1);
    assert_int_equal(waiver->seq, 1);
    ids[0] = ids[0] * 10 + waiver->waiver_id;
    return ids[0] != ids[1];
}

static void overlap_waiver__is_found_from_either_side(void **state)
{
    struct th_test_world *world = *state;
    struct th_error err = {0};
    int64_t id = 0;
    int64_t ids[2] = {0};
    const struct th_layer layer = {.role = "other_scheme",
                                   .name = "a",
                                   .scheme = "VCS",
                                   .source = "a.gpkg",
                                   .from = {2024, 1, 1},
                                   .seq = 1};
    const struct th_layer_shape shape = {.layer_id = 1,
                                         .ordinal = 1,
                                         .code = "",
                                         .name = "",
                                         .wkb = ground(),
                                         .wkb_size = ROWS_WKB_SIZE};
    struct th_overlap_waiver waiver = {.parcel_id = 1,
                                       .version = 1,
                                       .other_parcel_id = 2,
                                       .reason = "共有林",
                                       .document_id = 1,
                                       .login = "officer",
                                       .seq = 1};
    assert_ok(th_layer_insert(world->store, &layer, &id, &err), &err);
    assert_ok(th_layer_shape_insert(world->store, &shape, &id, &err), &err);
    assert_ok(th_overlap_waiver_insert(world->store, &waiver, &id, &err), &err);
    assert_int_equal(id, 1);
    waiver.other_shape_id = 1; // both
    assert_status(th_overlap_waiver_insert(world->store, &waiver, &id, &err), TH_CONFLICT, &err);
    assert_int_equal(id, 1);
    waiver.other_parcel_id = 0;
    assert_ok(th_overlap_waiver_insert(world->store, &waiver, &id, &err), &err);
    assert_int_equal(id, 2);
    assert_ok(th_overlap_waiver_each(world->store, 1, note_waiver, ids, &err), &err);
    assert_int_equal(ids[0], 12);
    ids[0] = 0;
    assert_ok(th_overlap_waiver_each(world->store, 2, note_waiver, ids, &err), &err);
    assert_int_equal(ids[0], 1);
    ids[0] = 0;
    ids[1] = 1;
    assert_ok(th_overlap_waiver_each(world->store, 0, note_waiver, ids, &err), &err);
    assert_int_equal(ids[0], 1);
    rows_commit(world->store);
}

#define OVERLAP_TEST(name) cmocka_unit_test_setup_teardown(name, make, rows_take_away)

int main(void)
{
    const struct CMUnitTest tests[] = {
        OVERLAP_TEST(import_finding__comes_back_with_or_without_its_ground),
        OVERLAP_TEST(import_finding_insert__unfit_ground_and_unknown_words_are_refused),
        OVERLAP_TEST(overlap_waiver__is_found_from_either_side),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
