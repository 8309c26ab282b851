// What a JSON value is made of, for core/json*.c.
#ifndef TH_CORE_JSON_INTERNAL_H
#define TH_CORE_JSON_INTERNAL_H

#include "core/buf.h"
#include "core/json.h"

enum { TH_JSON_NESTING_MAX = 64 };

enum th_json_loss { TH_JSON_WHOLE, TH_JSON_LOST_MEMORY, TH_JSON_LOST_BUILD };

// Every value begins so. Null, true and false are shared constants, all others have memory of their
// own.
struct th_json {
    enum th_json_type type;
    enum th_json_loss loss; // what could not be built: this value, or something that belonged in it
};

struct th_json_number { // also a boolean
    struct th_json value;
    union {
        int64_t integer;
        double real;
    } as;
};

struct th_json_string {
    struct th_json value;
    char text[];
};

struct th_json_list {
    struct th_json value;
    struct th_json **items;
    size_t n;
    size_t capacity;
};

enum { TH_JSON_KEY_INSIDE = 24 };

struct th_json_member {
    struct th_json *value;
    size_t key_size;
    union {
        char inside[TH_JSON_KEY_INSIDE]; // with the NUL
        char *apart;                     // of longer ones
    } key;
};

// Members in the order in which they came. Few are looked through; many have an index by a keyed
// digest, which nobody who writes a document can foresee.
struct th_json_object {
    struct th_json value;
    struct th_json_member *members;
    size_t n;
    size_t capacity;
    uint32_t *slots; // 1 + place of the member, 0: free; NULL: no index
    size_t n_slots;  // a power of two
    unsigned char secret[16];
};

static inline const char *th_json_member_key(const struct th_json_member *member)
{
    return member->key_size < TH_JSON_KEY_INSIDE ? member->key.inside : member->key.apart;
}
// NULL when there is none.
struct th_json_member *th_json_member_find(const struct th_json_object *object, const char *key,
                                           size_t key_size);
// One more member, whose key is not there yet; takes `value` unless it returns false, when there is
// no memory.
bool th_json_member_add(struct th_json_object *object, const char *key, size_t key_size,
                        struct th_json *value);
void th_json_member_remove(struct th_json_object *object, struct th_json_member *member);
void th_json_members_free(struct th_json_object *object);

// For text that is known to be UTF-8.
struct th_json *th_json_string_sound(const char *utf8, size_t size);

// A real number with 15 significant digits, with a point or an exponent.
void th_json_write_real(struct th_buf *text, double real);

// A tree in which nothing was lost (th_json_check).
enum th_status th_json_write(const struct th_json *value, enum th_json_style style, char **ret_text,
                             struct th_error *err) TH_MUST_CHECK;

#endif
