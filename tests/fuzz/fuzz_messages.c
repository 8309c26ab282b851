// A catalogue's text with arguments that come from files. The input is texts, each closed by a NUL:
// the message, then names and values in turn.
#include <stdlib.h>
#include <string.h>

#include "core/json.h"
#include "core/messages_internal.h"
#include "core/text.h"
#include "tests/fuzz/fuzz.h"

enum { LIMIT = 1024 * 1024 };

static struct th_messages *make(const char *message)
{
    struct th_json *object = th_json_object();
    struct th_messages *messages = NULL;
    char *text = NULL;
    th_json_set_text(object, "error.it", message);
    th_json_set_text(object, "word", "word");
    if (th_json_dump(object, TH_JSON_COMPACT, &text, NULL) == TH_OK) {
        const struct th_embedded_file files[] = {
            {"zh/a.json", (const unsigned char *)text, strlen(text)},
            {"en/a.json", (const unsigned char *)text, strlen(text)}};
        if (th_messages_from(files, 2, &messages, NULL) != TH_OK) {
            messages = NULL;
        }
    }
    free(text);
    th_json_free(object);
    return messages;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct th_error error = {0};
    struct th_buf out;
    char *input = fuzz_text(data, size);
    const char *end = input + size;
    const char *at = input + strlen(input) + 1;
    struct th_messages *messages = make(input);
    th_text_copy(error.key, sizeof(error.key), "it");
    while (at < end) {
        const char *name = at;
        at += strlen(at) + 1;
        const char *value = at < end ? at : "";
        at += at < end ? strlen(at) + 1 : 0;
        th_error_add(&error, name, value);
    }
    th_buf_init(&out, LIMIT);
    if (messages != NULL) {
        th_messages_error(messages, TH_LANG_ZH, &error, &out);
        (void)th_messages_hint(messages, TH_LANG_EN, &error, &out);
        assert(th_buf_check(&out, NULL) == TH_OK);
        bool whole = th_text_is_utf8(input, strlen(input));
        for (int i = 0; i < error.n_args; i++) {
            whole = whole && th_text_is_utf8(error.args[i].value, strlen(error.args[i].value));
        }
        if (whole) {
            assert(th_text_is_utf8(th_buf_text(&out), out.size));
        }
    }
    th_buf_clear(&out);
    th_messages_free(messages);
    free(input);
    return 0;
}
