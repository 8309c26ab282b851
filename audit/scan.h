// Reading one line byte by byte, and the tape of what stands in a body.
//
// What the format allows has one spelling only, so a reader compares instead of being lenient: the
// first byte that is not the one expected ends it.
#ifndef TH_AUDIT_SCAN_H
#define TH_AUDIT_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct th_text { // borrowed bytes, no NUL behind them
    const char *at;
    size_t size;
};
static inline bool th_text_is(struct th_text text, const char *literal)
{
    return strlen(literal) == text.size && (text.size == 0 || *text.at == *literal) &&
           memcmp(text.at, literal, text.size) == 0;
}
static inline bool th_text_same(struct th_text a, struct th_text b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.at, b.at, a.size) == 0);
}
// A literal's, of which the size is known when it is compiled.
#define TH_TEXT(literal)                                                                           \
    {                                                                                              \
        .at = (literal), .size = sizeof(literal) - 1                                               \
    }

enum th_node_type {
    TH_NODE_NULL,
    TH_NODE_BOOL,
    TH_NODE_INT,
    TH_NODE_TEXT,
    TH_NODE_LIST,
    TH_NODE_OBJECT
};

// A value of a body. Members of a container follow it; `next` is the index behind the last of them.
struct th_node {
    uint64_t key_word;   // first eight bytes of the key, zeros behind a shorter one
    const char *key_at;  // as spelled, escapes included
    uint32_t key_size;   // 0 in lists
    uint32_t text_size;  // of a text
    const char *text_at; // as spelled
    int64_t number;      // of an integer; 1 for true
    uint32_t next;
    enum th_node_type type;
};

struct th_tape {
    struct th_node *nodes; // owned
    uint32_t n;
    uint32_t capacity;
    bool no_memory;
};
void th_tape_clear(struct th_tape *tape);

// `at` moves on; behind `end` stand a line feed (or a NUL) and TH_SCAN_SLACK readable bytes. `out`
// takes the decoded bytes, of which there are never more than were read; TH_SCAN_SLACK bytes behind
// them may be overwritten.
enum { TH_SCAN_SLACK = 64 };
struct th_scan {
    const char *at;
    const char *end;
    char *out;
};

// All return false at the first byte that does not fit, with `at` upon it.
bool th_scan_int(struct th_scan *scan, int64_t *ret_value); // "-12", no zeros in front
bool th_scan_hex(struct th_scan *scan, unsigned char *bytes, size_t size); // lower case
// The inside of a JSON string, up to the quotation mark, decoded.
bool th_scan_string(struct th_scan *scan, struct th_text *ret_text);
// The inside of a JSON string that is itself canonical JSON: keys of objects in order of their
// bytes and each once, no white space, whole numbers of 64 bits, escapes only where they must be,
// containers nested at most 64 deep. Its values are appended to the tape.
bool th_scan_body(struct th_scan *scan, struct th_tape *tape, struct th_text *ret_text);
// Moves `at` to where it leaves the literal.
void th_scan_leave(struct th_scan *scan, const char *literal);

// These bytes and no others. Here, so that a literal's size is known where it is compared.
static inline bool th_scan_literal(struct th_scan *scan, const char *literal, size_t size)
{
    if (size <= (size_t)(scan->end - scan->at) && memcmp(scan->at, literal, size) == 0) {
        scan->at += size;
        return true;
    }
    th_scan_leave(scan, literal);
    return false;
}

// The key of a member, as nodes are compared with it.
struct th_key {
    uint64_t word;
    const char *at;
    uint32_t size;
};
static inline struct th_key th_key_of(const char *name)
{
    struct th_key key = {.at = name, .size = (uint32_t)strlen(name)};
    memcpy(&key.word, name, key.size < sizeof(key.word) ? key.size : sizeof(key.word));
    return key;
}
static inline bool th_node_is(const struct th_node *node, struct th_key key)
{
    return node->key_word == key.word && node->key_size == key.size &&
           (key.size <= sizeof(key.word) || memcmp(node->key_at, key.at, key.size) == 0);
}
// A member of the object at `index`, NULL when it has none of that name.
static inline const struct th_node *th_node_get(const struct th_node *nodes, size_t index,
                                                const char *name)
{
    struct th_key key = th_key_of(name);
    if (nodes[index].type != TH_NODE_OBJECT) {
        return NULL;
    }
    for (size_t i = index + 1; i < nodes[index].next; i = nodes[i].next) {
        if (th_node_is(&nodes[i], key)) {
            return &nodes[i];
        }
    }
    return NULL;
}
// How many members or elements a container has.
size_t th_node_count(const struct th_node *nodes, size_t index);
// A member that is a text, as spelled; false when there is none.
static inline bool th_text_member(const struct th_node *nodes, size_t index, const char *key,
                                  struct th_text *ret_text)
{
    const struct th_node *node = th_node_get(nodes, index, key);
    if (!node || node->type != TH_NODE_TEXT) {
        return false;
    }
    *ret_text = (struct th_text){.at = node->text_at, .size = node->text_size};
    return true;
}
// Does a text of a body, as spelled, mean this?
bool th_text_means(struct th_text spelled, const char *meant);

#endif
