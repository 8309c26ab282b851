#include "core/messages.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/messages_internal.h"
#include "core/text.h"

enum { N_LANGS = 2 };

struct th_messages {
    struct th_json *catalogues[N_LANGS];
};

// Made by th_embed from data/messages/.
extern const struct th_embedded_file th_embed_messages[];
extern const size_t th_embed_messages_count;

static enum th_status broken(struct th_error *err, const char *file, const char *detail)
{
    return th_error_set(err, TH_INTERNAL, "messages_broken", "file", file, "detail", detail, NULL);
}

// Adds the messages of one file; a key that another file of the language has is refused.
static enum th_status add_file(struct th_json *catalogue, const struct th_embedded_file *file,
                               struct th_error *err)
{
    struct th_json *content = NULL;
    struct th_error problem;
    enum th_status status = th_json_parse((const char *)file->data, file->size, &content, &problem);
    if (status == TH_NO_MEMORY) {
        return th_error_no_memory(err);
    }
    if (status != TH_OK) {
        char detail[64];
        snprintf(detail, sizeof(detail), "%s:%s", th_error_arg_get(&problem, "line"),
                 th_error_arg_get(&problem, "column"));
        return broken(err, file->name, detail);
    }
    if (th_json_type(content) != TH_JSON_OBJECT) {
        status = broken(err, file->name, "{}");
    }
    for (void *it = th_json_iter(content); it != NULL && status == TH_OK;
         it = th_json_iter_next(content, it)) {
        const char *key = th_json_iter_key(it);
        const struct th_json *text = th_json_iter_value(it);
        if (th_json_type(text) != TH_JSON_STRING || th_json_get(catalogue, key) != NULL) {
            status = broken(err, file->name, key);
        } else {
            th_json_set_text(catalogue, key, th_json_text(text));
        }
    }
    th_json_free(content);
    return status;
}

enum th_status th_messages_from(const struct th_embedded_file *files, size_t n,
                                struct th_messages **ret_messages, struct th_error *err)
{
    static const char *const folders[N_LANGS] = {[TH_LANG_ZH] = "zh/", [TH_LANG_EN] = "en/"};
    enum th_status status = TH_OK;
    struct th_messages *messages = calloc(1, sizeof(*messages));
    if (messages == NULL) {
        return th_error_no_memory(err);
    }
    for (int lang = 0; lang < N_LANGS; lang++) {
        struct th_json *catalogue = th_json_object();
        messages->catalogues[lang] = catalogue;
        for (size_t i = 0; i < n; i++) {
            if (!th_text_starts_with(files[i].name, folders[lang])) {
                continue;
            }
            if ((status = add_file(catalogue, &files[i], err)) != TH_OK) {
                goto fail;
            }
        }
        if ((status = th_json_check(catalogue, err)) != TH_OK) {
            goto fail;
        }
    }
    *ret_messages = messages;
    return TH_OK;
fail:
    th_messages_free(messages);
    return status;
}

enum th_status th_messages_new(struct th_messages **ret_messages, struct th_error *err)
{
    return th_messages_from(th_embed_messages, th_embed_messages_count, ret_messages, err);
}

void th_messages_free(struct th_messages *messages)
{
    if (messages == NULL) {
        return;
    }
    for (int lang = 0; lang < N_LANGS; lang++) {
        th_json_free(messages->catalogues[lang]);
    }
    free(messages);
}

const struct th_json *th_messages_catalogue(const struct th_messages *messages, enum th_lang lang)
{
    return messages->catalogues[lang];
}

const char *th_messages_find(const struct th_messages *messages, enum th_lang lang, const char *key)
{
    return th_json_get_text(messages->catalogues[lang], key, NULL);
}

const char *th_messages_text(const struct th_messages *messages, enum th_lang lang, const char *key)
{
    const char *text = th_messages_find(messages, lang, key);
    return text != NULL ? text : key;
}

struct wording {
    const struct th_messages *messages;
    enum th_lang lang;
    const struct th_error_arg *args;
    int n_args;
    const struct th_json *texts; // NULL: args
    bool in_value;               // of a text that is itself a value
};

static const char *const suffixes[N_LANGS] = {[TH_LANG_ZH] = ".zh", [TH_LANG_EN] = ".en"};

static const char *find_text(const struct wording *w, const char *name, size_t length)
{
    char key[64];
    if (length + sizeof(".zh") > sizeof(key)) {
        return NULL;
    }
    memcpy(key, name, length);
    key[length] = '\0';
    const char *text = th_json_get_text(w->texts, key, NULL);
    if (text == NULL) {
        memcpy(key + length, suffixes[w->lang], sizeof(".zh"));
        text = th_json_get_text(w->texts, key, NULL);
    }
    return text;
}

// "name", or where the value differs by language "name.zh" and "name.en".
static const char *find_value(const struct wording *w, const char *name, size_t length)
{
    if (w->texts != NULL) {
        return find_text(w, name, length);
    }
    for (int i = 0; i < w->n_args; i++) {
        const char *have = w->args[i].name;
        if (strncmp(have, name, length) == 0 &&
            (have[length] == '\0' || strcmp(have + length, suffixes[w->lang]) == 0)) {
            return w->args[i].value;
        }
    }
    return NULL;
}

static void append_text(const struct wording *w, const char *text, struct th_buf *out);

static void append_value(const struct wording *w, const char *value, struct th_buf *out);

// The first of several keys that a value lists ("@a, @b"), and behind it the others; false when
// there is one alone.
static bool append_listed(const struct wording *w, const char *value, struct th_buf *out)
{
    enum { KEY_SIZE = 128 };
    char first[KEY_SIZE];
    const char *next = value[0] == '@' ? strstr(value, ", @") : NULL;
    if (next == NULL || (size_t)(next - value) >= sizeof(first)) {
        return false;
    }
    memcpy(first, value, (size_t)(next - value));
    first[next - value] = '\0';
    append_value(w, first, out);
    th_buf_append_str(out, w->lang == TH_LANG_ZH ? "、" : ", ");
    append_value(w, next + 2, out);
    return true;
}

// A value that is a key is a text with the same arguments. Their values may be keys of plain words
// there, so that no text comes to stand in itself.
static void append_value(const struct wording *w, const char *value, struct th_buf *out)
{
    struct wording inner = *w;
    if (append_listed(w, value, out)) {
        return;
    }
    const char *text = value[0] == '@' ? th_messages_find(w->messages, w->lang, value + 1) : NULL;
    if (text != NULL && w->in_value && strchr(text, '{') != NULL) {
        text = NULL;
    }
    inner.in_value = true;
    if (text != NULL) {
        append_text(&inner, text, out);
    } else {
        th_buf_append_str(out, value);
    }
}

static void append_text(const struct wording *w, const char *text, struct th_buf *out)
{
    for (;;) {
        const char *open = strchr(text, '{');
        const char *close = open != NULL ? strchr(open, '}') : NULL;
        if (close == NULL) {
            break;
        }
        const char *value = find_value(w, open + 1, (size_t)(close - open) - 1);
        if (value == NULL) { // stays as it stands; the next brace may open another name
            th_buf_append(out, text, (size_t)(open - text) + 1);
            text = open + 1;
            continue;
        }
        th_buf_append(out, text, (size_t)(open - text));
        append_value(w, value, out);
        text = close + 1;
    }
    th_buf_append_str(out, text);
}

void th_messages_format(const struct th_messages *messages, enum th_lang lang, const char *key,
                        const struct th_error_arg *args, int n_args, struct th_buf *out)
{
    const struct wording w = {.messages = messages, .lang = lang, .args = args, .n_args = n_args};
    append_text(&w, th_messages_text(messages, lang, key), out);
}

void th_messages_format_texts(const struct th_messages *messages, enum th_lang lang,
                              const char *key, const struct th_json *texts, struct th_buf *out)
{
    const struct wording w = {.messages = messages, .lang = lang, .texts = texts};
    append_text(&w, th_messages_text(messages, lang, key), out);
}

void th_messages_value(const struct th_messages *messages, enum th_lang lang, const char *value,
                       struct th_buf *out)
{
    const struct wording w = {.messages = messages, .lang = lang};
    append_value(&w, value, out);
}

// The word of `length` bytes of a unit; keys are in lower case. NULL: there is none.
static const char *unit_word(const struct th_messages *messages, enum th_lang lang,
                             const char *prefix, const char *word, size_t length)
{
    char key[64];
    size_t start = strlen(prefix);
    if (length == 0 || start + length >= sizeof(key)) {
        return NULL;
    }
    memcpy(key, prefix, start);
    for (size_t i = 0; i < length; i++) {
        char c = word[i];
        key[start + i] = (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    }
    key[start + length] = '\0';
    return th_messages_find(messages, lang, key);
}

// "kg N" as "千克氮"; false where a word is missing.
static bool append_unit_part(const struct th_messages *messages, enum th_lang lang,
                             const char *part, size_t length, struct th_buf *out)
{
    const char *blank = memchr(part, ' ', length);
    size_t measured = blank != NULL ? (size_t)(blank - part) : length;
    bool is_one = length == 1 && part[0] == '1' && part[1] == '/'; // "1/yr"
    const char *measure = is_one ? "1" : unit_word(messages, lang, "unit.", part, measured);
    const char *substance =
        blank != NULL ? unit_word(messages, lang, "unit.of.", blank + 1, length - measured - 1)
                      : "";
    if (measure == NULL || substance == NULL) {
        return false;
    }
    th_buf_append_str(out, measure);
    th_buf_append_str(out, lang == TH_LANG_EN && blank != NULL ? " " : "");
    th_buf_append_str(out, substance);
    return true;
}

void th_messages_unit(const struct th_messages *messages, enum th_lang lang, const char *unit,
                      struct th_buf *out)
{
    struct th_buf words;
    bool known = true;
    th_buf_init(&words, 1024);
    for (const char *part = unit; part != NULL && known;) {
        const char *slash = strchr(part, '/');
        size_t length = slash != NULL ? (size_t)(slash - part) : strlen(part);
        th_buf_append_str(&words, part != unit ? "/" : "");
        known = append_unit_part(messages, lang, part, length, &words);
        part = slash != NULL ? slash + 1 : NULL;
    }
    th_buf_append_str(out, known ? th_buf_text(&words) : unit);
    th_buf_clear(&words);
}

void th_messages_error(const struct th_messages *messages, enum th_lang lang,
                       const struct th_error *error, struct th_buf *out)
{
    char key[TH_ERROR_KEY_SIZE + 8];
    struct th_error worded = *error;
    snprintf(key, sizeof(key), "error.%s", error->key);
    for (int i = 0; i < worded.n_args; i++) {
        struct th_error_arg *arg = &worded.args[i];
        if (strcmp(arg->name, "unit") == 0 && arg->value[0] != '@') {
            struct th_buf unit;
            th_buf_init(&unit, sizeof(arg->value));
            th_messages_unit(messages, lang, arg->value, &unit);
            th_text_copy(arg->value, sizeof(arg->value), th_buf_text(&unit));
            th_buf_clear(&unit);
        }
    }
    th_messages_format(messages, lang, key, worded.args, worded.n_args, out);
}

bool th_messages_hint(const struct th_messages *messages, enum th_lang lang,
                      const struct th_error *error, struct th_buf *out)
{
    char key[TH_ERROR_KEY_SIZE + 8];
    snprintf(key, sizeof(key), "hint.%s", error->key);
    if (th_messages_find(messages, lang, key) == NULL) {
        return false;
    }
    th_messages_format(messages, lang, key, error->args, error->n_args, out);
    return true;
}
