// The worked examples of a methodology document: read, computed and compared. A number that takes
// part in no example could be wrong by its unit without anybody noticing, so that each must.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/text.h"
#include "methodology/document_reader_internal.h"

static const char list_name[] = "examples";
static const char *const side_keys[TH_N_SIDES + 1] = {"gross", "baseline", "project-emissions",
                                                      "leakage", NULL};

// How far an example may lie off: 2 % of it, or a kilogram.
static const double TOLERANCE_MAX = 0.02;

// --- Reading -----------------------------------------------------------------------------------

static bool read_expected(struct th_reader *reader, const struct th_place *sides, size_t side,
                          struct th_example *example)
{
    static const char *const keys[] = {"kg", "tolerance_kg", NULL};
    struct th_place place = th_place_below(sides, side_keys[side]);
    struct th_place kg_place = th_place_below(&place, "kg");
    struct th_place tolerance_place = th_place_below(&place, "tolerance_kg");
    struct th_ratio kg, tolerance;
    if (!place.value) {
        return true;
    }
    if (!th_reader_object(reader, &place, keys)) {
        return false;
    }
    bool sound = th_reader_long_ratio(reader, &kg_place, &kg);
    if (!th_reader_long_ratio(reader, &tolerance_place, &tolerance) || !sound) {
        return false;
    }
    double most = fmax(fabs(th_ratio_double(kg)) * TOLERANCE_MAX, 1.0);
    if (tolerance.numerator < 0 || th_ratio_double(tolerance) > most) {
        return th_reader_fault(reader, &tolerance_place, "tolerance_wide", NULL);
    }
    example->expect[side].has = true;
    example->expect[side].kg = th_ratio_double(kg);
    example->expect[side].tolerance_kg = th_ratio_double(tolerance);
    return true;
}

static bool read_expect(struct th_reader *reader, const struct th_place *parent,
                        struct th_example *example)
{
    char want[TH_ERROR_VALUE_SIZE];
    struct th_place place = th_place_below(parent, "expect");
    static const char *const none[] = {NULL};
    if (th_json_type(place.value) != TH_JSON_OBJECT) {
        return place.value && th_reader_object(reader, &place, none);
    }
    bool sound = th_json_size(place.value) > 0 ||
                 th_reader_fault(reader, &place, "expect_empty", "want",
                                 th_reader_list_words(side_keys, want), NULL);
    for (size_t side = 0; side < TH_N_SIDES; side++) {
        sound = read_expected(reader, &place, side, example) && sound;
    }
    for (void *it = th_json_iter(place.value); it; it = th_json_iter_next(place.value, it)) {
        bool known = false;
        for (size_t side = 0; side < TH_N_SIDES; side++) {
            known = known || th_text_equals(side_keys[side], th_json_iter_key(it));
        }
        if (!known) {
            struct th_place unknown = th_place_below(&place, th_json_iter_key(it));
            sound = th_reader_fault(reader, &unknown, "side_unknown", "have", th_json_iter_key(it),
                                    "want", th_reader_list_words(side_keys, want), NULL);
        }
    }
    return sound;
}

static bool read_value(struct th_reader *reader, const struct th_place *inputs, size_t index,
                       struct th_example *example)
{
    const struct th_input *input = &reader->methodology->inputs[index];
    struct th_place place = th_place_below(inputs, input->name);
    struct th_ratio value;
    if (input->type == TH_INPUT_YEARS_SINCE) {
        return !place.value || th_reader_fault(reader, &place, "example_computed", NULL);
    }
    if (!place.value) {
        example->inputs[index] = th_ratio_double(input->standard); // 0 without
        example->from_default[index] = true;
        return input->has_default ||
               th_reader_fault(reader, &place, "example_input", "name", input->name, NULL);
    }
    if (input->type == TH_INPUT_CHOICE) {
        const char *name = th_json_text(place.value);
        size_t choice = th_reader_choice(input, name);
        example->inputs[index] = (double)choice;
        return choice != SIZE_MAX ||
               th_reader_fault(reader, &place, "choice_unknown", "have", name, NULL);
    }
    if (!th_reader_long_ratio(reader, &place, &value)) {
        return false;
    }
    example->inputs[index] = th_ratio_double(value);
    return !input->has_range ||
           (th_ratio_compare(input->low, value) <= 0 &&
            th_ratio_compare(value, input->high) <= 0) ||
           th_reader_fault(reader, &place, "range_value", NULL);
}

static bool read_values(struct th_reader *reader, const struct th_place *parent,
                        struct th_example *example)
{
    const struct th_methodology *methodology = reader->methodology;
    struct th_place place = th_place_below(parent, "inputs");
    static const char *const none[] = {NULL};
    bool sound = true;
    if (th_json_type(place.value) != TH_JSON_OBJECT) {
        return place.value && th_reader_object(reader, &place, none);
    }
    for (void *it = th_json_iter(place.value); it; it = th_json_iter_next(place.value, it)) {
        if (th_reader_find_input(reader, th_json_iter_key(it)) == SIZE_MAX) {
            struct th_place unknown = th_place_below(&place, th_json_iter_key(it));
            sound = th_reader_fault(reader, &unknown, "name_unknown", "have", th_json_iter_key(it),
                                    NULL);
        }
    }
    for (size_t i = 0; i < methodology->n_inputs; i++) {
        if (reader->input_sound[i]) {
            sound = read_value(reader, &place, i, example) && sound;
        }
    }
    for (size_t i = 0; i < methodology->n_inputs; i++) {
        const struct th_input *input = &methodology->inputs[i];
        if (input->type == TH_INPUT_YEARS_SINCE && reader->input_sound[i]) {
            example->inputs[i] = example->year - example->inputs[input->since] + 1;
        }
    }
    return sound;
}

// The parcel of an example must be one that may use the methodology.
static bool check_parcel(struct th_reader *reader, const struct th_place *place,
                         struct th_ratio area_mu, const struct th_example *example)
{
    const struct th_methodology *methodology = reader->methodology;
    struct th_place area = th_place_below(place, "area_mu");
    struct th_place inputs = th_place_below(place, "inputs");
    if (area_mu.numerator <= 0) {
        return th_reader_fault(reader, &area, "example_area", NULL);
    }
    if (methodology->has_min_area && th_ratio_compare(area_mu, methodology->min_area_mu) < 0) {
        return th_reader_fault(reader, &area, "example_min_area", NULL);
    }
    bool sound = true;
    for (size_t i = 0; i < methodology->n_conditions && reader->conditions_sound; i++) {
        const struct th_condition *condition = &methodology->conditions[i];
        if (reader->input_sound[condition->input] &&
            !th_condition_holds(condition, example->inputs)) {
            sound = th_reader_fault(reader, &inputs, "example_condition", "name",
                                    methodology->inputs[condition->input].name, NULL);
        }
    }
    return sound;
}

static void read_example(struct th_reader *reader, size_t index, struct th_example *example)
{
    static const char *const keys[] = {"title",  "source", "year", "area_mu",
                                       "inputs", "expect", NULL};
    struct th_place place = th_reader_place(reader, list_name, index, NULL);
    struct th_place year = th_place_below(&place, "year");
    struct th_place area = th_place_below(&place, "area_mu");
    struct th_text title;
    const char *source = NULL;
    struct th_ratio area_mu;
    if (!th_reader_object(reader, &place, keys)) {
        return;
    }
    (void)th_reader_texts(reader, &place, "title", &title);
    (void)th_reader_text(reader, &place, "source", &source);
    (void)read_expect(reader, &place, example);
    bool sound = th_reader_year(reader, &year, &example->year);
    sound = th_reader_ratio(reader, &area, &area_mu) && sound;
    if (!read_values(reader, &place, example) || !sound) {
        return;
    }
    example->area_mu = th_ratio_double(area_mu);
    (void)check_parcel(reader, &place, area_mu, example);
}

void th_reader_examples(struct th_reader *reader)
{
    struct th_place list = th_place_below(&reader->root, list_name);
    size_t minimum = reader->methodology->statement_based ? 0 : 1;
    if (!th_reader_list(reader, &list, minimum, TH_METHODOLOGY_EXAMPLES_MAX) ||
        reader->methodology->statement_based) {
        return;
    }
    for (size_t i = 0; i < th_json_size(list.value); i++) {
        reader->n_examples = i + 1;
        read_example(reader, i, &reader->examples[i]);
    }
}

// --- Computing ---------------------------------------------------------------------------------

// Examples of one calendar year, which share the numbers that hold in it, as one batch.
struct year_run {
    struct th_reader *reader;
    int year;
    size_t examples[TH_METHODOLOGY_EXAMPLES_MAX];
    size_t n;
    double columns[TH_CALC_INPUTS_MAX][TH_METHODOLOGY_EXAMPLES_MAX];
    double slots[TH_CALC_SLOTS_MAX];
    double kg[TH_N_SIDES][TH_N_GASES][TH_METHODOLOGY_EXAMPLES_MAX];
    bool row_told[TH_CALC_SLOTS_MAX]; // by row, in the order of the document
    bool default_told[TH_METHODOLOGY_INPUTS_MAX];
    bool usual[TH_METHODOLOGY_PLAUSIBLE_MAX]; // an example lies inside of these bounds
};

static bool holds_in(const struct th_parameter_row *row, int year)
{
    return (row->from_year == 0 || row->from_year <= year) &&
           (row->to_year == 0 || year <= row->to_year);
}

static void fill_slots(struct year_run *run)
{
    const struct th_methodology *methodology = run->reader->methodology;
    for (size_t i = 0; i < TH_CALC_SLOTS_MAX; i++) {
        run->slots[i] = (double)NAN; // no row holds
    }
    for (size_t i = 0; i < methodology->n_parameters; i++) {
        const struct th_parameter *parameter = &methodology->parameters[i];
        for (size_t k = 0; k < parameter->n_rows; k++) {
            if (holds_in(&parameter->rows[k], run->year)) {
                run->slots[parameter->rows[k].slot] = th_ratio_double(parameter->rows[k].value);
            }
        }
    }
    for (size_t gas = 0; methodology->has_gwp && gas < TH_N_GASES; gas++) {
        if (gas != TH_GAS_CO2) {
            run->slots[methodology->gwp[gas].slot] = th_ratio_double(methodology->gwp[gas].value);
        }
    }
}

static void fill_columns(struct year_run *run)
{
    const struct th_reader *reader = run->reader;
    for (size_t i = 0; i < run->n; i++) {
        const struct th_example *example = &reader->examples[run->examples[i]];
        run->columns[TH_COLUMN_AREA_MU][i] = example->area_mu;
        run->columns[TH_COLUMN_YEAR][i] = example->year;
        for (size_t k = 0; k < reader->methodology->n_inputs; k++) {
            run->columns[TH_COLUMN_INPUTS + k][i] = example->inputs[k];
        }
    }
}

static enum th_status compute(struct year_run *run, struct th_error *err)
{
    const double *inputs[TH_CALC_INPUTS_MAX];
    double *kg[TH_N_SIDES][TH_N_GASES];
    for (size_t i = 0; i < TH_CALC_INPUTS_MAX; i++) {
        inputs[i] = run->columns[i];
    }
    for (size_t i = 0; i < (size_t)TH_N_SIDES * TH_N_GASES; i++) {
        kg[i / TH_N_GASES][i % TH_N_GASES] = run->kg[i / TH_N_GASES][i % TH_N_GASES];
    }
    const struct th_calc_batch batch = {.n = run->n, .inputs = inputs};
    return th_calc_run(run->reader->methodology->calc, run->slots, &batch, kg, err);
}

static double side_kg(const struct year_run *run, size_t side, size_t row)
{
    double sum = 0.0;
    for (size_t gas = 0; gas < TH_N_GASES; gas++) {
        sum += run->kg[side][gas][row];
    }
    return sum;
}

static bool is_as_expected(const struct year_run *run, size_t side, size_t row)
{
    const struct th_example *example = &run->reader->examples[run->examples[row]];
    double want = example->expect[side].kg;
    double off = fabs(side_kg(run, side, row) - want);
    return !example->expect[side].has ||
           off <= example->expect[side].tolerance_kg + fabs(want) * 1e-12 + 1e-6;
}

static bool all_as_expected(const struct year_run *run)
{
    for (size_t row = 0; row < run->n; row++) {
        for (size_t side = 0; side < TH_N_SIDES; side++) {
            if (!is_as_expected(run, side, row)) {
                return false;
            }
        }
    }
    return true;
}

// What went wrong where one result is just so many times the other.
static const char *difference_reason(double have, double want)
{
    static const struct {
        double factor;
        const char *reason;
    } mistakes[] = {{1000.0, "example_differs_mass"},
                    {15.0, "example_differs_area"},
                    {44.0 / 12.0, "example_differs_carbon"}};
    double times = have != 0.0 && want != 0.0 ? fabs(have) / fabs(want) : 1.0;
    times = times < 1.0 ? 1.0 / times : times;
    for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
        if (fabs(times / mistakes[i].factor - 1.0) < 1e-3) {
            return mistakes[i].reason;
        }
    }
    return "example_differs";
}

static void tell_differences(struct year_run *run)
{
    struct th_reader *reader = run->reader;
    for (size_t row = 0; row < run->n; row++) {
        struct th_place expect = th_reader_place(reader, list_name, run->examples[row], "expect");
        for (size_t side = 0; side < TH_N_SIDES; side++) {
            if (is_as_expected(run, side, row)) {
                continue;
            }
            char have[32];
            char want[32];
            struct th_place place = th_place_below(&expect, side_keys[side]);
            const struct th_example *example = &reader->examples[run->examples[row]];
            (void)snprintf(have, sizeof(have), "%.6f", side_kg(run, side, row));
            (void)snprintf(want, sizeof(want), "%.6f", example->expect[side].kg);
            const char *reason =
                difference_reason(side_kg(run, side, row), example->expect[side].kg);
            (void)th_reader_fault(reader, &place, reason, "side", side_keys[side], "have", have,
                                  "want", want, NULL);
        }
    }
}

// What must not be refused by the document's own bounds, in t CO2e/ha/yr.
static void check_plausible(struct year_run *run)
{
    struct th_reader *reader = run->reader;
    const struct th_methodology *methodology = reader->methodology;
    for (size_t row = 0; row < run->n; row++) {
        double net = side_kg(run, TH_SIDE_GROSS, row) - side_kg(run, TH_SIDE_BASELINE, row) -
                     side_kg(run, TH_SIDE_PROJECT_EMISSIONS, row) -
                     side_kg(run, TH_SIDE_LEAKAGE, row);
        net = net / 1000 / (run->columns[TH_COLUMN_AREA_MU][row] / 15);
        for (size_t i = 0; i < methodology->n_plausible; i++) {
            const struct th_plausible *bounds = &methodology->plausible[i];
            char have[32];
            bool inside =
                net >= th_ratio_double(bounds->low) && net <= th_ratio_double(bounds->high);
            run->usual[i] = run->usual[i] || inside;
            if (bounds->action != TH_PLAUSIBLE_REFUSE || inside) {
                continue;
            }
            struct th_place place = th_reader_place(reader, "plausible", i, NULL);
            (void)snprintf(have, sizeof(have), "%.3f", net);
            (void)th_reader_fault(reader, &place, "example_implausible", "have", have, NULL);
        }
    }
}

// What a number is set to, to see whether an example notices: times 1.5, and 1 in place of 0.
static double disturbed(double value)
{
    return value == 0.0 ? 1.0 : 1.5 * value;
}

// Does an example come out otherwise, or not at all?
static bool is_noticed(struct year_run *run)
{
    enum th_status status = compute(run, NULL);
    if (status == TH_NO_MEMORY) {
        (void)th_reader_no_memory(run->reader);
    }
    return status != TH_OK || !all_as_expected(run);
}

static void try_rows(struct year_run *run)
{
    const struct th_methodology *methodology = run->reader->methodology;
    size_t number = 0;
    for (size_t i = 0; i < methodology->n_parameters; i++) {
        const struct th_parameter *parameter = &methodology->parameters[i];
        for (size_t k = 0; k < parameter->n_rows; k++, number++) {
            const struct th_parameter_row *row = &parameter->rows[k];
            if (run->row_told[number] || !holds_in(row, run->year)) {
                continue;
            }
            double value = run->slots[row->slot];
            run->slots[row->slot] = disturbed(value);
            run->row_told[number] = is_noticed(run);
            run->slots[row->slot] = value;
        }
    }
}

static void try_defaults(struct year_run *run)
{
    const struct th_reader *reader = run->reader;
    for (size_t i = 0; i < reader->methodology->n_inputs; i++) {
        const struct th_input *input = &reader->methodology->inputs[i];
        double *column = run->columns[TH_COLUMN_INPUTS + i];
        if (!input->has_default || input->type != TH_INPUT_NUMBER || run->default_told[i]) {
            continue;
        }
        for (size_t row = 0; row < run->n; row++) {
            if (reader->examples[run->examples[row]].from_default[i]) {
                column[row] = disturbed(column[row]);
            }
        }
        run->default_told[i] = is_noticed(run);
        fill_columns(run);
    }
}

static bool run_year(struct year_run *run)
{
    struct th_error err = {0};
    fill_slots(run);
    fill_columns(run);
    enum th_status status = compute(run, &err);
    if (status == TH_NO_MEMORY) {
        return th_reader_no_memory(run->reader);
    }
    if (status != TH_OK) {
        const char *row = th_error_arg_get(&err, "row");
        int64_t at = 0;
        (void)th_text_parse_int(row ? row : "0", 0, (int64_t)run->n - 1, &at);
        struct th_place place = th_reader_place(run->reader, list_name, run->examples[at], NULL);
        const char *term = th_error_arg_get(&err, "term");
        return th_reader_fault(run->reader, &place, "example_undefined", "term", term ? term : "",
                               NULL);
    }
    tell_differences(run);
    check_plausible(run);
    if (run->reader->n_faults == 0) {
        try_rows(run);
        try_defaults(run);
    }
    return true;
}

static void tell_untried(const struct year_run *run)
{
    struct th_reader *reader = run->reader;
    const struct th_methodology *methodology = reader->methodology;
    size_t number = 0;
    for (size_t i = 0; i < methodology->n_parameters; i++) {
        struct th_place list = th_reader_place(reader, "parameters", i, "rows");
        for (size_t k = 0; k < methodology->parameters[i].n_rows; k++, number++) {
            struct th_place row = th_place_at(&list, k);
            if (!run->row_told[number]) {
                (void)th_reader_fault(reader, &row, "row_without_example", NULL);
            }
        }
    }
    for (size_t i = 0; i < methodology->n_plausible; i++) {
        if (!run->usual[i]) {
            struct th_place place = th_reader_place(reader, "plausible", i, NULL);
            (void)th_reader_fault(reader, &place, "plausible_without_example", NULL);
        }
    }
    for (size_t i = 0; i < methodology->n_inputs; i++) {
        const struct th_input *input = &methodology->inputs[i];
        if (input->has_default && input->type == TH_INPUT_NUMBER &&
            input->standard.numerator != 0 && !run->default_told[i]) {
            struct th_place place = th_reader_place(reader, "inputs", i, "default");
            (void)th_reader_fault(reader, &place, "default_without_example", NULL);
        }
    }
}

// The examples of the year that the first of `done` not yet set has.
static bool next_year(struct year_run *run, bool *done)
{
    const struct th_reader *reader = run->reader;
    run->n = 0;
    for (size_t i = 0; i < reader->n_examples; i++) {
        if (done[i] || (run->n > 0 && reader->examples[i].year != run->year)) {
            continue;
        }
        run->year = reader->examples[i].year;
        run->examples[run->n++] = i;
        done[i] = true;
    }
    return run->n > 0;
}

void th_reader_compute_examples(struct th_reader *reader)
{
    bool done[TH_METHODOLOGY_EXAMPLES_MAX] = {false};
    struct year_run *run = calloc(1, sizeof(*run));
    if (!run) {
        (void)th_reader_no_memory(reader);
        return;
    }
    run->reader = reader;
    bool all = true;
    while (next_year(run, done)) {
        all = run_year(run) && all;
    }
    if (all && reader->n_faults == 0) {
        tell_untried(run);
    }
    free(run);
}
