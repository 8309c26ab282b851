// The command line: a table of commands, one parsed call, one reply that is printed.
//
// A command is thin: it reads its arguments, calls one use case and hands the reply over. What
// people see is drawn from that same reply (cli/view.c), so that nothing is shown that --json does
// not say.
#ifndef TH_CLI_CLI_H
#define TH_CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "core/json.h"
#include "core/messages.h"
#include "core/progress.h"
#include "registry/registry.h"

enum { TH_CLI_POSITIONALS_MAX = 100 };

enum th_cli_access {
    TH_CLI_NO_FILE,
    TH_CLI_READ,
    TH_CLI_WRITE,
    TH_CLI_SIGN,   // writes with --sign, else reads
    TH_CLI_SIGN_IF // writes where the signing key lies beside a file that may be written
};

enum th_cli_progress { TH_CLI_AUTO, TH_CLI_BAR, TH_CLI_PLAIN, TH_CLI_JSON_LINES, TH_CLI_NONE };

struct th_cli;

struct th_cli_bar { // where the progress display stands
    enum th_cli_progress mode;
    int64_t last_ms;
    char stage[32];
    bool drawn;
};

struct th_cli_command {
    const char *noun;
    const char *verb; // "" for a noun alone; may be two words, "propose purchase"
    enum th_cli_access access;
    const char *arguments; // positional arguments by name, "FILE" or "PARTY [FILE]"; "" for none;
                           // "ID ID [ID…]" for two or more
    // Options, separated by spaces: "name" a flag, "name=META" a value, "name!=META" a value that
    // must be given, "name*=META" a value that may be given several times.
    const char *options;
    // What people see of the reply: sections separated by '|'; a section is a list of keys ("n
    // area_mu"), or an array and the columns of its table ("parcels: parcel_id kind").
    const char *view;
    enum th_status (*run)(struct th_cli *cli, struct th_json **ret_reply, struct th_error *err);
};

struct th_cli_value {
    const char *name; // option without the dashes
    const char *text; // "" of a flag
};

// One call of the program. All texts are borrowed from argv or the environment.
struct th_cli {
    const struct th_cli_command *command;
    const char *noun; // first word; NULL: none
    const char *positionals[TH_CLI_POSITIONALS_MAX];
    size_t n_positionals;
    struct th_cli_value *values;
    size_t n_values;
    const char **gathered; // room for th_cli_list, as long as values
    size_t n_gathered;
    const char *registry_path;
    char *key_path; // beside the registry; owned
    bool writable;  // the registry was opened for writing
    bool json;
    bool quiet;
    bool help;
    bool version;
    enum th_lang lang;
    enum th_cli_progress progress_mode;
    struct th_messages *messages;
    struct th_surroundings surroundings;
    struct th_request request;
    struct th_progress progress;
    struct th_cli_bar bar;
    struct th_registry *registry; // open when the command asks for one
};

// Commands in the order of the help.
struct th_cli_group {
    const char *title;                     // of the help, "help.group.<title>"; NULL: it goes on
    const struct th_cli_command *commands; // ends with a NULL noun
};
const struct th_cli_group *th_cli_command_groups(size_t *ret_n);

// Fills `cli` from argv. TH_USAGE with a worded error. th_cli_clear frees what it holds.
enum th_status th_cli_parse(struct th_cli *cli, int argc, char **argv,
                            struct th_error *err) TH_MUST_CHECK;
void th_cli_clear(struct th_cli *cli);

// From now on the key lies beside the registry of this name: "<path>.key".
enum th_status th_cli_key_beside(struct th_cli *cli, const char *registry_path,
                                 struct th_error *err) TH_MUST_CHECK;

// Value of an option, or NULL. The last one counts.
const char *th_cli_option(const struct th_cli *cli, const char *name);
bool th_cli_flag(const struct th_cli *cli, const char *name);
// All values of a repeatable option. Borrowed from cli, valid until th_cli_clear.
const char *const *th_cli_list(struct th_cli *cli, const char *name, size_t *ret_n);
// A whole number ≥ 0, or the fallback when not given. TH_USAGE ("usage_number").
enum th_status th_cli_int(const struct th_cli *cli, const char *name, int64_t fallback,
                          int64_t *ret_value, struct th_error *err) TH_MUST_CHECK;
// A positional argument that is an id. TH_USAGE ("usage_id").
enum th_status th_cli_id(const struct th_cli *cli, size_t index, int64_t *ret_id,
                         struct th_error *err) TH_MUST_CHECK;

// Draws the reply for people by the command's view.
void th_cli_view(const struct th_cli *cli, const struct th_json *reply, struct th_buf *out);

// Appends a text that may come from a file or an argument: what would steer a terminal (control
// characters, line breaks, marks that turn the direction of writing) becomes a space each.
void th_cli_put_clean(struct th_buf *out, const char *text);

// The accounts of parties stand among the commands about parties (cmd_setup.c), and are run with
// the payments that go there (cmd_money.c).
enum th_status th_cli_run_party_account_add(struct th_cli *cli, struct th_json **ret_reply,
                                            struct th_error *err) TH_MUST_CHECK;
enum th_status th_cli_run_party_account_confirm(struct th_cli *cli, struct th_json **ret_reply,
                                                struct th_error *err) TH_MUST_CHECK;
enum th_status th_cli_run_party_account_refuse(struct th_cli *cli, struct th_json **ret_reply,
                                               struct th_error *err) TH_MUST_CHECK;
enum th_status th_cli_run_party_account_list(struct th_cli *cli, struct th_json **ret_reply,
                                             struct th_error *err) TH_MUST_CHECK;
// The limit of a login stands among the commands about logins, and is run with the deals.
enum th_status th_cli_run_user_limit(struct th_cli *cli, struct th_json **ret_reply,
                                     struct th_error *err) TH_MUST_CHECK;

// Help for everything, for one noun, or for one command, by what was parsed.
void th_cli_help(const struct th_cli *cli, struct th_buf *out);
void th_cli_completion(struct th_buf *out); // for bash

// Progress on stderr, and SIGINT as a wish to stop.
void th_cli_progress_start(struct th_cli *cli);
void th_cli_progress_end(struct th_cli *cli);

// Walks an options text: *cursor moves on; false at the end.
struct th_cli_spec {
    char name[32];
    char meta[64]; // "" of a flag
    bool required;
    bool repeatable;
};
bool th_cli_spec_next(const char **cursor, struct th_cli_spec *ret_spec);
extern const char th_cli_global_options[];

extern const struct th_cli_command th_cli_setup_commands[];
extern const struct th_cli_command th_cli_import_commands[];
extern const struct th_cli_command th_cli_parcel_commands[];
extern const struct th_cli_command th_cli_life_commands[];
extern const struct th_cli_command th_cli_export_commands[];
extern const struct th_cli_command th_cli_map_commands[];
extern const struct th_cli_command th_cli_layer_commands[];
extern const struct th_cli_command th_cli_tenure_commands[];
extern const struct th_cli_command th_cli_activity_commands[];
extern const struct th_cli_command th_cli_rule_commands[];
extern const struct th_cli_command th_cli_estimate_commands[];
extern const struct th_cli_command th_cli_label_commands[];
extern const struct th_cli_command th_cli_package_commands[];
extern const struct th_cli_command th_cli_trade_commands[];
extern const struct th_cli_command th_cli_promise_commands[];
extern const struct th_cli_command th_cli_listing_commands[];
extern const struct th_cli_command th_cli_pledge_commands[];
extern const struct th_cli_command th_cli_reversal_commands[];
extern const struct th_cli_command th_cli_paper_commands[];
extern const struct th_cli_command th_cli_account_commands[];
extern const struct th_cli_command th_cli_enterprise_commands[];
extern const struct th_cli_command th_cli_find_commands[];
extern const struct th_cli_command th_cli_money_commands[];
extern const struct th_cli_command th_cli_revenue_commands[];
extern const struct th_cli_command th_cli_outbox_commands[];
extern const struct th_cli_command th_cli_audit_commands[];

#endif
