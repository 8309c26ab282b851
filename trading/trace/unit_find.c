#include "trading/trace/unit_find.h"

#include <string.h>

#include "core/text.h"
#include "registry/reference.h"
#include "registry/reply.h"
#include "store/ledger/unit_find_store.h"
#include "trading/trading_internal.h"

enum { LIMIT_USUAL = 100, LIMIT_MAX = 10000 };

struct page {
    struct th_json *units;
    int64_t limit, n, tonnes_t;
    char last[TH_SERIAL_SIZE]; // first serial of the last one shown
    bool more;
};

static bool add_leaf(void *context, const struct th_unit_leaf *leaf)
{
    struct page *page = context;
    char serial[TH_SERIAL_SIZE];
    char date[TH_DATE_TEXT_SIZE];
    bool retired = strcmp(leaf->state, "retired") == 0;
    if (page->n == page->limit) {
        page->more = true;
        return false;
    }
    struct th_json *item = th_json_object();
    th_json_set_text(item, "serial",
                     th_serial_format(leaf->prefix, leaf->first, leaf->last, serial));
    th_json_set_text(item, "prefix", leaf->prefix);
    th_json_set_int(item, "first", leaf->first);
    th_json_set_int(item, "last", leaf->last);
    th_json_set_int(item, "tonnes", leaf->last - leaf->first + 1);
    th_json_set_int(item, "vintage", leaf->vintage);
    th_json_set_int(item, "package_id", leaf->package_id);
    th_json_set_text(item, "package", leaf->package);
    th_json_set_text(item, "methodology", leaf->methodology);
    th_json_set_text(item, "state", leaf->state);
    th_json_set_int(item, "owner", leaf->owner_id);
    th_json_set_text(item, "owner_name", leaf->owner);
    th_json_set_text(item, "since", th_date_format(th_instant_date(leaf->at_utc), date));
    th_json_set_bool(item, "statement_based", leaf->statement_based);
    th_json_set(item, "trade_id",
                leaf->trade_id != 0 ? th_json_int(leaf->trade_id) : th_json_null());
    th_json_set_text(item, "beneficiary", retired ? leaf->beneficiary : NULL);
    th_json_set_text(item, "beneficiary_uscc", retired ? leaf->beneficiary_uscc : NULL);
    th_json_append(page->units, item);
    page->n++;
    page->tonnes_t += leaf->last - leaf->first + 1;
    (void)th_serial_format(leaf->prefix, leaf->first, leaf->first, page->last);
    return true;
}

static enum th_status resolve_after(struct th_store *store, const char *after,
                                    struct th_unit_filter *filter, struct th_error *err)
{
    struct th_issuance_record issuance;
    enum th_status status = th_issuance_of_serial(store, after, &issuance, err);
    const char *colon = strrchr(after, ':');
    if (status == TH_OK &&
        (colon == NULL || !th_text_parse_int(colon + 1, 1, INT64_MAX, &filter->after_first))) {
        status = th_error_set(err, TH_INVALID, "serial_invalid", "serial", after, NULL);
    }
    if (status == TH_OK) {
        filter->after_issuance = issuance.issuance_id;
    }
    return status;
}

static enum th_status check_options(const struct th_unit_find_options *options,
                                    struct th_unit_filter *filter, struct th_error *err)
{
    int64_t vintage = 0;
    bool known = options->state == NULL;
    for (int i = TH_BLOCK_HELD; i < TH_BLOCK_SPLIT && !known; i++) {
        known = strcmp(options->state, th_block_state_name((enum th_block_state)i)) == 0;
    }
    if (!known) {
        return th_error_set(err, TH_USAGE, "unit_state", "state", options->state, NULL);
    }
    if (options->limit < 0 || options->limit > LIMIT_MAX) {
        return th_error_set(err, TH_USAGE, "unit_limit", NULL);
    }
    if (options->vintage != NULL && !th_text_parse_int(options->vintage, 1900, 9999, &vintage)) {
        return th_error_set(err, TH_INVALID, "year_invalid", "year", options->vintage, NULL);
    }
    *filter = (struct th_unit_filter){.prefix = options->prefix,
                                      .vintage = (int)vintage,
                                      .state = options->state,
                                      .beneficiary = options->beneficiary};
    return TH_OK;
}

static enum th_status find(struct th_store *store, const struct th_unit_find_options *options,
                           const struct th_unit_filter *filter, struct page *page,
                           struct th_error *err)
{
    struct th_package_record package;
    struct th_village village;
    struct th_party owner;
    struct th_unit_filter whole = *filter;
    enum th_status status = TH_OK;
    if (options->package != NULL) {
        status = th_package_resolve(store, options->package, &package, err);
        whole.package_id = status == TH_OK ? package.package_id : 0;
    }
    if (status == TH_OK && options->village != NULL) {
        status = th_village_choose(store, options->village, &village, err);
        whole.village = village.code;
    }
    if (status == TH_OK && options->owner != NULL) {
        status = th_party_resolve(store, options->owner, &owner, err);
        whole.owner_id = status == TH_OK ? owner.party_id : 0;
    }
    if (status == TH_OK && options->after != NULL) {
        status = resolve_after(store, options->after, &whole, err);
    }
    return status == TH_OK ? th_unit_leaf_each(store, &whole, add_leaf, page, err) : status;
}

enum th_status th_unit_find(struct th_registry *registry,
                            const struct th_unit_find_options *options, struct th_json **ret_reply,
                            struct th_error *err)
{
    struct th_store *store = th_registry_store(registry);
    struct th_unit_filter filter;
    enum th_status status = check_options(options, &filter, err);
    if (status == TH_OK) {
        status = th_store_begin_read(store, err);
    }
    if (status != TH_OK) {
        return status;
    }
    struct page page = {.units = th_json_array(),
                        .limit = options->limit != 0 ? options->limit : LIMIT_USUAL};
    status = find(store, options, &filter, &page, err);
    th_store_end_read(store);
    struct th_json *reply = th_json_object();
    th_json_set(reply, "units", page.units);
    th_json_set_int(reply, "n", page.n);
    th_json_set_int(reply, "tonnes", page.tonnes_t);
    th_json_set_text(reply, "next", page.more ? page.last : NULL);
    return th_reply_finish(status, reply, ret_reply, err);
}
