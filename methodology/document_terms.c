// Reading a methodology document: its terms, and whether every number in it is put to use.
#include <assert.h>

#include "core/text.h"
#include "methodology/document_reader_internal.h"
#include "methodology/separate.h"

enum { FAMILIES_MAX = 64 };

static const char *const sides[] = {"gross", "baseline", "project-emissions", "leakage", NULL};
static const char *const gases[] = {"CO2", "CH4", "N2O", NULL};

// The words whose bits are set, as a list.
static const char *chosen_words(const char *const *words, unsigned bits,
                                char buf[TH_ERROR_VALUE_SIZE])
{
    const char *chosen[8] = {NULL};
    size_t n = 0;
    for (size_t i = 0; words[i]; i++) {
        if (bits & 1u << i) {
            chosen[n++] = words[i];
        }
    }
    return th_reader_list_words(chosen, buf);
}

// A player of several roles must suit all of them.
static bool narrow(struct th_role *known, const struct th_role *role)
{
    if (!known->unit) {
        *known = *role;
        return true;
    }
    if (!th_text_equals(known->unit, role->unit)) {
        return false;
    }
    known->low = th_ratio_compare(known->low, role->low) < 0 ? role->low : known->low;
    known->high = th_ratio_compare(known->high, role->high) > 0 ? role->high : known->high;
    return true;
}

static void role_unit(struct th_reader *reader, const struct th_place *place, const char *have,
                      const struct th_role *role)
{
    (void)th_reader_fault(reader, place, "role_unit", "have", have, "want", role->unit, "role",
                          role->name, NULL);
}

static void play_input(struct th_reader *reader, const struct th_place *place, size_t index,
                       const struct th_role *role)
{
    const struct th_input *input = &reader->methodology->inputs[index];
    reader->input_used[index] = true;
    if (!reader->input_sound[index]) {
        return;
    }
    if (input->type == TH_INPUT_CHOICE) {
        (void)th_reader_fault(reader, place, "role_choice", "name", input->name, NULL);
    } else if (input->type != TH_INPUT_NUMBER && !th_text_equals(role->unit, "yr")) {
        role_unit(reader, place, "yr", role);
    } else if (!narrow(&reader->input_role[index], role)) {
        role_unit(reader, place, reader->input_role[index].unit, role);
    }
}

// Of a table, the key is in use as well.
static void use_parameter(struct th_reader *reader, size_t index)
{
    const struct th_parameter *parameter = &reader->methodology->parameters[index];
    reader->parameter_used[index] = true;
    if (parameter->has_key) {
        reader->input_used[parameter->key] = true;
    }
}

static void read_role(struct th_reader *reader, const struct th_place *roles,
                      const struct th_role *role, struct th_term *term, size_t index)
{
    struct th_place place = th_place_below(roles, role->name);
    const char *name = NULL;
    if (!place.value) {
        if (!role->optional) {
            (void)th_reader_fault(reader, &place, "role_missing", "role", role->name, "unit",
                                  role->unit, NULL);
        }
        return;
    }
    if (!th_reader_text(reader, roles, role->name, &name)) {
        return;
    }
    size_t parameter = th_reader_find_parameter(reader, name);
    size_t input = th_reader_find_input(reader, name);
    if (parameter != SIZE_MAX) {
        term->roles[index].player = TH_PLAYER_PARAMETER;
        term->roles[index].index = parameter;
        use_parameter(reader, parameter);
        if (!narrow(&reader->parameter_role[parameter], role)) {
            role_unit(reader, &place, reader->parameter_role[parameter].unit, role);
        }
    } else if (input != SIZE_MAX) {
        term->roles[index].player = TH_PLAYER_INPUT;
        term->roles[index].index = input;
        play_input(reader, &place, input, role);
    } else {
        (void)th_reader_fault(reader, &place, "name_unknown", "have", name, NULL);
    }
}

static void read_roles(struct th_reader *reader, const struct th_place *parent,
                       struct th_term *term)
{
    const struct th_family *family = term->family;
    const char *names[TH_FAMILY_ROLES_MAX + 1] = {NULL};
    char want[TH_ERROR_VALUE_SIZE];
    struct th_place roles = th_place_below(parent, "roles");
    static const char *const none[] = {NULL};
    if (th_json_type(roles.value) != TH_JSON_OBJECT) {
        (void)(roles.value ? th_reader_object(reader, &roles, none) : false);
        return;
    }
    for (size_t i = 0; i < family->n_roles; i++) {
        names[i] = family->roles[i].name;
        read_role(reader, &roles, &family->roles[i], term, i);
    }
    for (void *it = th_json_iter(roles.value); it; it = th_json_iter_next(roles.value, it)) {
        bool known = false;
        for (size_t i = 0; i < family->n_roles; i++) {
            known = known || th_text_equals(names[i], th_json_iter_key(it));
        }
        if (!known) {
            struct th_place unknown = th_place_below(&roles, th_json_iter_key(it));
            (void)th_reader_fault(reader, &unknown, "role_unknown", "family", family->name, "want",
                                  th_reader_list_words(names, want), NULL);
        }
    }
}

static void read_family(struct th_reader *reader, const struct th_place *place,
                        struct th_term *term)
{
    const char *names[FAMILIES_MAX + 1] = {NULL};
    size_t index = 0;
    assert(th_family_number_of() <= FAMILIES_MAX);
    for (size_t i = 0; i < th_family_number_of(); i++) {
        names[i] = th_family_at(i)->name;
    }
    if (th_reader_word(reader, place, "family", names, "family_unknown", &index)) {
        term->family = th_family_at(index);
    }
}

// What a family may give and where it may be counted.
static void check_family(struct th_reader *reader, const struct th_place *place,
                         const struct th_term *term, bool has_side, bool has_gas)
{
    struct th_place side = th_place_below(place, "side");
    struct th_place gas = th_place_below(place, "gas");
    char want[TH_ERROR_VALUE_SIZE];
    if (has_side && !(term->family->sides & 1u << term->side)) {
        (void)th_reader_fault(reader, &side, "side_other", "family", term->family->name, "have",
                              sides[term->side], "want",
                              chosen_words(sides, term->family->sides, want), NULL);
    }
    if (has_gas && !(term->family->gases & 1u << term->gas)) {
        (void)th_reader_fault(reader, &gas, "gas_other", "family", term->family->name, "have",
                              gases[term->gas], "want",
                              chosen_words(gases, term->family->gases, want), NULL);
    }
}

static void read_term(struct th_reader *reader, size_t index, struct th_term *term,
                      bool gas_given[TH_N_GASES])
{
    static const char *const keys[] = {"name", "title", "family", "side", "gas", "roles", NULL};
    struct th_place place = th_reader_place(reader, "terms", index, NULL);
    size_t side = 0;
    size_t gas = 0;
    if (!th_reader_object(reader, &place, keys)) {
        return;
    }
    if (th_reader_name(reader, &place, &term->name)) {
        for (size_t i = 0; i < index; i++) {
            const char *other = reader->methodology->terms[i].name;
            if (other && th_text_equals(other, term->name)) {
                struct th_place name = th_place_below(&place, "name");
                (void)th_reader_fault(reader, &name, "repeated", NULL);
            }
        }
    }
    (void)th_reader_texts(reader, &place, "title", &term->title);
    read_family(reader, &place, term);
    bool has_side = th_reader_word(reader, &place, "side", sides, "side_unknown", &side);
    bool has_gas = th_reader_word(reader, &place, "gas", gases, "gas_unknown", &gas);
    term->side = (enum th_side)side;
    term->gas = (enum th_gas)gas;
    if (has_gas) {
        gas_given[gas] = true;
        struct th_place gas_place = th_place_below(&place, "gas");
        if (!reader->gas_counted[gas]) {
            (void)th_reader_fault(reader, &gas_place, "gas_not_counted", "have", gases[gas], NULL);
        }
        if (gas != TH_GAS_CO2 && !reader->methodology->has_gwp) {
            (void)th_reader_fault(reader, &gas_place, "gwp_missing", "have", gases[gas], NULL);
        }
    }
    if (term->family) {
        check_family(reader, &place, term, has_side, has_gas);
        read_roles(reader, &place, term);
    }
}

// Gases that are listed as counted, and a GWP set, must have something to count.
static void check_gases(struct th_reader *reader, const bool gas_given[TH_N_GASES])
{
    struct th_place list = th_place_below(&reader->root, "gases");
    struct th_place set = th_place_below(&reader->root, "gwp");
    for (size_t i = 0; i < th_json_size(list.value); i++) {
        struct th_place place = th_place_at(&list, i);
        struct th_place counted = th_place_below(&place, "counted");
        const char *name = th_json_get_text(place.value, "gas", "");
        for (size_t gas = 0; gas < TH_N_GASES; gas++) {
            if (th_text_equals(gases[gas], name) && th_json_bool_value(counted.value) &&
                !gas_given[gas]) {
                (void)th_reader_fault(reader, &counted, "gas_without_term", "have", name, NULL);
            }
        }
    }
    if (reader->methodology->has_gwp && !gas_given[TH_GAS_CH4] && !gas_given[TH_GAS_N2O]) {
        (void)th_reader_fault(reader, &set, "gwp_unused", NULL);
    }
}

// A year counts from an input, which is then in use too; a number nobody uses is a mistake.
static void check_uses(struct th_reader *reader)
{
    struct th_methodology *methodology = reader->methodology;
    for (size_t i = 0; i < methodology->n_inputs; i++) {
        const struct th_input *input = &methodology->inputs[i];
        if (input->type == TH_INPUT_YEARS_SINCE && reader->input_used[i]) {
            reader->input_used[input->since] = true;
        }
    }
    for (size_t i = 0; i < methodology->n_inputs; i++) {
        struct th_place name = th_reader_place(reader, "inputs", i, "name");
        if (methodology->inputs[i].name && !reader->input_used[i]) {
            (void)th_reader_fault(reader, &name, "input_unused", NULL);
        }
        th_reader_input_units(reader, i);
    }
    for (size_t i = 0; i < methodology->n_parameters; i++) {
        struct th_place name = th_reader_place(reader, "parameters", i, "name");
        if (methodology->parameters[i].name && !reader->parameter_used[i]) {
            (void)th_reader_fault(reader, &name, "parameter_unused", NULL);
        }
        th_reader_parameter_units(reader, i);
    }
}

// A statement computes nothing, anything else must.
static void check_statement(struct th_reader *reader)
{
    static const char *const lists[] = {"inputs", "parameters", "terms", "examples"};
    struct th_place set = th_place_below(&reader->root, "gwp");
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        struct th_place list = th_place_below(&reader->root, lists[i]);
        if (th_json_size(list.value) > 0) {
            (void)th_reader_fault(reader, &list, "statement_parts", NULL);
        }
    }
    if (reader->methodology->has_gwp) {
        (void)th_reader_fault(reader, &set, "gwp_unused", NULL);
    }
}

void th_reader_terms(struct th_reader *reader)
{
    struct th_place list = th_place_below(&reader->root, "terms");
    struct th_methodology *methodology = reader->methodology;
    bool gas_given[TH_N_GASES] = {false};
    if (methodology->statement_based) {
        (void)th_reader_list(reader, &list, 0, TH_METHODOLOGY_TERMS_MAX);
        check_statement(reader);
        return;
    }
    if (!th_reader_list(reader, &list, 1, TH_METHODOLOGY_TERMS_MAX)) {
        return;
    }
    for (size_t i = 0; i < th_json_size(list.value); i++) {
        methodology->n_terms = i + 1;
        read_term(reader, i, &methodology->terms[i], gas_given);
    }
    check_gases(reader, gas_given);
    check_uses(reader);
}

// The first term of the document that has this line.
static struct th_place place_of_line(const struct th_reader *reader, const char *term)
{
    const struct th_calc *calc = reader->methodology->calc;
    for (size_t i = 0; term && i < th_calc_n_lines(calc); i++) {
        struct th_calc_line_info line = th_calc_line_at(calc, i);
        if (line.counted && line.section > 0 && th_text_equals(line.term, term)) {
            return th_reader_place(reader, "terms", line.section - 1, NULL);
        }
    }
    return th_place_below(&reader->root, "terms");
}

// Uncertain numbers must be separable from the parcels' own, or nothing can be drawn.
static void check_separable(struct th_reader *reader)
{
    const struct th_methodology *methodology = reader->methodology;
    bool is_uncertain[TH_CALC_SLOTS_MAX] = {false};
    struct th_separate *separate = NULL;
    struct th_error err = {0};
    bool any = false;
    for (size_t i = 0; i < methodology->n_parameters; i++) {
        const struct th_parameter *parameter = &methodology->parameters[i];
        for (size_t k = 0; k < parameter->n_rows; k++) {
            const struct th_parameter_row *row = &parameter->rows[k];
            is_uncertain[row->slot] = is_uncertain[row->slot] || row->has_interval;
            any = any || row->has_interval;
        }
    }
    for (size_t gas = 0; methodology->has_gwp && gas < TH_N_GASES; gas++) {
        if (gas != TH_GAS_CO2) {
            is_uncertain[methodology->gwp[gas].slot] = methodology->gwp[gas].has_interval;
            any = any || methodology->gwp[gas].has_interval;
        }
    }
    enum th_status status =
        any ? th_separate_new(methodology->calc, is_uncertain, &separate, &err) : TH_OK;
    th_separate_free(separate);
    if (status == TH_NO_MEMORY) {
        (void)th_reader_no_memory(reader);
    } else if (status != TH_OK) {
        const char *term = th_error_arg_get(&err, "term"); // "@term.…"
        struct th_place place = place_of_line(reader, term ? term + 1 : NULL);
        (void)th_reader_fault(reader, &place,
                              status == TH_LIMIT ? "calc_too_long" : "not_separable", "term",
                              term ? term : "", NULL);
    }
}

void th_reader_compile(struct th_reader *reader)
{
    struct th_error err = {0};
    struct th_place terms = th_place_below(&reader->root, "terms");
    enum th_status status = th_methodology_compile(reader->methodology, &err);
    if (status == TH_NO_MEMORY) {
        (void)th_reader_no_memory(reader);
    } else if (status == TH_LIMIT) {
        (void)th_reader_fault(reader, &terms, "calc_too_long", NULL);
    } else if (status != TH_OK) {
        const char *have = th_error_arg_get(&err, "have");
        const char *want = th_error_arg_get(&err, "want");
        (void)th_reader_fault(reader, &terms, "unit_mismatch", "have", have ? have : "", "want",
                              want ? want : "", NULL);
    } else {
        check_separable(reader);
    }
}
