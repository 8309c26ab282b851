// Parcels in the file, without the import around them.
#include "store/ground/parcel_row.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/hash.h"
#include "registry/work.h"
#include "store/ground/import_store.h"
#include "tests/integration/parcel_fixture.h"

// A rectangle as WKB MultiPolygon, little-endian.
enum { WKB_SIZE = 9 + 9 + 4 + 5 * 16 };

static void put_u32(unsigned char **at, uint32_t value)
{
    for (int i = 0; i < 4; i++) {
        *(*at)++ = (unsigned char)(value >> (8 * i));
    }
}

static void put_double(unsigned char **at, double value)
{
    memcpy(*at, &value, 8); // the tests run where doubles are little-endian
    *at += 8;
}

static void rectangle(unsigned char wkb[WKB_SIZE], double west, double south, double east,
                      double north)
{
    const double corners[10] = {west, south, east, south, east, north, west, north, west, south};
    unsigned char *at = wkb;
    *at++ = 1;
    put_u32(&at, 6);
    put_u32(&at, 1);
    *at++ = 1;
    put_u32(&at, 3);
    put_u32(&at, 1);
    put_u32(&at, 5);
    for (int i = 0; i < 10; i++) {
        put_double(&at, corners[i]);
    }
}

static struct th_parcel_record sample(int64_t parcel_id, const char *number)
{
    struct th_parcel_record record = {.parcel_id = parcel_id,
                                      .version = 1,
                                      .from = {2024, 3, 9},
                                      .origin = "import",
                                      .kind = "bamboo",
                                      .village = FIXTURE_VILLAGE,
                                      .land_scheme = "GB/T 21010-2017",
                                      .land_class = "0302",
                                      .has_declared = true,
                                      .declared = th_area_from_m2_300(3000000),
                                      .measured = th_area_from_m2_300(3000300),
                                      .sliver = th_area_from_m2_300(30),
                                      .perimeter_mm = 400250,
                                      .import_id = 1,
                                      .source_row = parcel_id,
                                      .feature = parcel_id - 1};
    (void)snprintf(record.number, sizeof(record.number), "%s", number);
    (void)snprintf(record.source_key, sizeof(record.source_key), "0:layer:%d", (int)parcel_id);
    return record;
}

// Writes `n` parcels, one hundredth of a degree apart, in one journalled change.
static void store_parcels(struct fixture *f, int n)
{
    struct th_work *work = NULL;
    struct th_json *reply = NULL;
    struct th_error err;
    int64_t import_id = 0;
    assert_ok(th_work_begin(f->registry, &f->request, TH_MAY_REGISTER, "parcel.import", NULL, &work,
                            &reply, &err),
              &err);
    struct th_store *store = th_work_store(work);
    const struct th_import_evidence evidence = {
        .limits = "{}", .detections = "{}", .options = "{}"};
    struct th_import_record import = {
        .source = "by hand", .layer = "layer", .driver = "none", .encoding = "declared"};
    import.n_read = import.n_accepted = n;
    import.seq = th_work_seq(work);
    assert_ok(th_import_insert(store, &import, &evidence, &import_id, &err), &err);
    for (int i = 1; i <= n; i++) {
        unsigned char wkb[WKB_SIZE];
        char number[16];
        struct th_hash row_hash;
        rectangle(wkb, 119 + 0.01 * i, 30, 119.001 + 0.01 * i, 30.001);
        (void)snprintf(number, sizeof(number), "%d", i);
        struct th_parcel_record record = sample(i, number);
        record.import_id = import_id;
        record.geometry_hash = th_hash_bytes(TH_HASH_BLAKE2B, wkb, sizeof(wkb));
        assert_ok(th_parcel_insert(store, &record, "{\"a\":1}", wkb, sizeof(wkb), import.seq,
                                   &row_hash, &err),
                  &err);
    }
    assert_ok(
        th_work_end(work, TH_OK, "import:1", th_json_object(), th_json_object(), &reply, &err),
        &err);
    th_json_free(reply);
}

static int set_up(void **state)
{
    struct fixture *f = malloc(sizeof(*f));
    assert_non_null(f);
    fixture_open(f);
    store_parcels(f, 5);
    *state = f;
    return 0;
}

static void parcel_load__what_was_stored_comes_back(void **state)
{
    struct fixture *f = *state;
    struct th_store *store = th_registry_store(f->registry);
    struct th_parcel_record record;
    struct th_error err;
    unsigned char want[WKB_SIZE];
    unsigned char *wkb = NULL;
    size_t size = 0;
    char *attributes = NULL;
    assert_ok(th_parcel_load(store, 3, 0, &record, &err), &err);
    assert_int_equal(record.parcel_id, 3);
    assert_int_equal(record.version, 1);
    assert_string_equal(record.state, "registered");
    assert_string_equal(record.kind, "bamboo");
    assert_string_equal(record.village, FIXTURE_VILLAGE);
    assert_string_equal(record.village_name, "测试一村");
    assert_string_equal(record.number, "3");
    assert_string_equal(record.source_key, "0:layer:3");
    assert_string_equal(record.land_class, "0302");
    assert_true(record.has_declared);
    assert_int_equal(th_area_m2_300(record.declared), 3000000);
    assert_int_equal(th_area_m2_300(record.measured), 3000300);
    assert_int_equal(th_area_m2_300(record.sliver), 30);
    assert_int_equal(record.perimeter_mm, 400250);
    assert_int_equal(record.source_row, 3);
    assert_int_equal(record.feature, 2);
    rectangle(want, 119.03, 30, 119.031, 30.001);
    assert_ok(th_parcel_geometry_load(store, 3, 0, &wkb, &size, &err), &err);
    assert_int_equal(size, WKB_SIZE);
    struct th_hash hash = th_hash_bytes(TH_HASH_BLAKE2B, wkb, size);
    assert_memory_equal(hash.bytes, record.geometry_hash.bytes, TH_HASH_SIZE);
    assert_ok(th_parcel_attributes_load(store, 3, 1, &attributes, &err), &err);
    assert_string_equal(attributes, "{\"a\":1}");
    free(attributes);
    free(wkb);
}

static void parcel_load__missing_row_is_not_found_and_leaves_the_output(void **state)
{
    struct fixture *f = *state;
    struct th_parcel_record record = {.parcel_id = 77};
    struct th_error err;
    assert_status(th_parcel_load(th_registry_store(f->registry), 99, 0, &record, &err),
                  TH_NOT_FOUND, &err);
    assert_string_equal(err.key, "parcel_not_found");
    assert_int_equal(record.parcel_id, 77);
    assert_status(th_parcel_load(th_registry_store(f->registry), 1, 2, &record, &err), TH_NOT_FOUND,
                  &err);
}

static bool note_id(void *context, const struct th_parcel_record *record, const char *attributes)
{
    int64_t *ids = context; // ids[0] counts
    assert_string_equal(attributes, "{\"a\":1}");
    ids[++ids[0]] = record->parcel_id;
    return record->parcel_id != 4;
}

static void parcel_each__goes_in_order_until_told_to_stop(void **state)
{
    struct fixture *f = *state;
    struct th_parcel_filter filter = {.village = FIXTURE_VILLAGE, .kind = "bamboo"};
    struct th_error err;
    int64_t ids[8] = {0};
    assert_ok(th_parcel_each(th_registry_store(f->registry), &filter, note_id, ids, &err), &err);
    assert_int_equal(ids[0], 4);
    for (int i = 1; i <= 4; i++) {
        assert_int_equal(ids[i], i);
    }
    filter.village = FIXTURE_OTHER_VILLAGE;
    memset(ids, 0, sizeof(ids));
    assert_ok(th_parcel_each(th_registry_store(f->registry), &filter, note_id, ids, &err), &err);
    assert_int_equal(ids[0], 0);
}

// The next version of parcel 1, from a day on.
static void change_first(struct fixture *f, int64_t version, struct th_date from, double north)
{
    unsigned char wkb[WKB_SIZE];
    struct th_work *work = NULL;
    struct th_json *reply = NULL;
    struct th_hash row_hash;
    struct th_error err;
    struct th_parcel_record record = sample(1, "1");
    record.version = version;
    record.from = from;
    rectangle(wkb, 119 + 0.01, north, 119.001 + 0.01, north + 0.001);
    record.geometry_hash = th_hash_bytes(TH_HASH_BLAKE2B, wkb, sizeof(wkb));
    assert_ok(th_work_begin(f->registry, &f->request, TH_MAY_REGISTER, "parcel.import", NULL, &work,
                            &reply, &err),
              &err);
    assert_ok(th_parcel_insert(th_work_store(work), &record, "{}", wkb, sizeof(wkb),
                               th_work_seq(work), &row_hash, &err),
              &err);
    assert_ok(
        th_work_end(work, TH_OK, "import:1", th_json_object(), th_json_object(), &reply, &err),
        &err);
    th_json_free(reply);
}

struct grounds_met {
    struct th_store *store;
    int64_t n, n_wanted;
    bool ids[8]; // that were met
};

// What comes is what the parcel's record says, the rest is empty.
static bool check_ground(void *context, const struct th_parcel_record *record,
                         const char *attributes)
{
    struct grounds_met *met = context;
    struct th_parcel_record want;
    struct th_error err;
    char *want_attributes = NULL;
    assert_ok(th_parcel_load(met->store, record->parcel_id, 0, &want, &err), &err);
    assert_ok(th_parcel_attributes_load(met->store, record->parcel_id, 0, &want_attributes, &err),
              &err);
    assert_string_equal(attributes, want_attributes);
    free(want_attributes);
    assert_int_equal(record->version, want.version);
    assert_string_equal(record->state, want.state);
    assert_string_equal(record->kind, want.kind);
    assert_string_equal(record->village, want.village);
    assert_string_equal(record->number, want.number);
    assert_string_equal(record->land_class, want.land_class);
    assert_int_equal(record->has_declared, want.has_declared);
    assert_int_equal(th_area_compare(record->declared, want.declared), 0);
    assert_int_equal(th_area_compare(record->measured, want.measured), 0);
    assert_int_equal(th_area_compare(record->sliver, want.sliver), 0);
    assert_memory_equal(record->geometry_hash.bytes, want.geometry_hash.bytes, TH_HASH_SIZE);
    assert_int_equal(th_date_compare(record->retired_on, want.retired_on), 0);
    assert_int_equal(th_date_compare(record->from, want.from), 0);
    assert_string_equal(record->origin, want.origin);
    assert_string_equal(record->village_name, "");
    assert_string_equal(record->source_key, "");
    assert_true(record->parcel_id > 0 && record->parcel_id < 8 && !met->ids[record->parcel_id]);
    met->ids[record->parcel_id] = true;
    return ++met->n < met->n_wanted;
}

static void parcel_ground_each__brings_the_same_as_the_whole_records(void **state)
{
    struct fixture *f = *state;
    struct th_error err;
    static const struct {
        struct th_parcel_filter filter;
        int64_t n_wanted, n;
    } CASES[] = {{{0}, 8, 5},
                 {{0}, 2, 2}, // then told to stop
                 {{.village = FIXTURE_VILLAGE}, 8, 5},
                 {{.village = FIXTURE_VILLAGE}, 3, 3},
                 {{.village = FIXTURE_OTHER_VILLAGE}, 8, 0},
                 {{.kind = "bamboo", .state = "registered"}, 8, 5},
                 {{.kind = "tea"}, 8, 0},
                 {{.state = "retired"}, 8, 0},
                 {{.parcel_id = 1}, 8, 1},
                 {{.parcel_id = 5, .village = FIXTURE_OTHER_VILLAGE}, 8, 0}};
    change_first(f, 2, (struct th_date){2024, 5, 1}, 30.001);
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct grounds_met met = {.store = th_registry_store(f->registry),
                                  .n_wanted = CASES[i].n_wanted};
        assert_ok(th_parcel_ground_each(met.store, &CASES[i].filter, check_ground, &met, &err),
                  &err);
        assert_int_equal(met.n, CASES[i].n);
        if (CASES[i].filter.parcel_id > 0) {
            assert_int_equal(met.ids[CASES[i].filter.parcel_id], CASES[i].n > 0);
        }
    }
}

static bool count_box(void *context, const struct th_parcel_stand *stand)
{
    int *n = context;
    assert_non_null(stand->wkb);
    assert_int_equal(stand->wkb_size, WKB_SIZE);
    assert_true(stand->record.parcel_id == 2 || stand->record.parcel_id == 3);
    assert_int_equal(stand->until.year, 0);
    (*n)++;
    return true;
}

static void parcel_box__finds_what_the_box_meets(void **state)
{
    struct fixture *f = *state;
    struct th_error err;
    int n = 0;
    const struct th_parcel_box met = {119.0205, 29, 119.0305, 31, {0}};
    const struct th_parcel_box beside = {119.0205, 31, 119.0305, 32, {0}};
    assert_ok(th_parcel_box_each(th_registry_store(f->registry), &met, count_box, &n, &err), &err);
    assert_int_equal(n, 2);
    assert_ok(th_parcel_box_each(th_registry_store(f->registry), &beside, count_box, &n, &err),
              &err);
    assert_int_equal(n, 2);
}

struct versions_met {
    int64_t ids[8]; // versions of parcel 1
    int n;
    struct th_date until[8]; // by version
};

static bool note_version(void *context, const struct th_parcel_stand *stand)
{
    struct versions_met *met = context;
    if (stand->record.parcel_id == 1) {
        met->until[stand->record.version] = stand->until;
        met->ids[met->n++] = stand->record.version;
    }
    return met->n < 8;
}

static void parcel_box__earlier_versions_come_for_the_days_they_held(void **state)
{
    struct fixture *f = *state;
    struct th_store *store = th_registry_store(f->registry);
    struct th_error err;
    // Since 9 March 2024 one place, from 1 May another, from 1 June the first once more (corrected
    // on the day), from 1 July elsewhere.
    change_first(f, 2, (struct th_date){2024, 5, 1}, 30.001);
    change_first(f, 3, (struct th_date){2024, 6, 1}, 30.0005);
    change_first(f, 4, (struct th_date){2024, 6, 1}, 30);
    change_first(f, 5, (struct th_date){2024, 7, 1}, 30.002);
    static const struct {
        struct th_date since;
        int n; // that are met, of versions 1 to 5
        bool met[6];
    } CASES[] = {{{0}, 1, {[5] = true}},
                 {{2024, 7, 1}, 1, {[5] = true}},
                 {{2024, 6, 30}, 2, {[4] = true, [5] = true}},
                 {{2024, 6, 1}, 2, {[4] = true, [5] = true}},
                 {{2024, 5, 31}, 3, {[2] = true, [4] = true, [5] = true}},
                 {{2020, 1, 1}, 3, {[2] = true, [4] = true, [5] = true}}};
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        const struct th_parcel_box box = {119.0105, 30.0001, 119.0106, 30.0025, CASES[i].since};
        struct versions_met met = {.n = 0};
        assert_ok(th_parcel_box_each(store, &box, note_version, &met, &err), &err);
        assert_int_equal(met.n, CASES[i].n);
        for (int k = 0; k < met.n; k++) {
            assert_true(CASES[i].met[met.ids[k]]);
        }
        assert_int_equal(met.until[5].year, 0);
        if (CASES[i].met[4]) {
            assert_int_equal(th_date_compare(met.until[4], (struct th_date){2024, 7, 1}), 0);
        }
        if (CASES[i].met[2]) {
            assert_int_equal(th_date_compare(met.until[2], (struct th_date){2024, 6, 1}), 0);
        }
    }
}

static void parcel_find__knows_numbers_within_their_village(void **state)
{
    struct fixture *f = *state;
    struct th_store *store = th_registry_store(f->registry);
    struct th_parcel_record record;
    struct th_hash content;
    struct th_error err;
    bool found = false;
    assert_ok(th_parcel_find(store, FIXTURE_VILLAGE, "2", "x", &found, &record, &content, &err),
              &err);
    assert_true(found);
    assert_int_equal(record.parcel_id, 2);
    struct th_hash want = th_parcel_content_hash(&record, "{\"a\":1}");
    assert_memory_equal(content.bytes, want.bytes, TH_HASH_SIZE);
    assert_ok(
        th_parcel_find(store, FIXTURE_OTHER_VILLAGE, "2", "x", &found, &record, &content, &err),
        &err);
    assert_false(found);
    // The source key counts only for parcels without a number.
    assert_ok(
        th_parcel_find(store, FIXTURE_VILLAGE, "", "0:layer:2", &found, &record, &content, &err),
        &err);
    assert_false(found);
}

static void parcel_row_hash__covers_every_field(void **state)
{
    (void)state;
    const struct th_parcel_record base = sample(1, "1");
    struct th_parcel_record changed[18];
    size_t n = 0;
    for (size_t i = 0; i < 18; i++) {
        changed[i] = base;
    }
    changed[n++].parcel_id = 2;
    changed[n++].version = 2;
    changed[n++].kind[0] = 'c';
    changed[n++].village[0] = '4';
    changed[n++].number[0] = '2';
    changed[n++].source_key[0] = '1';
    changed[n++].land_scheme[0] = 'H';
    changed[n++].land_class[0] = '1';
    changed[n++].has_declared = false;
    changed[n++].declared = th_area_from_m2_300(3000001);
    changed[n++].measured = th_area_from_m2_300(3000301);
    changed[n++].sliver = th_area_from_m2_300(31);
    changed[n++].perimeter_mm = 400251;
    changed[n++].from.day = 10;
    changed[n++].origin[0] = 'x';
    changed[n++].import_id = 2;
    changed[n++].source_row = 9;
    changed[n++].feature = 9;
    struct th_hash want = th_parcel_row_hash(&base, "{}");
    assert_int_equal(n, 18);
    for (size_t i = 0; i < n; i++) {
        struct th_hash hash = th_parcel_row_hash(&changed[i], "{}");
        assert_memory_not_equal(hash.bytes, want.bytes, TH_HASH_SIZE);
    }
    struct th_hash hash = th_parcel_row_hash(&base, "{\"a\":1}");
    assert_memory_not_equal(hash.bytes, want.bytes, TH_HASH_SIZE);
    struct th_parcel_record ground = base;
    ground.geometry_hash.bytes[31] = 1;
    hash = th_parcel_row_hash(&ground, "{}");
    assert_memory_not_equal(hash.bytes, want.bytes, TH_HASH_SIZE);
    // The name of the village and the state are not part of a version.
    struct th_parcel_record same = base;
    same.village_name[0] = 'x';
    same.state[0] = 'r';
    hash = th_parcel_row_hash(&same, "{}");
    assert_memory_equal(hash.bytes, want.bytes, TH_HASH_SIZE);
}

static void parcel_insert__a_number_that_is_taken_is_a_conflict(void **state)
{
    struct fixture *f = *state;
    struct th_work *work = NULL;
    struct th_json *reply = NULL;
    struct th_error err;
    unsigned char wkb[WKB_SIZE];
    struct th_hash row_hash;
    assert_ok(th_work_begin(f->registry, &f->request, TH_MAY_REGISTER, "parcel.import", NULL, &work,
                            &reply, &err),
              &err);
    rectangle(wkb, 118, 30, 118.001, 30.001);
    struct th_parcel_record record = sample(6, "3");
    record.geometry_hash = th_hash_bytes(TH_HASH_BLAKE2B, wkb, sizeof(wkb));
    enum th_status status = th_parcel_insert(th_work_store(work), &record, "{}", wkb, sizeof(wkb),
                                             th_work_seq(work), &row_hash, &err);
    assert_status(status, TH_CONFLICT, &err);
    // A version that does not follow the one in force.
    record = sample(3, "3");
    record.version = 3;
    status = th_parcel_insert(th_work_store(work), &record, "{}", wkb, sizeof(wkb),
                              th_work_seq(work), &row_hash, &err);
    assert_status(status, TH_CONFLICT, &err);
    // Bytes that are no multipolygon.
    record = sample(6, "6");
    status = th_parcel_insert(th_work_store(work), &record, "{}", wkb, sizeof(wkb) - 1,
                              th_work_seq(work), &row_hash, &err);
    assert_status(status, TH_INVALID, &err);
    assert_int_equal(th_work_end(work, status, NULL, NULL, NULL, &reply, &err), TH_INVALID);
}

#define STORE_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(parcel_load__what_was_stored_comes_back),
        STORE_TEST(parcel_load__missing_row_is_not_found_and_leaves_the_output),
        STORE_TEST(parcel_each__goes_in_order_until_told_to_stop),
        STORE_TEST(parcel_ground_each__brings_the_same_as_the_whole_records),
        STORE_TEST(parcel_box__finds_what_the_box_meets),
        STORE_TEST(parcel_box__earlier_versions_come_for_the_days_they_held),
        STORE_TEST(parcel_find__knows_numbers_within_their_village),
        cmocka_unit_test(parcel_row_hash__covers_every_field),
        STORE_TEST(parcel_insert__a_number_that_is_taken_is_a_conflict),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
