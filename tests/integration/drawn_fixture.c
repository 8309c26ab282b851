#include "tests/integration/drawn_fixture.h"

#include <stdio.h>
#include <stdlib.h>

#include "registry/life/parcel_life.h"
#include "registry/package/package.h"
#include "registry/setup.h"
#include "registry/work.h"

int drawn_set_up(void **state)
{
    struct fixture *f = NULL;
    struct th_json *reply = NULL;
    struct th_error err;
    const struct th_party_add_options party = {.kind = "cooperative", .name = "测试合作社"};
    (void)fixture_set_up(state);
    f = *state;
    assert_ok(th_party_add(f->registry, &f->request, &party, &reply, &err), &err);
    th_json_free(reply);
    assert_ok(th_user_add(f->registry, &f->request, "officer", "officer", NULL, NULL, &reply, &err),
              &err);
    th_json_free(reply);
    return 0;
}

int drawn_tear_down(void **state)
{
    fixture_assert_books(*state);
    return fixture_tear_down(state);
}

void drawn_ring(struct drawn *file, const struct th_xy *points, size_t n, const char *properties)
{
    int used = snprintf(file->text + file->size, sizeof(file->text) - file->size,
                        "%s{\"type\":\"Feature\",\"properties\":{%s},\"geometry\":{\"type\":"
                        "\"Polygon\",\"coordinates\":[[",
                        file->size > 0 ? "," : "", properties);
    assert_true(used > 0 && file->size + (size_t)used < sizeof(file->text));
    file->size += (size_t)used;
    for (size_t i = 0; i <= n; i++) {
        used = snprintf(file->text + file->size, sizeof(file->text) - file->size, "%s[%.12f,%.12f]",
                        i > 0 ? "," : "", points[i % n].x, points[i % n].y);
        assert_true(used > 0 && file->size + (size_t)used < sizeof(file->text));
        file->size += (size_t)used;
    }
    used = snprintf(file->text + file->size, sizeof(file->text) - file->size, "]]}}");
    assert_true(used > 0 && file->size + (size_t)used < sizeof(file->text));
    file->size += (size_t)used;
}

void drawn_box(struct drawn *file, double west, double south, double width, double height,
               const char *properties)
{
    const struct th_xy ring[] = {{west, south},
                                 {west + width, south},
                                 {west + width, south + height},
                                 {west, south + height}};
    drawn_ring(file, ring, 4, properties);
}

void drawn_row(struct drawn *file, int number, double west, double south, double width)
{
    char properties[64];
    (void)snprintf(properties, sizeof(properties), "\"number\":\"%d\"", number);
    drawn_box(file, west, south, width, 0.001, properties);
}

struct th_json *drawn_import_with(struct fixture *f, const struct drawn *file,
                                  struct th_parcel_import_options options)
{
    static int n = 0;
    char name[32];
    char path[TH_TEST_PATH_SIZE];
    (void)snprintf(name, sizeof(name), "rows%d.geojson", ++n);
    fixture_geojson(f, path, name, file->text);
    options.source = path;
    return fixture_import(f, &options);
}

struct th_json *drawn_import(struct fixture *f, const struct drawn *file)
{
    return drawn_import_with(f, file, fixture_options(f, NULL));
}

int64_t drawn_accepted(const struct th_json *reply)
{
    return th_json_get_int(reply, "accepted", -1);
}

int64_t drawn_parcel(const struct th_json *reply, size_t index)
{
    return th_json_int_value(th_json_at(th_json_get(reply, "parcel_ids"), index));
}

const char *drawn_message(const struct th_json *reply, int64_t row, const char *code)
{
    const struct th_json *problems = th_json_get(reply, "problems");
    for (size_t i = 0; i < th_json_size(problems); i++) {
        const struct th_json *problem = th_json_at(problems, i);
        if (th_json_get_int(problem, "row", -1) == row &&
            strcmp(th_json_get_text(problem, "code", ""), code) == 0) {
            return th_json_get_text(problem, "message", "");
        }
    }
    fail_msg("row %d has no problem %s", (int)row, code);
    return "";
}

void drawn_layer_add(struct fixture *f, const struct drawn *file,
                     struct th_layer_add_options options)
{
    static int n = 0;
    char name[32];
    char path[TH_TEST_PATH_SIZE];
    struct th_json *reply = NULL;
    struct th_error err;
    (void)snprintf(name, sizeof(name), "layer%d.geojson", ++n);
    fixture_geojson(f, path, name, file->text);
    options.source = path;
    assert_ok(th_layer_add(f->registry, &f->request, &options, &reply, &err), &err);
    assert_true(drawn_accepted(reply) > 0);
    th_json_free(reply);
}

const struct th_json *drawn_detection(const struct th_json *reply, const char *what)
{
    const struct th_json *list = th_json_get(reply, "detections");
    for (size_t i = 0; i < th_json_size(list); i++) {
        if (strcmp(th_json_get_text(th_json_at(list, i), "what", ""), what) == 0) {
            return th_json_at(list, i);
        }
    }
    return NULL;
}

void drawn_retire(struct fixture *f, int64_t parcel_id)
{
    const struct th_parcel_retire_options options = {.parcel_id = parcel_id, .reason = "征收"};
    struct th_json *reply = NULL;
    struct th_error err;
    assert_ok(th_parcel_retire_use(f->registry, &f->request, &options, &reply, &err), &err);
    th_json_free(reply);
}

struct th_parcel_record drawn_record(struct fixture *f, int64_t parcel_id)
{
    struct th_parcel_record record;
    struct th_error err;
    assert_ok(th_parcel_load(th_registry_store(f->registry), parcel_id, 0, &record, &err), &err);
    return record;
}

void drawn_scheme(struct fixture *f, const struct drawn *shapes, const char *from, const char *to)
{
    drawn_layer_add(
        f, shapes,
        (struct th_layer_add_options){
            .role = "other_scheme", .name = "竹林项目", .scheme = "CCER", .from = from, .to = to});
}

void drawn_package(struct fixture *f, const int64_t *ids, size_t n, int year, enum th_status want,
                   struct th_error *err)
{
    enum { PARCELS_MAX = 8 };
    char texts[PARCELS_MAX][24];
    char name[48];
    char from[24];
    char to[24];
    const char *parcels[PARCELS_MAX];
    struct th_json *reply = NULL;
    assert_true(n <= PARCELS_MAX);
    for (size_t i = 0; i < n; i++) {
        (void)snprintf(texts[i], sizeof(texts[i]), "%lld", (long long)ids[i]);
        parcels[i] = texts[i];
    }
    (void)snprintf(name, sizeof(name), "%lld in %d", (long long)ids[0], year);
    (void)snprintf(from, sizeof(from), "%04d-01-01", year);
    (void)snprintf(to, sizeof(to), "%04d-12-31", year);
    const struct th_package_create_options options = {.name = name,
                                                      .holder = "测试合作社",
                                                      .methodology = "reported-factor",
                                                      .from = from,
                                                      .to = to,
                                                      .parcels = parcels,
                                                      .n_parcels = n};
    assert_status(th_package_create(f->registry, &f->request, &options, &reply, err), want, err);
    th_json_free(reply);
}

struct th_json *drawn_import_waiving(struct fixture *f, const struct drawn *rows, const char *row)
{
    char document[TH_TEST_PATH_SIZE];
    struct th_parcel_import_options options = fixture_options(f, NULL);
    fixture_file(f, document, "decision.txt", "批复");
    options.waive_rows = &row;
    options.n_waive_rows = 1;
    options.waive_reason = "项目已终止";
    options.waive_document = document;
    f->request.login = "officer";
    struct th_json *reply = drawn_import_with(f, rows, options);
    f->request.login = "admin";
    return reply;
}

void drawn_let_in(struct fixture *f, double west, double south, double width, double height)
{
    struct drawn rows = {.size = 0};
    char number[64];
    (void)snprintf(number, sizeof(number), "\"number\":\"%.4f %.4f %.4f\"", west, south, width);
    drawn_box(&rows, west, south, width, height, number);
    struct th_json *reply = drawn_import_waiving(f, &rows, "1");
    assert_int_equal(drawn_accepted(reply), 1);
    th_json_free(reply);
}

void drawn_split_at(struct fixture *f, int64_t parcel_id, double at)
{
    char drawing[128];
    char path[TH_TEST_PATH_SIZE];
    struct th_json *reply = NULL;
    struct th_error err;
    (void)snprintf(drawing, sizeof(drawing), "LINESTRING (%.6f 30.49, %.6f 30.51)", at, at);
    fixture_file(f, path, "cut.wkt", drawing);
    const struct th_parcel_split_options options = {
        .parcel_id = parcel_id, .drawing = path, .reason = "分户", .messages = f->messages};
    assert_ok(th_parcel_split(f->registry, &f->request, &options, &reply, &err), &err);
    th_json_free(reply);
}

void drawn_merge(struct fixture *f, const int64_t *ids, size_t n)
{
    const struct th_parcel_merge_options options = {
        .parcel_ids = ids, .n_parcels = n, .number = "合", .reason = "r", .messages = f->messages};
    struct th_json *reply = NULL;
    struct th_error err;
    assert_ok(th_parcel_merge(f->registry, &f->request, &options, &reply, &err), &err);
    th_json_free(reply);
}

// Another version on the same ground, as another program might write it: nothing is taken off.
void drawn_take_nothing_off(struct fixture *f, int64_t parcel_id)
{
    struct th_store *store = th_registry_store(f->registry);
    struct th_parcel_record record = drawn_record(f, parcel_id);
    struct th_work *work = NULL;
    struct th_json *reply = NULL;
    struct th_hash row_hash;
    struct th_error err;
    unsigned char *wkb = NULL;
    size_t size = 0;
    assert_ok(th_parcel_geometry_load(store, parcel_id, 0, &wkb, &size, &err), &err);
    record.version++;
    record.sliver = th_area_from_m2_300(0);
    (void)snprintf(record.origin, sizeof(record.origin), "boundary");
    record.import_id = record.source_row = record.feature = 0;
    assert_ok(th_work_begin(f->registry, &f->request, TH_MAY_REGISTER, "parcel.import", NULL, &work,
                            &reply, &err),
              &err);
    assert_ok(th_parcel_insert(store, &record, "{}", wkb, size, th_work_seq(work), &row_hash, &err),
              &err);
    assert_ok(
        th_work_end(work, TH_OK, "import:1", th_json_object(), th_json_object(), &reply, &err),
        &err);
    th_json_free(reply);
    free(wkb);
}
