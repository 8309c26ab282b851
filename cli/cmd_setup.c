// init, village, party, user, completion.
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "core/text.h"
#include "registry/setup.h"

// "118,27,123,32"
static enum th_status parse_bounds(const char *text, struct th_registry_create_options *options,
                                   struct th_error *err)
{
    double *const targets[] = {&options->west_deg, &options->south_deg, &options->east_deg,
                               &options->north_deg};
    char part[64];
    for (size_t i = 0; i < 4; i++) {
        size_t size = strcspn(text, ",");
        bool last = i == 3;
        if (size >= sizeof(part) || (text[size] == '\0') != last) {
            return th_error_set(err, TH_INVALID, "bounds_invalid", NULL);
        }
        memcpy(part, text, size);
        part[size] = '\0';
        if (!th_text_parse_double(part, targets[i])) {
            return th_error_set(err, TH_INVALID, "bounds_invalid", NULL);
        }
        text += size + (last ? 0 : 1);
    }
    options->has_bounds = true;
    return TH_OK;
}

static enum th_status run_init(struct th_cli *cli, struct th_json **ret_reply, struct th_error *err)
{
    struct th_registry_create_options options = {.name = th_cli_option(cli, "name"),
                                                 .admin_code = th_cli_option(cli, "admin-code"),
                                                 .crs = th_cli_option(cli, "crs")};
    const char *bounds = th_cli_option(cli, "bounds");
    enum th_status status = bounds != NULL ? parse_bounds(bounds, &options, err) : TH_OK;
    if (status == TH_OK) {
        status = th_cli_key_beside(cli, cli->positionals[0], err);
    }
    return status == TH_OK ? th_registry_create(cli->positionals[0], &options, &cli->surroundings,
                                                ret_reply, err)
                           : status;
}

static enum th_status run_village_add(struct th_cli *cli, struct th_json **ret_reply,
                                      struct th_error *err)
{
    return th_village_add(cli->registry, &cli->request, th_cli_option(cli, "code"),
                          th_cli_option(cli, "name"), th_cli_option(cli, "township"), ret_reply,
                          err);
}

static enum th_status run_village_import(struct th_cli *cli, struct th_json **ret_reply,
                                         struct th_error *err)
{
    return th_village_import(cli->registry, &cli->request, cli->positionals[0], ret_reply, err);
}

static enum th_status run_village_list(struct th_cli *cli, struct th_json **ret_reply,
                                       struct th_error *err)
{
    return th_village_list(cli->registry, ret_reply, err);
}

static enum th_status run_party_add(struct th_cli *cli, struct th_json **ret_reply,
                                    struct th_error *err)
{
    struct th_party_add_options options = {.kind = th_cli_option(cli, "kind"),
                                           .name = th_cli_option(cli, "name"),
                                           .uscc = th_cli_option(cli, "uscc"),
                                           .village = th_cli_option(cli, "village"),
                                           .division = th_cli_option(cli, "division")};
    return th_party_add(cli->registry, &cli->request, &options, ret_reply, err);
}

static enum th_status run_party_list(struct th_cli *cli, struct th_json **ret_reply,
                                     struct th_error *err)
{
    return th_party_list(cli->registry, ret_reply, err);
}

static enum th_status run_user_add(struct th_cli *cli, struct th_json **ret_reply,
                                   struct th_error *err)
{
    return th_user_add(cli->registry, &cli->request, cli->positionals[0],
                       th_cli_option(cli, "role"), th_cli_option(cli, "village"),
                       th_cli_option(cli, "party"), ret_reply, err);
}

static enum th_status run_user_list(struct th_cli *cli, struct th_json **ret_reply,
                                    struct th_error *err)
{
    return th_user_list(cli->registry, ret_reply, err);
}

static enum th_status run_user_end(struct th_cli *cli, struct th_json **ret_reply,
                                   struct th_error *err)
{
    return th_user_end(cli->registry, &cli->request, cli->positionals[0],
                       th_cli_option(cli, "reason"), ret_reply, err);
}

static enum th_status run_completion(struct th_cli *cli, struct th_json **ret_reply,
                                     struct th_error *err)
{
    enum { LIMIT = 1024 * 1024 };
    struct th_buf out;
    (void)cli;
    th_buf_init(&out, LIMIT);
    th_cli_completion(&out);
    enum th_status status = th_buf_check(&out, err);
    if (status == TH_OK) {
        struct th_json *reply = th_json_object();
        th_json_set_text(reply, "script", th_buf_text(&out));
        if (!cli->json) {
            fputs(th_buf_text(&out), stdout);
        }
        *ret_reply = reply;
    }
    th_buf_clear(&out);
    return status;
}

#define ACCOUNT                                                                                    \
    "account_id party_name bank account=account_number account_holder state=account_state "        \
    "proposed_by decided_by"

const struct th_cli_command th_cli_setup_commands[] = {
    {"init", "", TH_CLI_NO_FILE, "FILE", "name!=N admin-code!=CODE crs=EPSG:n bounds=W,S,E,N",
     "path name admin_code registry_id schema_version login activation_code key_file", run_init},
    {"village", "add", TH_CLI_WRITE, "", "code!=CODE name!=N township!=T",
     "villages: code name township", run_village_add},
    {"village", "import", TH_CLI_WRITE, "FILE", "",
     "read accepted unchanged | villages: code name township", run_village_import},
    {"village", "list", TH_CLI_READ, "", "", "villages: code name township", run_village_list},
    {"party", "add", TH_CLI_WRITE, "", "kind!=KIND name!=N uscc=CODE village=V division=CODE",
     "party_id kind name uscc village division", run_party_add},
    {"party", "list", TH_CLI_READ, "", "", "parties: party_id kind name uscc village",
     run_party_list},
    {"party", "account add", TH_CLI_WRITE, "PARTY", "bank!=NAME number!=N holder=NAME",
     ACCOUNT " replaces warnings", th_cli_run_party_account_add},
    {"party", "account confirm", TH_CLI_WRITE, "ACCOUNT", "number!=N", ACCOUNT,
     th_cli_run_party_account_confirm},
    {"party", "account refuse", TH_CLI_WRITE, "ACCOUNT", "reason=TEXT", ACCOUNT " reason",
     th_cli_run_party_account_refuse},
    {"party", "account list", TH_CLI_READ, "", "party=PARTY state=proposed|confirmed|refused",
     "accounts: " ACCOUNT " reason", th_cli_run_party_account_list},
    {"user", "add", TH_CLI_WRITE, "LOGIN", "role!=ROLE village=V party=P",
     "login role village party_id activation_code", run_user_add},
    {"user", "limit", TH_CLI_WRITE, "LOGIN", "amount=A tonnes=N from=DATE",
     "limit_id login from amount_fen tonnes", th_cli_run_user_limit},
    {"user", "end", TH_CLI_WRITE, "LOGIN", "reason!=TEXT", "login role reason warnings",
     run_user_end},
    {"user", "list", TH_CLI_READ, "", "",
     "users: login role village party_name limit_fen limit_t state ended_on", run_user_list},
    {"completion", "", TH_CLI_NO_FILE, "", "", "", run_completion},
    {0},
};
