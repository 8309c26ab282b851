// parcel list, show; map print.
#include "cli/cli.h"
#include "registry/export/map.h"
#include "registry/intake/parcel.h"

static enum th_status run_list(struct th_cli *cli, struct th_json **ret_reply, struct th_error *err)
{
    struct th_parcel_list_options options = {.village = th_cli_option(cli, "village"),
                                             .kind = th_cli_option(cli, "kind"),
                                             .state = th_cli_option(cli, "state"),
                                             .package = th_cli_option(cli, "package")};
    return th_parcel_list(cli->registry, &options, ret_reply, err);
}

static enum th_status run_show(struct th_cli *cli, struct th_json **ret_reply, struct th_error *err)
{
    int64_t parcel_id = 0;
    enum th_status status = th_cli_id(cli, 0, &parcel_id, err);
    return status == TH_OK ? th_parcel_show(cli->registry, parcel_id, ret_reply, err) : status;
}

static enum th_status run_map(struct th_cli *cli, struct th_json **ret_reply, struct th_error *err)
{
    struct th_map_options options = {.village = th_cli_option(cli, "village"),
                                     .package = th_cli_option(cli, "package"),
                                     .path = th_cli_option(cli, "out"),
                                     .crs = th_cli_option(cli, "crs"),
                                     .messages = cli->messages,
                                     .lang = cli->lang};
    enum th_status status = th_cli_int(cli, "scale", 0, &options.scale, err);
    return status == TH_OK ? th_map_use(cli->registry, &options, ret_reply, err) : status;
}

const struct th_cli_command th_cli_parcel_commands[] = {
    {"parcel", "list", TH_CLI_READ, "", "village=V kind=KIND state=STATE package=P",
     "parcels: parcel_id number village_name kind land_class area_mu declared_mu area_used_mu "
     "area_m2 state | n n_retired area_mu area_used_mu area_m2 area_used_m2",
     run_list},
    {"parcel", "show", TH_CLI_READ, "ID", "",
     "parcel_id version number kind village village_name land_class area_mu area_m2 declared_mu "
     "sliver_m2 counted_mu counted_m2 area_used_mu area_used_m2 perimeter_m state attributes "
     "centroid box source.file "
     "source.sha256 "
     "source.layer source.row "
     "source.crs source.offset source.import_id attributes_source.file attributes_source.layer "
     "attributes_source.row attributes_source.import_id | versions: version kind "
     "area_mu area_m2 "
     "counted_mu counted_m2",
     run_show},
    {0},
};

const struct th_cli_command th_cli_map_commands[] = {
    {"map", "print", TH_CLI_READ, "", "out!=FILE village=V package=P crs=EPSG:n scale=N",
     "file scale crs n_parcels area_mu counted_mu bounds sha256", run_map},
    {0},
};
