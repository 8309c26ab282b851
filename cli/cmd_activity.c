// activity import, list, show; plot import, list, show.
#include "cli/cli.h"
#include "registry/records/activity.h"
#include "registry/records/plot.h"

static enum th_status import_activity(struct th_cli *cli, struct th_json **ret_reply,
                                      struct th_error *err)
{
    const struct th_record_options options = {.source = cli->positionals[0],
                                              .year = th_cli_option(cli, "year"),
                                              .village = th_cli_option(cli, "village"),
                                              .messages = cli->messages,
                                              .lang = cli->lang};
    if (th_cli_flag(cli, "template")) {
        return th_activity_template(options.source, cli->messages, cli->lang, ret_reply, err);
    }
    return th_activity_import(cli->registry, &cli->request, &options, ret_reply, err);
}

static enum th_status list_activity(struct th_cli *cli, struct th_json **ret_reply,
                                    struct th_error *err)
{
    struct th_activity_list_options options = {.village = th_cli_option(cli, "village"),
                                               .year = th_cli_option(cli, "year")};
    enum th_status status = th_cli_int(cli, "parcel", 0, &options.parcel_id, err);
    return status == TH_OK ? th_activity_list(cli->registry, &options, ret_reply, err) : status;
}

static enum th_status show_activity(struct th_cli *cli, struct th_json **ret_reply,
                                    struct th_error *err)
{
    int64_t parcel_id = 0;
    enum th_status status = th_cli_id(cli, 0, &parcel_id, err);
    return status == TH_OK ? th_activity_show(cli->registry, parcel_id, cli->messages, cli->lang,
                                              ret_reply, err)
                           : status;
}

static enum th_status import_plot(struct th_cli *cli, struct th_json **ret_reply,
                                  struct th_error *err)
{
    const struct th_record_options options = {.source = cli->positionals[0],
                                              .year = th_cli_option(cli, "year"),
                                              .village = th_cli_option(cli, "village"),
                                              .messages = cli->messages,
                                              .lang = cli->lang};
    if (th_cli_flag(cli, "template")) {
        return th_plot_template(options.source, cli->messages, cli->lang, ret_reply, err);
    }
    return th_plot_import(cli->registry, &cli->request, &options, ret_reply, err);
}

static enum th_status list_plot(struct th_cli *cli, struct th_json **ret_reply,
                                struct th_error *err)
{
    struct th_plot_list_options options = {.village = th_cli_option(cli, "village"),
                                           .year = th_cli_option(cli, "year"),
                                           .stratum = th_cli_option(cli, "stratum")};
    enum th_status status = th_cli_int(cli, "parcel", 0, &options.parcel_id, err);
    return status == TH_OK ? th_plot_list(cli->registry, &options, ret_reply, err) : status;
}

static enum th_status show_plot(struct th_cli *cli, struct th_json **ret_reply,
                                struct th_error *err)
{
    int64_t plot_id = 0;
    enum th_status status = th_cli_id(cli, 0, &plot_id, err);
    return status == TH_OK ? th_plot_show(cli->registry, plot_id, ret_reply, err) : status;
}

const struct th_cli_command th_cli_activity_commands[] = {
    {"activity", "import", TH_CLI_WRITE, "FILE", "template year=Y village=V",
     "read accepted changed rejected unchanged ignored file columns "
     "| problems: row number code severity message hint",
     import_activity},
    {"activity", "list", TH_CLI_READ, "", "village=V year=Y parcel=ID",
     "records: parcel_id number village_name year version quantities.n_synthetic "
     "quantities.n_organic quantities.p2o5 quantities.k2o quantities.diesel quantities.sprays "
     "| n",
     list_activity},
    {"activity", "show", TH_CLI_READ, "ID", "",
     "parcel_id number village_name state "
     "| lines: year version name=quantity value about unit heading text=written source",
     show_activity},
    {"plot", "import", TH_CLI_WRITE, "FILE", "template year=Y village=V",
     "read accepted plots changed rejected unchanged ignored file columns "
     "| problems: row number=plot_number code severity message hint",
     import_plot},
    {"plot", "list", TH_CLI_READ, "", "village=V year=Y stratum=S parcel=ID",
     "plots: plot_id number=plot_number village_name surveyed version stratum area_m2=plot_m2 "
     "stems classes=n_classes | n",
     list_plot},
    {"plot", "show", TH_CLI_READ, "ID", "",
     "plot_id number=plot_number village_name surveyed version in_force stratum area_m2=plot_m2 "
     "parcels stems source | classes: species dbh_cm age height_m volume_m3 n=stems row",
     show_plot},
    {0},
};
