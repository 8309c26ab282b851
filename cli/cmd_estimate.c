// methodology list, show, form, lint, add, check, stems; estimate run, explain, sheet, compare,
// project.
#include "cli/cli.h"
#include "registry/estimate/eligibility.h"
#include "registry/estimate/estimate.h"
#include "registry/estimate/methodology.h"
#include "registry/estimate/methodology_form.h"
#include "registry/estimate/stem.h"

static enum th_status run_methodology_list(struct th_cli *cli, struct th_json **ret_reply,
                                           struct th_error *err)
{
    return th_methodology_list(cli->registry, ret_reply, err);
}

static enum th_status run_methodology_show(struct th_cli *cli, struct th_json **ret_reply,
                                           struct th_error *err)
{
    return th_methodology_show(cli->registry, cli->positionals[0], ret_reply, err);
}

static enum th_status run_methodology_lint(struct th_cli *cli, struct th_json **ret_reply,
                                           struct th_error *err)
{
    return th_methodology_lint_file(cli->positionals[0], cli->messages, cli->lang, ret_reply, err);
}

static enum th_status run_methodology_form(struct th_cli *cli, struct th_json **ret_reply,
                                           struct th_error *err)
{
    const struct th_methodology_form_options options = {.methodology = cli->positionals[0],
                                                        .village = th_cli_option(cli, "village"),
                                                        .path = th_cli_option(cli, "out"),
                                                        .messages = cli->messages,
                                                        .lang = cli->lang};
    return th_methodology_form(cli->registry, &options, ret_reply, err);
}

static enum th_status run_methodology_add(struct th_cli *cli, struct th_json **ret_reply,
                                          struct th_error *err)
{
    return th_methodology_add(cli->registry, &cli->request, cli->positionals[0], ret_reply, err);
}

static enum th_status run_methodology_check(struct th_cli *cli, struct th_json **ret_reply,
                                            struct th_error *err)
{
    const struct th_eligibility_options options = {.methodology = cli->positionals[0],
                                                   .year = th_cli_option(cli, "year"),
                                                   .from_year = th_cli_option(cli, "from"),
                                                   .to_year = th_cli_option(cli, "to"),
                                                   .village = th_cli_option(cli, "village"),
                                                   .parcel = th_cli_option(cli, "parcel"),
                                                   .out = th_cli_option(cli, "out"),
                                                   .messages = cli->messages,
                                                   .lang = cli->lang};
    return th_methodology_check(cli->registry, &options, ret_reply, err);
}

static enum th_status run_methodology_stems(struct th_cli *cli, struct th_json **ret_reply,
                                            struct th_error *err)
{
    struct th_stem_show_options options = {
        .part = th_cli_option(cli, "part"), .messages = cli->messages, .lang = cli->lang};
    options.inputs = th_cli_list(cli, "input", &options.n_inputs);
    if (cli->n_positionals == 0) {
        bool of_one = options.part || options.n_inputs > 0;
        return of_one
                   ? th_error_set(err, TH_USAGE, "usage_missing_argument", "arguments", "ID", NULL)
                   : th_stems_list(ret_reply, err);
    }
    options.reference = cli->positionals[0];
    return th_stem_show(&options, ret_reply, err);
}

static void read_options(struct th_cli *cli, struct th_estimate_options *ret_options)
{
    *ret_options = (struct th_estimate_options){.methodology = th_cli_option(cli, "methodology"),
                                                .year = th_cli_option(cli, "year"),
                                                .from_year = th_cli_option(cli, "from"),
                                                .to_year = th_cli_option(cli, "to"),
                                                .village = th_cli_option(cli, "village"),
                                                .package = th_cli_option(cli, "package"),
                                                .parcel = th_cli_option(cli, "parcel"),
                                                .run = th_cli_option(cli, "run"),
                                                .out = th_cli_option(cli, "out"),
                                                .messages = cli->messages,
                                                .lang = cli->lang};
    ret_options->inputs = th_cli_list(cli, "input", &ret_options->n_inputs);
}

static enum th_status run_estimate(struct th_cli *cli, struct th_json **ret_reply,
                                   struct th_error *err)
{
    struct th_estimate_options options;
    read_options(cli, &options);
    return th_estimate_run(cli->registry, &cli->request, &options, ret_reply, err);
}

static enum th_status run_explain(struct th_cli *cli, struct th_json **ret_reply,
                                  struct th_error *err)
{
    struct th_estimate_options options;
    read_options(cli, &options);
    return th_estimate_explain_parcel(cli->registry, &options, ret_reply, err);
}

static enum th_status run_show(struct th_cli *cli, struct th_json **ret_reply, struct th_error *err)
{
    return th_estimate_show(cli->registry, cli->positionals[0], cli->messages, cli->lang, ret_reply,
                            err);
}

static enum th_status run_sheet(struct th_cli *cli, struct th_json **ret_reply,
                                struct th_error *err)
{
    return th_estimate_sheet(cli->registry, cli->positionals[0], th_cli_option(cli, "out"),
                             ret_reply, err);
}

static enum th_status run_compare(struct th_cli *cli, struct th_json **ret_reply,
                                  struct th_error *err)
{
    return th_estimate_compare(cli->registry, cli->positionals[0], cli->positionals[1],
                               cli->messages, cli->lang, ret_reply, err);
}

static enum th_status run_project(struct th_cli *cli, struct th_json **ret_reply,
                                  struct th_error *err)
{
    struct th_estimate_project_options options = {.methodology = th_cli_option(cli, "methodology"),
                                                  .area_mu = th_cli_option(cli, "area-mu"),
                                                  .price = th_cli_option(cli, "price"),
                                                  .messages = cli->messages,
                                                  .lang = cli->lang};
    options.inputs = th_cli_list(cli, "input", &options.n_inputs);
    return th_estimate_project_area(cli->registry, &options, ret_reply, err);
}

const struct th_cli_command th_cli_estimate_commands[] = {
    {"methodology", "list", TH_CLI_READ, "", "",
     "methodologies: id version title families monitoring_only statement_based kinds",
     run_methodology_list},
    {"methodology", "show", TH_CLI_READ, "ID[@VERSION]", "",
     "id version title summary families kinds land_classes min_area.value min_area.unit "
     "monitoring_only statement_based buffer_ratio uncertainty.rule uncertainty.confidence "
     "uncertainty.source sha256 "
     "| conditions: title wanted reason evidence source "
     "| equations: species equation title evidence source "
     "| inputs: title name scope unit value range.low range.high "
     "| rows: title when value unit interval.low interval.high evidence source",
     run_methodology_show},
    {"methodology", "lint", TH_CLI_NO_FILE, "FILE", "",
     "file ok n_faults | faults: where reason message", run_methodology_lint},
    {"methodology", "form", TH_CLI_READ, "ID[@VERSION]", "out!=FILE village=V",
     "file n methodology version columns", run_methodology_form},
    {"methodology", "add", TH_CLI_WRITE, "FILE", "", "id version sha256", run_methodology_add},
    {"methodology", "check", TH_CLI_READ, "ID[@VERSION]",
     "year=Y from=Y to=Y village=V parcel=ID out=FILE",
     "methodology methodology_version from_year to_year n_parcels n_eligible n_not_eligible "
     "n_other_kind eligible_mu file "
     "| counties: county county_name n_parcels n_eligible n_not_eligible eligible_mu "
     "| villages: village village_name n_parcels n_eligible n_not_eligible eligible_mu "
     "| reasons: message n | parcels: parcel_id number village_name area_mu eligibility because",
     run_methodology_check},
    {"methodology", "stems", TH_CLI_NO_FILE, "[ID]", "input*=NAME=VALUE part=PART",
     "stems: id version title equation unit evidence "
     "| id version title equation expression value unit gives n_sampled site evidence source note "
     "sha256 "
     "| ranges: measure letter unit low high outside | equations: part title equation n_sampled r2 "
     "| checks: part expression value unit | warnings: code message",
     run_methodology_stems},
    {"estimate", "run", TH_CLI_WRITE, "",
     "year=Y from=Y to=Y methodology=ID[@V] village=V package=P parcel=ID input*=NAME=VALUE",
     "run_id methodology version n_parcels area_mu gross_kg baseline_kg project_emissions_kg "
     "project_emissions.co2_kg project_emissions.ch4_kg project_emissions.n2o_kg "
     "leakage_kg uncertainty.halfwidth_kg uncertainty.gross_halfwidth_kg "
     "uncertainty.baseline_halfwidth_kg uncertainty.confidence uncertainty.relative "
     "uncertainty.propagated_halfwidth_kg deduction_kg net_kg buffer_kg sheet_sha256 "
     "| years: year gross_kg net_kg whole_t buffer_t carried_kg "
     "| groups: level code name n_parcels gross_kg net_kg uncertainty.halfwidth_kg "
     "uncertainty.relative "
     "| warnings: code message needs_waiver | skipped: parcel_id reason message",
     run_estimate},
    {"estimate", "show", TH_CLI_READ, "RUN", "",
     "run_id methodology version n_parcels area_mu gross_kg baseline_kg project_emissions_kg "
     "project_emissions.co2_kg project_emissions.ch4_kg project_emissions.n2o_kg "
     "leakage_kg uncertainty.halfwidth_kg uncertainty.gross_halfwidth_kg "
     "uncertainty.baseline_halfwidth_kg uncertainty.confidence uncertainty.relative "
     "uncertainty.propagated_halfwidth_kg deduction_kg net_kg buffer_kg sheet_sha256 "
     "| years: year gross_kg net_kg whole_t buffer_t carried_kg "
     "| groups: level code name n_parcels gross_kg net_kg uncertainty.halfwidth_kg "
     "uncertainty.relative "
     "| warnings: code message needs_waiver",
     run_show},
    {"estimate", "explain", TH_CLI_READ, "",
     "parcel!=ID year!=Y run=RUN methodology=ID[@V] input*=NAME=VALUE out=FILE",
     "file parcel_id number village village_name version year run_id methodology methodology_title "
     "methodology_version conversions rounding "
     "| lines: term expression value unit evidence source | warnings: code message needs_waiver",
     run_explain},
    {"estimate", "sheet", TH_CLI_READ, "RUN", "out!=FILE", "run_id file n_lines sha256", run_sheet},
    {"estimate", "compare", TH_CLI_READ, "FIRST SECOND", "",
     "first_run second_run first_net_kg second_net_kg more_kg "
     "| settings: what first second | causes: cause message n more_kg "
     "| grounds: parcel_id year first_version second_version first_mu second_mu",
     run_compare},
    {"estimate", "project", TH_CLI_READ, "",
     "area-mu!=A methodology=ID[@V] input*=NAME=VALUE price=P",
     "methodology version area_mu factor unit gross_kg tonnes price_fen amount_fen units_t note "
     "| warnings: code message needs_waiver",
     run_project},
    {0},
};
