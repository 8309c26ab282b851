// Random lives of parcels against a model that knows cells alone: parcels are rectangles between
// the lines of a small uneven grid, some of whose columns and rows are strips half a metre wide.
// After every step the ground of every parcel is read back as the cells that it covers, and it must
// be possible to give each parcel its counted area out of its own cells, no cell to two of them. By
// Hall's theorem that is so if no set of parcels counts more than its cells measure together.
// TANHUI_TEST_SEED is the first sequence, TANHUI_TEST_ROUNDS how many follow in per cent;
// TANHUI_TEST_TALLY prints how often which step ended how.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/text.h"
#include "registry/life/parcel_life.h"
#include "registry/package/package.h"
#include "registry/setup.h"
#include "store/estimate/package_store.h"
#include "tests/integration/ground_world.h"

enum { N_SEQUENCES = 8, N_STEPS = 24, SEQUENCES_A_REGISTRY = 40 };

// --- Steps --------------------------------------------------------------------------------------

static const char *some_day(struct world *w)
{
    static const char *const DAYS[] = {"2025-06-01", "2025-03-01", "2024-07-01"};
    return world_chance(w, 3) > 0 ? NULL : DAYS[world_chance(w, sizeof(DAYS) / sizeof(DAYS[0]))];
}

// One in force, NULL if there is none.
static struct piece *some(struct world *w)
{
    size_t n = world_standing(w, NULL);
    if (n == 0) {
        return NULL;
    }
    size_t nth = world_chance(w, n);
    for (size_t i = 0; i < w->n; i++) {
        if (!w->parcels[i].retired && nth-- == 0) {
            return &w->parcels[i];
        }
    }
    return NULL;
}

// One that shares ground or an edge with the cells if chance finds it, or else any.
static struct piece *neighbour(struct world *w, uint64_t cells)
{
    struct piece *p = some(w);
    for (int tries = 0; tries < 8 && !cells_beside(cells, p->cells); tries++) {
        p = some(w);
    }
    return p;
}

static void number_of(const struct world *w, int64_t parcel_id, char text[48])
{
    struct th_parcel_record record = drawn_record(w->f, parcel_id);
    th_text_copy(text, 48, record.number);
}

static void new_number(char text[48])
{
    static long n = 0;
    (void)snprintf(text, 48, "%ld", ++n);
}

// Of what is taken off a new version, nothing that it shares with nobody.
static void check_taken(struct world *w, const struct piece *p)
{
    double most_m2 = WORLD_NOISE_M2 * (double)(w->n + 2);
    for (size_t i = 0; i < w->n; i++) {
        const struct piece *other = &w->parcels[i];
        double largest_m2 = 0;
        for (size_t v = 0; other != p && v < other->n_ever; v++) {
            largest_m2 = fmax(largest_m2, cells_m2(&w->grid, other->ever[v] & p->cells));
        }
        most_m2 += largest_m2;
    }
    for (size_t i = 0; i < w->n_schemes; i++) {
        most_m2 += cells_m2(&w->grid, w->schemes[i].cells & p->cells);
    }
    if (p->sliver_m2 > most_m2) {
        world_broken(w, "more is taken off a parcel than it shares");
    }
}

static void box(struct world *w, struct drawn *file, struct rectangle r, const char *properties)
{
    double x = cells_x(&w->grid, r.west);
    double y = cells_y(&w->grid, r.south);
    drawn_box(file, x, y, cells_x(&w->grid, r.east) - x, cells_y(&w->grid, r.north) - y,
              properties);
}

static void step_add(struct world *w)
{
    char shape[256];
    char number[48];
    struct th_json *reply = NULL;
    struct th_error err;
    struct rectangle r = cells_draw(&w->seed);
    cells_wkt(&w->grid, r, shape);
    new_number(number);
    const struct th_parcel_add_options options = {.shape = shape,
                                                  .number = number,
                                                  .village = FIXTURE_VILLAGE,
                                                  .kind = "bamboo",
                                                  .on = some_day(w),
                                                  .messages = w->f->messages,
                                                  .lang = TH_LANG_EN};
    world_note(w, "add %d-%d x %d-%d on %s", r.west, r.east, r.south, r.north,
               options.on == NULL ? "today" : options.on);
    enum th_status status = th_parcel_add(w->f->registry, &w->f->request, &options, &reply, &err);
    if (status == TH_OK && drawn_accepted(reply) == 0) {
        world_note(w, " (refused)");
    }
    world_tell(w, "add", status, &err);
    th_json_free(reply);
}

static void step_import(struct world *w)
{
    static struct drawn rows;
    static const char *const ROWS[] = {"1", "2", "3"};
    struct th_parcel_import_options options = fixture_options(w->f, NULL);
    char path[TH_TEST_PATH_SIZE];
    struct th_json *reply = NULL;
    struct th_error err;
    int n = 1 + (int)world_chance(w, 3);
    bool waive = world_chance(w, 2) == 0;
    options.update = world_chance(w, 2) == 0;
    options.on = some_day(w);
    options.offset = "none";
    rows.size = 0;
    world_note(w, "import%s on %s", waive ? " waiving" : "",
               options.on == NULL ? "today" : options.on);
    for (int i = 0; i < n; i++) {
        struct rectangle r = cells_draw(&w->seed);
        struct piece *p = options.update ? some(w) : NULL;
        char number[48];
        char properties[64];
        if (p != NULL) {
            number_of(w, p->id, number);
        } else {
            new_number(number);
        }
        (void)snprintf(properties, sizeof(properties), "\"number\":\"%s\"", number);
        box(w, &rows, r, properties);
        world_note(w, ", %d: %d-%d x %d-%d", p == NULL ? 0 : (int)(p->id - w->first), r.west,
                   r.east, r.south, r.north);
    }
    if (waive) {
        options.waive_rows = ROWS;
        options.n_waive_rows = (size_t)n;
        options.waive_reason = "r";
        options.waive_document = w->document;
    }
    options.source = fixture_geojson(w->f, path, "rows.geojson", rows.text);
    w->f->request.login = "officer";
    enum th_status status =
        th_parcel_import(w->f->registry, &w->f->request, &options, &reply, &err);
    w->f->request.login = "admin";
    world_tell(w, waive ? "waive" : "import", status, &err);
    world_look(w);
    for (size_t i = 0; status == TH_OK && i < (size_t)drawn_accepted(reply); i++) {
        check_taken(w, world_piece(w, drawn_parcel(reply, i)));
    }
    th_json_free(reply);
}

// Attributes alone.
static void step_touch(struct world *w)
{
    struct th_parcel_import_options options = fixture_options(w->f, NULL);
    static int n = 0;
    char path[TH_TEST_PATH_SIZE];
    char text[128];
    char number[48];
    struct th_json *reply = NULL;
    struct th_error err;
    struct piece *p = some(w);
    if (p == NULL) {
        return;
    }
    number_of(w, p->id, number);
    (void)snprintf(text, sizeof(text), "number,household\n%s,h%d\n", number, ++n);
    options.source = fixture_file(w->f, path, "rows.csv", text);
    options.update = true;
    world_note(w, "touch %d", (int)(p->id - w->first));
    enum th_status status =
        th_parcel_import(w->f->registry, &w->f->request, &options, &reply, &err);
    world_tell(w, "touch", status, &err);
    th_json_free(reply);
}

static void step_adjust(struct world *w)
{
    char path[TH_TEST_PATH_SIZE];
    char shape[256];
    struct th_json *reply = NULL;
    struct th_error err;
    struct rectangle r = cells_draw(&w->seed);
    struct piece *p = some(w);
    struct piece *with = p != NULL && world_chance(w, 3) == 0 ? neighbour(w, p->cells) : NULL;
    bool waive = world_chance(w, 2) == 0;
    if (p == NULL) {
        return;
    }
    cells_wkt(&w->grid, r, shape);
    fixture_file(w->f, path, "shape.wkt", shape);
    const struct th_parcel_adjust_options options = {.parcel_id = p->id,
                                                     .with_id = with == NULL ? 0 : with->id,
                                                     .drawing = path,
                                                     .tolerance_m = "0",
                                                     .reason = "r",
                                                     .on = some_day(w),
                                                     .waive = waive,
                                                     .document = waive ? w->document : NULL,
                                                     .messages = w->f->messages,
                                                     .lang = TH_LANG_EN};
    world_note(w, "adjust %d with %d%s to %d-%d x %d-%d on %s", (int)(p->id - w->first),
               with == NULL ? 0 : (int)(with->id - w->first), waive ? " waiving" : "", r.west,
               r.east, r.south, r.north, options.on == NULL ? "today" : options.on);
    w->f->request.login = waive ? "officer" : "admin";
    enum th_status status =
        th_parcel_adjust(w->f->registry, &w->f->request, &options, &reply, &err);
    w->f->request.login = "admin";
    world_tell(w, with != NULL ? "exchange" : "adjust", status, &err);
    th_json_free(reply);
    world_look(w);
    if (status == TH_OK) {
        check_taken(w, p);
        if (with != NULL) {
            check_taken(w, with);
        }
    }
}

static void step_split(struct world *w)
{
    char path[TH_TEST_PATH_SIZE];
    char line[160];
    struct th_json *reply = NULL;
    struct th_error err;
    struct piece *p = some(w);
    if (p == NULL || w->n + 8 > MAX_PARCELS || world_standing(w, NULL) + 4 > MAX_STANDING) {
        return;
    }
    bool upright = false;
    int at = 0;
    for (int tries = 0; tries < 8; tries++) {
        upright = world_chance(w, 2) == 0;
        at = 1 + (int)world_chance(w, upright ? X_LINES - 2 : Y_LINES - 2);
        struct rectangle before = {0, upright ? at : N_X, 0, upright ? N_Y : at};
        uint64_t cells = p->cells & cells_in(before);
        if (cells != 0 && cells != p->cells) {
            break;
        }
    }
    double place = upright ? cells_x(&w->grid, at) : cells_y(&w->grid, at);
    if (upright) {
        (void)snprintf(line, sizeof(line), "LINESTRING (%.9f %.9f, %.9f %.9f)", place,
                       w->grid.south - 0.001, place, w->grid.south + 0.005);
    } else {
        (void)snprintf(line, sizeof(line), "LINESTRING (%.9f %.9f, %.9f %.9f)",
                       w->grid.west - 0.001, place, w->grid.west + 0.006, place);
    }
    fixture_file(w->f, path, "line.wkt", line);
    const struct th_parcel_split_options options = {.parcel_id = p->id,
                                                    .drawing = path,
                                                    .tolerance_m = "0",
                                                    .reason = "r",
                                                    .on = some_day(w),
                                                    .messages = w->f->messages,
                                                    .lang = TH_LANG_EN};
    size_t before = w->n;
    world_note(w, "split %d at %s %d on %s", (int)(p->id - w->first), upright ? "x" : "y", at,
               options.on == NULL ? "today" : options.on);
    enum th_status status = th_parcel_split(w->f->registry, &w->f->request, &options, &reply, &err);
    world_tell(w, "split", status, &err);
    th_json_free(reply);
    if (status != TH_OK) {
        return;
    }
    world_look(w);
    uint64_t cells = 0;
    double sum_m2 = 0;
    for (size_t i = before; i < w->n; i++) {
        if (cells & w->parcels[i].cells) {
            world_broken(w, "parts lie over each other");
        }
        cells |= w->parcels[i].cells;
        sum_m2 += piece_counted_m2(&w->parcels[i]);
    }
    if (cells != p->cells) {
        world_broken(w, "parts are not the whole");
    }
    if (fabs(sum_m2 - piece_counted_m2(p)) > WORLD_NOISE_M2) {
        world_broken(w, "parts count more or less than the whole");
    }
}

static void step_merge(struct world *w)
{
    struct th_json *reply = NULL;
    struct th_error err;
    char number[48];
    int64_t ids[3];
    size_t n = 2 + world_chance(w, 2);
    uint64_t cells = 0;
    double counted = 0;
    if (world_standing(w, NULL) < 2 || w->n == MAX_PARCELS) {
        return;
    }
    world_note(w, "merge");
    for (size_t i = 0; i < n; i++) {
        const struct piece *p = i == 0 ? some(w) : neighbour(w, cells);
        ids[i] = p->id;
        for (size_t k = 0; k < i; k++) {
            if (ids[k] == p->id) {
                n = i;
            }
        }
        if (n == i) {
            break;
        }
        cells |= p->cells;
        counted += piece_counted_m2(p);
        world_note(w, " %d", (int)(p->id - w->first));
    }
    new_number(number);
    const struct th_parcel_merge_options options = {.parcel_ids = ids,
                                                    .n_parcels = n,
                                                    .number = number,
                                                    .reason = "r",
                                                    .on = some_day(w),
                                                    .messages = w->f->messages,
                                                    .lang = TH_LANG_EN};
    world_note(w, " on %s", options.on == NULL ? "today" : options.on);
    enum th_status status = th_parcel_merge(w->f->registry, &w->f->request, &options, &reply, &err);
    world_tell(w, "merge", status, &err);
    th_json_free(reply);
    if (status != TH_OK) {
        return;
    }
    world_look(w);
    const struct piece *whole = &w->parcels[w->n - 1];
    if (whole->cells != cells) {
        world_broken(w, "the whole is not its parents");
    }
    for (size_t i = 0; i < w->n_schemes; i++) {
        counted -= cells_m2(&w->grid, w->schemes[i].cells & cells); // may be taken off by now
    }
    if (piece_counted_m2(whole) + 3 * WORLD_NOISE_M2 < counted) {
        world_broken(w, "the whole counts less than its parents");
    }
}

static void step_retire(struct world *w)
{
    struct th_json *reply = NULL;
    struct th_error err;
    struct piece *p = some(w);
    if (p == NULL) {
        return;
    }
    const struct th_parcel_retire_options options = {
        .parcel_id = p->id, .reason = "r", .on = some_day(w)};
    world_note(w, "retire %d on %s", (int)(p->id - w->first),
               options.on == NULL ? "today" : options.on);
    enum th_status status =
        th_parcel_retire_use(w->f->registry, &w->f->request, &options, &reply, &err);
    world_tell(w, "retire", status, &err);
    th_json_free(reply);
}

static void step_scheme(struct world *w)
{
    static struct drawn shapes;
    char from[24];
    char to[24];
    if (w->n_schemes == MAX_SCHEMES) {
        return;
    }
    struct rectangle r = cells_draw(&w->seed);
    int first = 2020 + (int)world_chance(w, 4);
    int last = first + (int)world_chance(w, 3);
    bool open = world_chance(w, 3) == 0;
    (void)snprintf(from, sizeof(from), "%d-01-01", first);
    (void)snprintf(to, sizeof(to), "%d-12-31", last);
    shapes.size = 0;
    box(w, &shapes, r, "\"name\":\"s\"");
    drawn_scheme(w->f, &shapes, from, open ? NULL : to);
    world_note(w, "scheme %d-%d x %d-%d from %d to %d\n", r.west, r.east, r.south, r.north, first,
               open ? 9999 : last);
    w->schemes[w->n_schemes].cells = cells_in(r);
    w->schemes[w->n_schemes].from = first;
    w->schemes[w->n_schemes++].to = open ? 9999 : last;
}

// Its ground was always the parcels' own, and nobody else's.
static bool is_settled(const struct world *w, const struct bundle *b)
{
    for (size_t i = 0; i < b->n; i++) {
        const struct piece *own = &w->parcels[b->parcels[i] - w->first - 1];
        for (size_t k = 0; k < w->n; k++) {
            const struct piece *p = &w->parcels[k];
            for (size_t e = 0; e < p->n_ever && (p->n_ever > 1 || p->retired); e++) {
                if ((p->ever[e] & own->cells) != 0) {
                    return false;
                }
            }
        }
    }
    return true;
}

// Every parcel in force took off what it had to, so that nothing is to be refused for want of that,
// unless a draft has ground as it was before, or the parcels themselves had other ground in the
// package's years. A part that is hardly more than the strip that it shares is an overlap, which is
// refused in so many words.
static bool is_unjust(const struct world *w, const struct bundle *b, const struct th_error *err)
{
    if (!is_settled(w, b)) {
        return false;
    }
    for (size_t k = 0; k < w->n_packages; k++) {
        if (w->packages[k].state == 'd') {
            return false;
        }
    }
    return strcmp(err->key, "ground_not_taken_off") == 0 ||
           strcmp(err->key, "ground_twice_in_package") == 0;
}

static void step_package(struct world *w)
{
    struct bundle *b = &w->packages[w->n_packages];
    char texts[MAX_TOGETHER][24];
    char from[24];
    char to[24];
    const char *parcels[MAX_TOGETHER];
    struct th_json *reply = NULL;
    struct th_error err;
    if (w->n_packages == MAX_PACKAGES || world_standing(w, NULL) == 0) {
        return;
    }
    *b = (struct bundle){.state = 'd', .n = 1 + world_chance(w, 3)};
    b->from = FIRST_YEAR + (int)world_chance(w, N_YEARS);
    b->to = b->from + (int)world_chance(w, (uint64_t)(FIRST_YEAR + N_YEARS - b->from));
    world_note(w, "package");
    for (size_t i = 0; i < b->n; i++) {
        b->parcels[i] = some(w)->id;
        for (size_t k = 0; k < i; k++) {
            if (b->parcels[k] == b->parcels[i]) {
                b->n = i;
            }
        }
        (void)snprintf(texts[i], sizeof(texts[i]), "%lld", (long long)b->parcels[i]);
        parcels[i] = texts[i];
    }
    for (size_t i = 0; i < b->n; i++) {
        world_note(w, " %d", (int)(b->parcels[i] - w->first));
    }
    world_note(w, " for %d-%d", b->from, b->to);
    (void)snprintf(from, sizeof(from), "%d-01-01", b->from);
    (void)snprintf(to, sizeof(to), "%d-12-31", b->to);
    const struct th_package_create_options options = {.name = "p",
                                                      .holder = "测试合作社",
                                                      .methodology = "reported-factor",
                                                      .from = from,
                                                      .to = to,
                                                      .parcels = parcels,
                                                      .n_parcels = b->n};
    enum th_status status =
        th_package_create(w->f->registry, &w->f->request, &options, &reply, &err);
    uint64_t own = 0;
    for (size_t i = 0; i < b->n; i++) {
        own |= world_piece(w, b->parcels[i])->cells;
    }
    bool clear = (own & world_schemes_in(w, b->from, b->to)) == 0;
    world_tell(w, clear ? "package" : "package under a scheme", status, &err);
    if (status == TH_OK) {
        b->id = th_json_get_int(reply, "package_id", 0);
        w->n_packages++;
        world_check_package(w, b);
    } else if (clear && is_unjust(w, b, &err)) {
        world_broken(w, "a package is refused for ground that nobody else counts");
    }
    th_json_free(reply);
}

static void step_on(struct world *w)
{
    char id[24];
    struct th_json *reply = NULL;
    struct th_error err;
    if (w->n_packages == 0) {
        return;
    }
    struct bundle *b = &w->packages[world_chance(w, w->n_packages)];
    enum th_status status = TH_OK;
    const char *step = "submit";
    char next = 's';
    uint64_t way = world_chance(w, 4);
    (void)snprintf(id, sizeof(id), "%lld", (long long)b->id);
    world_note(w, "package %d (%c)", (int)b->id, b->state);
    if (b->state == 's' && way > 0) {
        const struct th_package_verify_options options = {.package = id,
                                                          .decision =
                                                              way > 1 ? "approve" : "return",
                                                          .statement = w->document,
                                                          .reason = "r"};
        step = way > 1 ? "approve" : "return";
        next = way > 1 ? 'v' : 'r';
        w->f->request.login = "verifier";
        status = th_package_verify(w->f->registry, &w->f->request, &options, &reply, &err);
    } else if (b->state == 'v') {
        step = "issue";
        next = 'i';
        w->f->request.login = "officer";
        status = th_package_issue(w->f->registry, &w->f->request, id, &reply, &err);
    } else if (way == 0) {
        step = "withdraw";
        next = 'w';
        status = th_package_withdraw(w->f->registry, &w->f->request, id, "r", &reply, &err);
    } else {
        status = th_package_submit(w->f->registry, &w->f->request, id, &reply, &err);
    }
    w->f->request.login = "admin";
    world_note(w, " %s", step);
    world_tell(w, step, status, &err);
    th_json_free(reply);
    if (status != TH_OK) {
        return;
    }
    b->state = next;
    if (next == 's' || next == 'i') {
        world_check_package(w, b);
    }
}

static void step(struct world *w)
{
    static void (*const STEPS[])(struct world *) = {
        step_add,     step_add,     step_add,     step_add,    step_adjust, step_adjust,
        step_adjust,  step_adjust,  step_adjust,  step_split,  step_split,  step_split,
        step_split,   step_merge,   step_merge,   step_merge,  step_merge,  step_retire,
        step_package, step_package, step_package, step_on,     step_on,     step_on,
        step_on,      step_import,  step_touch,   step_scheme, step_import};
    // The last ones start the reader's process, which costs ten times as much as all the others:
    // they are for every third sequence.
    size_t n_steps = sizeof(STEPS) / sizeof(STEPS[0]) - (w->files ? 0 : 4);
    size_t n = world_standing(w, NULL);
    size_t which = n < 3 ? world_chance(w, 4) : world_chance(w, n_steps);
    if ((which < 4 || STEPS[which] == step_import) &&
        (n + 3 > MAX_STANDING || w->n + 3 > MAX_PARCELS)) {
        which = 18;
    }
    STEPS[which](w);
}

// --- Sequences ----------------------------------------------------------------------------------

static void people_add(struct fixture *f)
{
    // An invented code; its check character was computed apart, after GB 32100-2015.
    const struct th_party_add_options party = {
        .kind = "verifier", .name = "核证机构", .uscc = "91330000MA0000001A"};
    struct th_json *reply = NULL;
    struct th_error err;
    assert_ok(th_party_add(f->registry, &f->request, &party, &reply, &err), &err);
    th_json_free(reply);
    assert_ok(th_user_add(f->registry, &f->request, "verifier", "verifier", NULL, "核证机构",
                          &reply, &err),
              &err);
    th_json_free(reply);
}

static void sequence(struct fixture *f, uint64_t seed, size_t place, struct tally *tally)
{
    static struct world w;
    int64_t version = 0;
    struct th_error err;
    memset(&w, 0, sizeof(w));
    w.f = f;
    w.seed = seed * 0x9e3779b97f4a7c15u + 1;
    w.grid.west = 119.5 + 0.02 * (double)place;
    w.grid.south = 30.5;
    w.tally = tally;
    w.files = seed % 3 == 0;
    cells_measure(&w.grid);
    assert_ok(th_parcel_heads(th_registry_store(f->registry), &w.first, &version, &err), &err);
    fixture_file(f, w.document, "decision.txt", "批复");
    world_note(&w, "sequence %llu\n", (unsigned long long)seed);
    for (int i = 0; i < N_STEPS; i++) {
        step(&w);
        world_check(&w);
    }
}

static void ground__is_counted_once_whatever_is_done_with_it(void **state)
{
    const char *text = getenv("TANHUI_TEST_SEED");
    uint64_t first = text == NULL ? 1 : strtoull(text, NULL, 10);
    size_t n = th_test_rounds(N_SEQUENCES);
    struct tally *tally = calloc(1, sizeof(*tally));
    assert_non_null(tally);
    for (size_t i = 0; i < n; i += SEQUENCES_A_REGISTRY) {
        void *fixture = NULL;
        drawn_set_up(&fixture);
        people_add(fixture);
        for (size_t k = 0; k < SEQUENCES_A_REGISTRY && i + k < n; k++) {
            sequence(fixture, first + i + k, k, tally);
        }
        drawn_tear_down(&fixture);
    }
    if (getenv("TANHUI_TEST_TALLY") != NULL) {
        tally_print(tally);
    }
    free(tally);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ground__is_counted_once_whatever_is_done_with_it)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
