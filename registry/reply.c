// Replies on their way out.
#include "registry/reply.h"

#include "core/buf.h"

enum { WORDS_MAX = 64 * 1024 };

enum th_status th_reply_finish(enum th_status status, struct th_json *reply,
                               struct th_json **ret_reply, struct th_error *err)
{
    if (status == TH_OK) {
        status = th_json_check(reply, err);
    }
    if (status == TH_OK) {
        *ret_reply = reply;
    } else {
        th_json_free(reply);
    }
    return status;
}

enum th_status th_reply_finish_list(enum th_status status, const char *key, struct th_json *list,
                                    struct th_json **ret_reply, struct th_error *err)
{
    struct th_json *reply = th_json_object();
    th_json_set(reply, key, list);
    return th_reply_finish(status, reply, ret_reply, err);
}

void th_reply_set_arg(struct th_json *json, const char *name, const struct th_error *what,
                      const struct th_messages *messages, enum th_lang lang)
{
    struct th_buf words;
    const char *value = th_error_arg_in(what, name, lang == TH_LANG_ZH);
    if (!messages || !value) {
        th_json_set_text(json, name, value);
        return;
    }
    th_buf_init(&words, WORDS_MAX);
    th_messages_value(messages, lang, value, &words);
    th_json_set_text(json, name, th_buf_text(&words));
    th_buf_clear(&words);
}
