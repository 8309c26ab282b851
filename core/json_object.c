// Members of a JSON object: found by key, kept in the order in which they came.
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/hash.h"
#include "core/hash_internal.h"
#include "core/json_internal.h"

enum { FIRST_CAPACITY = 8, INDEX_FROM = 32 };

static bool is_inside(size_t key_size)
{
    return key_size < TH_JSON_KEY_INSIDE;
}

static bool has_key(const struct th_json_member *member, const char *key, size_t key_size)
{
    return member->key_size == key_size && memcmp(th_json_member_key(member), key, key_size) == 0;
}

// The slot in which a member stands or would stand.
static uint32_t *slot_of(const struct th_json_object *object, const char *key, size_t key_size)
{
    size_t mask = object->n_slots - 1;
    for (size_t at = (size_t)th_hash_short(object->secret, key, key_size);; at++) {
        uint32_t *slot = &object->slots[at & mask];
        if (*slot == 0 || has_key(&object->members[*slot - 1], key, key_size)) {
            return slot;
        }
    }
}

struct th_json_member *th_json_member_find(const struct th_json_object *object, const char *key,
                                           size_t key_size)
{
    if (object->slots) {
        uint32_t place = *slot_of(object, key, key_size);
        return place > 0 ? &object->members[place - 1] : NULL;
    }
    for (size_t i = 0; i < object->n; i++) {
        if (has_key(&object->members[i], key, key_size)) {
            return &object->members[i];
        }
    }
    return NULL;
}

// Without memory for it everything is found all the same, only slower.
static bool make_index(struct th_json_object *object)
{
    free(object->slots);
    object->n_slots = 4 * object->capacity;
    object->slots = calloc(object->n_slots, sizeof(*object->slots));
    for (size_t i = 0; i < object->n && object->slots; i++) {
        const struct th_json_member *member = &object->members[i];
        *slot_of(object, th_json_member_key(member), member->key_size) = (uint32_t)i + 1;
    }
    return object->slots != NULL;
}

static bool grow(struct th_json_object *object)
{
    size_t capacity = object->capacity == 0 ? FIRST_CAPACITY : 2 * object->capacity;
    struct th_json_member *members =
        capacity < UINT32_MAX / 4 ? realloc(object->members, capacity * sizeof(*members)) : NULL;
    if (!members) {
        return false;
    }
    object->members = members;
    object->capacity = capacity;
    if (object->n == INDEX_FROM) {
        th_random_bytes(object->secret, sizeof(object->secret));
    }
    return object->n < INDEX_FROM || make_index(object);
}

bool th_json_member_add(struct th_json_object *object, const char *key, size_t key_size,
                        struct th_json *value)
{
    if (object->n == object->capacity && !grow(object)) {
        return false;
    }
    struct th_json_member *member = &object->members[object->n];
    member->value = value;
    member->key_size = key_size;
    if (is_inside(key_size)) {
        memcpy(member->key.inside, key, key_size + 1);
    } else {
        member->key.apart = malloc(key_size + 1);
        if (!member->key.apart) {
            return false;
        }
        memcpy(member->key.apart, key, key_size + 1);
    }
    if (object->slots) {
        *slot_of(object, key, key_size) = (uint32_t)object->n + 1;
    }
    object->n++;
    return true;
}

static void member_free(struct th_json_member *member)
{
    th_json_free(member->value);
    if (!is_inside(member->key_size)) {
        free(member->key.apart);
    }
}

void th_json_member_remove(struct th_json_object *object, struct th_json_member *member)
{
    size_t place = (size_t)(member - object->members);
    assert(place < object->n);
    member_free(member);
    object->n--;
    memmove(member, member + 1, (object->n - place) * sizeof(*member));
    if (object->slots) {
        (void)make_index(object);
    }
}

void th_json_members_free(struct th_json_object *object)
{
    for (size_t i = 0; i < object->n; i++) {
        member_free(&object->members[i]);
    }
    free(object->members);
    free(object->slots);
}
