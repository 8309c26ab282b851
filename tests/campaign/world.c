#include "tests/campaign/world.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/file.h"
#include "core/text.h"
#include "registry/estimate/methodology.h"
#include "registry/intake/parcel.h"
#include "registry/package/package.h"
#include "registry/rule.h"
#include "registry/setup.h"
#include "tests/campaign/rows.h"
#include "trading/member/member.h"
#include "trading/revenue/revenue.h"

enum { CODE_SIZE = 40 };
enum { FIRST_DAY_UTC = 1710000000, DAY_S = 86400, SHANGHAI_S = 8 * 3600 }; // 2024-03-10 there

static int64_t now(void *context)
{
    return ((const struct world *)context)->now_utc;
}

static void chance(void *context, void *data, size_t size)
{
    struct world *world = context;
    unsigned char *bytes = data;
    for (size_t i = 0; i < size; i++) {
        world->chance = world->chance * 6364136223846793005U + 1442695040888963407U;
        bytes[i] = (unsigned char)(world->chance >> 56);
    }
}

int world_today(const struct world *world)
{
    return (int)((world->now_utc + SHANGHAI_S) / DAY_S);
}

const char *world_day(int day, char text[16])
{
    struct th_date date = th_date_add((struct th_date){1970, 1, 1}, day);
    char buf[TH_DATE_TEXT_SIZE];
    th_text_copy(text, 16, th_date_format(date, buf));
    return text;
}

// The check character of GB 32100-2015, appendix: weights are powers of 3 modulo 31.
static void make_uscc(int number, char uscc[19])
{
    static const char DIGITS[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    int weight = 1;
    int sum = 0;
    (void)snprintf(uscc, 19, "91330523MA%07d", number);
    for (int i = 0; i < 17; i++) {
        sum += (int)(strchr(DIGITS, uscc[i]) - DIGITS) * weight;
        weight = weight * 3 % 31;
    }
    uscc[17] = DIGITS[(31 - sum % 31) % 31];
    uscc[18] = '\0';
}

static void village_code(int slot, int village, char code[CODE_SIZE])
{
    (void)snprintf(code, CODE_SIZE, "330523%03d%03d", 101 + slot, village + 1);
}

static const struct th_request ADMIN_ASKS = {.login = "admin"};

static void add_party(struct world *world, struct slot *slot, enum party party)
{
    static const struct {
        const char *kind, *name;
    } PARTIES[N_PARTIES] = {
        [VILLAGE_A] = {"village", "上村"},       [VILLAGE_B] = {"village", "下村"},
        [SUBDISTRICT] = {"subdistrict", "街道"}, [BANK] = {"bank", "两山银行"},
        [SECOND_BANK] = {"bank", "农商银行"},    [FACTORY] = {"enterprise", "制药厂"},
        [MILL] = {"enterprise", "造纸厂"},       [FARMER] = {"person", "竹农"},
        [VERIFIER] = {"verifier", "核证机构"},   [FUND] = {"fund", "修复基金"},
        [HOUSE_A] = {"household", "甲户"},       [HOUSE_B] = {"household", "乙户"}};
    char name[64];
    char uscc[19];
    char village[CODE_SIZE];
    char division[CODE_SIZE];
    struct th_json *reply = NULL;
    (void)snprintf(name, sizeof(name), "%s%d", PARTIES[party].name, slot->number);
    make_uscc(slot->number * N_PARTIES + (int)party, uscc);
    village_code(slot->number, party == VILLAGE_B, village);
    (void)snprintf(division, sizeof(division), "330523%03d", 101 + slot->number);
    bool is_village = party == VILLAGE_A || party == VILLAGE_B;
    bool plain = is_village || party == SUBDISTRICT || party == FARMER || party == HOUSE_A ||
                 party == HOUSE_B;
    const struct th_party_add_options options = {.kind = PARTIES[party].kind,
                                                 .name = name,
                                                 .uscc = plain ? NULL : uscc,
                                                 .village = is_village ? village : NULL,
                                                 .division =
                                                     party == SUBDISTRICT ? division : NULL};
    assert_ok(th_party_add(world->registry, &ADMIN_ASKS, &options, &reply, &world->err),
              &world->err);
    slot->party_ids[party] = th_json_get_int(reply, "party_id", 0);
    th_json_free(reply);
}

static void add_login(struct world *world, struct slot *slot, enum login login)
{
    static const struct {
        const char *name, *role;
        int party;
    } LOGINS[N_LOGINS] = {[TELLER] = {"teller", "bank", BANK},
                          [COLLEAGUE] = {"colleague", "bank", BANK},
                          [STRANGER] = {"stranger", "bank", SECOND_BANK},
                          [DESK] = {"desk", "bank", NONE},
                          [OFFICER] = {"officer", "officer", NONE},
                          [SECOND_OFFICER] = {"officer-b", "officer", NONE},
                          [CLERK] = {"clerk", "clerk", NONE},
                          [ADMIN] = {"admin", NULL, NONE},
                          [NOBODY] = {"nobody", NULL, NONE}};
    char party[24];
    struct th_json *reply = NULL;
    char *name = slot->logins[login];
    (void)snprintf(name, WORLD_LOGIN_SIZE, "%s%d", LOGINS[login].name, slot->number);
    if (login == ADMIN) {
        th_text_copy(name, WORLD_LOGIN_SIZE, "admin");
    }
    if (!LOGINS[login].role) {
        return;
    }
    if (LOGINS[login].party != NONE) {
        (void)snprintf(party, sizeof(party), "%lld",
                       (long long)slot->party_ids[LOGINS[login].party]);
    }
    assert_ok(th_user_add(world->registry, &ADMIN_ASKS, name, LOGINS[login].role, NULL,
                          LOGINS[login].party != NONE ? party : NULL, &reply, &world->err),
              &world->err);
    th_json_free(reply);
}

static void add_people(struct world *world, struct slot *slot)
{
    char code[CODE_SIZE];
    char name[32];
    char verifier[WORLD_LOGIN_SIZE];
    struct th_json *reply = NULL;
    for (int i = 0; i < 2; i++) {
        village_code(slot->number, i, code);
        (void)snprintf(name, sizeof(name), "村%d-%d", slot->number, i + 1);
        assert_ok(
            th_village_add(world->registry, &ADMIN_ASKS, code, name, "山川乡", &reply, &world->err),
            &world->err);
        th_json_free(reply);
    }
    for (enum party party = VILLAGE_A; party < N_PARTIES; party++) {
        add_party(world, slot, party);
    }
    for (enum login login = TELLER; login < N_LOGINS; login++) {
        add_login(world, slot, login);
    }
    (void)snprintf(verifier, sizeof(verifier), "verifier%d", slot->number);
    (void)snprintf(name, sizeof(name), "%lld", (long long)slot->party_ids[VERIFIER]);
    assert_ok(th_user_add(world->registry, &ADMIN_ASKS, verifier, "verifier", NULL, name, &reply,
                          &world->err),
              &world->err);
    th_json_free(reply);
}

// Each package has a square of its own on a grid, between 300 and 700 m wide, in degrees.
struct square {
    double west, south, size;
};

static struct square square_of(const struct slot *slot, int number)
{
    int place = slot->number * WORLD_PACKAGES + number;
    return (struct square){.west = 119.5 + 0.01 * (place % 32),
                           .south = 30.3 + 0.01 * floor(place / 32.0),
                           .size = slot->wide ? 0.0095 : 0.003 + 0.0005 * (number % 8)};
}

static void rectangle(double west, double south, double east, double north, char text[256])
{
    (void)snprintf(text, 256, "((%.6f %.6f, %.6f %.6f, %.6f %.6f, %.6f %.6f, %.6f %.6f))", west,
                   south, east, south, east, north, west, north, west, south);
}

// Strips have equal width; beyond the edges of the square there is nothing else.
void world_draw(const struct slot *slot, const struct burn *burns, int n, char text[WORLD_WKT_SIZE])
{
    enum { N_STRIPS = STRIPS * PARCELS };
    const double beyond = 0.0002;
    size_t size = (size_t)snprintf(text, WORLD_WKT_SIZE, "MULTIPOLYGON(");
    for (int i = 0; i < n; i++) {
        char shape[256];
        struct square at = square_of(slot, burns[i].package);
        double west = at.west + at.size * burns[i].from / N_STRIPS;
        double east = at.west + at.size * burns[i].to / N_STRIPS;
        rectangle(burns[i].from == 0 ? west - beyond : west, at.south - beyond,
                  burns[i].to == N_STRIPS ? east + beyond : east, at.south + at.size + beyond,
                  shape);
        size +=
            (size_t)snprintf(text + size, WORLD_WKT_SIZE - size, "%s%s", i > 0 ? ", " : "", shape);
    }
    (void)snprintf(text + size, WORLD_WKT_SIZE - size, ")");
}

// The western or the eastern half of the package's square.
static void add_parcel(struct world *world, struct slot *slot, int number, int parcel,
                       char ret_id[24])
{
    char rings[256];
    char shape[300];
    char text[24];
    char code[CODE_SIZE];
    struct th_json *reply = NULL;
    struct square at = square_of(slot, number);
    double width = at.size / PARCELS;
    rectangle(at.west + width * parcel, at.south, at.west + width * (parcel + 1),
              at.south + at.size, rings);
    (void)snprintf(shape, sizeof(shape), "POLYGON%s", rings);
    (void)snprintf(text, sizeof(text), "P%d-%d", number, parcel);
    village_code(slot->number, number % 2, code);
    const struct th_parcel_add_options options = {.shape = shape,
                                                  .number = text,
                                                  .village = code,
                                                  .kind = "bamboo",
                                                  .land_class = "0302",
                                                  .on = "2020-01-01"};
    assert_ok(th_parcel_add(world->registry, &ADMIN_ASKS, &options, &reply, &world->err),
              &world->err);
    assert_int_equal(th_json_get_int(reply, "accepted", 0), 1);
    const struct th_json *ids = th_json_get(reply, "parcel_ids");
    slot->parcel_ids[number][parcel] = th_json_int_value(th_json_at(ids, 0));
    (void)snprintf(ret_id, 24, "%lld", (long long)slot->parcel_ids[number][parcel]);
    th_json_free(reply);
}

// Some have nothing on the eastern half.
static int parcels_of(int number)
{
    return number % 5 == 1 ? 1 : PARCELS;
}

// Every second package keeps a reserve against losses.
enum { BUFFER_PERCENT = 15 };

static bool has_buffer(int number)
{
    return number % 4 >= 2;
}

// The shipped document of reported factors under a name of its own, with a buffer.
static void add_methodology(struct world *world)
{
    const struct th_request officer = {.login = world->slots[0].logins[OFFICER]};
    char path[TH_TEST_PATH_SIZE];
    char *text = NULL;
    size_t size = 0;
    struct th_json *document = NULL;
    struct th_json *reply = NULL;
    (void)th_test_path(path, getenv("TANHUI_SOURCE"), "data/methodologies/reported-factor/1.json");
    assert_ok(th_file_read(path, SIZE_MAX, &text, &size, &world->err), &world->err);
    assert_ok(th_json_parse(text, size, &document, &world->err), &world->err);
    struct th_json *buffer = th_json_copy(th_json_get(document, "buffer"));
    free(text);
    th_json_set_text(buffer, "value", "0.15");
    th_json_set(document, "buffer", buffer);
    th_json_set_text(document, "id", "with-buffer");
    text = NULL;
    assert_ok(th_json_dump(document, TH_JSON_COMPACT, &text, &world->err), &world->err);
    (void)th_test_path(path, world->folder, "methodology.json");
    assert_ok(th_file_write(path, text, strlen(text), &world->err), &world->err);
    assert_ok(th_methodology_add(world->registry, &officer, path, &reply, &world->err),
              &world->err);
    th_json_free(reply);
    th_json_free(document);
    free(text);
}

static int holder_of(int number)
{
    return number % 3 == 2 ? SUBDISTRICT : number % 2;
}

bool world_special(int package)
{
    return holder_of(package) == SUBDISTRICT;
}

static void verify(struct world *world, const struct slot *slot, const char *package)
{
    struct th_json *reply = NULL;
    char verifier[WORLD_LOGIN_SIZE];
    (void)snprintf(verifier, sizeof(verifier), "verifier%d", slot->number);
    const struct th_request by_admin = ADMIN_ASKS;
    const struct th_request by_verifier = {.login = verifier};
    const struct th_package_verify_options options = {
        .package = package, .decision = "approve", .statement = world->document};
    assert_ok(th_package_submit(world->registry, &by_admin, package, &reply, &world->err),
              &world->err);
    th_json_free(reply);
    assert_ok(th_package_verify(world->registry, &by_verifier, &options, &reply, &world->err),
              &world->err);
    th_json_free(reply);
}

static void add_package(struct world *world, struct slot *slot, bool issued)
{
    char parcel[PARCELS][24];
    char holder[24];
    char name[32];
    char package[24];
    const char *parcels[PARCELS];
    struct th_json *reply = NULL;
    int number = slot->n_packages++;
    slot->parcel_ids[number][PARCELS - 1] = INT32_MAX - number; // where there is none
    for (int i = 0; i < parcels_of(number); i++) {
        add_parcel(world, slot, number, i, parcel[i]);
        parcels[i] = parcel[i];
    }
    (void)snprintf(holder, sizeof(holder), "%lld", (long long)slot->party_ids[holder_of(number)]);
    (void)snprintf(name, sizeof(name), "竹林%d-%d", slot->number, number);
    const struct th_package_create_options options = {
        .name = name,
        .holder = holder,
        .methodology = has_buffer(number) ? "with-buffer" : "reported-factor",
        .from = "2021-01-01",
        .to = "2023-12-31",
        .parcels = parcels,
        .n_parcels = (size_t)parcels_of(number)};
    assert_ok(th_package_create(world->registry, &ADMIN_ASKS, &options, &reply, &world->err),
              &world->err);
    slot->package_ids[number] = th_json_get_int(reply, "package_id", 0);
    th_json_free(reply);
    (void)snprintf(package, sizeof(package), "%lld", (long long)slot->package_ids[number]);
    verify(world, slot, package);
    if (issued) {
        const struct th_request officer = {.login = slot->logins[OFFICER]};
        assert_ok(th_package_issue(world->registry, &officer, package, &reply, &world->err),
                  &world->err);
        th_json_free(reply);
        slot->n_issued++;
    }
}

static void set_rule(struct world *world, const char *name, const char *value)
{
    const struct th_request officer = {.login = world->slots[0].logins[OFFICER]};
    const struct th_rule_set_options options = {.name = name, .value = value, .reason = "县里定"};
    struct th_json *reply = NULL;
    assert_ok(th_rule_set(world->registry, &officer, &options, &reply, &world->err), &world->err);
    th_json_free(reply);
}

// By which money goes back; model_revenue.c has the same two.
static int64_t add_term(struct world *world, const struct slot *slot, bool special)
{
    const struct th_request officer = {.login = slot->logins[OFFICER]};
    char scope[64];
    char fund[64];
    (void)snprintf(scope, sizeof(scope), "holder:%lld", (long long)slot->party_ids[SUBDISTRICT]);
    (void)snprintf(fund, sizeof(fund), "fund:修复基金%d=2/3", slot->number);
    const char *general[] = {"village=1"};
    const char *divided[] = {"village=1/6", "member=1/6", fund};
    const struct th_term_input input = {.from = "2021-01-01",
                                        .basis = special ? "net_of_costs" : "net_of_cost",
                                        .ratio = special ? "80" : "70",
                                        .splits = special ? divided : general,
                                        .n_splits = special ? 3 : 1,
                                        .scope = special ? scope : NULL,
                                        .document = world->document};
    struct th_json *reply = NULL;
    assert_ok(th_term_add(world->registry, &officer, &input, &reply, &world->err), &world->err);
    int64_t term_id = th_json_get_int(reply, "term_id", 0);
    th_json_free(reply);
    return term_id;
}

static void add_members(struct world *world, const struct slot *slot)
{
    const struct th_request officer = {.login = world->slots[0].logins[OFFICER]};
    for (int i = 0; i < N_MEMBERSHIPS; i++) {
        const struct membership *its = &MEMBERSHIPS[i];
        char group[24];
        char member[24];
        char share[24];
        char from[16];
        char to[16];
        struct th_json *reply = NULL;
        (void)snprintf(group, sizeof(group), "%lld", (long long)slot->party_ids[its->group]);
        (void)snprintf(member, sizeof(member), "%lld", (long long)slot->party_ids[its->member]);
        (void)snprintf(share, sizeof(share), "%d/%d", its->shares, SHARES);
        const struct th_share_input input = {.group = group,
                                             .member = member,
                                             .share = share,
                                             .from = its->from != NONE ? world_day(its->from, from)
                                                                       : "2021-01-01",
                                             .to = its->to != NONE ? world_day(its->to, to) : NULL,
                                             .document = world->document};
        assert_ok(th_share_add(world->registry, &officer, &input, &reply, &world->err),
                  &world->err);
        th_json_free(reply);
    }
}

static void begin(struct world *world)
{
    memset(world, 0, sizeof(*world));
    th_test_folder_make(world->folder);
    (void)th_test_path(world->path, world->folder, "r.tanhui");
    (void)th_test_path(world->document, world->folder, "文件.txt");
    world->now_utc = FIRST_DAY_UTC;
    world->surroundings = (struct th_surroundings){.now_utc = now,
                                                   .random = chance,
                                                   .context = world,
                                                   .system_user = "campaign",
                                                   .program = "campaign"};
    assert_ok(th_file_write(world->document, "文件", 6, &world->err), &world->err);
}

void world_make(struct world *world, const struct world_size *size)
{
    const struct th_registry_create_options options = {.name = "安吉县", .admin_code = "330523"};
    struct th_json *reply = NULL;
    assert_true(size->n_slots <= WORLD_SLOTS && size->n_issued + size->n_planned <= WORLD_PACKAGES);
    begin(world);
    world->now_utc = size->now_utc != 0 ? size->now_utc : FIRST_DAY_UTC;
    assert_ok(th_registry_create(world->path, &options, &world->surroundings, &reply, &world->err),
              &world->err);
    th_json_free(reply);
    world_open(world);
    world->n_slots = size->n_slots;
    for (int i = 0; i < size->n_slots; i++) {
        struct slot *slot = &world->slots[i];
        slot->number = i;
        slot->wide = size->wide;
        add_people(world, slot);
        if (i == 0) {
            add_methodology(world);
        }
        for (int k = 0; k < size->n_issued + size->n_planned; k++) {
            add_package(world, slot, k < size->n_issued);
        }
    }
    int64_t general_id = add_term(world, &world->slots[0], false);
    for (int i = 0; i < size->n_slots; i++) {
        world->slots[i].term_ids[TERM_NONE] = INT32_MAX; // there is none
        world->slots[i].term_ids[TERM_GENERAL] = general_id;
        world->slots[i].term_ids[TERM_SPECIAL] = add_term(world, &world->slots[i], true);
        add_members(world, &world->slots[i]);
    }
    set_rule(world, "deal_days", "10");
    set_rule(world, "deal_alone_cny", "500");
    world_shut(world);
}

void world_open(struct world *world)
{
    assert_ok(th_registry_open(world->path, TH_STORE_WRITE, &world->surroundings, &world->registry,
                               &world->err),
              &world->err);
}

void world_shut(struct world *world)
{
    th_registry_close(world->registry);
    world->registry = NULL;
}

void world_copy(const struct world *from, struct world *world)
{
    char *bytes = NULL;
    size_t size = 0;
    begin(world);
    memcpy(world->slots, from->slots, sizeof(world->slots));
    world->n_slots = from->n_slots;
    assert_ok(th_file_read(from->path, SIZE_MAX, &bytes, &size, &world->err), &world->err);
    assert_ok(th_file_write(world->path, bytes, size, &world->err), &world->err);
    free(bytes);
}

void world_remove(struct world *world)
{
    world_shut(world);
    th_test_folder_remove(world->folder);
}

struct model *world_model(struct world *world, int slot_number)
{
    const struct slot *slot = &world->slots[slot_number];
    struct model *model = model_new();
    struct rows rows;
    model->today = world_today(world);
    model->proposal_days = 10;
    model->alone_fen = 50000;
    rows_open(&rows, world->path);
    for (int i = 0; i < slot->n_packages; i++) {
        struct package package = {.holder = holder_of(i),
                                  .buffer_percent = has_buffer(i) ? BUFFER_PERCENT : 0};
        rows_query(&rows,
                   "SELECT l.parcel_id = ?2, l.year, l.net_kg FROM estimate_line l JOIN package p"
                   " USING (run_id) WHERE p.package_id = ?1",
                   slot->package_ids[i], slot->parcel_ids[i][1]);
        while (rows_next(&rows)) {
            package.kg[rows_int(&rows, 0)][rows_int(&rows, 1) - FIRST_YEAR] = rows_int(&rows, 2);
        }
        (void)model_add_package(model, &package);
        if (i < slot->n_issued) {
            model_issue(model, i);
        }
    }
    rows_close(&rows);
    return model;
}
