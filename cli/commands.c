// Every command, group by group, in the order in which a parcel becomes money.
#include "cli/cli.h"

static const struct th_cli_group GROUPS[] = {
    {"setup", th_cli_setup_commands},       {"read", th_cli_import_commands},
    {"parcels", th_cli_parcel_commands},    {NULL, th_cli_life_commands},
    {"export", th_cli_export_commands},     {NULL, th_cli_map_commands},
    {"ground", th_cli_layer_commands},      {NULL, th_cli_tenure_commands},
    {NULL, th_cli_activity_commands},       {NULL, th_cli_rule_commands},
    {"estimate", th_cli_estimate_commands}, {NULL, th_cli_label_commands},
    {"package", th_cli_package_commands},   {"desk", th_cli_trade_commands},
    {"ahead", th_cli_promise_commands},     {"pledge", th_cli_listing_commands},
    {NULL, th_cli_pledge_commands},         {"reversal", th_cli_reversal_commands},
    {"papers", th_cli_paper_commands},      {"money", th_cli_account_commands},
    {NULL, th_cli_revenue_commands},        {NULL, th_cli_money_commands},
    {NULL, th_cli_outbox_commands},         {"look", th_cli_enterprise_commands},
    {NULL, th_cli_find_commands},           {"proof", th_cli_audit_commands},
};

const struct th_cli_group *th_cli_command_groups(size_t *ret_n)
{
    *ret_n = sizeof(GROUPS) / sizeof(GROUPS[0]);
    return GROUPS;
}
