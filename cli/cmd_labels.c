// practice list, show, lint, check; orchard account.
#include "cli/cli.h"
#include "registry/records/orchard.h"
#include "registry/records/practice.h"

static enum th_status list_practices(struct th_cli *cli, struct th_json **ret_reply,
                                     struct th_error *err)
{
    (void)cli;
    return th_practice_list(ret_reply, err);
}

static enum th_status show_practice(struct th_cli *cli, struct th_json **ret_reply,
                                    struct th_error *err)
{
    return th_practice_show(cli->positionals[0], ret_reply, err);
}

static enum th_status lint_practice(struct th_cli *cli, struct th_json **ret_reply,
                                    struct th_error *err)
{
    return th_practice_lint_file(cli->positionals[0], cli->messages, cli->lang, ret_reply, err);
}

static enum th_status check_practice(struct th_cli *cli, struct th_json **ret_reply,
                                     struct th_error *err)
{
    const struct th_practice_check_options options = {.practice = th_cli_option(cli, "practice"),
                                                      .file = th_cli_option(cli, "file"),
                                                      .year = th_cli_option(cli, "year"),
                                                      .village = th_cli_option(cli, "village"),
                                                      .parcel = th_cli_option(cli, "parcel"),
                                                      .out = th_cli_option(cli, "out"),
                                                      .messages = cli->messages,
                                                      .lang = cli->lang};
    return th_practice_check(cli->registry, &options, ret_reply, err);
}

static enum th_status account_orchard(struct th_cli *cli, struct th_json **ret_reply,
                                      struct th_error *err)
{
    struct th_orchard_options options = {.year = th_cli_option(cli, "year"),
                                         .methodology = th_cli_option(cli, "methodology"),
                                         .village = th_cli_option(cli, "village"),
                                         .by = th_cli_option(cli, "by"),
                                         .out = th_cli_option(cli, "out"),
                                         .messages = cli->messages,
                                         .lang = cli->lang};
    options.parcels = th_cli_list(cli, "parcel", &options.n_parcels);
    return th_orchard_account(cli->registry, &options, ret_reply, err);
}

const struct th_cli_command th_cli_label_commands[] = {
    {"practice", "list", TH_CLI_NO_FILE, "", "", "practices: id version title kinds n_limits",
     list_practices},
    {"practice", "show", TH_CLI_NO_FILE, "ID[@VERSION]", "",
     "id version title summary kinds sha256 | limits: title wanted unit from to evidence source",
     show_practice},
    {"practice", "lint", TH_CLI_NO_FILE, "FILE", "",
     "file ok n_faults | faults: where reason message", lint_practice},
    {"practice", "check", TH_CLI_READ, "",
     "year!=Y practice=ID[@V] file=FILE village=V parcel=ID out=FILE",
     "practice practice_version title year running n_gardens n_pass n_fail n_not_stated "
     "n_other_kind file "
     "| gardens: parcel_id number village_name area_mu check n_pass n_fail n_not_stated "
     "| lines: number title value wanted unit check note advice",
     check_practice},
    {"orchard", "account", TH_CLI_READ, "",
     "year!=Y parcel*=ID village=V by=parcel|household methodology=ID[@V] out=FILE",
     "methodology methodology_version year n_accounts n_refused fixed_kg emitted_kg balance_kg "
     "fertiliser_t file "
     "| accounts: account village_name area_mu fixed_kg emitted_kg balance_kg ratio label state "
     "fertiliser_t carried_kg note | refused: account village_name area_mu because "
     "| sources: side term pool gas amount "
     "| years: year state balance_kg earned_kg fertiliser_t carried_kg "
     "| colours: label n | rules: rule holds since evidence | warnings: message",
     account_orchard},
    {0},
};
