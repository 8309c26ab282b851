// From argv to one call.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "core/buf.h"
#include "core/text.h"

const char th_cli_global_options[] = "registry=FILE as=LOGIN json lang=zh|en quiet "
                                     "progress=auto|bar|plain|json|none dry-run "
                                     "idempotency-key=KEY help version";

bool th_cli_spec_next(const char **cursor, struct th_cli_spec *ret_spec)
{
    const char *p = *cursor + strspn(*cursor, " ");
    if (*p == '\0') {
        return false;
    }
    size_t whole = strcspn(p, " ");
    size_t name = strcspn(p, " =!*");
    memset(ret_spec, 0, sizeof(*ret_spec));
    if (name < sizeof(ret_spec->name)) {
        memcpy(ret_spec->name, p, name);
    }
    ret_spec->required = p[name] == '!';
    ret_spec->repeatable = p[name] == '*';
    const char *meta = memchr(p, '=', whole);
    if (meta != NULL) {
        size_t size = whole - (size_t)(meta + 1 - p);
        if (size < sizeof(ret_spec->meta)) {
            memcpy(ret_spec->meta, meta + 1, size);
        }
    }
    *cursor = p + whole;
    return true;
}

static bool find_spec(const char *options, const char *name, size_t size,
                      struct th_cli_spec *ret_spec)
{
    while (th_cli_spec_next(&options, ret_spec)) {
        if (strlen(ret_spec->name) == size && strncmp(ret_spec->name, name, size) == 0) {
            return true;
        }
    }
    return false;
}

// Number of words of the command's name that the words begin with; 0 when they do not.
static size_t match(const struct th_cli_command *command, char *const *words, size_t n_words)
{
    if (n_words == 0 || strcmp(command->noun, words[0]) != 0) {
        return 0;
    }
    size_t n = 1;
    const char *verb = command->verb;
    while (*verb != '\0') {
        size_t size = strcspn(verb, " ");
        if (n >= n_words || strlen(words[n]) != size || strncmp(words[n], verb, size) != 0) {
            return 0;
        }
        n++;
        verb += size + strspn(verb + size, " ");
    }
    return n;
}

static const struct th_cli_command *find_command(char *const *words, size_t n_words,
                                                 size_t *ret_used)
{
    size_t n_groups = 0;
    const struct th_cli_group *groups = th_cli_command_groups(&n_groups);
    const struct th_cli_command *best = NULL;
    size_t most = 0;
    for (size_t g = 0; g < n_groups; g++) {
        for (const struct th_cli_command *c = groups[g].commands; c->noun != NULL; c++) {
            size_t n = match(c, words, n_words);
            if (n > most) {
                most = n;
                best = c;
            }
        }
    }
    *ret_used = most;
    return best;
}

static const char MORE[] = "…]";
enum { MORE_SIZE = sizeof(MORE) - 1 };

static size_t count_arguments(const char *arguments, size_t *ret_required)
{
    size_t n = 0;
    *ret_required = 0;
    for (const char *p = arguments; *p != '\0';) {
        p += strspn(p, " ");
        if (*p == '\0') {
            break;
        }
        n++;
        *ret_required += *p != '[';
        size_t size = strcspn(p, " ");
        p += size;
        // "[ID…]": as many more as there is room for.
        if (size >= MORE_SIZE && memcmp(p - MORE_SIZE, MORE, MORE_SIZE) == 0) {
            n = TH_CLI_POSITIONALS_MAX;
        }
    }
    return n;
}

static enum th_status set_global(struct th_cli *cli, const char *name, const char *value,
                                 struct th_error *err)
{
    static const struct {
        const char *name;
        enum th_cli_progress mode;
    } MODES[] = {{"auto", TH_CLI_AUTO},
                 {"bar", TH_CLI_BAR},
                 {"plain", TH_CLI_PLAIN},
                 {"json", TH_CLI_JSON_LINES},
                 {"none", TH_CLI_NONE}};
    if (strcmp(name, "registry") == 0) {
        cli->registry_path = value;
    } else if (strcmp(name, "as") == 0) {
        cli->request.login = value;
    } else if (strcmp(name, "json") == 0) {
        cli->json = true;
    } else if (strcmp(name, "quiet") == 0) {
        cli->quiet = true;
    } else if (strcmp(name, "dry-run") == 0) {
        cli->request.dry_run = true;
    } else if (strcmp(name, "idempotency-key") == 0) {
        cli->request.idempotency_key = value;
    } else if (strcmp(name, "help") == 0) {
        cli->help = true;
    } else if (strcmp(name, "version") == 0) {
        cli->version = true;
    } else if (strcmp(name, "lang") == 0) {
        if (strcmp(value, "zh") != 0 && strcmp(value, "en") != 0) {
            return th_error_set(err, TH_USAGE, "usage_value", "option", name, "value", value,
                                "allowed", "zh, en", NULL);
        }
        cli->lang = strcmp(value, "zh") == 0 ? TH_LANG_ZH : TH_LANG_EN;
    } else if (strcmp(name, "progress") == 0) {
        for (size_t i = 0; i < sizeof(MODES) / sizeof(MODES[0]); i++) {
            if (strcmp(MODES[i].name, value) == 0) {
                cli->progress_mode = MODES[i].mode;
                return TH_OK;
            }
        }
        return th_error_set(err, TH_USAGE, "usage_value", "option", name, "value", value, "allowed",
                            "auto, bar, plain, json, none", NULL);
    }
    return TH_OK;
}

static void keep_value(struct th_cli *cli, const char *name, const char *text)
{
    cli->values[cli->n_values].name = name;
    cli->values[cli->n_values].text = text;
    cli->n_values++;
}

static bool same_option(const char *stored, const char *name)
{
    size_t size = strcspn(stored, "=");
    return strlen(name) == size && strncmp(stored, name, size) == 0;
}

// What is given once only must not be given in two ways: nobody would know which one held.
static enum th_status check_once(const struct th_cli *cli, const struct th_cli_spec *spec,
                                 const char *value, struct th_error *err)
{
    const char *before = th_cli_option(cli, spec->name);
    if (spec->repeatable || !before || strcmp(before, value) == 0) {
        return TH_OK;
    }
    return th_error_set(err, TH_USAGE, "usage_twice", "option", spec->name, "value", before,
                        "other", value, NULL);
}

// One option at argv[*index]; moves *index to its last word.
static enum th_status take_option(struct th_cli *cli, int argc, char **argv, int *index,
                                  bool arguments_full, struct th_error *err)
{
    const char *name = argv[*index] + 2;
    size_t size = strcspn(name, "=");
    const char *value = name[size] == '=' ? name + size + 1 : NULL;
    struct th_cli_spec spec;
    bool global = find_spec(th_cli_global_options, name, size, &spec);
    if (!global && (cli->command == NULL || !find_spec(cli->command->options, name, size, &spec))) {
        return th_error_set(err, TH_USAGE, "usage_unknown_option", "option", argv[*index], NULL);
    }
    bool flag = spec.meta[0] == '\0';
    if (flag && value != NULL) {
        return th_error_set(err, TH_USAGE, "usage_no_value", "option", spec.name, NULL);
    }
    if (!flag && value == NULL) {
        // What looks like an option is one: a text that begins so is given as --name=--text.
        if (*index + 1 >= argc || strncmp(argv[*index + 1], "--", 2) == 0) {
            return th_error_set(err, TH_USAGE, "usage_missing_value", "option", spec.name, "meta",
                                spec.meta, NULL);
        }
        value = argv[++*index];
    }
    if (global) {
        return set_global(cli, spec.name, value, err);
    }
    enum th_status status = check_once(cli, &spec, flag ? "" : value, err);
    if (status != TH_OK) {
        return status;
    }
    // The name is compared by its text up to '=', so argv itself can serve.
    keep_value(cli, name, flag ? "" : value);
    while (spec.repeatable && arguments_full && *index + 1 < argc &&
           strncmp(argv[*index + 1], "--", 2) != 0) {
        keep_value(cli, name, argv[++*index]);
    }
    return TH_OK;
}

static enum th_status check_required(const struct th_cli *cli, size_t n_required,
                                     struct th_error *err)
{
    const char *cursor = cli->command->options;
    struct th_cli_spec spec;
    if (cli->n_positionals < n_required) {
        return th_error_set(err, TH_USAGE, "usage_missing_argument", "arguments",
                            cli->command->arguments, NULL);
    }
    while (th_cli_spec_next(&cursor, &spec)) {
        if (spec.required && th_cli_option(cli, spec.name) == NULL) {
            return th_error_set(err, TH_USAGE, "usage_missing_option", "option", spec.name, "meta",
                                spec.meta, NULL);
        }
    }
    return TH_OK;
}

// Words before the first option, the command's name among them. A global option may stand first:
// it is skipped together with its value.
static size_t leading_words(int argc, char **argv, char **words, size_t capacity)
{
    size_t n = 0;
    for (int i = 1; i < argc && n < capacity; i++) {
        struct th_cli_spec spec;
        if (strcmp(argv[i], "-h") == 0) {
            continue;
        }
        if (strncmp(argv[i], "--", 2) != 0) {
            words[n++] = argv[i];
            continue;
        }
        const char *name = argv[i] + 2;
        size_t size = strcspn(name, "=");
        if (!find_spec(th_cli_global_options, name, size, &spec)) {
            break;
        }
        if (spec.meta[0] != '\0' && name[size] != '=') {
            i++;
        }
    }
    return n;
}

static enum th_status walk(struct th_cli *cli, int argc, char **argv, size_t n_name_words,
                           struct th_error *err)
{
    size_t n_required = 0;
    size_t n_allowed =
        cli->command != NULL ? count_arguments(cli->command->arguments, &n_required) : 0;
    bool plain = false; // behind "--"
    for (int i = 1; i < argc; i++) {
        if (!plain && strcmp(argv[i], "--") == 0) {
            plain = true;
        } else if (!plain && strcmp(argv[i], "-h") == 0) {
            cli->help = true;
        } else if (!plain && strncmp(argv[i], "--", 2) == 0) {
            enum th_status status =
                take_option(cli, argc, argv, &i, cli->n_positionals >= n_allowed, err);
            if (status != TH_OK) {
                return status;
            }
        } else if (n_name_words > 0) {
            n_name_words--;
        } else if (cli->n_positionals < n_allowed && cli->n_positionals < TH_CLI_POSITIONALS_MAX) {
            cli->positionals[cli->n_positionals++] = argv[i];
        } else {
            return th_error_set(err, TH_USAGE, "usage_too_many", "argument", argv[i], NULL);
        }
    }
    if (cli->command == NULL || cli->help) {
        return TH_OK;
    }
    if (cli->request.dry_run && cli->command->access != TH_CLI_WRITE) {
        return th_error_set(err, TH_USAGE, "usage_no_dry_run", NULL);
    }
    return check_required(cli, n_required, err);
}

// Errors of the parse itself already speak the language and the form that were asked for, wherever
// the wish stands.
static void look_ahead(struct th_cli *cli, int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        const char *lang = NULL;
        if (strncmp(argv[i], "--lang=", 7) == 0) {
            lang = argv[i] + 7;
        } else if (strcmp(argv[i], "--lang") == 0 && i + 1 < argc) {
            lang = argv[i + 1];
        }
        if (lang != NULL && strcmp(lang, "zh") == 0) {
            cli->lang = TH_LANG_ZH;
        }
        if (lang != NULL && strcmp(lang, "en") == 0) {
            cli->lang = TH_LANG_EN;
        }
        cli->json = cli->json || strcmp(argv[i], "--json") == 0;
        cli->help = cli->help || strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0;
    }
}

// What may follow the noun, "import, list, show", or the noun and the first word of a verb,
// "purchase, resale"; false when there is no such beginning.
static bool list_verbs(const char *noun, const char *first, struct th_buf *out)
{
    size_t n_groups = 0;
    const struct th_cli_group *groups = th_cli_command_groups(&n_groups);
    size_t size = first ? strlen(first) : 0;
    bool known = false;
    for (size_t g = 0; g < n_groups; g++) {
        for (const struct th_cli_command *c = groups[g].commands; c->noun != NULL; c++) {
            bool fits = !first || (strncmp(c->verb, first, size) == 0 && c->verb[size] == ' ');
            if (strcmp(c->noun, noun) == 0 && fits) {
                th_buf_printf(out, "%s%s", known ? ", " : "", c->verb + (first ? size + 1 : 0));
                known = true;
            }
        }
    }
    return known;
}

// What stands before the word that nobody knows: a noun, or "trade propose".
static enum th_status unknown_verb(const char *noun, const char *verb, const struct th_buf *verbs,
                                   struct th_error *err)
{
    return verb ? th_error_set(err, TH_USAGE, "usage_unknown_verb", "noun", noun, "verb", verb,
                               "verbs", th_buf_text(verbs), NULL)
                : th_error_set(err, TH_USAGE, "usage_verb_missing", "noun", noun, "verbs",
                               th_buf_text(verbs), NULL);
}

static enum th_status unknown_command(const struct th_cli *cli, char *const *words, size_t n_words,
                                      struct th_error *err)
{
    enum { VERBS_LIMIT = 1024 };
    struct th_buf verbs;
    struct th_buf seconds;
    enum th_status status = TH_OK;
    th_buf_init(&verbs, VERBS_LIMIT);
    th_buf_init(&seconds, VERBS_LIMIT);
    // A noun alone leads to its help when that is asked for; anything else is unknown.
    if (!list_verbs(words[0], NULL, &verbs)) {
        status = th_error_set(err, TH_USAGE, "usage_unknown_command", "command", words[0], NULL);
    } else if (!cli->help && n_words > 1 && list_verbs(words[0], words[1], &seconds)) {
        char begun[64];
        snprintf(begun, sizeof(begun), "%s %s", words[0], words[1]);
        status = unknown_verb(begun, n_words > 2 ? words[2] : NULL, &seconds, err);
    } else if (!cli->help) {
        status = unknown_verb(words[0], n_words > 1 ? words[1] : NULL, &verbs, err);
    }
    th_buf_clear(&verbs);
    th_buf_clear(&seconds);
    return status;
}

enum th_status th_cli_parse(struct th_cli *cli, int argc, char **argv, struct th_error *err)
{
    enum { WORDS = 5 };
    char *all_words[WORDS];
    char **words = all_words;
    size_t n_used = 0;
    cli->values = calloc((size_t)argc + 1, sizeof(*cli->values));
    cli->gathered = calloc((size_t)argc + 1, sizeof(*cli->gathered));
    if (cli->values == NULL || cli->gathered == NULL) {
        return th_error_no_memory(err);
    }
    look_ahead(cli, argc, argv);
    size_t n_words = leading_words(argc, argv, words, WORDS);
    bool help_word = n_words > 0 && strcmp(words[0], "help") == 0;
    if (help_word) { // "help parcel import" is "parcel import --help"
        cli->help = true;
        words++;
        n_words--;
    }
    cli->noun = n_words > 0 ? words[0] : NULL;
    cli->command = find_command(words, n_words, &n_used);
    if (cli->command == NULL && n_words > 0) {
        enum th_status status = unknown_command(cli, words, n_words, err);
        if (status != TH_OK) {
            return status;
        }
        n_used = n_words;
    }
    return walk(cli, argc, argv, n_used + help_word, err);
}

void th_cli_clear(struct th_cli *cli)
{
    free(cli->values);
    free(cli->gathered);
    free(cli->key_path);
    cli->key_path = NULL;
    cli->values = NULL;
    cli->gathered = NULL;
    cli->n_values = 0;
}

enum th_status th_cli_key_beside(struct th_cli *cli, const char *registry_path,
                                 struct th_error *err)
{
    static const char SUFFIX[] = ".key";
    size_t size = strlen(registry_path) + sizeof(SUFFIX);
    char *path = malloc(size);
    if (!path) {
        return th_error_no_memory(err);
    }
    (void)snprintf(path, size, "%s%s", registry_path, SUFFIX);
    free(cli->key_path);
    cli->key_path = path;
    cli->surroundings.key_path = path;
    return TH_OK;
}

const char *th_cli_option(const struct th_cli *cli, const char *name)
{
    for (size_t i = cli->n_values; i-- > 0;) {
        if (same_option(cli->values[i].name, name)) {
            return cli->values[i].text;
        }
    }
    return NULL;
}

bool th_cli_flag(const struct th_cli *cli, const char *name)
{
    return th_cli_option(cli, name) != NULL;
}

const char *const *th_cli_list(struct th_cli *cli, const char *name, size_t *ret_n)
{
    size_t begin = cli->n_gathered;
    for (size_t i = 0; i < cli->n_values; i++) {
        if (same_option(cli->values[i].name, name)) {
            cli->gathered[cli->n_gathered++] = cli->values[i].text;
        }
    }
    *ret_n = cli->n_gathered - begin;
    return cli->gathered + begin;
}

enum th_status th_cli_int(const struct th_cli *cli, const char *name, int64_t fallback,
                          int64_t *ret_value, struct th_error *err)
{
    const char *text = th_cli_option(cli, name);
    if (text == NULL) {
        *ret_value = fallback;
    } else if (!th_text_parse_int(text, 0, INT64_MAX, ret_value)) {
        return th_error_set(err, TH_USAGE, "usage_number", "option", name, "value", text, NULL);
    }
    return TH_OK;
}

enum th_status th_cli_id(const struct th_cli *cli, size_t index, int64_t *ret_id,
                         struct th_error *err)
{
    const char *text = index < cli->n_positionals ? cli->positionals[index] : "";
    if (!th_text_parse_int(text, 1, INT64_MAX, ret_id)) {
        return th_error_set(err, TH_USAGE, "usage_id", "value", text, NULL);
    }
    return TH_OK;
}
