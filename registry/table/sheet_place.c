#include "registry/table/sheet_place.h"

#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "core/text.h"
#include "registry/reference.h"
#include "registry/village_list.h"
#include "store/ground/parcel_life_store.h"

enum { SIMILAR_MAX = 3 };

struct th_sheet_places {
    struct th_store *store;
    struct th_village_list villages;
    int given; // index of the village of rows that name none
    char own[TH_CODE_SIZE];
};

enum th_status th_sheet_places_new(struct th_work *work, const char *village,
                                   struct th_sheet_places **ret_places, struct th_error *err)
{
    struct th_sheet_places *places = calloc(1, sizeof(*places));
    struct th_village found;
    if (places == NULL) {
        return th_error_no_memory(err);
    }
    places->store = th_work_store(work);
    places->given = TH_VILLAGE_NONE;
    const char *own = th_work_actor(work)->village;
    th_text_copy(places->own, sizeof(places->own), own == NULL ? "" : own);
    enum th_status status = th_village_list_read(places->store, &places->villages, err);
    if (status == TH_OK && village != NULL) {
        status = th_village_resolve(places->store, village, &found, err);
        if (status == TH_OK) {
            status = th_work_check_village(work, found.code, err);
        }
        if (status == TH_OK) {
            places->given = th_village_list_find(&places->villages, found.code);
        }
    } else if (status == TH_OK && own != NULL) {
        places->given = th_village_list_find(&places->villages, own);
    }
    if (status == TH_OK) {
        *ret_places = places;
    } else {
        th_sheet_places_free(places);
    }
    return status;
}

void th_sheet_places_free(struct th_sheet_places *places)
{
    if (places == NULL) {
        return;
    }
    th_village_list_clear(&places->villages);
    free(places);
}

static void village_refuse(const struct th_sheet_places *places, const char *value,
                           struct th_sheet_fault *fault)
{
    char similar[TH_ERROR_VALUE_SIZE] = "";
    const char *key = "village_unknown";
    if (th_village_list_ambiguous(&places->villages, value)) {
        key = "village_several";
    } else {
        th_village_list_similar(&places->villages, value, similar, sizeof(similar));
        key = similar[0] != '\0' ? "village_similar" : key;
    }
    fault->code = "village_unknown";
    (void)th_error_set(&fault->what, TH_DATA_PROBLEM, key, "value", value, NULL);
    if (similar[0] != '\0') {
        th_error_add(&fault->what, "similar", similar);
    }
}

static bool village_is_own(const struct th_sheet_places *places, const struct th_village *village,
                           struct th_sheet_fault *fault)
{
    if (places->own[0] == '\0' || strcmp(places->own, village->code) == 0) {
        return true;
    }
    int own = th_village_list_find(&places->villages, places->own);
    fault->code = "village_not_yours";
    (void)th_error_set(
        &fault->what, TH_DATA_PROBLEM, "village_elsewhere", "village", village->name, "own",
        own == TH_VILLAGE_NONE ? places->own : places->villages.items[own].name, NULL);
    return false;
}

void th_sheet_village(struct th_sheet_places *places, const char *village,
                      const struct th_village **ret_village, struct th_sheet_fault *ret_fault)
{
    *ret_village = NULL;
    int index =
        village[0] == '\0' ? places->given : th_village_list_find(&places->villages, village);
    if (index == TH_VILLAGE_NONE && village[0] == '\0') {
        ret_fault->code = "attribute_missing";
        (void)th_error_set(&ret_fault->what, TH_DATA_PROBLEM, "sheet_village_missing", NULL);
    } else if (index == TH_VILLAGE_NONE) {
        village_refuse(places, village, ret_fault);
    } else if (village_is_own(places, &places->villages.items[index], ret_fault)) {
        *ret_village = &places->villages.items[index];
    }
}

// Digits of full width become plain ones.
static void digits_narrow(const char *text, char narrow[TH_PARCEL_NUMBER_SIZE])
{
    size_t n = 0;
    while (*text != '\0' && n + 1 < TH_PARCEL_NUMBER_SIZE) {
        bool wide = th_text_starts_with(text, "\xEF\xBC") && (unsigned char)text[2] >= 0x90 &&
                    (unsigned char)text[2] <= 0x99;
        narrow[n++] = (char)(wide ? '0' + ((unsigned char)text[2] - 0x90) : *text);
        text += wide ? 3 : 1;
    }
    narrow[n] = '\0';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

// A number as it is compared with others: without what one writer sets and the next leaves out.
static void number_fold(const char *number, char folded[TH_PARCEL_NUMBER_SIZE])
{
    static const char *const IGNORED[] = {" ",  "-",  "_",  "/",    "—",   "－",
                                          "、", "号", "第", "小班", "地块"};
    char narrow[TH_PARCEL_NUMBER_SIZE];
    size_t n = 0;
    digits_narrow(number, narrow);
    for (const char *at = narrow; *at != '\0';) {
        size_t skipped = 0;
        for (size_t i = 0; skipped == 0 && i < sizeof(IGNORED) / sizeof(IGNORED[0]); i++) {
            skipped = th_text_starts_with(at, IGNORED[i]) ? strlen(IGNORED[i]) : 0;
        }
        bool behind_digit = n > 0 && is_digit(folded[n - 1]);
        if (skipped > 0) {
            // "1-12" and "11-2" are two parcels: the mark between digits stays, as one sign.
            at += skipped;
            if (behind_digit && is_digit(*at)) {
                folded[n++] = '-';
            }
        } else if (*at == '0' && !behind_digit && is_digit(at[1])) {
            at++; // a nought in front
        } else {
            folded[n++] = (char)(*at >= 'A' && *at <= 'Z' ? *at - 'A' + 'a' : *at);
            at++;
        }
    }
    folded[n] = '\0';
}

// "2" for "M02": the last digits alone, where the other has no more in it than these and letters.
static bool same_digits(const char *a, const char *b)
{
    const char *left = a + strcspn(a, "0123456789");
    const char *right = b + strcspn(b, "0123456789");
    return (left == a || right == b) && *left != '\0' && strcmp(left, right) == 0;
}

struct searching {
    char folded[TH_PARCEL_NUMBER_SIZE];
    struct th_buf similar;
    int n;
};

static bool meet_known(void *context, const struct th_parcel_known *known)
{
    struct searching *s = context;
    char folded[TH_PARCEL_NUMBER_SIZE];
    if (known->number == NULL || known->retired) {
        return true;
    }
    number_fold(known->number, folded);
    if (strcmp(folded, s->folded) == 0 || same_digits(folded, s->folded)) {
        th_buf_printf(&s->similar, "%s%s", s->n++ == 0 ? "" : "、", known->number);
    }
    return s->n < SIMILAR_MAX;
}

struct renumbered {
    const char *village; // code
    struct th_sheet_fault *fault;
    bool found;
};

static bool meet_renumbered(void *context, const struct th_parcel_renumbering *renumbering)
{
    struct renumbered *r = context;
    if (strcmp(r->village, renumbering->village) != 0) {
        return true;
    }
    r->found = true;
    (void)th_error_set(&r->fault->what, TH_DATA_PROBLEM, "parcel_renumbered", "number",
                       renumbering->old_number, "now", renumbering->number, NULL);
    th_error_add_int(&r->fault->what, "parcel", renumbering->parcel_id);
    return false;
}

// The village has no parcel of this number: perhaps one that is nearly it, or one that bore it.
static enum th_status number_refuse(struct th_sheet_places *places,
                                    const struct th_village *village, const char *number,
                                    struct th_sheet_fault *fault, struct th_error *err)
{
    struct searching s = {.n = 0};
    struct renumbered r = {.village = village->code, .fault = fault};
    fault->code = "parcel_unknown";
    enum th_status status =
        th_parcel_renumbering_each(places->store, 0, number, meet_renumbered, &r, err);
    if (status != TH_OK || r.found) {
        return status;
    }
    number_fold(number, s.folded);
    th_buf_init(&s.similar, 4096);
    status = th_parcel_known_each(places->store, village->code, meet_known, &s, err);
    if (status == TH_OK) {
        (void)th_error_set(&fault->what, TH_DATA_PROBLEM,
                           s.n > 0 ? "sheet_number_similar" : "sheet_number_unknown", "village",
                           village->name, "number", number, NULL);
        if (s.n > 0) {
            th_error_add(&fault->what, "similar", th_buf_text(&s.similar));
        }
    }
    th_buf_clear(&s.similar);
    return status;
}

static enum th_status parcel_by_id(struct th_sheet_places *places, const char *number,
                                   const char *text, bool *ret_found,
                                   struct th_parcel_record *ret_record,
                                   struct th_sheet_fault *fault, struct th_error *err)
{
    int64_t id = 0;
    struct th_parcel_record record;
    struct th_error what;
    if (!th_text_parse_int(text, 1, INT64_MAX, &id)) {
        fault->code = "attribute_range";
        (void)th_error_set(&fault->what, TH_DATA_PROBLEM, "sheet_id_invalid", "value", text, NULL);
        return TH_OK;
    }
    enum th_status status = th_parcel_load(places->store, id, 0, &record, &what);
    if (status == TH_NOT_FOUND) {
        fault->code = "parcel_unknown";
        fault->what = what;
        return TH_OK;
    }
    if (status != TH_OK) {
        if (err != NULL) {
            *err = what;
        }
        return status;
    }
    int village = th_village_list_find(&places->villages, record.village);
    if (village != TH_VILLAGE_NONE &&
        !village_is_own(places, &places->villages.items[village], fault)) {
        return TH_OK;
    }
    if (number[0] != '\0' && strcmp(number, record.number) != 0) {
        fault->code = "attribute_range";
        (void)th_error_set(&fault->what, TH_DATA_PROBLEM, "sheet_id_differs", "number", number,
                           "known", record.number, "known_village", record.village_name, NULL);
        th_error_add_int(&fault->what, "parcel", id);
        return TH_OK;
    }
    *ret_record = record;
    *ret_found = true;
    return TH_OK;
}

enum th_status th_sheet_parcel(struct th_sheet_places *places, const char *village,
                               const char *number, const char *id, bool *ret_found,
                               struct th_parcel_record *ret_record,
                               struct th_sheet_fault *ret_fault, struct th_error *err)
{
    const struct th_village *place = NULL;
    struct th_hash content;
    *ret_found = false;
    if (id[0] != '\0') {
        return parcel_by_id(places, number, id, ret_found, ret_record, ret_fault, err);
    }
    if (number[0] == '\0') {
        ret_fault->code = "attribute_missing";
        (void)th_error_set(&ret_fault->what, TH_DATA_PROBLEM, "sheet_number_missing", NULL);
        return TH_OK;
    }
    th_sheet_village(places, village, &place, ret_fault);
    if (place == NULL) {
        return TH_OK;
    }
    enum th_status status = th_parcel_find(places->store, place->code, number, NULL, ret_found,
                                           ret_record, &content, err);
    if (status == TH_OK && !*ret_found) {
        status = number_refuse(places, place, number, ret_fault, err);
    }
    return status;
}

enum th_status th_sheet_parcel_was(struct th_sheet_places *places,
                                   const struct th_parcel_record *record, struct th_date from,
                                   struct th_date to, bool *ret_was,
                                   struct th_sheet_fault *ret_fault, struct th_error *err)
{
    char text[TH_DATE_TEXT_SIZE];
    struct th_parcel_record first;
    *ret_was = true;
    if (record->retired_on.year != 0 && th_date_compare(record->retired_on, from) <= 0) {
        *ret_was = false;
        ret_fault->code = "parcel_retired";
        (void)th_error_set(&ret_fault->what, TH_DATA_PROBLEM, "sheet_parcel_retired", "number",
                           record->number, "on", th_date_format(record->retired_on, text), NULL);
        return TH_OK;
    }
    enum th_status status = th_parcel_load(places->store, record->parcel_id, 1, &first, err);
    if (status != TH_OK) {
        return status;
    }
    bool made = strcmp(first.origin, "split") == 0 || strcmp(first.origin, "merge") == 0;
    if (made && th_date_compare(first.from, to) > 0) {
        *ret_was = false;
        ret_fault->code = "parcel_not_yet";
        (void)th_error_set(&ret_fault->what, TH_DATA_PROBLEM, "sheet_parcel_not_yet", "number",
                           record->number, "on", th_date_format(first.from, text), NULL);
    }
    return TH_OK;
}
