// Reading a methodology document: "plots", how surveys of sample plots give its inputs. The stems'
// equations that it names are shipped ones, so that a document says all that a number follows from.
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "methodology/document_reader_internal.h"
#include "methodology/stem.h"

enum { SPECIES_SIZE_MAX = 60, DAYS_MAX = 182, CYCLE_MAX = 20 };

// What a stock is measured in, in the order of enum th_plots_quantity.
static const char *const quantities[] = {"above-ground-biomass", "whole-tree-biomass",
                                         "growing-stock", NULL};
static const char *const quantity_units[] = {"t d.m./ha", "t d.m./ha", "m3/ha"};

const char *th_plots_quantity_name(enum th_plots_quantity quantity)
{
    return quantities[quantity];
}

// The input that `key` names.
static bool read_input(struct th_reader *reader, const struct th_place *parent, const char *key,
                       size_t *ret_index)
{
    struct th_place place = th_place_below(parent, key);
    const char *name = NULL;
    if (!th_reader_text(reader, parent, key, &name)) {
        return false;
    }
    size_t index = th_reader_find_input(reader, name);
    if (index == SIZE_MAX) {
        return th_reader_fault(reader, &place, "name_unknown", "have", name, NULL);
    }
    *ret_index = index;
    return reader->input_sound[index];
}

// One of the three numbers that surveys give.
static bool read_number(struct th_reader *reader, const struct th_place *parent, const char *key,
                        size_t *ret_index)
{
    struct th_place place = th_place_below(parent, key);
    if (!read_input(reader, parent, key, ret_index)) {
        return false;
    }
    return reader->methodology->inputs[*ret_index].scope == TH_INPUT_OF_PLOTS ||
           th_reader_fault(reader, &place, "plots_scope", NULL);
}

static bool read_numbers(struct th_reader *reader, const struct th_place *parent,
                         struct th_plots *plots)
{
    struct th_place years = th_place_below(parent, "years");
    struct th_place end = th_place_below(parent, "end");
    bool start = read_number(reader, parent, "start", &plots->start);
    bool sound = read_number(reader, parent, "end", &plots->end) && start;
    sound = read_number(reader, parent, "years", &plots->years) && sound;
    if (sound && plots->end == plots->start) {
        return th_reader_fault(reader, &end, "repeated", NULL);
    }
    if (sound && (plots->years == plots->start || plots->years == plots->end)) {
        return th_reader_fault(reader, &years, "repeated", NULL);
    }
    return sound;
}

static void check_unit(struct th_reader *reader, size_t input, const char *want)
{
    struct th_place place = th_reader_place(reader, "inputs", input, "unit");
    const char *have = reader->methodology->inputs[input].unit;
    if (have && !th_text_equals(have, want)) {
        (void)th_reader_fault(reader, &place, "unit_other", "want", want, "have", have, NULL);
    }
}

// A whole number from 1 to `most`, as text.
static bool read_whole(struct th_reader *reader, const struct th_place *parent, const char *key,
                       int64_t most, int *ret_value)
{
    struct th_place place = th_place_below(parent, key);
    struct th_ratio value;
    char limit[TH_RATIO_TEXT_SIZE];
    if (!th_reader_ratio(reader, &place, &value)) {
        return false;
    }
    if (value.denominator != 1 || value.numerator < 1 || value.numerator > most) {
        return th_reader_fault(reader, &place, "plots_whole", "most",
                               th_ratio_format((struct th_ratio){most, 1}, limit), NULL);
    }
    *ret_value = (int)value.numerator;
    return true;
}

static bool read_choice(struct th_reader *reader, const struct th_place *parent, const char *key,
                        const struct th_input *input, size_t *ret_choice)
{
    struct th_place place = th_place_below(parent, key);
    const char *name = NULL;
    if (!th_reader_text(reader, parent, key, &name)) {
        return false;
    }
    *ret_choice = th_reader_choice(input, name);
    return *ret_choice != SIZE_MAX ||
           th_reader_fault(reader, &place, "choice_unknown", "have", name, NULL);
}

static void read_season(struct th_reader *reader, const struct th_place *parent,
                        struct th_plots *plots)
{
    static const char *const keys[] = {"input", "same",   "other",    "exempt", "cycle",
                                       "days",  "source", "evidence", NULL};
    struct th_place place = th_place_below(parent, "season");
    struct th_place name = th_place_below(&place, "input");
    struct th_place exempt = th_place_below(&place, "exempt");
    struct th_place cycle = th_place_below(&place, "cycle");
    const char *source = NULL;
    enum th_evidence evidence = TH_EVIDENCE_STATED;
    if (th_place_is_null(&place) || !th_reader_object(reader, &place, keys)) {
        return;
    }
    plots->has_season = read_whole(reader, &place, "days", DAYS_MAX, &plots->season_days);
    if (cycle.value && !th_place_is_null(&cycle)) {
        (void)read_whole(reader, &place, "cycle", CYCLE_MAX, &plots->season_cycle);
    }
    (void)th_reader_source(reader, &place, &source, &evidence);
    if (!read_input(reader, &place, "input", &plots->season)) {
        return;
    }
    const struct th_input *input = &reader->methodology->inputs[plots->season];
    if (input->type != TH_INPUT_CHOICE || input->scope != TH_INPUT_OF_PARCEL) {
        (void)th_reader_fault(reader, &name, "plots_season", NULL);
        return;
    }
    (void)read_choice(reader, &place, "same", input, &plots->season_same);
    (void)read_choice(reader, &place, "other", input, &plots->season_other);
    plots->has_exempt = exempt.value && !th_place_is_null(&exempt) &&
                        read_choice(reader, &place, "exempt", input, &plots->season_exempt);
}

// Not a name that another equation has, and no longer than a table of plots may have it.
static bool check_species(struct th_reader *reader, const struct th_plots *plots, size_t n_before,
                          const struct th_place *place)
{
    const char *name = th_json_text(place->value);
    if (th_json_type(place->value) != TH_JSON_STRING) {
        return th_reader_fault(reader, place, "want_text", NULL);
    }
    if (strlen(name) > SPECIES_SIZE_MAX || th_text_has_hidden(name)) {
        return th_reader_fault(reader, place, "species_form", "have", name, NULL);
    }
    for (size_t i = 0; i < n_before; i++) {
        for (size_t k = 0; k < plots->equations[i].n_species; k++) {
            if (plots->equations[i].species[k] &&
                th_text_equals(plots->equations[i].species[k], name)) {
                return th_reader_fault(reader, place, "repeated", NULL);
            }
        }
    }
    return true;
}

static void read_species(struct th_reader *reader, const struct th_plots *plots, size_t index,
                         const struct th_place *parent, struct th_plots_equation *equation)
{
    struct th_place list = th_place_below(parent, "species");
    if (!list.value || !th_reader_list(reader, &list, 1, TH_READER_LIST_MAX)) {
        return;
    }
    size_t n = th_json_size(list.value);
    const char **species = th_arena_take(&reader->methodology->arena, n * sizeof(*species));
    if (!species) {
        (void)th_reader_no_memory(reader);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        struct th_place place = th_place_at(&list, i);
        species[i] = NULL;
        equation->species = species;
        equation->n_species = i;
        if (check_species(reader, plots, index + 1, &place)) {
            species[i] = th_json_text(place.value);
        }
    }
    equation->n_species = n;
}

// What a table of plots has; density and the diameter at 30 cm stand in none.
static const char *measure_missing(const struct th_stem *stem)
{
    return th_stem_wants(stem, TH_STEM_D30)       ? "d30"
           : th_stem_wants(stem, TH_STEM_DENSITY) ? "density"
           : th_stem_wants(stem, TH_STEM_VOLUME)  ? "volume"
                                                  : NULL;
}

static void check_stem(struct th_reader *reader, const struct th_place *place,
                       enum th_plots_quantity quantity, const struct th_plots_equation *equation)
{
    const char *missing = measure_missing(equation->stem);
    bool whole = th_stem_includes_roots(equation->stem);
    if (th_stem_basis(equation->stem) != TH_STEM_PER_STEM || missing) {
        (void)th_reader_fault(reader, place, "equation_measure", "have", equation->reference,
                              "measure", missing ? missing : "-", NULL);
    } else if (whole != (quantity == TH_PLOTS_WHOLE_TREE)) {
        (void)th_reader_fault(reader, place, "equation_gives", "have",
                              quantities[whole ? TH_PLOTS_WHOLE_TREE : TH_PLOTS_ABOVE_GROUND],
                              "want", quantities[quantity], NULL);
    }
}

static void read_equation(struct th_reader *reader, const struct th_plots *plots, size_t index,
                          const struct th_place *place, struct th_plots_equation *equation)
{
    static const char *const keys[] = {"species", "equation", "source", "evidence", NULL};
    struct th_place reference = th_place_below(place, "equation");
    struct th_error fault = {0};
    if (!th_reader_object(reader, place, keys)) {
        return;
    }
    read_species(reader, plots, index, place, equation);
    (void)th_reader_source(reader, place, &equation->source, &equation->evidence);
    if (!th_reader_text(reader, place, "equation", &equation->reference)) {
        return;
    }
    // Without a version a document would change with what is shipped.
    if (!strchr(equation->reference, '@')) {
        (void)th_reader_fault(reader, &reference, "equation_version", "have", equation->reference,
                              NULL);
        return;
    }
    enum th_status status = th_stem_shipped(equation->reference, &equation->stem, &fault);
    if (status == TH_NO_MEMORY) {
        (void)th_reader_no_memory(reader);
    } else if (status != TH_OK) {
        const char *names = th_error_arg_get(&fault, "names");
        (void)th_reader_fault(reader, &reference, "equation_unknown", "have", equation->reference,
                              "want", names ? names : "", NULL);
    } else {
        check_stem(reader, &reference, plots->quantity, equation);
    }
}

static void read_equations(struct th_reader *reader, const struct th_place *parent,
                           struct th_plots *plots)
{
    struct th_place list = th_place_below(parent, "equations");
    if (!list.value || !th_reader_list(reader, &list, 0, TH_READER_LIST_MAX)) {
        return;
    }
    // A growing stock is added up, biomass is computed.
    size_t n = th_json_size(list.value);
    if ((n == 0) != (plots->quantity == TH_PLOTS_GROWING_STOCK)) {
        (void)th_reader_fault(reader, &list, n == 0 ? "plots_no_equation" : "plots_equation", NULL);
        return;
    }
    struct th_plots_equation *equations =
        th_arena_take(&reader->methodology->arena, (n + 1) * sizeof(*equations));
    if (!equations) {
        (void)th_reader_no_memory(reader);
        return;
    }
    memset(equations, 0, (n + 1) * sizeof(*equations));
    plots->equations = equations;
    plots->n_equations = n;
    for (size_t i = 0; i < n; i++) {
        struct th_place place = th_place_at(&list, i);
        read_equation(reader, plots, i, &place, &equations[i]);
    }
}

// Does a term add roots to what this input says?
static bool adds_roots(const struct th_term *term, size_t input)
{
    bool plays = false;
    bool roots = th_text_equals(term->family->name, "tree-difference");
    for (size_t i = 0; i < term->family->n_roles; i++) {
        plays =
            plays || (term->roles[i].player == TH_PLAYER_INPUT && term->roles[i].index == input);
        roots = roots || (th_text_starts_with(term->family->roles[i].name, "root_ratio") &&
                          term->roles[i].player != TH_PLAYER_NONE);
    }
    return plays && roots;
}

// Roots are counted once.
static void check_roots(struct th_reader *reader, const struct th_place *parent,
                        const struct th_plots *plots)
{
    const struct th_methodology *methodology = reader->methodology;
    struct th_place place = th_place_below(parent, "quantity");
    for (size_t i = 0; i < methodology->n_terms && plots->quantity == TH_PLOTS_WHOLE_TREE; i++) {
        if (methodology->terms[i].family && adds_roots(&methodology->terms[i], plots->end)) {
            (void)th_reader_fault(reader, &place, "plots_roots", NULL);
            return;
        }
    }
}

// Every input from plots is one of the three.
static void check_named(struct th_reader *reader, bool has_plots, const struct th_plots *plots)
{
    for (size_t i = 0; i < reader->methodology->n_inputs; i++) {
        struct th_place scope = th_reader_place(reader, "inputs", i, "scope");
        if (!reader->input_sound[i] || reader->methodology->inputs[i].scope != TH_INPUT_OF_PLOTS) {
            continue;
        }
        if (!has_plots) {
            (void)th_reader_fault(reader, &scope, "plots_missing", NULL);
        } else if (plots && i != plots->start && i != plots->end && i != plots->years) {
            (void)th_reader_fault(reader, &scope, "plots_unnamed", NULL);
        }
    }
}

void th_reader_plots(struct th_reader *reader)
{
    static const char *const keys[] = {"start",    "end",       "years", "season",
                                       "quantity", "equations", NULL};
    struct th_methodology *methodology = reader->methodology;
    struct th_plots *plots = &methodology->plots;
    struct th_place place = th_place_below(&reader->root, "plots");
    size_t quantity = 0;
    if (!place.value) {
        check_named(reader, false, NULL);
        return;
    }
    if (!th_reader_object(reader, &place, keys)) {
        return;
    }
    bool numbers = read_numbers(reader, &place, plots);
    check_named(reader, true, numbers ? plots : NULL);
    read_season(reader, &place, plots);
    if (!th_reader_word(reader, &place, "quantity", quantities, "quantity_unknown", &quantity)) {
        return;
    }
    plots->quantity = (enum th_plots_quantity)quantity;
    read_equations(reader, &place, plots);
    if (numbers) {
        check_unit(reader, plots->start, quantity_units[quantity]);
        check_unit(reader, plots->end, quantity_units[quantity]);
        check_unit(reader, plots->years, "yr");
        check_roots(reader, &place, plots);
    }
    methodology->has_plots = true;
}
