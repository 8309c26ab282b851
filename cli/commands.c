// Every command, group by group, in the order in which a parcel becomes money.
#include "cli/cli.h"

static const struct th_cli_command *const GROUPS[] = {
    th_cli_setup_commands,   th_cli_import_commands,     th_cli_parcel_commands,
    th_cli_life_commands,    th_cli_export_commands,     th_cli_map_commands,
    th_cli_layer_commands,   th_cli_tenure_commands,     th_cli_activity_commands,
    th_cli_rule_commands,    th_cli_estimate_commands,   th_cli_label_commands,
    th_cli_package_commands, th_cli_trade_commands,      th_cli_promise_commands,
    th_cli_listing_commands, th_cli_pledge_commands,     th_cli_reversal_commands,
    th_cli_paper_commands,   th_cli_account_commands,    th_cli_money_commands,
    th_cli_outbox_commands,  th_cli_enterprise_commands, th_cli_find_commands,
    th_cli_audit_commands,
};

const struct th_cli_command *const *th_cli_command_groups(size_t *ret_n)
{
    *ret_n = sizeof(GROUPS) / sizeof(GROUPS[0]);
    return GROUPS;
}
