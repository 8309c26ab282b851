// Settings of an import under a name.
#include "registry/intake/profile.h"

#include "registry/intake/draft.h"
#include "tests/integration/intake_fixture.h"

static void profile__is_kept_used_and_removed(void **state)
{
    struct fixture *f = *state;
    static const char *const MAP = "number=地块号";
    char path[TH_TEST_PATH_SIZE];
    struct th_json *reply = NULL;
    struct th_error err;
    struct th_parcel_import_options options = intake_options(f, NULL);
    options.maps = &MAP;
    options.n_maps = 1;
    assert_ok(th_profile_keep(f->registry, &f->request, "林业站", false, &options, &reply, &err),
              &err);
    assert_string_equal(th_json_get_text(reply, "name", ""), "林业站");
    th_json_free(reply);
    reply = NULL;
    options.kind = "tea";
    assert_ok(th_profile_keep(f->registry, &f->request, "林业站", true, &options, &reply, &err),
              &err);
    th_json_free(reply);
    reply = NULL;
    assert_status(th_profile_keep(f->registry, &f->request, "", false, &options, &reply, &err),
                  TH_INVALID, &err);
    assert_ok(th_profile_list(f->registry, &reply, &err), &err);
    assert_int_equal(th_json_size(th_json_get(reply, "profiles")), 1);
    const struct th_json *settings =
        th_json_get(th_json_at(th_json_get(reply, "profiles"), 0), "settings");
    assert_string_equal(th_json_get_text(settings, "kind", ""), "tea");
    th_json_free(reply);

    // A draft keeps what the profile said even when the profile is gone; what is given goes first.
    options = (struct th_parcel_import_options){
        .source = intake_table(f, path, "t.csv", "A-1,张三,\"" INTAKE_CELL_0 "\"\n"),
        .messages = f->messages,
        .lang = TH_LANG_ZH};
    options.profile = "林业站";
    options.kind = "bamboo";
    assert_ok(th_draft_open(f->registry, &f->request, &options, &reply, &err), &err);
    int64_t draft_id = th_json_get_int(reply, "draft_id", 0);
    settings = th_json_get(reply, "settings");
    assert_string_equal(th_json_get_text(settings, "kind", ""), "bamboo");
    assert_string_equal(th_json_get_text(settings, "crs", ""), "EPSG:4490");
    assert_int_equal(th_json_size(th_json_get(settings, "maps")), 1);
    th_json_free(reply);
    reply = NULL;
    assert_ok(th_profile_drop(f->registry, &f->request, "林业站", &reply, &err), &err);
    th_json_free(reply);
    reply = NULL;
    assert_status(th_profile_drop(f->registry, &f->request, "林业站", &reply, &err), TH_NOT_FOUND,
                  &err);
    assert_string_equal(err.key, "profile_not_found");
    assert_status(th_parcel_import(f->registry, &f->request, &options, &reply, &err), TH_NOT_FOUND,
                  &err);
    assert_status(th_draft_open(f->registry, &f->request, &options, &reply, &err), TH_NOT_FOUND,
                  &err);
    assert_null(reply);
    const struct th_parcel_import_options nothing = {.messages = f->messages};
    assert_ok(th_draft_confirm(f->registry, &f->request, draft_id, &nothing, &reply, &err), &err);
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 1);
    th_json_free(reply);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(profile__is_kept_used_and_removed, fixture_set_up,
                                        fixture_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
