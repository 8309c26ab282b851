#include "audit/faults.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    const char *zh;
    const char *en;
} WORDS[] = {
#define TH_FAULT_WORDS(symbol, name, zh, en) {name, zh, en},
    TH_FAULTS(TH_FAULT_WORDS)
#undef TH_FAULT_WORDS
};

// NULL when there are more than are kept.
static struct th_fault *add(struct th_faults *faults, enum th_fault_code code)
{
    int64_t i = faults->n++;
    if (i >= TH_FAULTS_KEPT) {
        return NULL;
    }
    faults->kept[i] = (struct th_fault){.code = code, .line = faults->line, .seq = faults->seq};
    return &faults->kept[i];
}

void th_fault_add(struct th_faults *faults, enum th_fault_code code, int64_t a, int64_t b,
                  int64_t c)
{
    struct th_fault *fault = add(faults, code);
    if (fault) {
        fault->a = a;
        fault->b = b;
        fault->c = c;
    }
}

// A cut text ends before a character that does not fit whole.
void th_fault_add_text(struct th_faults *faults, enum th_fault_code code, struct th_text text,
                       int64_t a)
{
    struct th_fault *fault = add(faults, code);
    size_t size = text.size;
    if (!fault) {
        return;
    }
    if (size >= sizeof(fault->text)) {
        size = sizeof(fault->text) - 1;
        while (size > 0 && ((unsigned char)text.at[size] & 0xC0) == 0x80) {
            size--;
        }
    }
    fault->a = a;
    if (size > 0) {
        memcpy(fault->text, text.at, size);
    }
}

const char *th_fault_name(enum th_fault_code code)
{
    return WORDS[code].name;
}

void th_fault_sentence(const struct th_fault *fault, bool chinese, char buf[TH_FAULT_SENTENCE_SIZE])
{
    const char *at = chinese ? WORDS[fault->code].zh : WORDS[fault->code].en;
    size_t used = 0;
    buf[0] = '\0';
    while (*at != '\0' && used + 1 < TH_FAULT_SENTENCE_SIZE) {
        int n = 1;
        size_t room = TH_FAULT_SENTENCE_SIZE - used;
        if (at[0] == '{' && at[2] == '}') {
            switch (at[1]) {
            case 't':
                n = snprintf(buf + used, room, "%s", fault->text);
                break;
            case 'a':
                n = snprintf(buf + used, room, "%" PRId64, fault->a);
                break;
            case 'b':
                n = snprintf(buf + used, room, "%" PRId64, fault->b);
                break;
            default:
                n = snprintf(buf + used, room, "%" PRId64, fault->c);
                break;
            }
            at += 3;
        } else {
            buf[used] = *at++;
            buf[used + 1] = '\0';
        }
        used += n > 0 ? (size_t)n : 0;
    }
}
