// Contracts listed and shown, and the table in which they are brought in.
#include "registry/tenure/tenure.h"

#include <stdio.h>
#include <string.h>

#include "registry/reference.h"
#include "registry/reply.h"
#include "registry/tenure/tenure_internal.h"
#include "store/ground/parcel_store.h"

static void set_date(struct th_json *json, const char *key, struct th_date date)
{
    char text[TH_DATE_TEXT_SIZE];
    th_json_set_text(json, key, date.year == 0 ? NULL : th_date_format(date, text));
}

static void set_or_null(struct th_json *json, const char *key, bool has, int64_t value)
{
    th_json_set(json, key, has ? th_json_int(value) : th_json_null());
}

static struct th_json *tenure_json(struct th_store *store, const struct th_tenure *tenure,
                                   enum th_status *status, struct th_error *err)
{
    struct th_party holder;
    char ratio[TH_RATIO_TEXT_SIZE];
    struct th_json *json = th_json_object();
    if (*status == TH_OK) {
        *status = th_party_load(store, tenure->holder_id, &holder, err);
    }
    th_json_set_int(json, "tenure_id", tenure->tenure_id);
    th_json_set_text(json, "number", tenure->number);
    th_json_set_text(json, "household", tenure->household);
    th_json_set_text(json, "holder", *status == TH_OK ? holder.name : NULL);
    th_json_set_int(json, "holder_id", tenure->holder_id);
    th_json_set_text(json, "certificate",
                     tenure->certificate[0] == '\0' ? NULL : tenure->certificate);
    set_date(json, "certificate_expires", tenure->certificate_expires);
    if (tenure->has_declared) {
        th_json_set_cent(json, "declared_mu", th_area_mu_cent(tenure->declared));
    } else {
        th_json_set(json, "declared_mu", th_json_null());
    }
    set_date(json, "from", tenure->from);
    set_date(json, "to", tenure->to);
    set_or_null(json, "rent_fen", tenure->has_rent, th_money_fen(tenure->rent));
    set_or_null(json, "guarantee_fen", tenure->has_guarantee, th_money_fen(tenure->guarantee));
    th_json_set_text(json, "dividend",
                     tenure->has_guarantee ? th_ratio_format(tenure->dividend, ratio) : NULL);
    th_json_set_bool(json, "carbon_right", tenure->carbon_right);
    th_json_set_bool(json, "ended", tenure->ended);
    return json;
}

struct listing {
    struct th_store *store;
    struct th_json *contracts;
    enum th_status status;
    struct th_error err;
};

static bool list_one(void *context, const struct th_tenure *tenure)
{
    struct listing *l = context;
    th_json_append(l->contracts, tenure_json(l->store, tenure, &l->status, &l->err));
    return l->status == TH_OK;
}

enum th_status th_tenure_list(struct th_registry *registry, const char *holder, const char *on,
                              struct th_json **ret_reply, struct th_error *err)
{
    struct listing l = {
        .store = th_registry_store(registry), .contracts = th_json_array(), .status = TH_OK};
    struct th_tenure_question question = {0};
    struct th_party party;
    enum th_status status = TH_OK;
    if (holder != NULL) {
        status = th_party_resolve(l.store, holder, &party, err);
        question.holder_id = party.party_id;
    }
    if (status == TH_OK && on != NULL) {
        status = th_date_parse(on, &question.from, err);
        question.to = question.from;
    }
    if (status == TH_OK) {
        status = th_tenure_each(l.store, &question, list_one, &l, err);
    }
    if (status == TH_OK && l.status != TH_OK) {
        status = l.status;
        if (err != NULL) {
            *err = l.err;
        }
    }
    struct th_json *reply = th_json_object();
    th_json_set_int(reply, "n", (int64_t)th_json_size(l.contracts));
    th_json_set(reply, "contracts", l.contracts);
    return th_reply_finish(status, reply, ret_reply, err);
}

static bool show_share(void *context, const struct th_tenure_share *share)
{
    struct listing *l = context;
    struct th_parcel_record record;
    char ratio[TH_RATIO_TEXT_SIZE];
    l->status = th_parcel_load(l->store, share->parcel_id, 0, &record, &l->err);
    if (l->status != TH_OK) {
        return false;
    }
    struct th_json *json = th_json_object();
    th_json_set_int(json, "parcel_id", share->parcel_id);
    th_json_set_text(json, "number", record.number[0] == '\0' ? NULL : record.number);
    th_json_set_text(json, "village_name", record.village_name);
    th_json_set_text(json, "state", record.state);
    th_json_set_text(json, "share", th_ratio_format(share->share, ratio));
    th_json_append(l->contracts, json);
    return true;
}

static bool show_document(void *context, const struct th_tenure_document *document)
{
    struct th_json *documents = context;
    char hex[TH_HASH_HEX_SIZE];
    struct th_json *json = th_json_object();
    th_json_set_int(json, "document_id", document->document_id);
    th_json_set_text(json, "name", document->name);
    th_json_set_text(json, "sha256", th_hash_hex(&document->sha256, hex));
    th_json_set_int(json, "seq", document->seq);
    th_json_append(documents, json);
    return true;
}

enum th_status th_tenure_show(struct th_registry *registry, int64_t tenure_id,
                              struct th_json **ret_reply, struct th_error *err)
{
    struct listing l = {
        .store = th_registry_store(registry), .contracts = th_json_array(), .status = TH_OK};
    struct th_tenure tenure;
    struct th_json *reply = NULL;
    enum th_status status = th_tenure_load(l.store, tenure_id, &tenure, err);
    if (status == TH_OK) {
        reply = tenure_json(l.store, &tenure, &status, err);
    }
    if (status == TH_OK) {
        status = th_tenure_share_each(l.store, 0, tenure_id, (struct th_date){0},
                                      (struct th_date){0}, show_share, &l, err);
    }
    if (status == TH_OK && l.status != TH_OK) {
        status = l.status;
        if (err != NULL) {
            *err = l.err;
        }
    }
    th_json_set(reply, "parcels", l.contracts);
    struct th_json *documents = th_json_array();
    if (status == TH_OK) {
        status = th_tenure_document_each(l.store, tenure_id, show_document, documents, err);
    }
    th_json_set(reply, "documents", documents);
    return th_reply_finish(status, reply, ret_reply, err);
}

// --- The example --------------------------------------------------------------------------------

static const char *heading(enum th_lang lang, int column)
{
    return lang == TH_LANG_ZH ? th_tenure_columns[column].title : th_tenure_columns[column].name;
}

enum th_status th_tenure_template(const char *path, const struct th_messages *messages,
                                  enum th_lang lang, struct th_json **ret_reply,
                                  struct th_error *err)
{
    const char *headings[TH_TENURE_COLUMNS];
    const char *meanings[TH_TENURE_COLUMNS];
    const char *cells[TH_TENURE_COLUMNS];
    for (int i = 0; i < TH_TENURE_COLUMNS; i++) {
        char key[96];
        (void)snprintf(key, sizeof(key), "tenure.meaning.%s", th_tenure_columns[i].name);
        headings[i] = heading(lang, i);
        meanings[i] = messages == NULL ? "" : th_messages_text(messages, lang, key);
        cells[i] = th_tenure_columns[i].example;
    }
    const struct th_sheet_form form = {.title = lang == TH_LANG_ZH ? "合同" : "contracts",
                                       .notes = lang == TH_LANG_ZH ? "说明" : "notes",
                                       .headings = headings,
                                       .meanings = messages == NULL ? NULL : meanings,
                                       .n_columns = TH_TENURE_COLUMNS,
                                       .cells = cells,
                                       .n_rows = 1};
    return th_sheet_template(path, &form, ret_reply, err);
}
