// export; parcel export.
#include <string.h>

#include "cli/cli.h"
#include "registry/export/export.h"
#include "trading/books/cadtrust.h"
#include "trading/books/hledger.h"

static enum th_status export_parcels(struct th_cli *cli, struct th_json **ret_reply,
                                     struct th_error *err)
{
    const struct th_export_options options = {.format = th_cli_option(cli, "format"),
                                              .village = th_cli_option(cli, "village"),
                                              .package = th_cli_option(cli, "package"),
                                              .kind = th_cli_option(cli, "kind"),
                                              .crs = th_cli_option(cli, "crs"),
                                              .state = th_cli_option(cli, "state"),
                                              .on = th_cli_option(cli, "on"),
                                              .path = th_cli_option(cli, "out"),
                                              .with_wkt = th_cli_flag(cli, "wkt"),
                                              .messages = cli->messages,
                                              .lang = cli->lang,
                                              .progress = &cli->progress};
    return th_export(cli->registry, &options, ret_reply, err);
}

// No option is lost silently: those that the format knows none of are refused.
static enum th_status check_options(const struct th_cli *cli, const char *const *allowed,
                                    size_t n_allowed, struct th_error *err)
{
    static const char *const ALWAYS[] = {"format", "out"};
    for (size_t i = 0; i < cli->n_values; i++) {
        const char *name = cli->values[i].name;
        bool known = strcmp(name, ALWAYS[0]) == 0 || strcmp(name, ALWAYS[1]) == 0;
        for (size_t k = 0; k < n_allowed && !known; k++) {
            known = strcmp(name, allowed[k]) == 0;
        }
        if (!known) {
            return th_error_set(err, TH_USAGE, "export_option", "option", name, "format",
                                th_cli_option(cli, "format"), NULL);
        }
    }
    return TH_OK;
}

static enum th_status export_cadtrust(struct th_cli *cli, struct th_json **ret_reply,
                                      struct th_error *err)
{
    static const char *const ALLOWED[] = {"link-base", "verification-body"};
    struct th_cadtrust_options options = {.path = th_cli_option(cli, "out"),
                                          .link_base = th_cli_option(cli, "link-base"),
                                          .messages = cli->messages};
    enum th_status status = check_options(cli, ALLOWED, 2, err);
    options.bodies = th_cli_list(cli, "verification-body", &options.n_bodies);
    return status == TH_OK ? th_cadtrust_export(cli->registry, &options, ret_reply, err) : status;
}

static enum th_status export_hledger(struct th_cli *cli, struct th_json **ret_reply,
                                     struct th_error *err)
{
    static const char *const ALLOWED[] = {"party"};
    const struct th_hledger_options options = {.path = th_cli_option(cli, "out"),
                                               .party = th_cli_option(cli, "party"),
                                               .messages = cli->messages,
                                               .lang = cli->lang};
    enum th_status status = check_options(cli, ALLOWED, 1, err);
    return status == TH_OK ? th_hledger_export(cli->registry, &options, ret_reply, err) : status;
}

static enum th_status run_parcels(struct th_cli *cli, struct th_json **ret_reply,
                                  struct th_error *err)
{
    return export_parcels(cli, ret_reply, err);
}

static enum th_status run_export(struct th_cli *cli, struct th_json **ret_reply,
                                 struct th_error *err)
{
    static const char *const PARCELS[] = {"village", "kind", "package", "state",
                                          "on",      "crs",  "wkt"};
    const char *format = th_cli_option(cli, "format");
    if (strcmp(format, "cadtrust") == 0) {
        return export_cadtrust(cli, ret_reply, err);
    }
    if (strcmp(format, "hledger") == 0) {
        return export_hledger(cli, ret_reply, err);
    }
    enum th_status status = check_options(cli, PARCELS, sizeof(PARCELS) / sizeof(PARCELS[0]), err);
    return status == TH_OK ? export_parcels(cli, ret_reply, err) : status;
}

#define PARCEL_FORMATS "gpkg|geojson|shp|kml|csv|xlsx|fgb|gml|fiboa"
#define PARCEL_OPTIONS "out!=FILE village=V kind=KIND package=P state=STATE on=DATE crs=EPSG:n wkt"

const struct th_cli_command th_cli_export_commands[] = {
    {"parcel", "export", TH_CLI_READ, "", "format!=" PARCEL_FORMATS " " PARCEL_OPTIONS,
     "file n replaced sha256", run_parcels},
    {"export", "", TH_CLI_READ, "",
     "format!=" PARCEL_FORMATS "|cadtrust|hledger " PARCEL_OPTIONS
     " verification-body*=PARTY=NAME link-base=URL party=P",
     "file n replaced version name accounts sha256 warnings? | tables: sheet n | left_out: package "
     "verifier "
     "reason",
     run_export},
    {0},
};
