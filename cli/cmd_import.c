// parcel import, and the drafts and profiles that go with it.
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "core/file.h"
#include "registry/intake/datum_fit.h"
#include "registry/intake/draft.h"
#include "registry/intake/profile.h"

enum { SHAPE_SIZE_MAX = 16 * 1024 * 1024 };

// What may be said about a source.
#define SETTINGS                                                                                   \
    "layer=L crs=EPSG:n datum=PARAMETERS axes=xy|yx offset=gcj02|bd09|none encoding=E "            \
    "area-unit=mu|ha|m2|are kind=KIND village=V map*=ATTRIBUTE=FIELD repair=propose|agree "        \
    "on-problem=reject|abort update"
// What is decided about single rows of one source.
#define DECISIONS                                                                                  \
    " on=DATE accept-repair*=ROW=METHOD drop*=ROWS waive*=ROWS reason=R document=FILE mend*=FILE " \
    "problems=FILE overlaps=FILE"

#define IMPORT_VIEW                                                                                \
    "read mended.rows mended.cells mended.shapes accepted rejected dropped unchanged repaired "    \
    "area_mu area_m2 area_used_mu source.crs seconds "                                             \
    "| detections: what choice evidence option "                                                   \
    "| problems: row number severity code message hint"

static enum th_status take_options(struct th_cli *cli, struct th_parcel_import_options *ret_options,
                                   struct th_error *err)
{
    const char *on_problem = th_cli_option(cli, "on-problem");
    if (on_problem != NULL && strcmp(on_problem, "abort") != 0 &&
        strcmp(on_problem, "reject") != 0) {
        return th_error_set(err, TH_USAGE, "usage_value", "option", "on-problem", "value",
                            on_problem, "allowed", "reject, abort", NULL);
    }
    struct th_parcel_import_options options = {.layer = th_cli_option(cli, "layer"),
                                               .crs = th_cli_option(cli, "crs"),
                                               .datum = th_cli_option(cli, "datum"),
                                               .axes = th_cli_option(cli, "axes"),
                                               .offset = th_cli_option(cli, "offset"),
                                               .encoding = th_cli_option(cli, "encoding"),
                                               .area_unit = th_cli_option(cli, "area-unit"),
                                               .kind = th_cli_option(cli, "kind"),
                                               .village = th_cli_option(cli, "village"),
                                               .on = th_cli_option(cli, "on"),
                                               .repair = th_cli_option(cli, "repair"),
                                               .waive_reason = th_cli_option(cli, "reason"),
                                               .waive_document = th_cli_option(cli, "document"),
                                               .on_problem_abort = on_problem != NULL &&
                                                                   strcmp(on_problem, "abort") == 0,
                                               .update = th_cli_flag(cli, "update"),
                                               .source = th_cli_option(cli, "source"),
                                               .profile = th_cli_option(cli, "profile"),
                                               .problems_path = th_cli_option(cli, "problems"),
                                               .overlaps_path = th_cli_option(cli, "overlaps"),
                                               .messages = cli->messages,
                                               .lang = cli->lang};
    options.maps = th_cli_list(cli, "map", &options.n_maps);
    options.repair_rows = th_cli_list(cli, "accept-repair", &options.n_repair_rows);
    options.drop_rows = th_cli_list(cli, "drop", &options.n_drop_rows);
    options.keep_rows = th_cli_list(cli, "keep", &options.n_keep_rows);
    options.waive_rows = th_cli_list(cli, "waive", &options.n_waive_rows);
    options.mends = th_cli_list(cli, "mend", &options.n_mends);
    *ret_options = options;
    return TH_OK;
}

static enum th_status run_import(struct th_cli *cli, struct th_json **ret_reply,
                                 struct th_error *err)
{
    struct th_parcel_import_options options;
    enum th_status status = take_options(cli, &options, err);
    if (status != TH_OK) {
        return status;
    }
    options.source = cli->positionals[0];
    return th_parcel_import(cli->registry, &cli->request, &options, ret_reply, err);
}

// The shape itself, or "@FILE" that holds it.
static enum th_status run_add(struct th_cli *cli, struct th_json **ret_reply, struct th_error *err)
{
    const char *shape = th_cli_option(cli, "shape");
    char *text = NULL;
    size_t size = 0;
    if (shape[0] == '@') {
        enum th_status status = th_file_read(shape + 1, SHAPE_SIZE_MAX, &text, &size, err);
        if (status != TH_OK) {
            return status;
        }
        shape = text;
    }
    const struct th_parcel_add_options options = {.shape = shape,
                                                  .number = th_cli_option(cli, "number"),
                                                  .village = th_cli_option(cli, "village"),
                                                  .kind = th_cli_option(cli, "kind"),
                                                  .land_class = th_cli_option(cli, "land-class"),
                                                  .declared_mu = th_cli_option(cli, "declared-mu"),
                                                  .household = th_cli_option(cli, "household"),
                                                  .on = th_cli_option(cli, "on"),
                                                  .messages = cli->messages,
                                                  .lang = cli->lang};
    enum th_status status = th_parcel_add(cli->registry, &cli->request, &options, ret_reply, err);
    free(text);
    return status;
}

static enum th_status run_open(struct th_cli *cli, struct th_json **ret_reply, struct th_error *err)
{
    struct th_parcel_import_options options;
    enum th_status status = take_options(cli, &options, err);
    if (status != TH_OK) {
        return status;
    }
    options.source = cli->positionals[0];
    return th_draft_open(cli->registry, &cli->request, &options, ret_reply, err);
}

static enum th_status
run_step(struct th_cli *cli,
         enum th_status (*step)(struct th_registry *registry, const struct th_request *request,
                                int64_t draft_id, const struct th_parcel_import_options *options,
                                struct th_json **ret_reply, struct th_error *err),
         struct th_json **ret_reply, struct th_error *err)
{
    struct th_parcel_import_options options;
    int64_t draft_id = 0;
    enum th_status status = th_cli_id(cli, 0, &draft_id, err);
    if (status == TH_OK) {
        status = take_options(cli, &options, err);
    }
    return status == TH_OK ? step(cli->registry, &cli->request, draft_id, &options, ret_reply, err)
                           : status;
}

static enum th_status run_set(struct th_cli *cli, struct th_json **ret_reply, struct th_error *err)
{
    return run_step(cli, th_draft_set, ret_reply, err);
}

static enum th_status run_show(struct th_cli *cli, struct th_json **ret_reply, struct th_error *err)
{
    return run_step(cli, th_draft_show, ret_reply, err);
}

static enum th_status run_confirm(struct th_cli *cli, struct th_json **ret_reply,
                                  struct th_error *err)
{
    return run_step(cli, th_draft_confirm, ret_reply, err);
}

static enum th_status run_discard(struct th_cli *cli, struct th_json **ret_reply,
                                  struct th_error *err)
{
    int64_t draft_id = 0;
    enum th_status status = th_cli_id(cli, 0, &draft_id, err);
    return status == TH_OK
               ? th_draft_discard(cli->registry, &cli->request, draft_id, ret_reply, err)
               : status;
}

static enum th_status run_drafts(struct th_cli *cli, struct th_json **ret_reply,
                                 struct th_error *err)
{
    return th_draft_list(cli->registry, ret_reply, err);
}

static enum th_status run_keep(struct th_cli *cli, struct th_json **ret_reply, struct th_error *err)
{
    struct th_parcel_import_options options;
    enum th_status status = take_options(cli, &options, err);
    return status == TH_OK ? th_profile_keep(cli->registry, &cli->request, cli->positionals[0],
                                             th_cli_flag(cli, "replace"), &options, ret_reply, err)
                           : status;
}

static enum th_status run_drop(struct th_cli *cli, struct th_json **ret_reply, struct th_error *err)
{
    return th_profile_drop(cli->registry, &cli->request, cli->positionals[0], ret_reply, err);
}

static enum th_status run_profiles(struct th_cli *cli, struct th_json **ret_reply,
                                   struct th_error *err)
{
    return th_profile_list(cli->registry, ret_reply, err);
}

static enum th_status run_fit(struct th_cli *cli, struct th_json **ret_reply, struct th_error *err)
{
    struct th_datum_fit_options options = {.path = cli->positionals[0],
                                           .from = th_cli_option(cli, "from"),
                                           .to = th_cli_option(cli, "to")};
    enum th_status status = th_cli_int(cli, "parameters", 3, &options.n_parameters, err);
    return status == TH_OK ? th_datum_fit_use(&options, ret_reply, err) : status;
}

const struct th_cli_command th_cli_import_commands[] = {
    {"datum", "fit", TH_CLI_NO_FILE, "POINTS", "from!=EPSG:n to!=EPSG:n parameters=3|7",
     "datum n rms_m worst_m | points: point east_m north_m", run_fit},
    {"profile", "save", TH_CLI_WRITE, "NAME", SETTINGS " replace", "name", run_keep},
    {"profile", "remove", TH_CLI_WRITE, "NAME", "", "name", run_drop},
    {"profile", "list", TH_CLI_READ, "", "", "profiles: name settings", run_profiles},
    {"draft", "open", TH_CLI_WRITE, "SOURCE", "profile=NAME " SETTINGS DECISIONS,
     "draft_id state | " IMPORT_VIEW, run_open},
    {"draft", "set", TH_CLI_WRITE, "ID", "source=SOURCE " SETTINGS DECISIONS " keep*=ROWS",
     "draft_id state | " IMPORT_VIEW, run_set},
    {"draft", "show", TH_CLI_WRITE, "ID", "problems=FILE overlaps=FILE",
     "draft_id state source_changed closed_at closed_by import_id source.name | " IMPORT_VIEW,
     run_show},
    {"draft", "confirm", TH_CLI_WRITE, "ID", "problems=FILE", "draft_id state | " IMPORT_VIEW,
     run_confirm},
    {"draft", "discard", TH_CLI_WRITE, "ID", "", "draft_id state", run_discard},
    {"draft", "list", TH_CLI_READ, "", "", "drafts: draft_id source state login import_id",
     run_drafts},
    {"parcel", "import", TH_CLI_WRITE, "SOURCE", "profile=NAME " SETTINGS DECISIONS, IMPORT_VIEW,
     run_import},
    {"parcel", "add", TH_CLI_WRITE, "",
     "number!=N kind!=KIND shape!=SHAPE village=V land-class=CODE declared-mu=AREA household=H "
     "on=DATE",
     "parcel_ids " IMPORT_VIEW, run_add},
    {0},
};
