// What an area would bring, on paper only: no parcels, nothing stored, no units.
#include "core/text.h"
#include "registry/estimate/estimate.h"
#include "registry/estimate/estimate_internal.h"
#include "registry/estimate/methodology.h"
#include "registry/reply.h"

static enum th_status set_money(struct th_json *reply, const char *price_text,
                                struct th_units tonnes, struct th_error *err)
{
    if (!price_text) {
        th_json_set(reply, "price_fen", th_json_null());
        th_json_set(reply, "amount_fen", th_json_null());
        return TH_OK;
    }
    struct th_money price;
    struct th_money amount;
    enum th_status status = th_money_parse(price_text, &price, err);
    if (status == TH_OK) {
        status = th_money_times_units(price, tonnes, &amount, err);
    }
    if (status == TH_OK) {
        th_json_set_int(reply, "price_fen", th_money_fen(price));
        th_json_set_int(reply, "amount_fen", th_money_fen(amount));
    }
    return status;
}

static void set_projection(struct th_json *reply, const struct th_methodology *methodology,
                           const struct th_estimate_rules *rules,
                           const struct th_estimate_project_options *options)
{
    struct th_estimate_warning warnings[TH_ESTIMATE_WARNINGS_MAX];
    size_t n = th_estimate_warnings(rules, warnings);
    th_json_set_text(reply, "methodology", th_methodology_id(methodology));
    th_json_set_text(reply, "version", th_methodology_version(methodology));
    const struct th_parameter *factor = th_methodology_parameter_find(methodology, "factor");
    if (factor) {
        char text[TH_RATIO_TEXT_SIZE];
        th_json_set_text(reply, "factor",
                         th_ratio_format(th_estimate_value(rules, "factor")->value, text));
        th_json_set_text(reply, "unit", factor->unit);
    }
    th_json_set_int(reply, "units_t", 0);
    th_json_set(reply, "warnings",
                th_estimate_warnings_json(warnings, n, options->messages, options->lang));
    th_json_set_text(reply, "note",
                     options->messages ? th_messages_text(options->messages, options->lang,
                                                          "estimate.projection_note")
                                       : "estimate.projection_note");
}

enum th_status th_estimate_project_area(struct th_registry *registry,
                                        const struct th_estimate_project_options *options,
                                        struct th_json **ret_reply, struct th_error *err)
{
    struct th_methodology *methodology = NULL;
    struct th_estimate_rules *rules = NULL;
    struct th_estimate_inputs inputs = {.n = 0};
    struct th_area area;
    struct th_carbon gross;
    struct th_json *reply = th_json_object();
    const char *reference = options->methodology ? options->methodology : "reported-factor";
    enum th_status status = !options->area_mu ? th_error_set(err, TH_USAGE, "area_needed", NULL)
                                              : th_area_parse_mu(options->area_mu, &area, err);
    if (status == TH_OK) {
        status = th_methodology_open(th_registry_store(registry), reference, &methodology, err);
    }
    if (status == TH_OK) {
        status = th_estimate_inputs_parse(options->inputs, options->n_inputs, &inputs, err);
    }
    if (status == TH_OK) {
        status = th_estimate_rules_new(methodology, inputs.items, inputs.n, &rules, err);
    }
    if (status == TH_OK) {
        status = th_estimate_project(rules, area, &gross, err);
    }
    if (status == TH_OK) {
        struct th_units tonnes = th_carbon_whole_t(gross);
        th_json_set_cent(reply, "area_mu", th_area_mu_cent(area));
        th_json_set_int(reply, "gross_kg", th_carbon_kg(gross));
        th_json_set_int(reply, "tonnes", th_units_t(tonnes));
        set_projection(reply, methodology, rules, options);
        status = set_money(reply, options->price, tonnes, err);
    }
    status = th_reply_finish(status, reply, ret_reply, err);
    th_estimate_rules_free(rules);
    th_methodology_free(methodology);
    return status;
}
