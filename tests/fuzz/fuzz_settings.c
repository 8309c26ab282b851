// Settings as profiles and drafts keep them, and what they say about single rows. What is accepted
// is written again with the same meaning; what is refused leaves the options as they were. First
// byte: whether lists are joined.
#include <stdlib.h>
#include <string.h>

#include "core/json.h"
#include "gis/datum.h"
#include "registry/intake/import_settings.h"
#include "registry/intake/parcel_internal.h"
#include "tests/fuzz/fuzz.h"

static char *write(const struct th_parcel_import_options *options)
{
    struct th_json *json = th_import_settings_json(options);
    char *text = NULL;
    enum th_status status = th_json_dump(json, TH_JSON_CANONICAL, &text, NULL);
    assert(status == TH_OK);
    th_json_free(json);
    return text;
}

static bool has(const char *const *items, size_t n, const char *item)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(items[i], item) == 0) {
            return true;
        }
    }
    return false;
}

// What is written is read back: into nothing, and beside what was given before.
static void check_again(const struct th_parcel_import_options *options, bool join)
{
    static const char *const given[] = {"number=小班号", "village=村"};
    struct th_kept_settings kept = {0};
    struct th_kept_settings beside = {0};
    struct th_parcel_import_options again = {0};
    struct th_parcel_import_options both = {.crs = "EPSG:4527", .maps = given, .n_maps = 2};
    char *text = write(options);
    enum th_status status = th_import_settings_fill(text, false, &kept, &again, NULL);
    assert(status == TH_OK);
    char *same = write(&again);
    assert(strcmp(text, same) == 0);
    free(same);
    status = th_import_settings_fill(text, join, &beside, &both, NULL);
    assert(status == TH_OK && strcmp(both.crs, "EPSG:4527") == 0);
    assert(has(both.maps, both.n_maps, given[0]) && has(both.maps, both.n_maps, given[1]));
    assert(both.n_maps <= options->n_maps + 2 && (join || both.n_maps == 2));
    for (size_t i = 0; join && i < options->n_maps; i++) {
        assert(has(both.maps, both.n_maps, options->maps[i]));
    }
    assert(both.n_drop_rows == options->n_drop_rows && both.update == options->update);
    th_kept_settings_clear(&beside);
    th_kept_settings_clear(&kept);
    free(text);
}

// Each row that was named is there, once, and nothing else.
static void check_rows(const struct th_row_numbers *rows, const char *const *named, size_t n)
{
    assert(rows->n <= n && (rows->n > 0) == (n > 0));
    for (size_t i = 0; i < n; i++) {
        assert(th_row_numbers_have(rows, strtoll(named[i], NULL, 10)));
    }
    for (size_t i = 1; i < rows->n; i++) {
        assert(rows->items[i] > rows->items[i - 1]);
    }
    assert(!th_row_numbers_have(rows, 0));
}

static void check_choices(const struct th_parcel_import_options *options)
{
    struct th_import_run *run = calloc(1, sizeof(*run));
    assert(run != NULL);
    if (th_import_choices(options, run, NULL) == TH_OK) {
        check_rows(&run->dropped, options->drop_rows, options->n_drop_rows);
        check_rows(&run->waived, options->waive_rows, options->n_waive_rows);
    }
    th_import_choices_clear(run);
    free(run);
}

static void check(const char *text, bool join)
{
    struct th_kept_settings kept = {0};
    struct th_parcel_import_options options = {.source = "a.shp"};
    struct th_error err = {0};
    enum th_status status = th_import_settings_fill(text, join, &kept, &options, &err);
    assert(strcmp(options.source, "a.shp") == 0);
    if (status == TH_OK) {
        check_again(&options, join);
        check_choices(&options);
    } else {
        assert(status == TH_INVALID && strcmp(err.key, "settings_broken") == 0);
        char *nothing = write(&options);
        assert(strcmp(nothing, "{}") == 0);
        free(nothing);
    }
    th_kept_settings_clear(&kept);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) {
        return 0;
    }
    char *text = fuzz_text(data + 1, size - 1);
    check(text, (data[0] & 1) != 0);
    free(text);
    return 0;
}
