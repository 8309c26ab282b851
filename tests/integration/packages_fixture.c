#include "tests/integration/packages_fixture.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/file.h"
#include "core/text.h"
#include "registry/setup.h"
#include "store/ground/import_store.h"
#include "store/ground/parcel_store.h"
#include "store/journal/journal_store.h"

static const struct {
    const char *kind, *land_class, *village;
    int64_t cent_mu, sliver_cent_mu, declared_cent_mu;
} PARCELS[N_PARCELS] = {
    {"bamboo", "0302", VILLAGE_A, 100000, 0, 0},  {"bamboo", "0302", VILLAGE_A, 114500, 0, 0},
    {"bamboo", "0302", VILLAGE_B, 408000, 0, 0},  {"orchard", "0201", VILLAGE_A, 5000, 0, 0},
    {"orchard", "0201", VILLAGE_A, 4999, 0, 0},   {"wetland", "1106", VILLAGE_C, 600000, 0, 0},
    {"wetland", "1106", VILLAGE_C, 290000, 0, 0}, {"bamboo", "0302", VILLAGE_B, 10000, 100, 8000}};

static int64_t fixed_now(void *context)
{
    return *(int64_t *)context;
}

static void fixed_random(void *context, void *data, size_t size)
{
    (void)context;
    memset(data, 7, size);
}

struct th_request fixture_as(const char *login)
{
    return (struct th_request){.login = login};
}

// A mu is 200,000 units, a hundredth of it 2,000.
static struct th_area area_of(int64_t cent_mu)
{
    return th_area_from_m2_300(cent_mu * 2000);
}

static void put_u32(unsigned char **out, uint32_t value)
{
    for (int i = 0; i < 4; i++) {
        *(*out)++ = (unsigned char)(value >> (8 * i));
    }
}

static void put_double(unsigned char **out, double value)
{
    memcpy(*out, &value, sizeof(value));
    *out += sizeof(value);
}

// The nearest place on the grid of 1e-8 degrees.
static double on_grid(double degrees)
{
    return round(degrees * 1e8) / 1e8;
}

// A square of 0.001 degrees as a MultiPolygon, little-endian.
static size_t square_wkb(double west_deg, double south_deg, unsigned char *wkb)
{
    static const int CORNERS[5][2] = {{0, 0}, {1, 0}, {1, 1}, {0, 1}, {0, 0}};
    unsigned char *out = wkb;
    *out++ = 1;
    put_u32(&out, 6);
    put_u32(&out, 1);
    *out++ = 1;
    put_u32(&out, 3);
    put_u32(&out, 1);
    put_u32(&out, 5);
    for (int i = 0; i < 5; i++) {
        put_double(&out, on_grid(west_deg + 0.001 * CORNERS[i][0]));
        put_double(&out, on_grid(south_deg + 0.001 * CORNERS[i][1]));
    }
    return (size_t)(out - wkb);
}

static void insert_version(struct fixture *fixture, int64_t parcel_id, int64_t version,
                           int64_t cent_mu, struct th_date from, int64_t import_id, int64_t seq)
{
    unsigned char wkb[256];
    struct th_hash row_hash;
    size_t i = (size_t)(parcel_id - 1);
    size_t size = square_wkb(119.6 + 0.002 * (double)parcel_id, 30.4 + 0.01 * (double)version, wkb);
    struct th_parcel_record record = {.parcel_id = parcel_id,
                                      .version = version,
                                      .from = from,
                                      .origin = "import",
                                      .has_declared = PARCELS[i].declared_cent_mu > 0,
                                      .declared = area_of(PARCELS[i].declared_cent_mu),
                                      .measured = area_of(cent_mu),
                                      .sliver = area_of(PARCELS[i].sliver_cent_mu),
                                      .perimeter_mm = 400000,
                                      .import_id = import_id,
                                      .source_row = parcel_id,
                                      .feature = parcel_id,
                                      .geometry_hash = th_hash_bytes(TH_HASH_BLAKE2B, wkb, size)};
    th_text_copy(record.state, sizeof(record.state), "registered");
    th_text_copy(record.kind, sizeof(record.kind), PARCELS[i].kind);
    th_text_copy(record.village, sizeof(record.village), PARCELS[i].village);
    (void)snprintf(record.number, sizeof(record.number), "%lld", (long long)parcel_id);
    (void)snprintf(record.source_key, sizeof(record.source_key), "test:parcels:%lld",
                   (long long)parcel_id);
    th_text_copy(record.land_scheme, sizeof(record.land_scheme), "GB/T 21010-2017");
    th_text_copy(record.land_class, sizeof(record.land_class), PARCELS[i].land_class);
    assert_ok(th_parcel_insert(th_registry_store(fixture->registry), &record, "{}", wkb, size, seq,
                               &row_hash, &fixture->err),
              &fixture->err);
}

static int64_t begin_import(struct fixture *fixture, int64_t n, int64_t *ret_seq)
{
    struct th_store *store = th_registry_store(fixture->registry);
    const struct th_import_evidence evidence = {
        .limits = "{}", .detections = "{}", .options = "{}"};
    struct th_import_record import = {.n_read = n, .n_accepted = n};
    int64_t import_id = 0;
    assert_ok(th_store_begin(store, &fixture->err), &fixture->err);
    assert_ok(th_journal_next(store, ret_seq, &fixture->err), &fixture->err);
    import.seq = *ret_seq;
    th_text_copy(import.source, sizeof(import.source), "parcels.gpkg");
    th_text_copy(import.layer, sizeof(import.layer), "parcels");
    th_text_copy(import.driver, sizeof(import.driver), "GPKG");
    th_text_copy(import.encoding, sizeof(import.encoding), "declared");
    assert_ok(th_import_insert(store, &import, &evidence, &import_id, &fixture->err),
              &fixture->err);
    return import_id;
}

static void end_import(struct fixture *fixture)
{
    struct th_store *store = th_registry_store(fixture->registry);
    struct th_journal_entry entry = {.at_utc = fixture->now_utc,
                                     .login = "admin",
                                     .system_user = "test",
                                     .kind = "parcel.import",
                                     .subject = "import:1"};
    struct th_json *body = th_json_object();
    int64_t seq = 0;
    assert_ok(th_journal_append(store, &entry, body, &seq, &fixture->err), &fixture->err);
    th_json_free(body);
    assert_ok(th_store_commit(store, &fixture->err), &fixture->err);
}

static const struct th_date registered_on = {2020, 1, 1};

void fixture_change_parcel(struct fixture *fixture, int64_t parcel_id, int64_t cent_mu)
{
    fixture_change_parcel_on(fixture, parcel_id, cent_mu, registered_on);
}

void fixture_change_parcel_on(struct fixture *fixture, int64_t parcel_id, int64_t cent_mu,
                              struct th_date on)
{
    int64_t seq = 0;
    int64_t import_id = begin_import(fixture, 1, &seq);
    struct th_parcel_record record;
    assert_ok(
        th_parcel_load(th_registry_store(fixture->registry), parcel_id, 0, &record, &fixture->err),
        &fixture->err);
    insert_version(fixture, parcel_id, record.version + 1, cent_mu, on, import_id, seq);
    end_import(fixture);
}

static void add_people(struct fixture *fixture)
{
    static const struct {
        const char *code, *name, *township;
    } VILLAGES[] = {{VILLAGE_A, "A", "T"}, {VILLAGE_B, "B", "T"}, {VILLAGE_C, "C", "U"}};
    // Invented codes; their check characters were computed apart, after GB 32100-2015.
    static const struct th_party_add_options PARTIES[] = {
        {.kind = "village", .name = "Village A", .village = VILLAGE_A},
        {.kind = "village", .name = "Village B", .village = VILLAGE_B},
        {.kind = "subdistrict", .name = "Subdistrict C", .division = "330521001"},
        {.kind = "verifier", .name = "Verifier", .uscc = "91330000MA0000001A"},
        {.kind = "bank", .name = "Bank", .uscc = "91330000MA0000002D"}};
    static const struct {
        const char *login, *role, *village, *party;
    } USERS[] = {{"clerk_a", "clerk", VILLAGE_A, NULL},    {"clerk_b", "clerk", VILLAGE_B, NULL},
                 {"clerk_c", "clerk", VILLAGE_C, NULL},    {"verifier", "verifier", NULL, "4"},
                 {"verifier_of_a", "verifier", NULL, "1"}, {"officer", "officer", NULL, NULL},
                 {"officer_2", "officer", NULL, NULL},     {"bank", "bank", NULL, "5"}};
    struct th_request admin = fixture_as("admin");
    struct th_json *reply = NULL;
    for (size_t i = 0; i < sizeof(VILLAGES) / sizeof(VILLAGES[0]); i++) {
        assert_ok(th_village_add(fixture->registry, &admin, VILLAGES[i].code, VILLAGES[i].name,
                                 VILLAGES[i].township, &reply, &fixture->err),
                  &fixture->err);
        th_json_free(reply);
    }
    for (size_t i = 0; i < sizeof(PARTIES) / sizeof(PARTIES[0]); i++) {
        assert_ok(th_party_add(fixture->registry, &admin, &PARTIES[i], &reply, &fixture->err),
                  &fixture->err);
        assert_int_equal(th_json_get_int(reply, "party_id", 0), i + 1);
        th_json_free(reply);
    }
    for (size_t i = 0; i < sizeof(USERS) / sizeof(USERS[0]); i++) {
        assert_ok(th_user_add(fixture->registry, &admin, USERS[i].login, USERS[i].role,
                              USERS[i].village, USERS[i].party, &reply, &fixture->err),
                  &fixture->err);
        th_json_free(reply);
    }
}

int fixture_setup(void **state)
{
    static const char STATEMENT[] = "verified as stated";
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    assert_non_null(fixture);
    fixture->now_utc = 1704067200; // 2024-01-01T00:00:00Z
    fixture->surroundings = (struct th_surroundings){.now_utc = fixed_now,
                                                     .random = fixed_random,
                                                     .context = &fixture->now_utc,
                                                     .system_user = "test",
                                                     .program = "test"};
    th_test_folder_make(fixture->folder);
    (void)th_test_path(fixture->registry_path, fixture->folder, "registry.sqlite");
    (void)th_test_path(fixture->document, fixture->folder, "statement.txt");
    assert_ok(th_file_write(fixture->document, STATEMENT, sizeof(STATEMENT) - 1, &fixture->err),
              &fixture->err);
    struct th_registry_create_options options = {.name = "Test", .admin_code = "33"};
    struct th_json *reply = NULL;
    assert_ok(th_registry_create(fixture->registry_path, &options, &fixture->surroundings, &reply,
                                 &fixture->err),
              &fixture->err);
    th_json_free(reply);
    assert_ok(th_registry_open(fixture->registry_path, TH_STORE_WRITE, &fixture->surroundings,
                               &fixture->registry, &fixture->err),
              &fixture->err);
    add_people(fixture);
    int64_t seq = 0;
    int64_t import_id = begin_import(fixture, N_PARCELS, &seq);
    for (int64_t id = 1; id <= N_PARCELS; id++) {
        insert_version(fixture, id, 1, PARCELS[id - 1].cent_mu, registered_on, import_id, seq);
    }
    end_import(fixture);
    *state = fixture;
    return 0;
}

int fixture_teardown(void **state)
{
    struct fixture *fixture = *state;
    th_registry_close(fixture->registry);
    th_test_folder_remove(fixture->folder);
    free(fixture);
    return 0;
}

struct th_json *fixture_create(struct fixture *fixture, const char *login, const char *methodology,
                               const char *holder, const char *parcels, const char *from,
                               const char *to, const char *input, enum th_status want)
{
    char copy[128];
    const char *ids[16];
    struct th_package_create_options options = {.name = "Package",
                                                .holder = holder,
                                                .methodology = methodology,
                                                .from = from,
                                                .to = to,
                                                .parcels = ids,
                                                .inputs = &input,
                                                .n_inputs = input ? 1 : 0};
    th_text_copy(copy, sizeof(copy), parcels);
    for (char *at = copy; *at != '\0' && options.n_parcels < 16;) {
        ids[options.n_parcels++] = at;
        at += strcspn(at, " ");
        if (*at == ' ') {
            *at++ = '\0';
        }
    }
    struct th_request request = fixture_as(login);
    struct th_json *reply = NULL;
    assert_status(th_package_create(fixture->registry, &request, &options, &reply, &fixture->err),
                  want, &fixture->err);
    return reply;
}

struct th_json *fixture_submit(struct fixture *fixture, const char *login, const char *package,
                               enum th_status want)
{
    struct th_request request = fixture_as(login);
    struct th_json *reply = NULL;
    assert_status(th_package_submit(fixture->registry, &request, package, &reply, &fixture->err),
                  want, &fixture->err);
    return reply;
}

struct th_json *fixture_waive(struct fixture *fixture, const char *login, const char *package,
                              const char *rule, enum th_status want)
{
    struct th_request request = fixture_as(login);
    struct th_json *reply = NULL;
    assert_status(th_package_waive(fixture->registry, &request, package, rule, "known",
                                   fixture->document, &reply, &fixture->err),
                  want, &fixture->err);
    return reply;
}

struct th_json *fixture_approve(struct fixture *fixture, const char *login, const char *package,
                                const char *tonnes, enum th_status want)
{
    struct th_request request = fixture_as(login);
    struct th_json *reply = NULL;
    struct th_package_verify_options options = {.package = package,
                                                .decision = "approve",
                                                .tonnes = tonnes,
                                                .statement = fixture->document};
    assert_status(th_package_verify(fixture->registry, &request, &options, &reply, &fixture->err),
                  want, &fixture->err);
    return reply;
}

struct th_json *fixture_issue(struct fixture *fixture, const char *login, const char *package,
                              enum th_status want)
{
    struct th_request request = fixture_as(login);
    struct th_json *reply = NULL;
    assert_status(th_package_issue(fixture->registry, &request, package, &reply, &fixture->err),
                  want, &fixture->err);
    return reply;
}

void fixture_refused(const struct fixture *fixture, const char *key)
{
    assert_string_equal(fixture->err.key, key);
}
