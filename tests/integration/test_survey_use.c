// From a table of plots to kilograms: a village with three plots a stratum, surveyed in 2021 and
// 2023. What must come out was worked out with CPython's decimal arithmetic (40 digits, every line
// rounded to six decimals) from the same rows, the published equations and the documents' factors.
#include <stdio.h>
#include <stdlib.h>

#include "core/file.h"
#include "registry/estimate/estimate.h"
#include "registry/estimate/methodology.h"
#include "registry/records/plot.h"
#include "tests/integration/drawn_fixture.h"

#define MOSO                                                                                             \
    "\"竹林郁闭度\":\"0.7\",\"散生乔木郁闭度\":\"0.1\",\"ground\":\"mineral\",\"practice\":" \
    "\"listed\""
#define SEASON ",\"survey_season\":\"同一季节\""

// `wide` boxes of about 15.2 mu side by side, 15 mu of each declared.
static void box(struct drawn *file, int number, int wide, const char *attributes)
{
    char properties[640];
    (void)snprintf(properties, sizeof(properties), "\"地块号\":\"%d\",\"面积（亩）\":\"%d\",%s",
                   number, 15 * wide, attributes);
    drawn_box(file, 119.660 + 0.003 * number, 30.42, 0.001 * wide, 0.00095, properties);
}

// 1 and 2 (2 ha) in stratum I, 3 in II, 4 with plots of its own though in I, 5 without plots, 6 in
// II without a word of the season, 7 in III (other season), 8 in IV (one year apart).
static void parcels(struct fixture *f)
{
    static struct drawn file;
    file.size = 0;
    box(&file, 1, 1, "\"碳层\":\"I\"," MOSO);
    box(&file, 2, 2, "\"碳层\":\"I\"," MOSO);
    box(&file, 3, 1, "\"碳层\":\"II\"," MOSO SEASON);
    box(&file, 4, 1, "\"碳层\":\"I\"," MOSO);
    box(&file, 5, 1, MOSO);
    box(&file, 6, 1, "\"碳层\":\"II\"," MOSO);
    box(&file, 7, 1, "\"碳层\":\"III\"," MOSO);
    box(&file, 8, 1, "\"碳层\":\"IV\"," MOSO);
    struct th_json *reply = drawn_import_with(f, &file, fixture_options(f, NULL));
    assert_int_equal(drawn_accepted(reply), 8);
    th_json_free(reply);
}

#define HEAD "地块号,碳层,样地号,调查日期,样地面积(平方米),树种,胸径(厘米),龄级(度),株数\n"

static const char PLOTS[] = HEAD ",I,A,2021-08-12,400,毛竹,10,2,10\n"
                                 ",I,A,2021-08-12,,毛竹,12,3,4\n"
                                 ",I,B,2021-08-13,600,毛竹,9,1,5\n"
                                 ",I,C,2021-08-13,400,,,,0\n"
                                 ",I,A,2023-08-20,400,毛竹,10,2,12\n"
                                 ",I,A,2023-08-20,,毛竹,12,3,4\n"
                                 ",I,B,2023-08-21,600,毛竹,9,1,9\n"
                                 ",I,C,2023-08-21,400,,,,0\n"
                                 ",II,D,2021,400,毛竹,8,2,30\n"
                                 ",II,E,2021,400,毛竹,9,2,26\n"
                                 ",II,F,2021,400,,8,2,28\n"
                                 ",II,D,2023,400,毛竹,8,2,33\n"
                                 ",II,E,2023,400,毛竹,9,2,27\n"
                                 ",II,F,2023,400,,8,2,30\n"
                                 "4,,N,2021-08-12,400,毛竹,10,2,20\n"
                                 "4,,N,2023-08-12,400,毛竹,10,2,22\n"
                                 ",III,S,2021-08-01,400,毛竹,10,2,20\n"
                                 ",III,S,2023-12-01,400,毛竹,10,2,22\n"
                                 ",IV,T,2022-08-01,400,毛竹,10,2,20\n"
                                 ",IV,T,2023-08-01,400,毛竹,10,2,22\n";

static void plots(struct fixture *f, const char *rows, int64_t want_plots)
{
    char path[TH_TEST_PATH_SIZE];
    struct th_json *reply = NULL;
    struct th_error err = {0};
    (void)remove(th_test_path(path, f->folder, "plots.csv"));
    fixture_file(f, path, "plots.csv", rows);
    struct th_record_options options = {
        .source = path, .village = FIXTURE_VILLAGE, .messages = f->messages, .lang = TH_LANG_ZH};
    assert_ok(th_plot_import(f->registry, &f->request, &options, &reply, &err), &err);
    assert_int_equal(th_json_get_int(reply, "rejected", -1), 0);
    assert_int_equal(th_json_get_int(reply, "plots", -1), want_plots);
    th_json_free(reply);
}

static struct th_estimate_options moso(const struct fixture *f, const char *from, const char *to)
{
    return (struct th_estimate_options){.methodology = "moso-management",
                                        .village = FIXTURE_VILLAGE,
                                        .from_year = from,
                                        .to_year = to,
                                        .messages = f->messages,
                                        .lang = TH_LANG_ZH};
}

static struct th_json *run(struct fixture *f, const struct th_estimate_options *options)
{
    struct th_error err = {0};
    struct th_json *reply = NULL;
    assert_ok(th_estimate_run(f->registry, &f->request, options, &reply, &err), &err);
    return reply;
}

static const struct th_json *find(const struct th_json *list, const char *key, const char *value)
{
    for (size_t i = 0; i < th_json_size(list); i++) {
        if (strcmp(th_json_get_text(th_json_at(list, i), key, ""), value) == 0) {
            return th_json_at(list, i);
        }
    }
    return NULL;
}

// I: (2.613344 − 2.144694) ÷ 2 × 1.33 × 0.47 × 44/12 = 537.080 kg a hectare; II: 7.359473 after
// 6.882771, 546.309 kg; N alone: 7.600507 after 6.909552, 791.848 kg.
static void run__two_surveys_give_the_years_between_them(void **state)
{
    static const char *const REASONS[] = {"survey_none", "input_missing", "condition",
                                          "survey_before"};
    struct fixture *f = *state;
    parcels(f);
    plots(f, PLOTS, 18);
    const struct th_estimate_options options = moso(f, "2022", "2023");
    struct th_json *reply = run(f, &options);
    assert_int_equal(th_json_get_int(reply, "n_parcels", 0), 4);
    assert_int_equal(th_json_get_int(reply, "gross_kg", 0), 2 * (537 + 1074 + 546 + 791));
    for (size_t i = 0; i < 2; i++) {
        const struct th_json *year = th_json_at(th_json_get(reply, "years"), i);
        assert_int_equal(th_json_get_int(year, "gross_kg", 0), 537 + 1074 + 546 + 791);
    }
    const struct th_json *skipped = th_json_get(reply, "skipped");
    assert_int_equal(th_json_size(skipped), 4);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(th_json_get_int(th_json_at(skipped, i), "parcel_id", 0), 5 + (int)i);
        assert_string_equal(th_json_get_text(th_json_at(skipped, i), "reason", ""), REASONS[i]);
    }
    const struct th_json *warnings = th_json_get(reply, "warnings");
    assert_non_null(find(warnings, "code", "equation_unverified"));
    assert_non_null(find(warnings, "code", "survey_range_unknown"));
    const struct th_json *single = find(warnings, "code", "survey_single");
    assert_non_null(strstr(th_json_get_text(single, "message", ""), "有 2 次调查"));
    assert_null(find(warnings, "code", "survey_outside"));
    assert_null(find(warnings, "code", "survey_lost"));
    th_json_free(reply);
}

// A change is credited once: not before the first survey, and not behind the last.
static void run__years_outside_of_the_surveys_are_refused(void **state)
{
    static const struct {
        const char *year, *reason, *words;
    } CASES[] = {
        {"2021", "@applicability.survey_before", "2021 年不晚于第一次样地调查"},
        {"2024", "@applicability.survey_later", "复查样地之后才能计算"},
    };
    struct fixture *f = *state;
    parcels(f);
    plots(f, PLOTS, 18);
    for (size_t i = 0; i < 2; i++) {
        struct th_error err = {0};
        struct th_json *reply = NULL;
        struct th_buf text;
        struct th_estimate_options options = moso(f, NULL, NULL);
        options.village = NULL;
        options.parcel = "1";
        options.year = CASES[i].year;
        assert_status(th_estimate_run(f->registry, &f->request, &options, &reply, &err), TH_INVALID,
                      &err);
        assert_string_equal(th_error_arg_get(&err, "reason"), CASES[i].reason);
        th_buf_init(&text, 4096);
        th_messages_format(f->messages, TH_LANG_ZH, "error.not_applicable", err.args, err.n_args,
                           &text);
        assert_non_null(strstr(th_buf_text(&text), CASES[i].words));
        assert_null(strstr(th_buf_text(&text), "{"));
        th_buf_clear(&text);
        assert_null(reply);
    }
}

static void run__a_stem_without_equation_is_named_by_plot_row_and_species(void **state)
{
    struct fixture *f = *state;
    struct th_error err = {0};
    struct th_json *reply = NULL;
    parcels(f);
    plots(f, HEAD "1,,A,2021,400,毛竹,10,2,10\n1,,A,2021,,雷竹,6,2,3\n1,,A,2023,400,毛竹,10,2,10\n",
          2);
    struct th_estimate_options options = moso(f, NULL, NULL);
    options.village = NULL;
    options.parcel = "1";
    options.year = "2022";
    assert_status(th_estimate_run(f->registry, &f->request, &options, &reply, &err), TH_INVALID,
                  &err);
    assert_string_equal(th_error_arg_get(&err, "reason"), "@applicability.survey_species");
    assert_string_equal(th_error_arg_get(&err, "plot"), "A");
    assert_string_equal(th_error_arg_get(&err, "row"), "3");
    assert_string_equal(th_error_arg_get(&err, "species"), "雷竹");
}

static void note_sheets(void *context, const char *name, int64_t n_checked,
                        const struct th_error *problem)
{
    (void)snprintf(context, 160, "%s %lld %s", name, (long long)n_checked,
                   problem != NULL ? problem->key : "ok");
}

static char *sheet_of(struct fixture *f, const char *run_id, const char *name)
{
    struct th_error err = {0};
    struct th_json *reply = NULL;
    char path[TH_TEST_PATH_SIZE];
    char *text = NULL;
    size_t size = 0;
    assert_ok(
        th_estimate_sheet(f->registry, run_id, th_test_path(path, f->folder, name), &reply, &err),
        &err);
    assert_ok(th_file_read(path, 1 << 20, &text, &size, &err), &err);
    th_json_free(reply);
    return text;
}

// A plot that is put right gives another estimate; the one that was made stays as it was.
static void sheet__is_the_same_after_plots_have_changed(void **state)
{
    struct fixture *f = *state;
    struct th_error err = {0};
    char verdict[160] = "";
    const struct th_check_sink sink = {.report = note_sheets, .context = verdict};
    const struct th_estimate_options options = moso(f, "2022", "2022");
    parcels(f);
    plots(f, PLOTS, 18);
    struct th_json *first = run(f, &options);
    char *before = sheet_of(f, "1", "before.jsonl");
    // In 2023 there were 10 culms of 10 cm, not 12: 2.383025 t/ha, 273.133 kg.
    plots(f, HEAD ",I,A,2023-08-20,400,毛竹,10,2,10\n,I,A,2023-08-20,,毛竹,12,3,4\n", 1);
    struct th_json *second = run(f, &options);
    assert_int_equal(th_json_get_int(second, "gross_kg", 0), 273 + 546 + 546 + 791);
    char *after = sheet_of(f, "1", "after.jsonl");
    char *newer = sheet_of(f, "2", "newer.jsonl");
    assert_string_equal(before, after);
    // Six surveys: those of I, II and of plot N, each once.
    size_t n_surveys = 0;
    for (const char *at = before; (at = strstr(at, "\"survey\":\"")) != NULL; at++) {
        n_surveys++;
    }
    assert_int_equal(n_surveys, 6);
    assert_non_null(strstr(before, "\"mean\":\"2.613344\""));
    assert_non_null(strstr(before, "\"mean\":\"2.144694\""));
    assert_null(strstr(before, "\"mean\":\"2.383025\""));
    assert_non_null(strstr(newer, "\"mean\":\"2.383025\""));
    assert_non_null(strstr(before, "\"equation\":\"moso-culm@1\",\"evidence\":\"unverified\""));
    assert_non_null(strstr(before, "\"unverified\":[\"moso-culm@1\"]"));
    assert_ok(th_estimate_check_all(th_registry_store(f->registry), &sink, &err), &err);
    assert_string_equal(verdict, "sheets 2 ok");
    th_json_free(first);
    th_json_free(second);
    free(before);
    free(after);
    free(newer);
}

static void explain__tells_the_plots_in_both_languages_and_as_a_workbook(void **state)
{
    struct fixture *f = *state;
    struct th_error err = {0};
    char path[TH_TEST_PATH_SIZE];
    parcels(f);
    plots(f, PLOTS, 18);
    for (int lang = TH_LANG_ZH; lang <= TH_LANG_EN; lang++) {
        struct th_json *reply = NULL;
        struct th_estimate_options options = moso(f, NULL, NULL);
        options.village = NULL;
        options.parcel = "2";
        options.year = "2023";
        options.lang = (enum th_lang)lang;
        options.out = th_test_path(path, f->folder, lang == TH_LANG_ZH ? "zh.xlsx" : "en.xlsx");
        assert_ok(th_estimate_explain_parcel(f->registry, &options, &reply, &err), &err);
        const struct th_json *lines = th_json_get(reply, "lines");
        const struct th_json *stem = find(lines, "code", "term.survey_stem_age");
        assert_string_equal(th_json_get_text(stem, "term", ""),
                            lang == TH_LANG_ZH ? "一株的干重：毛竹，胸径 10 厘米，2 度"
                                               : "Dry matter of one stem: 毛竹, 10 cm, 2 du");
        assert_string_equal(th_json_get_text(stem, "value", ""), "13.819104");
        for (size_t i = 0; i < th_json_size(lines); i++) {
            const char *term = th_json_get_text(th_json_at(lines, i), "term", "");
            const char *source = th_json_get_text(th_json_at(lines, i), "source", "");
            assert_null(strstr(term, "{"));
            assert_false(strncmp(term, "term.", 5) == 0);
            assert_false(strncmp(source, "term.", 5) == 0);
        }
        const struct th_json *net = find(lines, "code", "term.net");
        assert_string_equal(th_json_get_text(net, "value", ""), "1074");
        assert_non_null(find(th_json_get(reply, "warnings"), "code", "equation_unverified"));
        assert_true(th_file_exists(path));
        th_json_free(reply);
    }
}

// Three plots measured again: the change is 2.378053 t/ha with a standard error of 0.387066
// (deviation of the differences 0.377653 ÷ √3 × 2.919986 ÷ 1.644854), so that plots alone leave
// 1.644854 × 0.387066 ÷ 2.378053 = 26.8 % open, and with the root ratio (1 + R, about 9 %) and the
// carbon fraction (about 4 %) some 28.5 %.
static void run__the_error_of_plots_is_in_the_uncertainty(void **state)
{
    struct fixture *f = *state;
    parcels(f);
    plots(f,
          HEAD ",I,A,2021-08-12,400,毛竹,8,1,10\n,I,A,2021-08-12,,毛竹,10,2,34\n"
               ",I,A,2021-08-12,,毛竹,11,3,20\n,I,B,2021-08-12,400,毛竹,9,1,12\n"
               ",I,B,2021-08-12,,毛竹,10,2,40\n,I,B,2021-08-12,,毛竹,12,3,14\n"
               ",I,C,2021-08-12,400,毛竹,8,1,9\n,I,C,2021-08-12,,毛竹,9,2,38\n"
               ",I,C,2021-08-12,,毛竹,10,3,25\n,I,A,2023-08-12,400,毛竹,8,1,8\n"
               ",I,A,2023-08-12,,毛竹,10,2,36\n,I,A,2023-08-12,,毛竹,11,3,24\n"
               ",I,B,2023-08-12,400,毛竹,9,1,14\n,I,B,2023-08-12,,毛竹,10,2,41\n"
               ",I,B,2023-08-12,,毛竹,12,3,17\n,I,C,2023-08-12,400,毛竹,9,1,11\n"
               ",I,C,2023-08-12,,毛竹,10,2,33\n,I,C,2023-08-12,,毛竹,10,3,28\n",
          6);
    // Three parcels, two years and one pair of surveys: the error is the same in all of them.
    for (int i = 0; i < 2; i++) {
        struct th_estimate_options options = moso(f, "2022", i == 0 ? "2022" : "2023");
        struct th_json *reply = run(f, &options);
        int64_t gross = th_json_get_int(reply, "gross_kg", 0);
        assert_int_equal(th_json_get_int(reply, "n_parcels", 0), 3); // 4 is in I, too
        const struct th_json *uncertainty = th_json_get(reply, "uncertainty");
        double relative = (double)th_json_get_int(uncertainty, "halfwidth_kg", 0) / (double)gross;
        assert_true(relative > 0.27 && relative < 0.30);
        th_json_free(reply);
    }
}

// Chinese fir by its equation and the roots of AR-TOOL14: b = 13.238878 + 3.691271 after
// 7.190628 + 2.098040 t/ha in four years, × 0.47 × 44/12: 3,292.204 kg. Masson pine by volume: two
// plots, of which one is empty, 60.9 and 69.9 m3/ha; ÷ 2 × 0.4652 × 0.47 × 44/12: 3,607.626 kg.
static void run__trees_and_volumes(void **state)
{
    struct fixture *f = *state;
    static struct drawn file;
    file.size = 0;
    box(&file, 1, 1,
        "\"碳层\":\"杉\",\"forest_use\":\"protective\",\"harvest\":\"none\",\"non_forest_years\":"
        "\"5\",\"shrub_removed\":\"0\",\"ground\":\"mineral\",\"displaced\":\"no\","
        "\"地类\":\"0301\"");
    box(&file, 2, 1,
        "\"碳层\":\"材\",\"forest_type\":\"chinese-fir\",\"age_first\":\"20\",\"harvest\":\"none\","
        "\"ground\":\"mineral\",\"地类\":\"0301\"");
    struct th_parcel_import_options import = fixture_options(f, NULL);
    import.kind = "forest";
    struct th_json *reply = drawn_import_with(f, &file, import);
    assert_int_equal(drawn_accepted(reply), 2);
    th_json_free(reply);
    plots(f,
          "碳层,样地号,调查日期,样地面积(平方米),树种,胸径(厘米),株数\n"
          "杉,A,2018,600,杉木,6,60\n杉,B,2018,600,杉木,7,50\n"
          "杉,A,2022,600,杉木,8,60\n杉,B,2022,600,杉木,9,50\n",
          4);
    plots(f,
          "碳层,样地号,调查日期,样地面积(亩),树种,胸径(厘米),单株材积(立方米)\n"
          "材,1,2021,1.5,杉木,30,3.30\n材,1,2021,,杉木,35,4.80\n材,1,2021,,杉木,32,4.08\n"
          "材,2,2021,1.5,,,\n"
          "材,1,2023,1.5,杉木,31,3.60\n材,1,2023,,杉木,37,5.70\n材,1,2023,,杉木,33,4.68\n"
          "材,2,2023,1.5,,,\n",
          4);
    struct th_estimate_options options = moso(f, "2019", "2022");
    options.methodology = "tree-afforestation";
    reply = run(f, &options);
    assert_int_equal(th_json_get_int(reply, "n_parcels", 0), 1);
    assert_int_equal(th_json_get_int(reply, "gross_kg", 0), 4 * 3292);
    th_json_free(reply);
    options = moso(f, "2022", "2023");
    options.methodology = "forest-volume";
    reply = run(f, &options);
    assert_int_equal(th_json_get_int(reply, "n_parcels", 0), 1);
    assert_int_equal(th_json_get_int(reply, "gross_kg", 0), 2 * 3607);
    th_json_free(reply);
}

static void methodology_show__names_the_equations(void **state)
{
    struct fixture *f = *state;
    struct th_error err = {0};
    struct th_json *reply = NULL;
    assert_ok(th_methodology_show(f->registry, "moso-management", &reply, &err), &err);
    const struct th_json *equations = th_json_get(reply, "equations");
    assert_int_equal(th_json_size(equations), 1);
    const struct th_json *equation = th_json_at(equations, 0);
    assert_string_equal(th_json_get_text(equation, "equation", ""), "moso-culm@1");
    assert_string_equal(th_json_get_text(equation, "evidence", ""), "unverified");
    const struct th_json *species = th_json_get(equation, "species");
    assert_string_equal(th_json_text(th_json_at(species, 0)), "毛竹");
    assert_string_equal(th_json_text(th_json_at(species, th_json_size(species) - 1)), "-");
    th_json_free(reply);
    assert_ok(th_methodology_show(f->registry, "forest-volume", &reply, &err), &err);
    assert_int_equal(th_json_size(th_json_get(reply, "equations")), 0);
    th_json_free(reply);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(run__two_surveys_give_the_years_between_them, drawn_set_up,
                                        drawn_tear_down),
        cmocka_unit_test_setup_teardown(run__years_outside_of_the_surveys_are_refused, drawn_set_up,
                                        drawn_tear_down),
        cmocka_unit_test_setup_teardown(
            run__a_stem_without_equation_is_named_by_plot_row_and_species, drawn_set_up,
            drawn_tear_down),
        cmocka_unit_test_setup_teardown(sheet__is_the_same_after_plots_have_changed, drawn_set_up,
                                        drawn_tear_down),
        cmocka_unit_test_setup_teardown(
            explain__tells_the_plots_in_both_languages_and_as_a_workbook, drawn_set_up,
            drawn_tear_down),
        cmocka_unit_test_setup_teardown(run__the_error_of_plots_is_in_the_uncertainty, drawn_set_up,
                                        drawn_tear_down),
        cmocka_unit_test_setup_teardown(methodology_show__names_the_equations, drawn_set_up,
                                        drawn_tear_down),
        cmocka_unit_test_setup_teardown(run__trees_and_volumes, drawn_set_up, drawn_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
