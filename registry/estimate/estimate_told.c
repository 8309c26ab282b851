// The arithmetic of a parcel and year in words: whose it is, line by line, and what whoever does it
// again must know of rounding and of the numbers that turn one unit into another.
#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "registry/estimate/estimate_internal.h"
#include "registry/estimate/methodology.h"

// The text of a key of the catalogue, with what its line has for it; NULL where it is none.
static struct th_json *rendered_text(const char *key, const struct th_json *arguments,
                                     const struct th_messages *messages, enum th_lang lang)
{
    struct th_error message = {.n_args = 0};
    struct th_buf text;
    if (!key || !th_text_starts_with(key, "term.") || !th_messages_find(messages, lang, key)) {
        return NULL;
    }
    for (void *it = th_json_iter(arguments); it; it = th_json_iter_next(arguments, it)) {
        th_error_add(&message, th_json_iter_key(it), th_json_text(th_json_iter_value(it)));
    }
    th_buf_init(&text, 16 * 1024);
    th_messages_format(messages, lang, key, message.args, message.n_args, &text);
    struct th_json *json = th_json_string(th_buf_text(&text));
    th_buf_clear(&text);
    return json;
}

// Texts that are keys of the catalogue become its texts.
static struct th_json *lines_json(const struct th_json *lines, const struct th_messages *messages,
                                  enum th_lang lang)
{
    static const char *const MEMBERS[] = {"term", "expression", "value", "unit", "source"};
    struct th_json *rendered = th_json_array();
    for (size_t i = 0; i < th_json_size(lines); i++) {
        struct th_json *line = th_json_copy(th_json_at(lines, i));
        const struct th_json *arguments = th_json_get(line, "arguments");
        th_json_set_text(line, "code", th_json_get_text(line, "term", ""));
        for (size_t m = 0; messages && m < sizeof(MEMBERS) / sizeof(MEMBERS[0]); m++) {
            struct th_json *text =
                rendered_text(th_json_get_text(line, MEMBERS[m], NULL), arguments, messages, lang);
            if (text) {
                th_json_set(line, MEMBERS[m], text);
            }
        }
        th_json_append(rendered, line);
    }
    return rendered;
}

// Does the text have the words with neither a digit nor a point before or behind them?
static bool has_words(const char *text, const char *words)
{
    static const char digits[] = "0123456789.";
    for (const char *at = strstr(text, words); at; at = strstr(at + 1, words)) {
        char behind = at[strlen(words)];
        bool begins = at == text || !strchr(digits, at[-1]);
        if (begins && (behind == '\0' || !strchr(digits, behind))) {
            return true;
        }
    }
    return false;
}

static bool any_has_words(const struct th_json *lines, const char *words)
{
    for (size_t i = 0; i < th_json_size(lines); i++) {
        if (has_words(th_json_get_text(th_json_at(lines, i), "expression", ""), words)) {
            return true;
        }
    }
    return false;
}

// The numbers that stand in no line of their own, as far as the lines use them.
static void set_conversions(struct th_json *reply, const struct th_json *lines,
                            const struct th_messages *messages, enum th_lang lang)
{
    static const struct {
        const char *words, *key;
    } CONVERSIONS[] = {{"÷ 15", "estimate.convert_mu"},
                       {"× 1000", "estimate.convert_t"},
                       {"200 ÷ 3", "estimate.convert_mu_t"},
                       {"44 ÷ 12", "estimate.convert_carbon"},
                       {"44 ÷ 28", "estimate.convert_nitrogen"}};
    struct th_buf text;
    th_buf_init(&text, 4096);
    for (size_t i = 0; i < sizeof(CONVERSIONS) / sizeof(CONVERSIONS[0]); i++) {
        if (any_has_words(lines, CONVERSIONS[i].words)) {
            th_buf_append_str(&text, text.size == 0 ? "" : lang == TH_LANG_ZH ? "；" : "; ");
            th_buf_append_str(&text, th_messages_text(messages, lang, CONVERSIONS[i].key));
        }
    }
    th_json_set_text(reply, "conversions", th_buf_text(&text));
    th_buf_clear(&text);
}

// Where surveys have errors, they are not in the kilograms.
static void set_rounding(struct th_json *reply, const struct th_json *lines,
                         const struct th_messages *messages, enum th_lang lang)
{
    struct th_buf text;
    th_buf_init(&text, 4096);
    th_buf_append_str(&text, th_messages_text(messages, lang, "estimate.rounding"));
    for (size_t i = 0; i < th_json_size(lines); i++) {
        if (th_text_starts_with(th_json_get_text(th_json_at(lines, i), "term", ""),
                                "term.survey_error")) {
            th_buf_append_str(&text, lang == TH_LANG_ZH ? "" : " ");
            th_buf_append_str(&text, th_messages_text(messages, lang, "estimate.rounding_surveys"));
            break;
        }
    }
    th_json_set_text(reply, "rounding", th_buf_text(&text));
    th_buf_clear(&text);
}

enum th_status th_estimate_told_json(struct th_store *store,
                                     const struct th_methodology *methodology,
                                     const struct th_estimate_source *source, int year,
                                     const struct th_json *lines,
                                     const struct th_messages *messages, enum th_lang lang,
                                     struct th_json **ret_reply, struct th_error *err)
{
    struct th_village village;
    enum th_status status = th_village_load(store, source->village, &village, err);
    if (status != TH_OK) {
        return status;
    }
    struct th_json *reply = th_json_object();
    th_json_set_int(reply, "parcel_id", source->parcel_id);
    th_json_set_text(reply, "number", source->number);
    th_json_set_text(reply, "village", source->village);
    th_json_set_text(reply, "village_name", village.name);
    th_json_set_int(reply, "version", source->version);
    th_json_set_int(reply, "year", year);
    th_json_set_text(reply, "methodology", th_methodology_id(methodology));
    th_json_set_text(reply, "methodology_version", th_methodology_version(methodology));
    th_json_set_text(reply, "methodology_title",
                     th_methodology_title(methodology, lang == TH_LANG_ZH));
    if (messages) {
        set_rounding(reply, lines, messages, lang);
        set_conversions(reply, lines, messages, lang);
    }
    th_json_set(reply, "lines", lines_json(lines, messages, lang));
    *ret_reply = reply;
    return TH_OK;
}
