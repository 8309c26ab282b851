#include <stdlib.h>
#include <string.h>

#include "core/embed.h"
#include "core/file.h"
#include "core/text.h"
#include "registry/records/enterprise_internal.h"
#include "registry/reference.h"
#include "registry/reply.h"
#include "store/estimate/package_store.h"

extern const struct th_embedded_file th_embed_fields[];
extern const size_t th_embed_fields_count;

enum { CELL_SIZE = 128, SUBJECT_SIZE = 64 };

struct th_enterprise_words {
    struct th_json *document;
};

enum th_status th_enterprise_words_new(struct th_enterprise_words **ret_words, struct th_error *err)
{
    struct th_enterprise_words *words = calloc(1, sizeof(*words));
    if (!words) {
        return th_error_no_memory(err);
    }
    enum th_status status = th_error_set(err, TH_INTERNAL, "field_names_broken", NULL);
    for (size_t i = 0; i < th_embed_fields_count; i++) {
        const struct th_embedded_file *file = &th_embed_fields[i];
        if (strcmp(file->name, "enterprises.json") == 0) {
            status = th_json_parse((const char *)file->data, file->size, &words->document, err);
        }
    }
    if (status == TH_OK) {
        *ret_words = words;
    } else {
        th_enterprise_words_free(words);
    }
    return status;
}

void th_enterprise_words_free(struct th_enterprise_words *words)
{
    if (words) {
        th_json_free(words->document);
    }
    free(words);
}

static const struct th_json *words_of(const struct th_enterprise_words *words, const char *field)
{
    const struct th_json *fields = th_json_get(words->document, "fields");
    for (size_t i = 0; i < th_json_size(fields); i++) {
        const struct th_json *item = th_json_at(fields, i);
        if (strcmp(th_json_get_text(item, "key", ""), field) == 0) {
            return th_json_get(item, "words");
        }
    }
    return NULL;
}

bool th_enterprise_word(const struct th_enterprise_words *words, const char *field,
                        const char *text, char ret_word[TH_ENTERPRISE_WORD_SIZE])
{
    char narrow[CELL_SIZE];
    const struct th_json *all = words_of(words, field);
    if (!text || !th_text_narrow(text, narrow, sizeof(narrow))) {
        return false;
    }
    th_text_trim(narrow);
    for (void *it = th_json_iter(all); it; it = th_json_iter_next(all, it)) {
        const struct th_json *same = th_json_iter_value(it);
        bool meant = strcmp(narrow, th_json_iter_key(it)) == 0;
        for (size_t i = 0; i < th_json_size(same) && !meant; i++) {
            meant = strcmp(narrow, th_json_text(th_json_at(same, i))) == 0;
        }
        if (meant) {
            th_text_copy(ret_word, TH_ENTERPRISE_WORD_SIZE, th_json_iter_key(it));
            return true;
        }
    }
    return false;
}

bool th_enterprise_kg(const char *text, struct th_ratio kg_per_unit, struct th_carbon *ret_kg)
{
    static const int64_t MAX_KG = INT64_C(1000000000000);
    struct th_error ignored;
    struct th_ratio value;
    if (!text || !th_sheet_decimal(text, &value) ||
        th_ratio_mul(value, kg_per_unit, &value, &ignored) != TH_OK || value.denominator != 1 ||
        value.numerator > MAX_KG) {
        return false;
    }
    *ret_kg = th_carbon_from_kg(value.numerator);
    return true;
}

bool th_enterprise_efficiency(const char *text, char ret_text[TH_EFFICIENCY_SIZE])
{
    struct th_ratio value;
    char exact[TH_RATIO_TEXT_SIZE];
    if (!text || !th_sheet_decimal(text, &value) ||
        strchr(th_ratio_format(value, exact), '/') != NULL) {
        return false;
    }
    th_text_copy(ret_text, TH_EFFICIENCY_SIZE, exact);
    return true;
}

struct latest {
    struct th_enterprise_year record;
    bool found;
};

static bool meet_latest(void *context, const struct th_enterprise_year *record)
{
    struct latest *latest = context;
    latest->record = *record;
    latest->found = true;
    return false;
}

static bool says_same(const struct th_enterprise_year *a, const struct th_enterprise_year *b)
{
    return th_carbon_compare(a->emissions, b->emissions) == 0 && strcmp(a->level, b->level) == 0 &&
           a->grade == b->grade && strcmp(a->denominator, b->denominator) == 0 &&
           strcmp(a->efficiency, b->efficiency) == 0;
}

enum th_status th_enterprise_store(struct th_work *work, struct th_enterprise_year *record,
                                   const struct th_hash *document, bool *ret_stored,
                                   struct th_error *err)
{
    struct latest latest = {.found = false};
    const struct th_enterprise_question question = {.party_id = record->party_id,
                                                    .year = record->year};
    enum th_status status =
        th_enterprise_year_each(th_work_store(work), &question, meet_latest, &latest, err);
    if (status != TH_OK) {
        return status;
    }
    bool same_paper =
        !document || memcmp(&latest.record.document_sha256, document, sizeof(*document)) == 0;
    if (latest.found && same_paper && says_same(&latest.record, record)) {
        record->version = latest.record.version;
        *ret_stored = false;
        return TH_OK;
    }
    record->version = latest.found ? latest.record.version + 1 : 1;
    record->seq = th_work_seq(work);
    th_text_copy(record->login, sizeof(record->login), th_work_actor(work)->login);
    status = th_enterprise_year_insert(th_work_store(work), record, err);
    if (status == TH_OK) {
        *ret_stored = true;
    }
    return status;
}

static enum th_status refuse(const char *field, const char *value, struct th_error *err)
{
    return th_error_set(err, TH_INVALID, "enterprise_value", "field", field, "value", value, NULL);
}

static enum th_status read_input(const struct th_enterprise_input *input, int this_year,
                                 struct th_enterprise_year *record, struct th_error *err)
{
    struct th_enterprise_words *words = NULL;
    char grade[TH_ENTERPRISE_WORD_SIZE];
    if (!input->year || !th_sheet_year(input->year, &record->year)) {
        return th_error_set(err, TH_INVALID, "year_invalid", "year", input->year, NULL);
    }
    if (record->year > this_year) {
        return th_error_set(err, TH_INVALID, "activity_year_future", "year", input->year, NULL);
    }
    if (!th_enterprise_kg(input->emissions_t, (struct th_ratio){1000, 1}, &record->emissions)) {
        return refuse("@enterprise.field.emissions", input->emissions_t, err);
    }
    if (!th_enterprise_efficiency(input->efficiency, record->efficiency)) {
        return refuse("@enterprise.field.efficiency", input->efficiency, err);
    }
    enum th_status status = th_enterprise_words_new(&words, err);
    if (status == TH_OK && !th_enterprise_word(words, "level", input->level, record->level)) {
        status = refuse("@enterprise.field.level", input->level, err);
    }
    if (status == TH_OK && !th_enterprise_word(words, "grade", input->grade, grade)) {
        status = refuse("@enterprise.field.grade", input->grade, err);
    }
    if (status == TH_OK &&
        !th_enterprise_word(words, "denominator", input->denominator, record->denominator)) {
        status = refuse("@enterprise.field.denominator", input->denominator, err);
    }
    if (status == TH_OK) {
        record->grade = grade[0] - '0';
    }
    th_enterprise_words_free(words);
    return status;
}

static struct th_json *record_json(const struct th_party *party,
                                   const struct th_enterprise_year *record)
{
    struct th_json *json = th_json_object();
    th_json_set_int(json, "party", party->party_id);
    th_json_set_text(json, "name", party->name);
    th_json_set_text(json, "uscc", party->uscc[0] != '\0' ? party->uscc : NULL);
    th_json_set_int(json, "year", record->year);
    th_json_set_int(json, "version", record->version);
    th_json_set_int(json, "emissions_kg", th_carbon_kg(record->emissions));
    th_json_set_text(json, "level", record->level);
    th_json_set_int(json, "grade", record->grade);
    th_json_set_text(json, "denominator", record->denominator);
    th_json_set_text(json, "efficiency", record->efficiency);
    return json;
}

static struct th_json *input_json(const struct th_enterprise_input *input)
{
    struct th_json *json = th_json_object();
    th_json_set_text(json, "party", input->party);
    th_json_set_text(json, "year", input->year);
    th_json_set_text(json, "emissions_t", input->emissions_t);
    th_json_set_text(json, "level", input->level);
    th_json_set_text(json, "grade", input->grade);
    th_json_set_text(json, "denominator", input->denominator);
    th_json_set_text(json, "efficiency", input->efficiency);
    th_json_set_text(json, "document", input->document);
    return json;
}

// What the input says becomes the record, with its party and document.
static enum th_status take(struct th_work *work, const struct th_enterprise_input *input,
                           struct th_party *party, struct th_enterprise_year *record,
                           struct th_hash *ret_sha256, bool *ret_stored, struct th_error *err)
{
    enum th_status status = th_party_resolve(th_work_store(work), input->party, party, err);
    if (status == TH_OK && strcmp(party->kind, "enterprise") != 0) {
        status = th_error_set(err, TH_INVALID, "enterprise_kind", "party", party->name, NULL);
    }
    if (status == TH_OK) {
        status = read_input(input, th_work_today(work).year, record, err);
    }
    if (status == TH_OK) {
        status = th_document_record(work, input->document, &record->document_id, ret_sha256, err);
    }
    record->party_id = party->party_id;
    return status == TH_OK ? th_enterprise_store(work, record, ret_sha256, ret_stored, err)
                           : status;
}

enum th_status th_enterprise_record(struct th_registry *registry, const struct th_request *request,
                                    const struct th_enterprise_input *input,
                                    struct th_json **ret_reply, struct th_error *err)
{
    struct th_work *work = NULL;
    struct th_party party = {0};
    struct th_enterprise_year record = {0};
    struct th_hash sha256 = {0};
    char hex[TH_HASH_HEX_SIZE];
    bool stored = false;
    const struct th_work_documents documents = {&input->document, 1};
    struct th_json *given = input_json(input);
    enum th_status status =
        th_work_begin_reading(registry, request, TH_MAY_ENTERPRISE, "enterprise.record", given,
                              &documents, &work, ret_reply, err);
    th_json_free(given);
    if (status != TH_OK || !work) {
        return status;
    }
    status = take(work, input, &party, &record, &sha256, &stored, err);
    struct th_json *body = record_json(&party, &record);
    th_json_set_text(body, "document", th_file_base_name(input->document));
    th_json_set_text(body, "document_sha256", th_hash_hex(&sha256, hex));
    struct th_json *reply = th_json_copy(body);
    th_json_set_bool(reply, "unchanged", !stored);
    if (status == TH_OK && !stored) {
        th_work_cancel(work);
        th_json_free(body);
        return th_reply_finish(TH_OK, reply, ret_reply, err);
    }
    char subject[SUBJECT_SIZE];
    th_text_copy(subject, sizeof(subject), "enterprise");
    return th_work_end(work, status, subject, body, reply, ret_reply, err);
}
