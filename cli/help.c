// Help, drawn from the command table and the catalogue.
#include <string.h>

#include "cli/cli.h"
#include "core/buf.h"
#include "core/text.h"

enum { NAME_CELLS = 34 };

static const char *message(const struct th_cli *cli, const char *key)
{
    return th_messages_find(cli->messages, cli->lang, key);
}

// "help.trade.propose_purchase"
static void command_key(const struct th_cli_command *command, const char *prefix, char *buf,
                        size_t size)
{
    int n = snprintf(buf, size, "%s.%s%s%s", prefix, command->noun,
                     command->verb[0] != '\0' ? "." : "", command->verb);
    for (int i = 0; i < n && (size_t)i < size; i++) {
        if (buf[i] == ' ') {
            buf[i] = '_';
        }
    }
}

static void put_padded(struct th_buf *out, const char *text, size_t cells)
{
    size_t width = th_text_width(text);
    th_buf_append_str(out, text);
    if (width >= cells) {
        th_buf_append_char(out, '\n');
        width = 0;
        th_buf_append_str(out, "  ");
    }
    while (width++ < cells) {
        th_buf_append_char(out, ' ');
    }
}

static void put_command_line(const struct th_cli *cli, const struct th_cli_command *command,
                             struct th_buf *out)
{
    char key[128];
    char name[160];
    command_key(command, "help", key, sizeof(key));
    snprintf(name, sizeof(name), "%s%s%s%s%s", command->noun, command->verb[0] != '\0' ? " " : "",
             command->verb, command->arguments[0] != '\0' ? " " : "", command->arguments);
    th_buf_append_str(out, "  ");
    put_padded(out, name, NAME_CELLS);
    th_buf_append_str(out, th_messages_text(cli->messages, cli->lang, key));
    th_buf_append_char(out, '\n');
}

// The most particular text there is: for this command, for this noun, for any.
static const char *option_text(const struct th_cli *cli, const struct th_cli_command *command,
                               const char *name)
{
    char prefix[96];
    char key[160];
    const char *text = NULL;
    if (command != NULL) {
        command_key(command, "option", prefix, sizeof(prefix));
        snprintf(key, sizeof(key), "%s.%s", prefix, name);
        text = message(cli, key);
        if (text == NULL) {
            snprintf(key, sizeof(key), "option.%s.%s", command->noun, name);
            text = message(cli, key);
        }
    }
    snprintf(key, sizeof(key), "option.%s", name);
    return text != NULL ? text : th_messages_text(cli->messages, cli->lang, key);
}

static void put_options(const struct th_cli *cli, const struct th_cli_command *command,
                        const char *options, struct th_buf *out)
{
    struct th_cli_spec spec;
    while (th_cli_spec_next(&options, &spec)) {
        char name[128];
        snprintf(name, sizeof(name), "--%s%s%s%s", spec.name, spec.meta[0] != '\0' ? " " : "",
                 spec.meta, spec.repeatable ? " …" : "");
        th_buf_append_str(out, "  ");
        put_padded(out, name, NAME_CELLS);
        if (spec.required) {
            th_buf_append_str(out, th_messages_text(cli->messages, cli->lang, "help.required"));
        }
        th_buf_append_str(out, option_text(cli, command, spec.name));
        th_buf_append_char(out, '\n');
    }
}

static void put_heading(const struct th_cli *cli, const char *key, struct th_buf *out)
{
    th_buf_append_char(out, '\n');
    th_buf_append_str(out, th_messages_text(cli->messages, cli->lang, key));
    th_buf_append_char(out, '\n');
}

static void help_command(const struct th_cli *cli, struct th_buf *out)
{
    const struct th_cli_command *command = cli->command;
    char key[128];
    command_key(command, "help", key, sizeof(key));
    th_buf_printf(out, "tanhui %s%s%s%s%s [%s]\n", command->noun,
                  command->verb[0] != '\0' ? " " : "", command->verb,
                  command->arguments[0] != '\0' ? " " : "", command->arguments,
                  th_messages_text(cli->messages, cli->lang, "help.options_word"));
    th_buf_printf(out, "  %s\n", th_messages_text(cli->messages, cli->lang, key));
    command_key(command, "help_more", key, sizeof(key));
    if (message(cli, key) != NULL) {
        th_buf_printf(out, "\n%s\n", message(cli, key));
    }
    if (command->options[0] != '\0') {
        put_heading(cli, "help.options", out);
        put_options(cli, command, command->options, out);
    }
    put_heading(cli, "help.global_options", out);
    put_options(cli, NULL, th_cli_global_options, out);
    command_key(command, "example", key, sizeof(key));
    if (message(cli, key) != NULL) {
        put_heading(cli, "help.example", out);
        th_buf_printf(out, "  %s\n", message(cli, key));
    }
}

static void help_list(const struct th_cli *cli, const char *noun, struct th_buf *out)
{
    size_t n_groups = 0;
    const struct th_cli_group *groups = th_cli_command_groups(&n_groups);
    for (size_t g = 0; g < n_groups; g++) {
        if (noun == NULL && groups[g].title != NULL) {
            char key[64];
            snprintf(key, sizeof(key), "help.group.%s", groups[g].title);
            put_heading(cli, key, out);
        }
        for (const struct th_cli_command *c = groups[g].commands; c->noun != NULL; c++) {
            if (noun == NULL || strcmp(noun, c->noun) == 0) {
                put_command_line(cli, c, out);
            }
        }
    }
}

void th_cli_help(const struct th_cli *cli, struct th_buf *out)
{
    if (cli->command != NULL) {
        help_command(cli, out);
        return;
    }
    th_buf_append_str(out, th_messages_text(cli->messages, cli->lang, "help.title"));
    th_buf_append_char(out, '\n');
    if (cli->noun != NULL) {
        put_heading(cli, "help.commands", out);
    }
    help_list(cli, cli->noun, out);
    put_heading(cli, "help.global_options", out);
    put_options(cli, NULL, th_cli_global_options, out);
    put_heading(cli, "help.exit_status", out);
    th_buf_append_str(out, th_messages_text(cli->messages, cli->lang, "help.exit_codes"));
    th_buf_append_char(out, '\n');
}

// Appends `word` unless it was the last one: neighbours of the table often share it.
static void put_word(struct th_buf *out, const char *word, size_t size, const char **last,
                     size_t *last_size)
{
    if (*last != NULL && *last_size == size && strncmp(*last, word, size) == 0) {
        return;
    }
    th_buf_printf(out, " %.*s", (int)size, word);
    *last = word;
    *last_size = size;
}

// Is `word` the first of several words of a verb?
static bool begins_verb(const char *verb, const char *word)
{
    size_t size = strlen(word);
    return strncmp(verb, word, size) == 0 && verb[size] == ' ';
}

// What of this command's words may come next behind `noun` and `first`, "" where none was given;
// NULL when it is another one's.
static const char *word_next(const struct th_cli_command *c, const char *noun, const char *first)
{
    if (noun[0] == '\0') {
        return c->noun;
    }
    if (strcmp(c->noun, noun) != 0) {
        return NULL;
    }
    if (first[0] == '\0') {
        return c->verb;
    }
    return begins_verb(c->verb, first) ? c->verb + strlen(first) + 1 : NULL;
}

static void put_words(struct th_buf *out, const char *noun, const char *first)
{
    size_t n_groups = 0;
    const struct th_cli_group *groups = th_cli_command_groups(&n_groups);
    const char *last = NULL;
    size_t last_size = 0;
    for (size_t g = 0; g < n_groups; g++) {
        for (const struct th_cli_command *c = groups[g].commands; c->noun != NULL; c++) {
            const char *word = word_next(c, noun, first);
            if (word != NULL) {
                put_word(out, word, word == c->verb ? strcspn(word, " ") : strlen(word), &last,
                         &last_size);
            }
        }
    }
}

static void put_option_words(struct th_buf *out, const char *options)
{
    struct th_cli_spec spec;
    while (th_cli_spec_next(&options, &spec)) {
        th_buf_printf(out, " --%s", spec.name);
    }
}

// Offers the words of a command's name one after the other, then its options; what is no option is
// left to bash, which offers files.
void th_cli_completion(struct th_buf *out)
{
    size_t n_groups = 0;
    const struct th_cli_group *groups = th_cli_command_groups(&n_groups);
    th_buf_append_str(out, "_tanhui() {\n"
                           "    local cur=${COMP_WORDS[COMP_CWORD]} words= options=\n"
                           "    local before=\"${COMP_WORDS[*]:1:COMP_CWORD-1}\"\n"
                           "    case \"$before\" in\n"
                           "    '') words='");
    put_words(out, "", "");
    th_buf_append_str(out, "' ;;\n");
    const char *last_noun = "";
    char last_first[64] = "";
    for (size_t g = 0; g < n_groups; g++) {
        for (const struct th_cli_command *c = groups[g].commands; c->noun != NULL; c++) {
            char first[64];
            size_t size = strcspn(c->verb, " ");
            bool fresh = strcmp(last_noun, c->noun) != 0;
            if (fresh && c->verb[0] != '\0') {
                th_buf_printf(out, "    '%s') words='", c->noun);
                put_words(out, c->noun, "");
                th_buf_append_str(out, "' ;;\n");
            }
            snprintf(first, sizeof(first), "%.*s", (int)size, c->verb);
            if (c->verb[size] == ' ' && (fresh || strcmp(first, last_first) != 0)) {
                th_buf_printf(out, "    '%s %s') words='", c->noun, first);
                put_words(out, c->noun, first);
                th_buf_append_str(out, "' ;;\n");
            }
            snprintf(last_first, sizeof(last_first), "%s", first);
            last_noun = c->noun;
        }
    }
    th_buf_append_str(out, "    esac\n    case \"$before \" in\n");
    for (size_t g = 0; g < n_groups; g++) {
        for (const struct th_cli_command *c = groups[g].commands; c->noun != NULL; c++) {
            th_buf_printf(out, "    '%s%s%s '*) options='", c->noun, c->verb[0] != '\0' ? " " : "",
                          c->verb);
            put_option_words(out, c->options);
            th_buf_append_str(out, "' ;;\n");
        }
    }
    th_buf_append_str(out, "    esac\n    case \"$cur\" in\n    -*) words=\"$options");
    put_option_words(out, th_cli_global_options);
    th_buf_append_str(out, "\" ;;\n    esac\n"
                           "    COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
                           "}\ncomplete -o default -F _tanhui tanhui\n");
}
