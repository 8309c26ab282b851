// parcel split, merge, adjust, renumber, retire, history.
#include "cli/cli.h"
#include "registry/life/parcel_life.h"

static enum th_status run_split(struct th_cli *cli, struct th_json **ret_reply,
                                struct th_error *err)
{
    struct th_parcel_split_options options = {.drawing = th_cli_option(cli, "by"),
                                              .crs = th_cli_option(cli, "crs"),
                                              .numbers = th_cli_option(cli, "numbers"),
                                              .tolerance_m = th_cli_option(cli, "tolerance"),
                                              .reason = th_cli_option(cli, "reason"),
                                              .on = th_cli_option(cli, "on"),
                                              .messages = cli->messages,
                                              .lang = cli->lang};
    enum th_status status = th_cli_id(cli, 0, &options.parcel_id, err);
    return status == TH_OK ? th_parcel_split(cli->registry, &cli->request, &options, ret_reply, err)
                           : status;
}

static enum th_status run_merge(struct th_cli *cli, struct th_json **ret_reply,
                                struct th_error *err)
{
    int64_t ids[TH_CLI_POSITIONALS_MAX] = {0};
    struct th_parcel_merge_options options = {.parcel_ids = ids,
                                              .n_parcels = cli->n_positionals,
                                              .number = th_cli_option(cli, "number"),
                                              .reason = th_cli_option(cli, "reason"),
                                              .on = th_cli_option(cli, "on"),
                                              .messages = cli->messages,
                                              .lang = cli->lang};
    for (size_t i = 0; i < cli->n_positionals; i++) {
        enum th_status status = th_cli_id(cli, i, &ids[i], err);
        if (status != TH_OK) {
            return status;
        }
    }
    return th_parcel_merge(cli->registry, &cli->request, &options, ret_reply, err);
}

static enum th_status run_adjust(struct th_cli *cli, struct th_json **ret_reply,
                                 struct th_error *err)
{
    struct th_parcel_adjust_options options = {.drawing = th_cli_option(cli, "by"),
                                               .crs = th_cli_option(cli, "crs"),
                                               .tolerance_m = th_cli_option(cli, "tolerance"),
                                               .reason = th_cli_option(cli, "reason"),
                                               .on = th_cli_option(cli, "on"),
                                               .waive = th_cli_flag(cli, "waive"),
                                               .document = th_cli_option(cli, "document"),
                                               .messages = cli->messages,
                                               .lang = cli->lang};
    enum th_status status = th_cli_id(cli, 0, &options.parcel_id, err);
    if (status == TH_OK) {
        status = th_cli_int(cli, "with", 0, &options.with_id, err);
    }
    return status == TH_OK
               ? th_parcel_adjust(cli->registry, &cli->request, &options, ret_reply, err)
               : status;
}

static enum th_status run_retire(struct th_cli *cli, struct th_json **ret_reply,
                                 struct th_error *err)
{
    struct th_parcel_retire_options options = {.reason = th_cli_option(cli, "reason"),
                                               .on = th_cli_option(cli, "on"),
                                               .document = th_cli_option(cli, "document")};
    enum th_status status = th_cli_id(cli, 0, &options.parcel_id, err);
    return status == TH_OK
               ? th_parcel_retire_use(cli->registry, &cli->request, &options, ret_reply, err)
               : status;
}

static enum th_status run_renumber(struct th_cli *cli, struct th_json **ret_reply,
                                   struct th_error *err)
{
    struct th_parcel_renumber_options options = {.number = th_cli_option(cli, "number"),
                                                 .reason = th_cli_option(cli, "reason"),
                                                 .on = th_cli_option(cli, "on")};
    enum th_status status = th_cli_id(cli, 0, &options.parcel_id, err);
    return status == TH_OK
               ? th_parcel_renumber_use(cli->registry, &cli->request, &options, ret_reply, err)
               : status;
}

static enum th_status run_history(struct th_cli *cli, struct th_json **ret_reply,
                                  struct th_error *err)
{
    int64_t parcel_id = 0;
    const char *number = th_cli_option(cli, "number");
    if (number != NULL && cli->n_positionals > 0) {
        return th_error_set(err, TH_USAGE, "usage_too_many", "argument", cli->positionals[0], NULL);
    }
    enum th_status status = number == NULL
                                ? th_cli_id(cli, 0, &parcel_id, err)
                                : th_parcel_of_number(cli->registry, th_cli_option(cli, "village"),
                                                      number, &parcel_id, err);
    return status == TH_OK ? th_parcel_history(cli->registry, parcel_id, ret_reply, err) : status;
}

#define CHANGED                                                                                    \
    "| parcels: parcel_id number version kind village_name area_mu declared_mu area_used_mu "      \
    "area_m2 "
#define ENDED "| retired: parcel_id number version area_mu retired_on"
#define REMARKS " | problems: row number severity message hint"

const struct th_cli_command th_cli_life_commands[] = {
    {"parcel", "split", TH_CLI_WRITE, "ID",
     "by!=DRAWING numbers=A,B reason!=TEXT on=DATE tolerance=M crs=EPSG:n",
     "on reason area_difference_m2 " CHANGED ENDED REMARKS, run_split},
    {"parcel", "merge", TH_CLI_WRITE, "ID ID [ID…]", "number!=N reason!=TEXT on=DATE",
     "on reason area_difference_m2 attributes_dropped " CHANGED ENDED REMARKS, run_merge},
    {"parcel", "adjust", TH_CLI_WRITE, "ID",
     "by!=DRAWING with=ID tolerance=M reason!=TEXT on=DATE crs=EPSG:n waive document=FILE",
     "on reason area_before_m2 area_after_m2 " CHANGED
     "| moved: neighbour_id distance_m inserted from to" REMARKS,
     run_adjust},
    {"parcel", "retire", TH_CLI_WRITE, "ID", "reason!=TEXT on=DATE document=FILE",
     "on reason document_id " ENDED, run_retire},
    {"parcel", "renumber", TH_CLI_WRITE, "ID", "number!=N reason!=TEXT on=DATE",
     "on reason old_number " CHANGED, run_renumber},
    {"parcel", "history", TH_CLI_READ, "[ID]", "number=N village=V",
     "parcel_id number village_name state retired_on retired_reason "
     "| versions: version number from to lasted origin reason kind area_mu counted_mu declared_mu "
     "source row seq at login "
     "| changes: version what field before after "
     "| ancestors: parcel_id number state area_mu parent_of "
     "| descendants: parcel_id number state area_mu child_of "
     "| events: seq at login entry",
     run_history},
    {0},
};
