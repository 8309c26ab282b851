#include "core/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "core/text_internal.h"

// Error values often quote what could not be understood: bytes that are no UTF-8 become '?', so
// that every error can be shown and written as JSON.
static void value_copy(char target[TH_ERROR_VALUE_SIZE], const char *source)
{
    static const char ELLIPSIS[] = "…";
    size_t used = 0;
    size_t whole = 0; // of it, what leaves room for the ellipsis
    while (*source != '\0') {
        uint32_t code_point = 0;
        size_t length =
            th_text_decode(source, strlen(source) < 4 ? strlen(source) : 4, &code_point);
        const char *from = source;
        if (length == 0) {
            from = "?";
            length = 1;
        }
        if (used + length >= TH_ERROR_VALUE_SIZE) {
            used = whole; // and whoever reads it sees that there was more
            memcpy(target + used, ELLIPSIS, sizeof(ELLIPSIS) - 1);
            used += sizeof(ELLIPSIS) - 1;
            break;
        }
        memcpy(target + used, from, length);
        used += length;
        source += length;
        if (used + sizeof(ELLIPSIS) <= TH_ERROR_VALUE_SIZE) {
            whole = used;
        }
    }
    target[used] = '\0';
}

void th_error_add(struct th_error *err, const char *name, const char *value)
{
    if (err == NULL || err->n_args >= TH_ERROR_ARGS_MAX) {
        return;
    }
    struct th_error_arg *arg = &err->args[err->n_args];
    th_text_copy(arg->name, sizeof(arg->name), name);
    value_copy(arg->value, value != NULL ? value : "");
    err->n_args++;
}

void th_error_add_texts(struct th_error *err, const char *name, const char *zh, const char *en)
{
    char full[sizeof(err->args[0].name)];
    snprintf(full, sizeof(full), "%s.zh", name);
    th_error_add(err, full, zh);
    snprintf(full, sizeof(full), "%s.en", name);
    th_error_add(err, full, en);
}

void th_error_add_int(struct th_error *err, const char *name, long long value)
{
    char text[32];
    snprintf(text, sizeof(text), "%lld", value);
    th_error_add(err, name, text);
}

void th_error_add_word(struct th_error *err, const char *name, const char *list, const char *word)
{
    char key[TH_ERROR_KEY_SIZE];
    snprintf(key, sizeof(key), "@%s.%s", list, word);
    th_error_add(err, name, key);
}

enum th_status th_error_set(struct th_error *err, enum th_status status, const char *key, ...)
{
    if (err == NULL) {
        return status;
    }
    // Built aside, because a value may be borrowed from *err itself.
    struct th_error fresh = {.status = status};
    th_text_copy(fresh.key, sizeof(fresh.key), key);
    va_list args;
    va_start(args, key);
    for (;;) {
        const char *name = va_arg(args, const char *);
        if (name == NULL) {
            break;
        }
        th_error_add(&fresh, name, va_arg(args, const char *));
    }
    va_end(args);
    *err = fresh;
    return status;
}

enum th_status th_error_no_memory(struct th_error *err)
{
    return th_error_set(err, TH_NO_MEMORY, "no_memory", NULL);
}

const char *th_error_arg_get(const struct th_error *err, const char *name)
{
    if (err == NULL || name == NULL) {
        return NULL;
    }
    for (int i = 0; i < err->n_args; i++) {
        if (strcmp(err->args[i].name, name) == 0) {
            return err->args[i].value;
        }
    }
    return NULL;
}

const char *th_error_arg_in(const struct th_error *err, const char *name, bool chinese)
{
    char full[sizeof(err->args[0].name)];
    const char *value = th_error_arg_get(err, name);
    if (value != NULL) {
        return value;
    }
    snprintf(full, sizeof(full), "%s.%s", name, chinese ? "zh" : "en");
    return th_error_arg_get(err, full);
}
