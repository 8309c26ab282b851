// A source is looked at, mended step by step and confirmed, whatever happens in between.
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/text.h"
#include "registry/intake/draft.h"
#include "tests/integration/intake_fixture.h"

// Line 2 is good, line 3 crosses itself on other ground, line 4 stands on the ground of line 2.
static const char ROWS[] = "A-1,张三,\"" INTAKE_CELL_0 "\"\n"
                           "A-2,李四,\"POLYGON((119.61 30.5,119.611 30.501,119.611 30.5,"
                           "119.61 30.501,119.61 30.5))\"\n"
                           "A-3,王五,\"" INTAKE_CELL_0 "\"\n";

static struct th_parcel_import_options given(const struct fixture *f)
{
    return (struct th_parcel_import_options){.messages = f->messages, .lang = TH_LANG_ZH};
}

// By an officer, with a document, for row 3.
static struct th_parcel_import_options letting_in(struct fixture *f,
                                                  char document[TH_TEST_PATH_SIZE])
{
    static const char *const ROW = "3";
    struct th_parcel_import_options options = given(f);
    fixture_user(f, "officer", "officer", NULL);
    f->request.login = "officer";
    options.waive_rows = &ROW;
    options.n_waive_rows = 1;
    options.waive_reason = "套种";
    options.waive_document = fixture_file(f, document, "letter.txt", "letter");
    return options;
}

static struct th_json *open_draft(struct fixture *f, const struct th_parcel_import_options *options)
{
    struct th_json *reply = NULL;
    struct th_error err;
    assert_ok(th_draft_open(f->registry, &f->request, options, &reply, &err), &err);
    assert_string_equal(th_json_get_text(reply, "state", ""), "open");
    // The draft itself was written, unless it was not.
    assert_int_equal(th_json_get_bool(reply, "dry_run", false), f->request.dry_run);
    return reply;
}

static int64_t open_table(struct fixture *f, char path[TH_TEST_PATH_SIZE], const char *rows)
{
    struct th_parcel_import_options options =
        intake_options(f, intake_table(f, path, "t.csv", rows));
    struct th_json *reply = open_draft(f, &options);
    int64_t draft_id = th_json_get_int(reply, "draft_id", 0);
    assert_true(draft_id > 0);
    th_json_free(reply);
    return draft_id;
}

// A step of a draft, so that a test can name it.
struct step {
    enum th_status (*take)(struct th_registry *registry, const struct th_request *request,
                           int64_t draft_id, const struct th_parcel_import_options *options,
                           struct th_json **ret_reply, struct th_error *err);
};
static const struct step SHOW = {th_draft_show};
static const struct step SET = {th_draft_set};
static const struct step CONFIRM = {th_draft_confirm};

static struct th_json *step(struct fixture *f, struct step what, int64_t draft_id,
                            const struct th_parcel_import_options *options)
{
    const struct th_parcel_import_options nothing = given(f);
    struct th_json *reply = NULL;
    struct th_error err;
    assert_ok(what.take(f->registry, &f->request, draft_id, options == NULL ? &nothing : options,
                        &reply, &err),
              &err);
    assert_int_equal(th_json_get_int(reply, "draft_id", 0), draft_id);
    return reply;
}

static void refused(struct fixture *f, struct step what, int64_t draft_id, enum th_status want,
                    const char *key)
{
    const struct th_parcel_import_options nothing = given(f);
    struct th_json *reply = NULL;
    struct th_error err;
    assert_status(what.take(f->registry, &f->request, draft_id, &nothing, &reply, &err), want,
                  &err);
    assert_string_equal(err.key, key);
    assert_null(reply);
}

static struct th_json *drafts(struct fixture *f)
{
    struct th_json *reply = NULL;
    struct th_error err;
    assert_ok(th_draft_list(f->registry, &reply, &err), &err);
    return reply;
}

static void draft__shows_everything_and_stores_nothing(void **state)
{
    struct fixture *f = *state;
    char path[TH_TEST_PATH_SIZE];
    int64_t draft_id = open_table(f, path, ROWS);
    struct th_json *reply = step(f, SHOW, draft_id, NULL);
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 1);
    assert_int_equal(th_json_get_int(reply, "rejected", -1), 2);
    assert_false(th_json_get_bool(reply, "source_changed", true));
    assert_int_equal(fixture_problems(reply, 3, "geometry_invalid", "error"), 1);
    assert_int_equal(fixture_problems(reply, 4, "duplicate", "error"), 1);
    th_json_free(reply);
    assert_int_equal(intake_parcels(f), 0);
    reply = drafts(f);
    const struct th_json *draft = th_json_at(th_json_get(reply, "drafts"), 0);
    assert_string_equal(th_json_get_text(draft, "source", ""), path);
    assert_string_equal(th_json_get_text(draft, "login", ""), "admin");
    assert_int_equal(th_json_type(th_json_get(draft, "import_id")), TH_JSON_NULL);
    assert_string_equal(th_json_get_text(th_json_get(draft, "settings"), "crs", ""), "EPSG:4490");
    th_json_free(reply);
    fixture_assert_books(f);
}

static void draft__is_mended_step_by_step_and_confirmed(void **state)
{
    struct fixture *f = *state;
    static const char *const REPAIR = "3=structure";
    static const char *const DROP = "2";
    char path[TH_TEST_PATH_SIZE];
    char mended[TH_TEST_PATH_SIZE];
    int64_t draft_id = open_table(f, path, ROWS);
    struct th_parcel_import_options options = given(f);
    options.repair_rows = &REPAIR;
    options.n_repair_rows = 1;
    struct th_json *reply = step(f, SET, draft_id, &options);
    assert_int_equal(th_json_get_int(reply, "repaired", -1), 1);
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 2);
    th_json_free(reply);
    options = given(f);
    options.drop_rows = &DROP;
    options.n_drop_rows = 1;
    reply = step(f, SET, draft_id, &options);
    // Without line 2 the ground of line 4 is free; the repair is still accepted.
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 2);
    assert_int_equal(th_json_get_int(reply, "repaired", -1), 1);
    th_json_free(reply);
    options = given(f);
    const char *mends[] = {fixture_file(f, mended, "m.csv", "行,权利人\n4,赵六\n")};
    options.mends = mends;
    options.n_mends = 1;
    options.kind = "tea"; // in place of bamboo
    th_json_free(step(f, SET, draft_id, &options));
    assert_int_equal(intake_parcels(f), 0);

    reply = step(f, CONFIRM, draft_id, NULL);
    assert_string_equal(th_json_get_text(reply, "state", ""), "confirmed");
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 2);
    int64_t import_id = th_json_get_int(reply, "import_id", 0);
    assert_true(import_id > 0);
    th_json_free(reply);
    assert_int_equal(intake_parcels(f), 2);
    struct th_json *parcel = intake_parcel(f, "A-3");
    assert_string_equal(th_json_get_text(parcel, "kind", ""), "tea");
    assert_string_equal(th_json_get_text(th_json_get(parcel, "attributes"), "household", ""),
                        "赵六");
    th_json_free(parcel);
    reply = drafts(f);
    const struct th_json *draft = th_json_at(th_json_get(reply, "drafts"), 0);
    assert_string_equal(th_json_get_text(draft, "state", ""), "confirmed");
    assert_int_equal(th_json_get_int(draft, "import_id", 0), import_id);
    th_json_free(reply);
    refused(f, SET, draft_id, TH_CONFLICT, "draft_confirmed");
    refused(f, CONFIRM, draft_id, TH_CONFLICT, "draft_confirmed");
    fixture_assert_books(f);
}

static struct th_json *set_rows(struct fixture *f, int64_t draft_id, const char *drop,
                                const char *keep)
{
    struct th_parcel_import_options options = given(f);
    options.drop_rows = &drop;
    options.n_drop_rows = drop == NULL ? 0 : 1;
    options.keep_rows = &keep;
    options.n_keep_rows = keep == NULL ? 0 : 1;
    return step(f, SET, draft_id, &options);
}

static void draft__takes_dropped_rows_in_again(void **state)
{
    struct fixture *f = *state;
    static const char *const WRONG[] = {"4", "2,x", "2,", "", "3，2，3,4"};
    char path[TH_TEST_PATH_SIZE];
    int64_t draft_id = open_table(f, path, ROWS);
    struct th_json *reply = set_rows(f, draft_id, "3，2,3", NULL);
    assert_int_equal(fixture_problems(reply, 2, "row_dropped", "warning"), 1);
    assert_int_equal(fixture_problems(reply, 3, "row_dropped", "warning"), 1);
    th_json_free(reply);
    // A row that was not dropped is a slip of the hand; nothing is changed by it.
    for (size_t i = 0; i < sizeof(WRONG) / sizeof(WRONG[0]); i++) {
        struct th_parcel_import_options options = given(f);
        struct th_error err;
        options.keep_rows = &WRONG[i];
        options.n_keep_rows = 1;
        reply = NULL;
        bool number = strspn(WRONG[i], "234,，") == strlen(WRONG[i]) && strchr(WRONG[i], '4');
        assert_status(th_draft_set(f->registry, &f->request, draft_id, &options, &reply, &err),
                      number ? TH_INVALID : TH_USAGE, &err);
        assert_string_equal(err.key, number ? "row_not_dropped" : "row_option");
        assert_null(reply);
    }
    reply = set_rows(f, draft_id, "4", "2");
    const struct th_json *rows = th_json_get(th_json_get(reply, "settings"), "drop_rows");
    assert_int_equal(th_json_size(rows), 2);
    assert_string_equal(th_json_text(th_json_at(rows, 0)), "3");
    assert_string_equal(th_json_text(th_json_at(rows, 1)), "4");
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 1);
    th_json_free(reply);
    th_json_free(set_rows(f, draft_id, NULL, "3,4"));
    reply = step(f, CONFIRM, draft_id, NULL);
    assert_int_equal(fixture_problems(reply, 3, "row_dropped", "warning"), 0);
    assert_int_equal(fixture_problems(reply, 3, "geometry_invalid", "error"), 1);
    th_json_free(reply);
    fixture_assert_books(f);
}

// A draft that is closed tells what became of it, without its file, and stays as it is.
static void draft__that_is_closed_still_tells_what_became_of_it(void **state)
{
    struct fixture *f = *state;
    char path[TH_TEST_PATH_SIZE];
    int64_t draft_id = open_table(f, path, ROWS);
    struct th_json *reply = step(f, CONFIRM, draft_id, NULL);
    int64_t import_id = th_json_get_int(reply, "import_id", 0);
    th_json_free(reply);
    assert_int_equal(unlink(path), 0);
    reply = step(f, SHOW, draft_id, NULL);
    assert_string_equal(th_json_get_text(reply, "state", ""), "confirmed");
    assert_int_equal(th_json_get_int(reply, "import_id", 0), import_id);
    assert_int_equal(th_json_get_int(reply, "read", -1), 3);
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 1);
    assert_int_equal(th_json_get_int(reply, "rejected", -1), 2);
    assert_int_equal(th_json_get_int(reply, "unchanged", -1), 0);
    assert_string_equal(th_json_get_text(reply, "closed_by", ""), "admin");
    assert_string_equal(th_json_get_text(reply, "closed_at", ""), "2025-06-15T15:06:40Z");
    const struct th_json *source = th_json_get(reply, "source");
    assert_string_equal(th_json_get_text(source, "name", ""), "t.csv");
    assert_string_equal(th_json_get_text(th_json_get(reply, "settings"), "crs", ""), "EPSG:4490");
    th_json_free(reply);
    // The lists of it would need the file.
    struct th_parcel_import_options options = given(f);
    struct th_error err;
    options.problems_path = path;
    reply = NULL;
    assert_status(th_draft_show(f->registry, &f->request, draft_id, &options, &reply, &err),
                  TH_CONFLICT, &err);
    assert_string_equal(err.key, "draft_confirmed");
    assert_int_equal(access(path, F_OK), -1);

    draft_id = open_table(f, path, ROWS);
    assert_ok(th_draft_discard(f->registry, &f->request, draft_id, &reply, &err), &err);
    th_json_free(reply);
    reply = step(f, SHOW, draft_id, NULL);
    assert_string_equal(th_json_get_text(reply, "state", ""), "discarded");
    assert_string_equal(th_json_get_text(reply, "closed_by", ""), "admin");
    assert_null(th_json_get(reply, "import_id"));
    th_json_free(reply);
    fixture_assert_books(f);
}

static void draft__of_a_source_that_changed_is_looked_at_before_it_is_confirmed(void **state)
{
    struct fixture *f = *state;
    char path[TH_TEST_PATH_SIZE];
    char moved[TH_TEST_PATH_SIZE];
    int64_t draft_id = open_table(f, path, ROWS);
    intake_table(f, path, "t.csv", "A-9,张三,\"" INTAKE_CELL_1 "\"\n");
    refused(f, CONFIRM, draft_id, TH_CONFLICT, "draft_source_changed");
    struct th_json *reply = step(f, SHOW, draft_id, NULL);
    assert_true(th_json_get_bool(reply, "source_changed", false));
    th_json_free(reply);
    refused(f, CONFIRM, draft_id, TH_CONFLICT, "draft_source_changed");
    // Moved as well: the draft follows.
    assert_int_equal(rename(path, th_test_path(moved, f->folder, "moved.csv")), 0);
    refused(f, SHOW, draft_id, TH_NOT_FOUND, "file_not_found");
    struct th_parcel_import_options options = given(f);
    options.source = moved;
    th_json_free(step(f, SET, draft_id, &options));
    th_json_free(step(f, CONFIRM, draft_id, NULL));
    assert_int_equal(intake_parcels(f), 1);
}

// A file of mended rows and the document that lets rows in are looked at like the source.
static void draft__of_given_files_that_changed_is_looked_at_before_it_is_confirmed(void **state)
{
    struct fixture *f = *state;
    char path[TH_TEST_PATH_SIZE];
    char mended[TH_TEST_PATH_SIZE];
    char document[TH_TEST_PATH_SIZE];
    char hex[TH_HASH_HEX_SIZE];
    struct th_hash sha256[2];
    struct th_error err;
    int64_t draft_id = open_table(
        f, path, "A-1,张三,\"" INTAKE_CELL_0 "\"\nA-2,李四,\"" INTAKE_CELL_BETWEEN "\"\n");
    struct th_parcel_import_options options = letting_in(f, document);
    const char *mends[] = {fixture_file(f, mended, "m.csv", "行,权利人\n3,赵六\n")};
    options.mends = mends;
    options.n_mends = 1;
    th_json_free(step(f, SET, draft_id, &options));
    fixture_file(f, mended, "m.csv", "行,权利人\n3,钱七\n");
    refused(f, CONFIRM, draft_id, TH_CONFLICT, "draft_source_changed");
    struct th_json *reply = step(f, SHOW, draft_id, NULL);
    assert_true(th_json_get_bool(reply, "source_changed", false));
    th_json_free(reply);
    fixture_file(f, mended, "m.csv", "行,权利人\n3,赵六\n");
    fixture_file(f, document, "letter.txt", "forged");
    refused(f, CONFIRM, draft_id, TH_CONFLICT, "draft_source_changed");
    assert_int_equal(intake_parcels(f), 0);
    fixture_file(f, document, "letter.txt", "letter");
    reply = step(f, CONFIRM, draft_id, NULL);
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 2);
    assert_ok(th_hash_file(TH_HASH_SHA256, mended, &sha256[0], &err), &err);
    assert_ok(th_hash_file(TH_HASH_SHA256, document, &sha256[1], &err), &err);
    const struct th_json *source = th_json_get(reply, "source");
    assert_int_equal(th_json_size(th_json_get(source, "mends_sha256")), 1);
    assert_string_equal(th_json_text(th_json_at(th_json_get(source, "mends_sha256"), 0)),
                        th_hash_hex(&sha256[0], hex));
    assert_string_equal(th_json_get_text(source, "waive_document_sha256", ""),
                        th_hash_hex(&sha256[1], hex));
    th_json_free(reply);
    fixture_assert_books(f);
}

// An officer who let a row in over one parcel said nothing of another that came afterwards.
static void draft__lets_nothing_in_over_what_came_after_the_last_look(void **state)
{
    struct fixture *f = *state;
    char path[TH_TEST_PATH_SIZE];
    char document[TH_TEST_PATH_SIZE];
    int64_t draft_id = open_table(
        f, path, "A-1,张三,\"" INTAKE_CELL_0 "\"\nA-2,李四,\"" INTAKE_CELL_BETWEEN "\"\n");
    struct th_parcel_import_options options = letting_in(f, document);
    struct th_json *reply = step(f, SET, draft_id, &options);
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 2);
    th_json_free(reply);
    th_json_free(intake_import(f, "later.csv", "B-1,王五,\"" INTAKE_CELL_1 "\"\n"));
    reply = step(f, CONFIRM, draft_id, NULL);
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 1);
    assert_int_equal(fixture_problems(reply, 3, "overlap_registered", "error"), 1);
    th_json_free(reply);
    fixture_assert_books(f);
}

static void draft__without_a_good_row_stays_open(void **state)
{
    struct fixture *f = *state;
    char path[TH_TEST_PATH_SIZE];
    int64_t draft_id = open_table(f, path, "A-1,张三,\"" INTAKE_BOW_TIE "\"\n");
    struct th_json *reply = step(f, CONFIRM, draft_id, NULL);
    assert_string_equal(th_json_get_text(reply, "state", ""), "open");
    th_json_free(reply);
    th_json_free(step(f, SHOW, draft_id, NULL));
}

static void draft__that_is_discarded_is_gone_and_unknown_ones_are_not_found(void **state)
{
    struct fixture *f = *state;
    char path[TH_TEST_PATH_SIZE];
    struct th_json *reply = NULL;
    struct th_error err;
    int64_t draft_id = open_table(f, path, ROWS);
    assert_ok(th_draft_discard(f->registry, &f->request, draft_id, &reply, &err), &err);
    assert_string_equal(th_json_get_text(reply, "state", ""), "discarded");
    th_json_free(reply);
    reply = NULL;
    assert_status(th_draft_discard(f->registry, &f->request, draft_id, &reply, &err), TH_CONFLICT,
                  &err);
    assert_string_equal(err.key, "draft_closed");
    assert_status(th_draft_discard(f->registry, &f->request, 99, &reply, &err), TH_NOT_FOUND, &err);
    assert_null(reply);
    refused(f, CONFIRM, draft_id, TH_CONFLICT, "draft_closed");
    refused(f, SHOW, 99, TH_NOT_FOUND, "draft_not_found");
    refused(f, SET, 99, TH_NOT_FOUND, "draft_not_found");
    refused(f, CONFIRM, 99, TH_NOT_FOUND, "draft_not_found");
    assert_int_equal(intake_parcels(f), 0);
}

static void draft__in_a_dry_run_leaves_no_trace(void **state)
{
    struct fixture *f = *state;
    char path[TH_TEST_PATH_SIZE];
    f->request.dry_run = true;
    (void)open_table(f, path, ROWS);
    f->request.dry_run = false;
    struct th_json *reply = drafts(f);
    assert_int_equal(th_json_size(th_json_get(reply, "drafts")), 0);
    th_json_free(reply);
    int64_t draft_id = open_table(f, path, ROWS);
    f->request.dry_run = true;
    reply = step(f, CONFIRM, draft_id, NULL);
    assert_string_equal(th_json_get_text(reply, "state", ""), "open");
    assert_true(th_json_get_bool(reply, "dry_run", false));
    th_json_free(reply);
    f->request.dry_run = false;
    assert_int_equal(intake_parcels(f), 0);
    th_json_free(step(f, SHOW, draft_id, NULL));
}

static void draft__a_repeated_request_gets_its_reply_again(void **state)
{
    struct fixture *f = *state;
    static const char *const REPAIR = "3=structure";
    char path[TH_TEST_PATH_SIZE];
    char other[TH_TEST_PATH_SIZE];
    struct th_json *reply = NULL;
    struct th_error err;
    f->request.idempotency_key = "open";
    int64_t draft_id = open_table(f, path, ROWS);
    assert_int_equal(open_table(f, path, ROWS), draft_id);
    struct th_parcel_import_options options = intake_options(
        f, fixture_file(f, other, "other.csv", "地块号,WKT\n1,\"" INTAKE_CELL_2 "\"\n"));
    assert_status(th_draft_open(f->registry, &f->request, &options, &reply, &err), TH_CONFLICT,
                  &err);
    assert_string_equal(err.key, "idempotency_other_input");
    options = given(f);
    options.repair_rows = &REPAIR;
    options.n_repair_rows = 1;
    f->request.idempotency_key = "set";
    th_json_free(step(f, SET, draft_id, &options));
    reply = step(f, SET, draft_id, &options);
    assert_true(th_json_get_bool(reply, "replayed", false));
    th_json_free(reply);
    f->request.idempotency_key = "confirm";
    reply = step(f, CONFIRM, draft_id, NULL);
    int64_t import_id = th_json_get_int(reply, "import_id", 0);
    th_json_free(reply);
    reply = step(f, CONFIRM, draft_id, NULL);
    assert_true(th_json_get_bool(reply, "replayed", false));
    assert_int_equal(th_json_get_int(reply, "import_id", 0), import_id);
    assert_string_equal(th_json_get_text(reply, "state", ""), "confirmed");
    th_json_free(reply);
    f->request.idempotency_key = "another";
    refused(f, CONFIRM, draft_id, TH_CONFLICT, "draft_confirmed");
    assert_int_equal(intake_parcels(f), 2);
}

static void draft__keeps_the_village_of_the_clerk_who_opened_it(void **state)
{
    struct fixture *f = *state;
    char path[TH_TEST_PATH_SIZE];
    struct th_json *reply = NULL;
    struct th_error err;
    fixture_user(f, "clerk_1", "clerk", FIXTURE_VILLAGE);
    fixture_user(f, "clerk_2", "clerk", FIXTURE_OTHER_VILLAGE);
    fixture_user(f, "officer", "officer", NULL);
    fixture_user(f, "verifier", "verifier", NULL);
    struct th_parcel_import_options options =
        intake_options(f, intake_table(f, path, "t.csv", ROWS));
    options.village = NULL;
    f->request.login = "verifier";
    assert_status(th_draft_open(f->registry, &f->request, &options, &reply, &err), TH_NOT_PERMITTED,
                  &err);
    assert_null(reply);
    f->request.login = "clerk_1";
    reply = open_draft(f, &options);
    int64_t draft_id = th_json_get_int(reply, "draft_id", 0);
    th_json_free(reply);
    f->request.login = "clerk_2";
    refused(f, CONFIRM, draft_id, TH_NOT_PERMITTED, "village_not_yours");
    refused(f, SHOW, draft_id, TH_NOT_PERMITTED, "village_not_yours");
    refused(f, SET, draft_id, TH_NOT_PERMITTED, "village_not_yours");
    assert_status(th_draft_discard(f->registry, &f->request, draft_id, &reply, &err),
                  TH_NOT_PERMITTED, &err);
    assert_string_equal(err.key, "village_not_yours");
    f->request.login = "officer";
    th_json_free(step(f, CONFIRM, draft_id, NULL));
    struct th_json *parcel = intake_parcel(f, "A-1");
    assert_string_equal(th_json_get_text(parcel, "village", ""), FIXTURE_VILLAGE);
    th_json_free(parcel);
}

// Rows that an officer let in are not a clerk's to take away again.
static void draft__with_what_an_officer_let_in_is_not_discarded_by_a_clerk(void **state)
{
    struct fixture *f = *state;
    char path[TH_TEST_PATH_SIZE];
    char document[TH_TEST_PATH_SIZE];
    struct th_json *reply = NULL;
    struct th_error err;
    int64_t draft_id = open_table(f, path, ROWS);
    fixture_user(f, "clerk_1", "clerk", FIXTURE_VILLAGE);
    struct th_parcel_import_options options = letting_in(f, document);
    th_json_free(step(f, SET, draft_id, &options));
    f->request.login = "clerk_1";
    assert_status(th_draft_discard(f->registry, &f->request, draft_id, &reply, &err),
                  TH_NOT_PERMITTED, &err);
    assert_null(reply);
    f->request.login = "officer";
    assert_ok(th_draft_discard(f->registry, &f->request, draft_id, &reply, &err), &err);
    th_json_free(reply);
}

// Somebody else, at another desk, who takes a step while the source is being read here.
struct colleague {
    const struct fixture *f;
    struct step step;
    struct th_parcel_import_options options;
    int64_t draft_id;
    int n_calls;
};

static bool step_of_colleague(void *context, const char *stage, int64_t done, int64_t total)
{
    struct colleague *c = context;
    struct th_json *reply = NULL;
    struct th_error err;
    (void)stage;
    (void)done;
    (void)total;
    if (c->n_calls++ > 0) {
        return true;
    }
    struct th_registry *registry = fixture_registry_open(c->f->path);
    struct th_request request = c->f->request;
    request.progress = NULL;
    assert_ok(c->step.take(registry, &request, c->draft_id, &c->options, &reply, &err), &err);
    th_json_free(reply);
    th_registry_close(registry);
    return true;
}

static const char TWO_ROWS[] = "A-1,张三,\"" INTAKE_CELL_0 "\"\nA-2,李四,\"" INTAKE_CELL_1 "\"\n";

// `mine` is taken while the colleague takes `theirs`; what became of mine goes to `err`.
static enum th_status at_once(struct fixture *f, struct step mine, const char *my_drop,
                              struct step theirs, const char *their_drop, struct th_error *err)
{
    char path[TH_TEST_PATH_SIZE];
    struct colleague other = {.f = f, .step = theirs, .options = given(f)};
    const struct th_progress progress = {step_of_colleague, &other};
    struct th_parcel_import_options options = given(f);
    struct th_json *reply = NULL;
    other.draft_id = open_table(f, path, TWO_ROWS);
    other.options.drop_rows = &their_drop;
    other.options.n_drop_rows = their_drop != NULL;
    options.drop_rows = &my_drop;
    options.n_drop_rows = my_drop != NULL;
    f->request.progress = &progress;
    enum th_status status =
        mine.take(f->registry, &f->request, other.draft_id, &options, &reply, err);
    f->request.progress = NULL;
    assert_true(other.n_calls > 0);
    assert_true(status == TH_OK || reply == NULL);
    th_json_free(reply);
    return status;
}

static const char *dropped(const struct th_json *list)
{
    const struct th_json *draft = th_json_at(th_json_get(list, "drafts"), 0);
    const struct th_json *rows = th_json_get(th_json_get(draft, "settings"), "drop_rows");
    assert_int_equal(th_json_size(rows), 1);
    return th_json_text(th_json_at(rows, 0));
}

static void draft__two_decisions_at_once_are_never_silently_one(void **state)
{
    struct fixture *f = *state;
    struct th_error err;
    assert_status(at_once(f, SET, "2", SET, "3", &err), TH_CONFLICT, &err);
    assert_string_equal(err.key, "draft_moved");
    struct th_json *list = drafts(f);
    assert_string_equal(dropped(list), "3");
    th_json_free(list);
    // What somebody dropped meanwhile is not registered.
    assert_status(at_once(f, CONFIRM, NULL, SET, "3", &err), TH_CONFLICT, &err);
    assert_string_equal(err.key, "draft_moved");
    assert_int_equal(intake_parcels(f), 0);
    // Nor does the second of two who confirm hear that it did.
    assert_status(at_once(f, CONFIRM, NULL, CONFIRM, NULL, &err), TH_CONFLICT, &err);
    assert_string_equal(err.key, "draft_confirmed");
    assert_int_equal(intake_parcels(f), 2);
    fixture_assert_books(f);
}

static void draft__set_while_it_is_confirmed_is_told(void **state)
{
    struct fixture *f = *state;
    struct th_error err;
    assert_status(at_once(f, SET, "2", CONFIRM, NULL, &err), TH_CONFLICT, &err);
    assert_string_equal(err.key, "draft_confirmed");
    assert_int_equal(intake_parcels(f), 2);
}

// What a child does with its own connection to the registry, until it is killed.
struct task {
    struct fixture *f;
    const char *folder; // where the child stands
    void (*work)(struct fixture *f, const char *path);
    const char *path; // of the source, from there
};

static void look_for_ever(struct fixture *f, const char *path)
{
    struct th_parcel_import_options options = intake_options(f, path);
    struct th_parcel_import_options nothing = given(f);
    struct th_json *reply = NULL;
    if (th_draft_open(f->registry, &f->request, &options, &reply, NULL) != TH_OK) {
        _exit(1);
    }
    for (;;) {
        struct th_json *seen = NULL;
        if (th_draft_set(f->registry, &f->request, th_json_get_int(reply, "draft_id", 0), &nothing,
                         &seen, NULL) != TH_OK) {
            _exit(2);
        }
        th_json_free(seen);
    }
}

static void confirm_last(struct fixture *f, const char *path)
{
    struct th_parcel_import_options nothing = given(f);
    struct th_json *list = NULL;
    struct th_json *reply = NULL;
    (void)path;
    if (th_draft_list(f->registry, &list, NULL) != TH_OK) {
        _exit(1);
    }
    int64_t id = th_json_get_int(th_json_at(th_json_get(list, "drafts"), 0), "draft_id", 0);
    _exit(th_draft_confirm(f->registry, &f->request, id, &nothing, &reply, NULL) == TH_OK ? 0 : 2);
}

// Runs the task in a child for so long and kills it; true when it was killed indeed.
static bool run_and_kill(const struct task *task, double after_s)
{
    int how = 0;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct th_surroundings surroundings = fixture_surroundings();
        if (chdir(task->folder) != 0 ||
            th_registry_open(task->f->path, TH_STORE_WRITE, &surroundings, &task->f->registry,
                             NULL) != TH_OK) {
            _exit(9);
        }
        task->work(task->f, task->path);
        _exit(0);
    }
    struct timespec pause = {(time_t)after_s, (long)((after_s - (double)(time_t)after_s) * 1e9)};
    (void)nanosleep(&pause, NULL);
    (void)kill(child, SIGKILL);
    assert_true(waitpid(child, &how, 0) == child);
    if (WIFEXITED(how) && WEXITSTATUS(how) != 0) {
        fail_msg("the child ended with %d", WEXITSTATUS(how));
    }
    return WIFSIGNALED(how);
}

static void draft__outlives_the_program_and_is_taken_up_from_elsewhere(void **state)
{
    struct fixture *f = *state;
    char path[TH_TEST_PATH_SIZE];
    intake_table(f, path, "t.csv", ROWS);
    // Nothing may be open across a fork: SQLite's locks belong to a process.
    th_registry_close(f->registry);
    f->registry = NULL;
    const struct task task = {f, f->folder, look_for_ever, "t.csv"};
    assert_true(run_and_kill(&task, 3));
    f->registry = fixture_registry_open(f->path);
    struct th_json *reply = drafts(f);
    assert_int_equal(th_json_size(th_json_get(reply, "drafts")), 1);
    const struct th_json *draft = th_json_at(th_json_get(reply, "drafts"), 0);
    assert_string_equal(th_json_get_text(draft, "source", ""), path); // not "t.csv"
    int64_t draft_id = th_json_get_int(draft, "draft_id", 0);
    th_json_free(reply);
    assert_int_equal(intake_parcels(f), 0);
    reply = step(f, SHOW, draft_id, NULL);
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 1);
    th_json_free(reply);
    fixture_assert_books(f);
}

enum { ROUNDS = 16 };

static void draft__a_killed_confirmation_leaves_both_or_neither(void **state)
{
    struct fixture *f = *state;
    int64_t stored = 0;
    int n_killed = 0;
    srand(20250615); // the same moments in every run, as far as the machine allows
    for (int round = 0; round < ROUNDS; round++) {
        char path[TH_TEST_PATH_SIZE];
        char row[256];
        double x = 119.7 + 0.01 * round;
        (void)snprintf(row, sizeof(row),
                       "K-%d,张三,\"POLYGON((%.3f 30.5,%.3f 30.5,%.3f 30.501,%.3f 30.5))\"\n",
                       round, x, x + 0.001, x + 0.001, x);
        int64_t draft_id = open_table(f, path, row);
        th_registry_close(f->registry);
        f->registry = NULL;
        const struct task task = {f, f->folder, confirm_last, NULL};
        n_killed += run_and_kill(&task, 0.4 * rand() / RAND_MAX);
        f->registry = fixture_registry_open(f->path);
        struct th_json *reply = drafts(f);
        const struct th_json *draft = th_json_at(th_json_get(reply, "drafts"), 0);
        assert_int_equal(th_json_get_int(draft, "draft_id", 0), draft_id);
        bool confirmed = strcmp(th_json_get_text(draft, "state", ""), "confirmed") == 0;
        stored += confirmed;
        th_json_free(reply);
        assert_int_equal(intake_parcels(f), stored);
    }
    print_message("killed in %d of %d rounds, %lld confirmed\n", n_killed, ROUNDS,
                  (long long)stored);
    assert_true(n_killed > 0);
    fixture_assert_books(f);
}

#define DRAFT_TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        DRAFT_TEST(draft__shows_everything_and_stores_nothing),
        DRAFT_TEST(draft__is_mended_step_by_step_and_confirmed),
        DRAFT_TEST(draft__takes_dropped_rows_in_again),
        DRAFT_TEST(draft__that_is_closed_still_tells_what_became_of_it),
        DRAFT_TEST(draft__of_a_source_that_changed_is_looked_at_before_it_is_confirmed),
        DRAFT_TEST(draft__lets_nothing_in_over_what_came_after_the_last_look),
        DRAFT_TEST(draft__of_given_files_that_changed_is_looked_at_before_it_is_confirmed),
        DRAFT_TEST(draft__without_a_good_row_stays_open),
        DRAFT_TEST(draft__that_is_discarded_is_gone_and_unknown_ones_are_not_found),
        DRAFT_TEST(draft__in_a_dry_run_leaves_no_trace),
        DRAFT_TEST(draft__a_repeated_request_gets_its_reply_again),
        DRAFT_TEST(draft__keeps_the_village_of_the_clerk_who_opened_it),
        DRAFT_TEST(draft__with_what_an_officer_let_in_is_not_discarded_by_a_clerk),
        DRAFT_TEST(draft__two_decisions_at_once_are_never_silently_one),
        DRAFT_TEST(draft__set_while_it_is_confirmed_is_told),
        DRAFT_TEST(draft__outlives_the_program_and_is_taken_up_from_elsewhere),
        DRAFT_TEST(draft__a_killed_confirmation_leaves_both_or_neither),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
