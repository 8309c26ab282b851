#include "registry/village_list.h"

#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "core/text.h"

// One Chinese character ("村") is in every name; of two, one may not be mistaken.
enum { SIMILAR_MAX = 3, SIMILAR_SIZE_MIN = 4, SLIP_SIZE_MIN = 9 };

struct collector {
    struct th_village_list *list;
    size_t capacity;
    bool no_memory;
};

static bool collect(void *context, const struct th_village *village)
{
    struct collector *into = context;
    if (into->list->n == into->capacity) {
        size_t capacity = into->capacity == 0 ? 64 : into->capacity * 2;
        struct th_village *grown = realloc(into->list->items, capacity * sizeof(*grown));
        if (grown == NULL) {
            into->no_memory = true;
            return false;
        }
        into->list->items = grown;
        into->capacity = capacity;
    }
    into->list->items[into->list->n++] = *village;
    return true;
}

static int compare_names(const void *a, const void *b)
{
    const struct th_village *const *left = a;
    const struct th_village *const *right = b;
    int order = strcmp((*left)->name, (*right)->name);
    return order != 0 ? order : strcmp((*left)->code, (*right)->code);
}

enum th_status th_village_list_read(struct th_store *store, struct th_village_list *ret_list,
                                    struct th_error *err)
{
    struct th_village_list list = {0};
    struct collector into = {.list = &list};
    enum th_status status = th_village_each(store, collect, &into, err);
    if (status == TH_OK && !into.no_memory && list.n > 0) {
        list.by_name = malloc(list.n * sizeof(*list.by_name));
    }
    if (status == TH_OK && (into.no_memory || (list.n > 0 && list.by_name == NULL))) {
        status = th_error_no_memory(err);
    }
    if (status != TH_OK) {
        th_village_list_clear(&list);
        return status;
    }
    for (size_t i = 0; i < list.n; i++) {
        list.by_name[i] = &list.items[i];
    }
    if (list.n > 0) {
        qsort(list.by_name, list.n, sizeof(*list.by_name), compare_names);
    }
    *ret_list = list;
    return TH_OK;
}

void th_village_list_clear(struct th_village_list *list)
{
    free(list->items);
    free(list->by_name);
    *list = (struct th_village_list){0};
}

static int find_code(const struct th_village_list *list, const char *code)
{
    size_t low = 0;
    size_t high = list->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(list->items[middle].code, code);
        if (order == 0) {
            return (int)middle;
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return TH_VILLAGE_NONE;
}

// The first name that is not before the one sought; n behind the last.
static size_t first_name(const struct th_village_list *list, const char *name)
{
    size_t low = 0;
    size_t high = list->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(list->by_name[middle]->name, name) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static bool bears_name(const struct th_village_list *list, size_t position, const char *name)
{
    return position < list->n && strcmp(list->by_name[position]->name, name) == 0;
}

int th_village_list_find(const struct th_village_list *list, const char *code_or_name)
{
    int index = find_code(list, code_or_name);
    if (index != TH_VILLAGE_NONE) {
        return index;
    }
    size_t position = first_name(list, code_or_name);
    // Two villages of one name: only the code tells them apart.
    if (!bears_name(list, position, code_or_name) || bears_name(list, position + 1, code_or_name)) {
        return TH_VILLAGE_NONE;
    }
    return (int)(list->by_name[position] - list->items);
}

bool th_village_list_ambiguous(const struct th_village_list *list, const char *name)
{
    size_t position = first_name(list, name);
    return bears_name(list, position, name) && bears_name(list, position + 1, name);
}

size_t th_village_list_named(const struct th_village_list *list, const char *beginning, bool whole,
                             const struct th_village **ret_first, char *text, size_t size)
{
    enum { TEXT_MAX = 4096 };
    struct th_buf names;
    th_buf_init(&names, TEXT_MAX);
    size_t n = 0;
    for (size_t i = first_name(list, beginning); i < list->n; i++, n++) {
        const struct th_village *village = list->by_name[i];
        if (whole ? strcmp(village->name, beginning) != 0
                  : !th_text_starts_with(village->name, beginning)) {
            break;
        }
        if (n == 0) {
            *ret_first = village;
        }
        th_buf_printf(&names, "%s%s (%s)", n == 0 ? "" : ", ", village->name, village->code);
    }
    th_text_copy(text, size, th_buf_text(&names));
    th_buf_clear(&names);
    return n;
}

// Where the next character of `utf8` begins.
static const char *behind(const char *utf8)
{
    utf8++;
    while (((unsigned char)*utf8 & 0xC0) == 0x80) {
        utf8++;
    }
    return utf8;
}

// Are the names the same but for one character that was mistaken, left out or put in?
static bool one_slip(const char *a, const char *b)
{
    const char *left = a;
    const char *right = b;
    while (*left != '\0' && *left == *right) {
        left++;
        right++;
    }
    while (left > a && ((unsigned char)*left & 0xC0) == 0x80) { // back to where they begin
        left--;
        right--;
    }
    if (*left == '\0' && *right == '\0') {
        return true;
    }
    const char *left_rest = *left == '\0' ? left : behind(left);
    const char *right_rest = *right == '\0' ? right : behind(right);
    return strcmp(left_rest, right_rest) == 0 || strcmp(left, right_rest) == 0 ||
           strcmp(left_rest, right) == 0;
}

static bool is_similar(const char *own, const char *name)
{
    bool within =
        strstr(own, name) != NULL || (strlen(own) >= SIMILAR_SIZE_MIN && strstr(name, own) != NULL);
    return within || (strlen(name) >= SLIP_SIZE_MIN && one_slip(own, name));
}

void th_village_list_similar(const struct th_village_list *list, const char *name, char *text,
                             size_t size)
{
    text[0] = '\0';
    if (strlen(name) < SIMILAR_SIZE_MIN) {
        return;
    }
    struct th_buf names;
    th_buf_init(&names, 4096);
    int n = 0;
    for (size_t i = 0; i < list->n && n < SIMILAR_MAX; i++) {
        const char *own = list->items[i].name;
        if (!is_similar(own, name)) {
            continue;
        }
        th_buf_printf(&names, "%s%s (%s)", n++ == 0 ? "" : ", ", own, list->items[i].code);
    }
    th_text_copy(text, size, th_buf_text(&names));
    th_buf_clear(&names);
}
