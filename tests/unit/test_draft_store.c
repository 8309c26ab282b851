#include "store/ground/draft_store.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/text.h"
#include "tests/unit/parcel_rows.h"

// Import 1 stands in the registry, so that a draft can be confirmed by it.
static int make(void **state)
{
    *state = rows_world_begin(0);
    return 0;
}

static struct th_draft draft_of(const char *source, const char *login, unsigned char digest)
{
    struct th_draft draft = {.sha256 = {{digest}}, .seq = 1};
    th_text_copy(draft.source, sizeof(draft.source), source);
    th_text_copy(draft.login, sizeof(draft.login), login);
    return draft;
}

static int64_t insert(struct th_test_world *world, const char *source, const char *settings)
{
    struct th_draft draft = draft_of(source, "clerk", 7);
    struct th_error err = {0};
    int64_t id = 0;
    assert_ok(th_draft_insert(world->store, &draft, settings, &id, &err), &err);
    return id;
}

// What is stored, every column; the settings as JSON text.
static void assert_draft(struct th_test_world *world, const struct th_draft *want,
                         const char *want_settings)
{
    struct th_draft draft;
    struct th_error err = {0};
    char *settings = NULL;
    assert_ok(th_draft_load(world->store, want->draft_id, &draft, &settings, &err), &err);
    assert_int_equal(draft.draft_id, want->draft_id);
    assert_string_equal(draft.source, want->source);
    assert_memory_equal(draft.sha256.bytes, want->sha256.bytes, TH_HASH_SIZE);
    assert_string_equal(draft.state, want->state);
    assert_string_equal(draft.login, want->login);
    assert_int_equal(draft.import_id, want->import_id);
    assert_int_equal(draft.seq, want->seq);
    assert_string_equal(settings, want_settings);
    free(settings);
}

static void draft_insert__keeps_what_it_is_given_and_opens_it(void **state)
{
    struct th_test_world *world = *state;
    struct th_draft want = draft_of("https://x/林地.zip", "clerk", 7);
    th_text_copy(want.state, sizeof(want.state), "open");
    want.draft_id = insert(world, "https://x/林地.zip", "{\"kind\":\"竹林\"}");
    assert_draft(world, &want, "{\"kind\":\"竹林\"}");
    rows_commit(world->store);
    th_test_assert_sound_rows(world->registry);
}

static void draft_insert__refuses_settings_that_are_no_json(void **state)
{
    struct th_test_world *world = *state;
    static const char *const SETTINGS[] = {"{", "", "kind=竹林"};
    for (size_t i = 0; i < sizeof(SETTINGS) / sizeof(SETTINGS[0]); i++) {
        struct th_draft draft = draft_of("a.shp", "clerk", 1);
        struct th_error err = {0};
        int64_t id = 77;
        assert_status(th_draft_insert(world->store, &draft, SETTINGS[i], &id, &err), TH_CONFLICT,
                      &err);
        assert_string_equal(err.key, "store_constraint");
        assert_int_equal(id, 77);
    }
    assert_int_equal(th_test_sql_int(world->store, "SELECT count(*) FROM import_draft"), 0);
}

static void draft_update__replaces_source_digest_settings_and_entry_but_not_the_login(void **state)
{
    struct th_test_world *world = *state;
    struct th_error err = {0};
    int64_t other = insert(world, "other.shp", "{}");
    int64_t id = insert(world, "a.shp", "{}");
    struct th_draft changed = draft_of("/moved/a.shp", "admin", 9);
    changed.draft_id = id;
    changed.seq = 2;
    assert_ok(th_draft_update(world->store, &changed, 1, "{\"drop\":[3]}", &err), &err);
    struct th_draft want = draft_of("/moved/a.shp", "clerk", 9);
    want.draft_id = id;
    want.seq = 2;
    th_text_copy(want.state, sizeof(want.state), "open");
    assert_draft(world, &want, "{\"drop\":[3]}");
    want = draft_of("other.shp", "clerk", 7);
    want.draft_id = other;
    th_text_copy(want.state, sizeof(want.state), "open");
    assert_draft(world, &want, "{}"); // nobody else's
}

static void draft_close__ends_it_once_and_for_all(void **state)
{
    struct th_test_world *world = *state;
    static const struct {
        const char *state;
        int64_t import_id;
    } CASES[] = {{"confirmed", 1}, {"discarded", 0}};
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct th_error err = {0};
        struct th_draft want = draft_of("a.shp", "clerk", 7);
        want.draft_id = insert(world, "a.shp", "{}");
        want.import_id = CASES[i].import_id;
        want.seq = 2;
        th_text_copy(want.state, sizeof(want.state), CASES[i].state);
        assert_ok(th_draft_close(world->store, want.draft_id, 1, CASES[i].state, CASES[i].import_id,
                                 2, &err),
                  &err);
        assert_draft(world, &want, "{}");
        // Neither changed nor ended again, and it stays as it is.
        struct th_draft changed = draft_of("b.shp", "clerk", 8);
        changed.draft_id = want.draft_id;
        assert_status(th_draft_update(world->store, &changed, 2, "{\"a\":1}", &err), TH_CONFLICT,
                      &err);
        assert_string_equal(err.key, i == 0 ? "draft_confirmed" : "draft_closed");
        assert_string_equal(th_error_arg_get(&err, "draft"), i == 0 ? "1" : "2");
        err = (struct th_error){0};
        assert_status(th_draft_close(world->store, want.draft_id, 2, "discarded", 0, 3, &err),
                      TH_CONFLICT, &err);
        assert_string_equal(err.key, i == 0 ? "draft_confirmed" : "draft_closed");
        assert_draft(world, &want, "{}");
    }
    rows_commit(world->store);
    th_test_assert_sound_rows(world->registry);
}

// Two who look at the same draft: what the second decides was decided about another one.
static void draft__is_only_changed_by_who_saw_it_as_it_is(void **state)
{
    struct th_test_world *world = *state;
    struct th_error err = {0};
    struct th_draft first = draft_of("a.shp", "clerk", 8);
    first.draft_id = insert(world, "a.shp", "{}");
    first.seq = 2;
    assert_ok(th_draft_check(world->store, first.draft_id, 1, &err), &err);
    assert_ok(th_draft_update(world->store, &first, 1, "{\"drop\":[1]}", &err), &err);
    struct th_draft second = first;
    second.seq = 3;
    assert_status(th_draft_update(world->store, &second, 1, "{\"drop\":[2]}", &err), TH_CONFLICT,
                  &err);
    assert_string_equal(err.key, "draft_moved");
    assert_string_equal(th_error_arg_get(&err, "draft"), "1");
    err = (struct th_error){0};
    assert_status(th_draft_close(world->store, first.draft_id, 1, "confirmed", 1, 3, &err),
                  TH_CONFLICT, &err);
    assert_string_equal(err.key, "draft_moved");
    assert_status(th_draft_check(world->store, first.draft_id, 1, &err), TH_CONFLICT, &err);
    th_text_copy(first.state, sizeof(first.state), "open");
    assert_draft(world, &first, "{\"drop\":[1]}");
}

// Confirmed means: by an import.
static void draft_close__refuses_an_end_that_is_none(void **state)
{
    struct th_test_world *world = *state;
    static const struct {
        const char *state;
        int64_t import_id;
    } CASES[] = {{"confirmed", 0}, {"discarded", 1}, {"lost", 0}};
    struct th_draft want = draft_of("a.shp", "clerk", 7);
    want.draft_id = insert(world, "a.shp", "{}");
    th_text_copy(want.state, sizeof(want.state), "open");
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct th_error err = {0};
        assert_status(th_draft_close(world->store, want.draft_id, 1, CASES[i].state,
                                     CASES[i].import_id, 2, &err),
                      TH_CONFLICT, &err);
        assert_string_equal(err.key, "store_constraint");
        assert_draft(world, &want, "{}");
    }
}

static void draft__that_nobody_opened_is_not_found_and_cannot_be_changed(void **state)
{
    struct th_test_world *world = *state;
    struct th_error err = {0};
    struct th_draft draft = {.draft_id = -1};
    char *settings = NULL;
    assert_status(th_draft_load(world->store, 8, &draft, &settings, &err), TH_NOT_FOUND, &err);
    assert_string_equal(err.key, "draft_not_found");
    assert_string_equal(th_error_arg_get(&err, "draft"), "8");
    assert_int_equal(draft.draft_id, -1);
    assert_null(settings);
    draft = draft_of("a.shp", "clerk", 1);
    draft.draft_id = 8;
    assert_status(th_draft_update(world->store, &draft, 1, "{}", &err), TH_NOT_FOUND, &err);
    assert_status(th_draft_close(world->store, 8, 1, "discarded", 0, 1, &err), TH_NOT_FOUND, &err);
    assert_string_equal(err.key, "draft_not_found");
    assert_status(th_draft_check(world->store, 8, 1, &err), TH_NOT_FOUND, &err);
}

static void draft__of_a_login_or_an_import_that_is_not_there_is_refused(void **state)
{
    struct th_test_world *world = *state;
    for (int i = 0; i < 2; i++) {
        struct th_draft draft = draft_of("a.shp", i == 0 ? "nobody" : "clerk", 1);
        struct th_error err = {0};
        int64_t id = 0;
        assert_status(th_draft_insert(world->store, &draft, "{}", &id, &err),
                      i == 0 ? TH_CONFLICT : TH_OK, &err);
        if (i == 1) {
            assert_status(th_draft_close(world->store, id, 1, "confirmed", 99, 1, &err),
                          TH_CONFLICT, &err);
        }
        assert_string_equal(err.key, "store_constraint");
    }
    assert_int_equal(th_test_sql_int(world->store, "SELECT count(*) FROM import_draft"
                                                   " WHERE login = 'nobody' OR import_id = 99"),
                     0);
}

struct seen {
    char text[128];
    int n, stop_after;
};

static bool note(void *context, const struct th_draft *draft, const char *settings)
{
    struct seen *seen = context;
    size_t used = strlen(seen->text);
    snprintf(seen->text + used, sizeof(seen->text) - used, "%s:%s:%s ", draft->source, draft->state,
             settings);
    return ++seen->n != seen->stop_after;
}

static void draft_each__goes_from_the_newest_back_until_stopped(void **state)
{
    struct th_test_world *world = *state;
    struct th_error err = {0};
    struct seen all = {.n = 0};
    struct seen some = {.stop_after = 2};
    assert_ok(th_draft_each(world->store, note, &all, &err), &err);
    assert_int_equal(all.n, 0);
    int64_t first = insert(world, "a", "{}");
    (void)insert(world, "b", "{\"x\":1}");
    (void)insert(world, "c", "{}");
    assert_ok(th_draft_close(world->store, first, 1, "discarded", 0, 1, &err), &err);
    assert_ok(th_draft_each(world->store, note, &all, &err), &err);
    assert_string_equal(all.text, "c:open:{} b:open:{\"x\":1} a:discarded:{} ");
    assert_ok(th_draft_each(world->store, note, &some, &err), &err);
    assert_string_equal(some.text, "c:open:{} b:open:{\"x\":1} ");
}

#define DRAFT_TEST(name) cmocka_unit_test_setup_teardown(name, make, rows_take_away)

int main(void)
{
    const struct CMUnitTest tests[] = {
        DRAFT_TEST(draft_insert__keeps_what_it_is_given_and_opens_it),
        DRAFT_TEST(draft_insert__refuses_settings_that_are_no_json),
        DRAFT_TEST(draft_update__replaces_source_digest_settings_and_entry_but_not_the_login),
        DRAFT_TEST(draft_close__ends_it_once_and_for_all),
        DRAFT_TEST(draft__is_only_changed_by_who_saw_it_as_it_is),
        DRAFT_TEST(draft_close__refuses_an_end_that_is_none),
        DRAFT_TEST(draft__that_nobody_opened_is_not_found_and_cannot_be_changed),
        DRAFT_TEST(draft__of_a_login_or_an_import_that_is_not_there_is_refused),
        DRAFT_TEST(draft_each__goes_from_the_newest_back_until_stopped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
