// What is told of an account.
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "registry/records/orchard_internal.h"

static const char *in_language(struct th_text text, enum th_lang lang)
{
    return lang == TH_LANG_ZH ? text.zh : text.en;
}

// Six decimals at most, as on the sheet.
static const char *amount_text(double kg, char *buf, size_t size)
{
    (void)snprintf(buf, size, "%.6f", kg);
    size_t length = strlen(buf);
    while (length > 0 && buf[length - 1] == '0') {
        buf[--length] = '\0';
    }
    if (length > 0 && buf[length - 1] == '.') {
        buf[--length] = '\0';
    }
    return strcmp(buf, "-0") == 0 ? "0" : buf;
}

struct th_json *th_orchard_sources_json(const struct th_methodology *methodology,
                                        const double *terms_kg, enum th_lang lang)
{
    static const char *const gases[TH_N_GASES] = {"CO2", "CH4", "N2O"};
    struct th_json *list = th_json_array();
    size_t n = th_methodology_n_terms(methodology);
    for (size_t i = 0; i < n && n <= TH_ORCHARD_TERMS_MAX; i++) {
        const struct th_term *term = th_methodology_term(methodology, i);
        char amount[64];
        bool fixed = term->side == TH_SIDE_GROSS;
        bool soil = th_text_equals(term->family->name, "soil-carbon");
        struct th_json *json = th_json_object();
        th_json_set_text(json, "side",
                         fixed                                     ? "fixed"
                         : term->side == TH_SIDE_PROJECT_EMISSIONS ? "emitted"
                                                                   : "other");
        th_json_set_text(json, "term", in_language(term->title, lang));
        th_json_set_text(json, "pool",
                         !fixed ? NULL
                         : soil ? "soil-organic-carbon"
                                : "above-ground-biomass");
        th_json_set_text(json, "gas", gases[term->gas]);
        th_json_set_text(json, "amount", amount_text(terms_kg[i], amount, sizeof(amount)));
        th_json_append(list, json);
    }
    return list;
}

static void set_kg_exact(struct th_json *json, const char *key, struct th_ratio kg)
{
    th_json_set_int(json, key, th_fertiliser_kg(kg));
}

struct th_json *th_orchard_years_json(const struct th_orchard_year *years, size_t n)
{
    struct th_json *list = th_json_array();
    for (size_t i = 0; i < n; i++) {
        const struct th_orchard_year *year = &years[i];
        struct th_json *json = th_json_object();
        th_json_set_int(json, "year", year->year);
        th_json_set_text(json, "state", th_orchard_state_name(year->state));
        th_json_set_int(json, "balance_kg", th_carbon_kg(year->balance));
        set_kg_exact(json, "earned_kg", year->earned_kg);
        th_json_set_int(json, "fertiliser_t", year->fertiliser_t);
        set_kg_exact(json, "carried_kg", year->carried_kg);
        th_json_append(list, json);
    }
    return list;
}

// By the headings of the table of yearly data, where it has such a column.
static struct th_json *not_stated_json(const struct th_orchard_books *books,
                                       const struct th_orchard_sides *sides,
                                       const struct th_orchard_options *options)
{
    struct th_json *list = th_json_array();
    for (size_t i = 0; i < th_methodology_n_inputs(books->methodology); i++) {
        const struct th_input *input = th_methodology_input(books->methodology, i);
        char key[96];
        (void)snprintf(key, sizeof(key), "practice.key.%s", input->name);
        const char *heading =
            options->messages ? th_messages_find(options->messages, options->lang, key) : NULL;
        if (sides->not_stated[i]) {
            th_json_append_text(list, heading ? heading : in_language(input->title, options->lang));
        }
    }
    return list;
}

static void write_names(const struct th_json *list, enum th_lang lang, struct th_buf *out)
{
    for (size_t i = 0; i < th_json_size(list); i++) {
        th_buf_append_str(out, i == 0 ? "" : lang == TH_LANG_ZH ? "、" : ", ");
        th_buf_append_str(out, th_json_text(th_json_at(list, i)));
    }
}

void th_orchard_note(const struct th_orchard_books *books, const struct th_orchard_account *account,
                     const struct th_orchard_options *options, struct th_buf *out)
{
    static const char *const keys[] = {
        NULL, "orchard.note.nothing", "orchard.note.not_stated", "orchard.note.undecided",
        NULL, "orchard.note.running"};
    const struct th_orchard_year *year = &account->years[account->n_years - 1];
    struct th_error args = {.n_args = 0};
    struct th_buf names;
    if (!options->messages) {
        return;
    }
    if (keys[year->state]) {
        struct th_json *missing = not_stated_json(books, account->sides, options);
        th_buf_init(&names, TH_ERROR_VALUE_SIZE - 1);
        write_names(missing, options->lang, &names);
        th_error_add(&args, "names", th_buf_text(&names));
        th_error_add_int(&args, "year", year->year);
        th_messages_format(options->messages, options->lang, keys[year->state], args.args,
                           args.n_args, out);
        th_buf_clear(&names);
        th_json_free(missing);
    }
    if (account->sides->asks) {
        th_buf_append_str(out, out->size == 0 ? "" : options->lang == TH_LANG_ZH ? "；" : "; ");
        th_messages_format(options->messages, options->lang, "orchard.note.asked",
                           account->sides->asked.args, account->sides->asked.n_args, out);
    }
}

// Three decimals toward −∞: what does not reach a limit is not shown as if it did.
static const char *ratio_text(int64_t fixed_kg, int64_t emitted_kg, char buf[TH_RATIO_TEXT_SIZE])
{
    const struct th_ratio thousandth = {1000, emitted_kg};
    int64_t thousandths = 0;
    if (th_ratio_apply_floor(thousandth, fixed_kg, &thousandths, NULL) != TH_OK) {
        return NULL;
    }
    int64_t size = thousandths < 0 ? -thousandths : thousandths;
    (void)snprintf(buf, TH_RATIO_TEXT_SIZE, "%s%" PRId64 ".%03" PRId64, thousandths < 0 ? "-" : "",
                   size / 1000, size % 1000);
    return buf;
}

static void set_sides(struct th_json *json, const struct th_orchard_account *account)
{
    const struct th_orchard_sides *sides = account->sides;
    char ratio[TH_RATIO_TEXT_SIZE];
    int64_t emitted = th_carbon_kg(account->emitted);
    th_json_set_cent(json, "area_mu", th_area_mu_cent(account->orchard->area));
    th_json_set_cent(json, "area_used_mu", th_area_mu_cent(sides->used));
    th_json_set_int(json, "fixed_kg", th_carbon_kg(sides->fixed));
    th_json_set_int(json, "emitted_kg", emitted);
    th_json_set_int(json, "co2_kg", th_carbon_kg(sides->emitted[TH_GAS_CO2]));
    th_json_set_int(json, "ch4_kg", th_carbon_kg(sides->emitted[TH_GAS_CH4]));
    th_json_set_int(json, "n2o_kg", th_carbon_kg(sides->emitted[TH_GAS_N2O]));
    th_json_set_int(json, "other_kg", th_carbon_kg(sides->other));
    th_json_set_int(json, "balance_kg", th_carbon_kg(sides->balance));
    th_json_set_text(json, "ratio",
                     emitted > 0 ? ratio_text(th_carbon_kg(sides->fixed), emitted, ratio) : NULL);
    th_json_set_text(json, "label", account->has_label ? th_colour_name(account->label) : NULL);
}

struct th_json *th_orchard_account_json(const struct th_orchard_books *books,
                                        const struct th_orchard_account *account,
                                        const struct th_orchard_options *options)
{
    const struct th_orchard_year *year = &account->years[account->n_years - 1];
    bool settled = year->state == TH_ORCHARD_EARNED || year->state == TH_ORCHARD_NOTHING;
    struct th_json *json = th_json_object();
    struct th_json *ids = th_json_array();
    struct th_buf note;
    for (size_t i = 0; i < account->orchard->n; i++) {
        th_json_append_int(ids, account->orchard->parcels[i]->parcel_id);
    }
    th_json_set_text(json, "account", account->name);
    th_json_set(json, "parcel_ids", ids);
    th_json_set_text(json, "village", account->village);
    th_json_set_text(json, "village_name", account->village_name);
    set_sides(json, account);
    th_json_set_text(json, "state", th_orchard_state_name(year->state));
    th_json_set(json, "not_stated", not_stated_json(books, account->sides, options));
    if (settled) {
        set_kg_exact(json, "earned_kg", year->earned_kg);
        set_kg_exact(json, "carried_in_kg", year->carried_in_kg);
        th_json_set_int(json, "fertiliser_t", year->fertiliser_t);
        set_kg_exact(json, "carried_kg", year->carried_kg);
    } else {
        static const char *const keys[] = {"earned_kg", "carried_in_kg", "fertiliser_t",
                                           "carried_kg"};
        for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
            th_json_set(json, keys[i], th_json_null());
        }
    }
    th_buf_init(&note, 16 * 1024);
    th_orchard_note(books, account, options, &note);
    th_json_set_text(json, "note", th_buf_text(&note));
    th_buf_clear(&note);
    th_json_set(json, "years", th_orchard_years_json(account->years, account->n_years));
    th_json_set(
        json, "sources",
        th_orchard_sources_json(books->methodology, account->sides->terms_kg, options->lang));
    return json;
}
