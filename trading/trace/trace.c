// From serials to the ground behind them, and back through their story.
#include "trading/trace/trace.h"

#include <string.h>

#include "core/hash.h"
#include "core/text.h"
#include "registry/estimate/estimate.h"
#include "registry/reply.h"
#include "store/estimate/estimate_store.h"
#include "trading/trading_internal.h"

struct trace {
    struct th_store *store;
    struct th_issuance_record issuance;
    int64_t first;
    int64_t last;
    struct th_json *reply;
    struct th_json *array; // being filled
    enum th_status status; // of what a visitor did
    const struct th_messages *messages;
    enum th_lang lang;
    struct th_error *err;
};

// "12" or "1-836" behind the colon; without a colon everything that was issued.
static enum th_status parse_range(struct trace *trace, const char *serial, struct th_error *err)
{
    const char *colon = strchr(serial, ':');
    const int64_t issued_t = th_units_t(trace->issuance.issued);
    trace->first = 1;
    trace->last = issued_t;
    if (colon == NULL) {
        return TH_OK;
    }
    char first[24];
    const char *dash = strchr(colon + 1, '-');
    size_t length = dash != NULL ? (size_t)(dash - colon - 1) : strlen(colon + 1);
    bool good = length < sizeof(first);
    if (good) {
        memcpy(first, colon + 1, length);
        first[length] = '\0';
        good = th_text_parse_int(first, 1, INT64_MAX, &trace->first);
        trace->last = trace->first;
        if (good && dash != NULL) {
            good = th_text_parse_int(dash + 1, trace->first, INT64_MAX, &trace->last);
        }
    }
    if (!good) {
        return th_error_set(err, TH_INVALID, "serial_invalid", "serial", serial, NULL);
    }
    if (trace->last > issued_t) {
        return th_error_set(err, TH_NOT_FOUND, "serial_not_found", "serial", serial, NULL);
    }
    return TH_OK;
}

static enum th_status add_origin(struct trace *trace, struct th_error *err)
{
    struct th_package_record package;
    struct th_json *reply = trace->reply;
    char serial[TH_SERIAL_SIZE];
    enum th_status status =
        th_package_load(trace->store, trace->issuance.package_id, &package, err);
    if (status != TH_OK) {
        return status;
    }
    th_serial_format(trace->issuance.prefix, trace->first, trace->last, serial);
    th_json_set_text(reply, "serial", serial);
    th_json_set_text(reply, "prefix", trace->issuance.prefix);
    th_json_set_int(reply, "first", trace->first);
    th_json_set_int(reply, "last", trace->last);
    th_json_set_int(reply, "tonnes", trace->last - trace->first + 1);
    th_json_set_int(reply, "issuance_id", trace->issuance.issuance_id);
    th_json_set_int(reply, "vintage", trace->issuance.vintage);
    th_json_set_bool(reply, "statement_based", trace->issuance.statement_based);
    th_json_set_int(reply, "package_id", package.package_id);
    th_json_set_text(reply, "package", package.name);
    status = th_json_set_party(trace->store, reply, "holder", package.holder_id, err);
    th_json_set_text(reply, "methodology", package.methodology);
    th_json_set_text(reply, "version", package.version);
    if (status != TH_OK || package.run_id == 0) {
        th_json_set(reply, "sheet_sha256", th_json_null());
        th_json_set(reply, "warnings", th_json_array());
        return status;
    }
    struct th_json *warnings = NULL;
    struct th_estimate_run_record run;
    char hex[TH_HASH_HEX_SIZE];
    status = th_estimate_run_load(trace->store, package.run_id, &run, NULL, err);
    if (status == TH_OK) {
        th_json_set_text(reply, "sheet_sha256", th_hash_hex(&run.sheet_sha256, hex));
    }
    if (status == TH_OK) {
        status = th_estimate_run_warnings(trace->store, package.run_id, trace->messages,
                                          trace->lang, &warnings, err);
    }
    if (status == TH_OK) {
        th_json_set(reply, "warnings", warnings);
    }
    return status;
}

// The part of a block that lies within the range asked for.
static void set_part(const struct trace *trace, struct th_json *item, int64_t first, int64_t last)
{
    char serial[TH_SERIAL_SIZE];
    int64_t low = first > trace->first ? first : trace->first;
    int64_t high = last < trace->last ? last : trace->last;
    th_json_set_text(item, "serial", th_serial_format(trace->issuance.prefix, low, high, serial));
    th_json_set_int(item, "first", low);
    th_json_set_int(item, "last", high);
}

// Owner and state of the whole range where they are one, and block by block.
static enum th_status add_present(struct trace *trace, struct th_error *err)
{
    struct th_block_list blocks = {0};
    struct th_json *array = th_json_array();
    enum th_status status = th_ledger_leaves(trace->store, trace->issuance.issuance_id,
                                             trace->first, trace->last, &blocks, err);
    bool one_owner = blocks.n > 0;
    bool one_state = blocks.n > 0;
    for (size_t i = 0; i < blocks.n && status == TH_OK; i++) {
        const struct th_block *block = &blocks.items[i];
        struct th_json *item = th_json_object();
        set_part(trace, item, block->first, block->last);
        th_json_set_text(item, "state", th_block_state_name(block->state));
        status = th_json_set_party(trace->store, item, "owner", block->owner_id, err);
        th_json_set(item, "pool_id",
                    block->pool_id != 0 ? th_json_int(block->pool_id) : th_json_null());
        th_json_append(array, item);
        one_owner = one_owner && block->owner_id == blocks.items[0].owner_id;
        one_state = one_state && block->state == blocks.items[0].state;
    }
    if (status == TH_OK) {
        status = th_json_set_party(trace->store, trace->reply, "owner",
                                   one_owner ? blocks.items[0].owner_id : 0, err);
    }
    th_json_set_text(trace->reply, "state",
                     one_state ? th_block_state_name(blocks.items[0].state) : NULL);
    th_json_set(trace->reply, "blocks", array);
    th_block_list_clear(&blocks);
    return status;
}

static bool add_event(void *context, const struct th_unit_event *event)
{
    struct trace *trace = context;
    struct th_json *item = th_json_object();
    char at[TH_INSTANT_TEXT_SIZE];
    th_json_set_text(item, "at", th_instant_format(event->at_utc, at));
    th_json_set_text(item, "kind", event->event);
    th_json_set_text(item, "state", event->state);
    trace->status = th_json_set_party(trace->store, item, "owner", event->owner_id, trace->err);
    th_json_set(item, "trade_id",
                event->trade_id != 0 ? th_json_int(event->trade_id) : th_json_null());
    char serial[TH_SERIAL_SIZE];
    th_json_set_text(item, "serial",
                     th_serial_format(trace->issuance.prefix, event->first, event->last, serial));
    th_json_set_int(item, "seq", event->seq);
    th_json_append(trace->array, item);
    return trace->status == TH_OK;
}

static bool add_parcel(void *context, int64_t parcel_id, int year, struct th_carbon mass)
{
    struct trace *trace = context;
    struct th_parcel_place place;
    trace->status = th_parcel_place(trace->store, parcel_id, &place, trace->err);
    if (trace->status != TH_OK) {
        return false;
    }
    struct th_json *item = th_json_object();
    th_json_set_int(item, "parcel_id", parcel_id);
    th_json_set_word(item, "number", place.number);
    th_json_set_text(item, "village", place.village);
    th_json_set_text(item, "village_name", place.village_name);
    th_json_set_int(item, "year", year);
    th_json_set_int(item, "kg", th_carbon_kg(mass));
    th_json_append(trace->array, item);
    return true;
}

static enum th_status add_story(struct trace *trace, struct th_error *err)
{
    trace->array = th_json_array();
    enum th_status status = th_ledger_story(trace->store, trace->issuance.issuance_id, trace->first,
                                            trace->last, add_event, trace, err);
    th_json_set(trace->reply, "events", trace->array);
    if (status == TH_OK) {
        status = trace->status;
    }
    trace->array = th_json_array();
    if (status == TH_OK && trace->last >= trace->first) {
        status = th_issuance_trace(trace->store, trace->issuance.issuance_id, trace->first,
                                   trace->last, add_parcel, trace, err);
    }
    th_json_set(trace->reply, "parcels", trace->array);
    return status == TH_OK ? trace->status : status;
}

enum th_status th_unit_trace(struct th_registry *registry, const char *serial,
                             const struct th_messages *messages, enum th_lang lang,
                             struct th_json **ret_reply, struct th_error *err)
{
    struct trace trace = {
        .store = th_registry_store(registry), .messages = messages, .lang = lang, .err = err};
    if (serial == NULL || serial[0] == '\0') {
        return th_error_set(err, TH_USAGE, "serial_missing", NULL);
    }
    enum th_status status = th_store_begin_read(trace.store, err);
    if (status != TH_OK) {
        return status;
    }
    trace.reply = th_json_object();
    status = th_issuance_of_serial(trace.store, serial, &trace.issuance, err);
    if (status == TH_OK) {
        status = parse_range(&trace, serial, err);
    }
    if (status == TH_OK) {
        status = add_origin(&trace, err);
    }
    if (status == TH_OK) {
        status = add_present(&trace, err);
    }
    if (status == TH_OK) {
        status = add_story(&trace, err);
    }
    th_store_end_read(trace.store);
    return th_reply_finish(status, trace.reply, ret_reply, err);
}
