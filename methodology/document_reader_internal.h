// Inside the reader of methodology documents only: the way to a value, and faults that are noted
// while the reading goes on, so that an author is told all of them at once.
//
// Every th_reader_* function returns whether its value could be read; what is wrong with it has
// then been noted. A value that is not there is passed over in silence, because th_reader_object
// has named the missing key.
#ifndef TH_METHODOLOGY_DOCUMENT_READER_INTERNAL_H
#define TH_METHODOLOGY_DOCUMENT_READER_INTERNAL_H

#include "methodology/document_internal.h"

enum {
    TH_PLACE_POINTER_SIZE = 256,
    TH_READER_FAULTS_MAX = 100,
    TH_READER_LIST_MAX = 32,
    TH_METHODOLOGY_EXAMPLES_MAX = 64
};

struct th_place { // a value and the JSON pointer to it
    const struct th_json *value;
    char pointer[TH_PLACE_POINTER_SIZE];
};

struct th_number { // every number of a document carries these
    struct th_ratio value;
    const char *unit;
    const char *source;
    enum th_evidence evidence;
};

struct th_example {
    int year;
    double area_mu;
    double inputs[TH_METHODOLOGY_INPUTS_MAX];
    bool from_default[TH_METHODOLOGY_INPUTS_MAX];
    struct {
        bool has;
        double kg, tolerance_kg;
    } expect[TH_N_SIDES];
};

struct th_reader {
    struct th_methodology *methodology;
    struct th_place root;
    const char *fault_key; // of every fault; NULL: "methodology_invalid"
    void (*report)(void *context, const struct th_error *fault);
    void *context;
    size_t n_faults;
    bool no_memory;
    // What is read as far as it makes sense to check it against other parts.
    bool input_sound[TH_METHODOLOGY_INPUTS_MAX];
    bool parameter_sound[TH_METHODOLOGY_PARAMETERS_MAX];
    bool input_used[TH_METHODOLOGY_INPUTS_MAX];
    bool parameter_used[TH_METHODOLOGY_PARAMETERS_MAX];
    // The role that is played first says the unit, the narrowest one the bounds; unit NULL: none.
    struct th_role input_role[TH_METHODOLOGY_INPUTS_MAX];
    struct th_role parameter_role[TH_METHODOLOGY_PARAMETERS_MAX];
    bool conditions_sound;
    bool gas_counted[TH_N_GASES];
    struct th_example examples[TH_METHODOLOGY_EXAMPLES_MAX];
    size_t n_examples;
};

// A `report` that keeps the first fault: its context is a th_first_fault.
struct th_first_fault {
    struct th_error *err; // NULL: nobody wants it
    bool is_kept;
};
void th_reader_keep_first(void *context, const struct th_error *fault);

// --- Places (document_read.c) ------------------------------------------------------------------

struct th_place th_place_below(const struct th_place *parent, const char *key);
struct th_place th_place_at(const struct th_place *parent, size_t index);
// Member `key` of element `index` of the document's list `list`; the element where key is NULL.
struct th_place th_reader_place(const struct th_reader *reader, const char *list, size_t index,
                                const char *key);
bool th_place_is_null(const struct th_place *place); // or not there

// The text as JSON, with which the reading begins; *ret_json is owned by the caller, also when
// faults follow.
bool th_reader_json(struct th_reader *reader, const char *text, size_t size,
                    struct th_json **ret_json);

// Notes a fault, with more arguments by name and value, closed by NULL. Always returns false.
bool th_reader_fault(struct th_reader *reader, const struct th_place *place, const char *reason,
                     ...) TH_SENTINEL;
bool th_reader_no_memory(struct th_reader *reader); // always returns false

// --- Values (document_read.c) ------------------------------------------------------------------

// An object; keys that are missing and keys that are not in `keys` (closed by NULL) are noted, and
// what is there is read all the same.
bool th_reader_object(struct th_reader *reader, const struct th_place *place,
                      const char *const *keys);
// The same with keys that may be left out; NULL: none.
bool th_reader_object_with(struct th_reader *reader, const struct th_place *place,
                           const char *const *keys, const char *const *optional);
bool th_reader_list(struct th_reader *reader, const struct th_place *place, size_t minimum,
                    size_t maximum);
bool th_reader_text(struct th_reader *reader, const struct th_place *parent, const char *key,
                    const char **ret_text);
bool th_reader_texts(struct th_reader *reader, const struct th_place *parent, const char *key,
                     struct th_text *ret_text);
bool th_reader_bool(struct th_reader *reader, const struct th_place *parent, const char *key,
                    bool *ret_value);
// One of `words` (closed by NULL), as its place in the list. The fault is `reason`.
bool th_reader_word(struct th_reader *reader, const struct th_place *parent, const char *key,
                    const char *const *words, const char *reason, size_t *ret_index);
// "a, b, c" into a value of an error; returns buf.
const char *th_reader_list_words(const char *const *words, char buf[TH_ERROR_VALUE_SIZE]);
// A list of different words of at most TH_READER_LIST_MAX, each of which `accepts`.
bool th_reader_words(struct th_reader *reader, const struct th_place *list,
                     bool (*accepts)(const char *), const char *reason);
// "id" and "version" of the document; borrowed.
bool th_reader_id(struct th_reader *reader, const char **ret_id, const char **ret_version);
// A name of an input, parameter or term; of a choice, which may begin with a digit.
bool th_reader_name(struct th_reader *reader, const struct th_place *parent, const char **ret_name);
bool th_reader_choice_name(struct th_reader *reader, const struct th_place *parent,
                           const char **ret_name);
bool th_reader_year(struct th_reader *reader, const struct th_place *place, int *ret_year);

// --- Numbers (document_numbers.c) --------------------------------------------------------------

// An exact number as text; its parts stay below 1e9.
bool th_reader_ratio(struct th_reader *reader, const struct th_place *place,
                     struct th_ratio *ret_ratio);
// The same up to the parts that an int64 holds.
bool th_reader_long_ratio(struct th_reader *reader, const struct th_place *place,
                          struct th_ratio *ret_ratio);
bool th_reader_source(struct th_reader *reader, const struct th_place *parent,
                      const char **ret_source, enum th_evidence *ret_evidence);
// "unit" of `parent` must be `unit`.
bool th_reader_unit(struct th_reader *reader, const struct th_place *parent, const char *unit);
// {value, unit, source, evidence}; `unit` NULL: its unit is checked later.
bool th_reader_number(struct th_reader *reader, const struct th_place *place, const char *unit,
                      struct th_number *ret_number);
// Its members in an object that has more of them.
bool th_reader_number_members(struct th_reader *reader, const struct th_place *place,
                              const char *unit, struct th_number *ret_number);
// {low, high} of numbers, or null.
bool th_reader_range(struct th_reader *reader, const struct th_place *parent, bool *ret_has,
                     struct th_ratio *ret_low, struct th_ratio *ret_high);
// Notes where the two ends of a range do not carry the unit.
void th_reader_range_units(struct th_reader *reader, const struct th_place *parent,
                           const char *unit);
// {low, high, shape} around row->value, or null.
bool th_reader_interval(struct th_reader *reader, const struct th_place *parent,
                        struct th_parameter_row *row);
// Notes a value outside of what a role can be, with the mistake of unit that would explain it.
bool th_reader_bounds(struct th_reader *reader, const struct th_place *place, struct th_ratio value,
                      const struct th_role *role);

// --- Parts of the document ---------------------------------------------------------------------

// Place in the document of an input or parameter of that name; SIZE_MAX without.
size_t th_reader_find_input(const struct th_reader *reader, const char *name);
size_t th_reader_find_parameter(const struct th_reader *reader, const char *name);
size_t th_reader_choice(const struct th_input *input, const char *name); // SIZE_MAX without

void th_reader_applicability(struct th_reader *reader);                 // document_rules.c
void th_reader_rules(struct th_reader *reader);                         // document_rules.c
void th_reader_gwp(struct th_reader *reader);                           // gwp.c
void th_reader_inputs(struct th_reader *reader);                        // document_inputs.c
void th_reader_input_units(struct th_reader *reader, size_t index);     // document_inputs.c
void th_reader_parameters(struct th_reader *reader);                    // document_parameters.c
void th_reader_parameter_units(struct th_reader *reader, size_t index); // document_parameters.c
void th_reader_terms(struct th_reader *reader);                         // document_terms.c
void th_reader_plots(struct th_reader *reader);                         // document_plots.c
// What a document of sound parts must hold as a whole: its arithmetic is made (document_terms.c),
// its examples are computed (document_examples.c).
void th_reader_compile(struct th_reader *reader);
void th_reader_examples(struct th_reader *reader);
void th_reader_compute_examples(struct th_reader *reader);

#endif
