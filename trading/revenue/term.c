// Terms of sharing revenue.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "registry/reference.h"
#include "registry/reply.h"
#include "trading/revenue/revenue.h"
#include "trading/revenue/revenue_internal.h"

// "pool:3", "kind:bamboo"; NULL for a term of all sales.
static const char *scope_format(const struct th_term *term, char *buf, size_t size)
{
    if (term->scope == TH_TERM_ALL) {
        return NULL;
    }
    if (term->scope == TH_TERM_KIND) {
        (void)snprintf(buf, size, "kind:%s", term->scope_kind);
    } else {
        (void)snprintf(buf, size, "%s:%lld", th_term_scope_names[term->scope],
                       (long long)term->scope_id);
    }
    return buf;
}

struct th_json *th_term_json(const struct th_term *term)
{
    char buf[TH_RATIO_TEXT_SIZE];
    char scope[TH_TRADE_WORD_SIZE * 2 + 32];
    struct th_json *object = th_json_object();
    struct th_json *splits = th_json_array();
    th_json_set_int(object, "term_id", term->term_id);
    th_json_set_text(object, "from", term->from_on);
    th_json_set_word(object, "to", term->to_on);
    th_json_set_word(object, "ends_on", term->ends_on);
    th_json_set_text(object, "basis", term->basis);
    th_json_set_text(object, "ratio", th_ratio_format(term->ratio, buf));
    for (size_t i = 0; i < term->n_splits; i++) {
        struct th_json *item = th_json_object();
        th_json_set_text(item, "party_kind", term->splits[i].party_kind);
        if (term->splits[i].party_id != 0) {
            th_json_set_int(item, "party", term->splits[i].party_id);
        }
        th_json_set_text(item, "share", th_ratio_format(term->splits[i].share, buf));
        th_json_append(splits, item);
    }
    th_json_set(object, "splits", splits);
    th_json_set_text(object, "for", scope_format(term, scope, sizeof(scope)));
    th_json_set_int(object, "document_id", term->document_id);
    return object;
}

static bool kind_known(const char *kind)
{
    // Banks keep what is not distributed; verifiers may have no share in what they verify.
    static const char *const KINDS[] = {"village",   "township",   "subdistrict", "cooperative",
                                        "household", "person",     "enterprise",  "fund",
                                        "insurer",   "government", "member"};
    for (size_t i = 0; i < sizeof(KINDS) / sizeof(KINDS[0]); i++) {
        if (strcmp(kind, KINDS[i]) == 0) {
            return true;
        }
    }
    return false;
}

struct kind_search {
    const char *kind;
    int64_t found_id;
    int n;
};

static bool match_kind(void *context, const struct th_party *party)
{
    struct kind_search *search = context;
    if (strcmp(party->kind, search->kind) == 0) {
        search->found_id = party->party_id;
        search->n++;
    }
    return search->n < 2;
}

enum th_status th_recipient_only(struct th_store *store, const char *kind, int64_t *ret_party_id,
                                 struct th_error *err)
{
    struct kind_search search = {.kind = kind};
    enum th_status status = th_party_each(store, match_kind, &search, err);
    if (status == TH_OK && search.n > 1) {
        status = th_error_set(err, TH_CONFLICT, "recipient_several", "kind", kind, NULL);
        th_error_add_word(err, "kind_name", "value.party_kind", kind);
    }
    if (status == TH_OK) {
        *ret_party_id = search.found_id;
    }
    return status;
}

// Those that a package leads to: its villages, their townships, its holder, members.
static bool follows_package(const char *kind)
{
    static const char *const KINDS[] = {"village", "township", "subdistrict", "cooperative",
                                        "member"};
    bool follows = false;
    for (size_t i = 0; i < sizeof(KINDS) / sizeof(KINDS[0]) && !follows; i++) {
        follows = strcmp(kind, KINDS[i]) == 0;
    }
    return follows;
}

// "village", or "fund:湿地修复基金" for this very one. Where the registry knows one fund when the
// term is agreed, that one is meant, whatever others come later.
static enum th_status parse_recipient(struct th_store *store, const char *text, size_t size,
                                      struct th_term_split *split, struct th_error *err)
{
    char name[TH_NAME_SIZE + TH_TRADE_WORD_SIZE];
    struct th_party party;
    if (size == 0 || size >= sizeof(name)) {
        return th_error_set(err, TH_INVALID, "split_invalid", "text", text, NULL);
    }
    memcpy(name, text, size);
    name[size] = '\0';
    char *colon = strchr(name, ':');
    if (colon) {
        *colon = '\0';
    }
    if (!kind_known(name) || (colon && strcmp(name, "member") == 0)) {
        return th_error_set(err, TH_INVALID, "split_invalid", "text", text, NULL);
    }
    th_text_copy(split->party_kind, sizeof(split->party_kind), name);
    if (!colon) {
        return follows_package(name) ? TH_OK
                                     : th_recipient_only(store, name, &split->party_id, err);
    }
    enum th_status status = th_party_resolve(store, colon + 1, &party, err);
    if (status == TH_OK && strcmp(party.kind, name) != 0) {
        status = th_error_set(err, TH_INVALID, "split_invalid", "text", text, NULL);
    }
    split->party_id = status == TH_OK ? party.party_id : 0;
    return status;
}

// "village=1", "village=70%", "township=3/10" into kind and number; *ret_percent tells of a '%'.
static enum th_status parse_split(struct th_store *store, const char *text,
                                  struct th_term_split *ret_split, bool *ret_percent,
                                  struct th_error *err)
{
    enum { DENOMINATOR_MAX = 1000000000 };
    char share[TH_RATIO_TEXT_SIZE];
    const struct th_ratio none = {0, 1};
    const char *equals = strrchr(text, '=');
    bool good = equals && strlen(equals + 1) < sizeof(share);
    if (good) {
        memset(ret_split, 0, sizeof(*ret_split));
        th_text_copy(share, sizeof(share), equals + 1);
        size_t length = strlen(share);
        *ret_percent = length > 0 && share[length - 1] == '%';
        if (*ret_percent) {
            share[length - 1] = '\0';
        }
        good = th_ratio_parse(share, &ret_split->share, NULL) == TH_OK &&
               th_ratio_compare(ret_split->share, none) > 0 &&
               ret_split->share.denominator <= DENOMINATOR_MAX;
    }
    return good ? parse_recipient(store, text, (size_t)(equals - text), ret_split, err)
                : th_error_set(err, TH_INVALID, "split_invalid", "text", text, NULL);
}

static int by_recipient(const void *a, const void *b)
{
    const struct th_term_split *left = a;
    const struct th_term_split *right = b;
    int order = strcmp(left->party_kind, right->party_kind);
    return order != 0 ? order
                      : (left->party_id > right->party_id) - (left->party_id < right->party_id);
}

// Plain numbers are fractions when they sum to 1, per cent when they sum to 100.
static enum th_status parse_splits(struct th_store *store, const struct th_term_input *input,
                                   struct th_term *term, struct th_error *err)
{
    const struct th_ratio one = {1, 1};
    const struct th_ratio hundred = {100, 1};
    const struct th_ratio hundredth = {1, 100};
    struct th_ratio sum = {0, 1};
    size_t n_percent = 0;
    enum th_status status = TH_OK;
    if (input->n_splits == 0) {
        return th_error_set(err, TH_USAGE, "split_missing", NULL);
    }
    if (input->n_splits > TH_TERM_SPLITS_MAX) {
        return th_error_set(err, TH_INVALID, "split_sum", NULL);
    }
    for (size_t i = 0; i < input->n_splits && status == TH_OK; i++) {
        bool percent = false;
        status = parse_split(store, input->splits[i], &term->splits[i], &percent, err);
        n_percent += percent;
        for (size_t k = 0; k < i && status == TH_OK; k++) {
            if (by_recipient(&term->splits[k], &term->splits[i]) == 0) {
                status =
                    th_error_set(err, TH_INVALID, "split_invalid", "text", input->splits[i], NULL);
            }
        }
        if (status == TH_OK) {
            status = th_ratio_add(sum, term->splits[i].share, &sum, err);
        }
    }
    if (status != TH_OK) {
        return status;
    }
    term->n_splits = input->n_splits;
    bool percent =
        n_percent == input->n_splits || (n_percent == 0 && th_ratio_compare(sum, hundred) == 0);
    if ((n_percent != 0 && n_percent != input->n_splits) ||
        th_ratio_compare(sum, percent ? hundred : one) != 0) {
        char buf[TH_RATIO_TEXT_SIZE];
        return th_error_set(err, TH_INVALID, "split_sum", "sum", th_ratio_format(sum, buf), NULL);
    }
    for (size_t i = 0; percent && i < term->n_splits && status == TH_OK; i++) {
        status = th_ratio_mul(term->splits[i].share, hundredth, &term->splits[i].share, err);
    }
    qsort(term->splits, term->n_splits, sizeof(term->splits[0]), by_recipient);
    return status;
}

// A purchase, or whatever else brought a bank units.
static enum th_status find_pool(struct th_store *store, int64_t pool_id, bool *ret_found,
                                struct th_error *err)
{
    struct th_trade trade;
    struct th_pool_list shares = {0};
    enum th_status status = th_trade_load(store, pool_id, &trade, err);
    if (status == TH_OK) {
        status = th_pool_shares(store, pool_id, &shares, err);
    }
    *ret_found = status != TH_OK || shares.n > 0 || strcmp(trade.kind, "purchase") == 0;
    th_pool_list_clear(&shares);
    return status;
}

// "kind:bamboo", "holder:PARTY", "pool:TRADE", "package:P".
static enum th_status parse_scope(struct th_store *store, const char *text, struct th_term *term,
                                  struct th_error *err)
{
    static const char *const KINDS[] = {"bamboo", "orchard", "tea", "forest", "wetland"};
    const char *colon = text ? strchr(text, ':') : NULL;
    size_t size = colon ? (size_t)(colon - text) : 0;
    struct th_party party;
    struct th_package_record package;
    bool good = false;
    enum th_status status = TH_OK;
    for (int i = TH_TERM_KIND; size > 0 && i <= TH_TERM_PACKAGE; i++) {
        if (strlen(th_term_scope_names[i]) == size &&
            strncmp(text, th_term_scope_names[i], size) == 0) {
            term->scope = (enum th_term_scope)i;
        }
    }
    if (term->scope == TH_TERM_KIND) {
        for (size_t i = 0; i < sizeof(KINDS) / sizeof(KINDS[0]); i++) {
            good = good || strcmp(colon + 1, KINDS[i]) == 0;
        }
        th_text_copy(term->scope_kind, sizeof(term->scope_kind), good ? colon + 1 : "");
    } else if (term->scope == TH_TERM_HOLDER) {
        status = th_party_resolve(store, colon + 1, &party, err);
        term->scope_id = status == TH_OK ? party.party_id : 0;
        good = true;
    } else if (term->scope == TH_TERM_PACKAGE) {
        status = th_package_resolve(store, colon + 1, &package, err);
        term->scope_id = status == TH_OK ? package.package_id : 0;
        good = true;
    } else if (term->scope == TH_TERM_POOL &&
               th_text_parse_int(colon + 1, 1, INT64_MAX, &term->scope_id)) {
        status = find_pool(store, term->scope_id, &good, err);
    }
    return good || !text ? status : th_error_set(err, TH_INVALID, "term_scope", "text", text, NULL);
}

static enum th_status parse_term(struct th_registry *registry, const struct th_term_input *input,
                                 struct th_term *term, struct th_error *err)
{
    struct th_store *store = th_registry_store(registry);
    if (input->from == NULL) {
        return th_error_set(err, TH_USAGE, "term_from_missing", NULL);
    }
    enum th_status status = th_on_parse(registry, input->from, term->from_on, err);
    if (status == TH_OK && input->to != NULL) {
        status = th_on_parse(registry, input->to, term->to_on, err);
    }
    if (status == TH_OK && input->to != NULL && strcmp(term->to_on, term->from_on) < 0) {
        status = th_error_set(err, TH_INVALID, "term_dates", "from", term->from_on, "to",
                              term->to_on, NULL);
    }
    if (status != TH_OK) {
        return status;
    }
    if (!th_text_equals(input->basis, "gross") && !th_text_equals(input->basis, "net_of_cost") &&
        !th_text_equals(input->basis, "net_of_costs")) {
        return th_error_set(err, TH_INVALID, "basis_invalid", "basis", input->basis, NULL);
    }
    th_text_copy(term->basis, sizeof(term->basis), input->basis);
    status = th_percent_parse(input->ratio != NULL ? input->ratio : "70", &term->ratio, err);
    if (status == TH_OK) {
        status = parse_scope(store, input->scope, term, err);
    }
    return status == TH_OK ? parse_splits(store, input, term, err) : status;
}

static struct th_json *input_json(const struct th_term_input *input)
{
    struct th_json *object = th_json_object();
    struct th_json *splits = th_json_array();
    for (size_t i = 0; i < input->n_splits; i++) {
        th_json_append_text(splits, input->splits[i]);
    }
    th_json_set_text(object, "from", input->from);
    th_json_set_text(object, "to", input->to);
    th_json_set_text(object, "basis", input->basis);
    th_json_set_text(object, "ratio", input->ratio);
    th_json_set(object, "splits", splits);
    th_json_set_text(object, "for", input->scope);
    th_json_set_text(object, "document", input->document);
    return object;
}

static enum th_status record_term(struct th_work *work, const struct th_term_input *input,
                                  struct th_term *term, struct th_hash *ret_sha256,
                                  struct th_error *err)
{
    struct th_store *store = th_work_store(work);
    int64_t rival = 0;
    int64_t pool_id = 0;
    enum th_status status = th_term_overlap(store, term, &rival, err);
    if (status == TH_OK && rival != 0) {
        status = th_error_set(err, TH_CONFLICT, "term_overlaps", "basis", term->basis, NULL);
        th_error_add_int(err, "term", rival);
    }
    bool of_packages = term->scope != TH_TERM_ALL && term->scope != TH_TERM_POOL;
    if (status == TH_OK && of_packages) {
        status = th_term_splits_pool(store, term, &pool_id, err);
    }
    if (status == TH_OK && pool_id != 0) {
        status = th_error_set(err, TH_CONFLICT, "term_splits_pool", NULL);
        th_error_add_int(err, "pool", pool_id);
    }
    if (status == TH_OK) {
        status = th_document_record(work, input->document, &term->document_id, ret_sha256, err);
    }
    if (status == TH_OK) {
        status = th_term_post(th_work_posting(work), term, &term->term_id, err);
    }
    return status == TH_OK ? th_term_check_agreed(store, term, th_work_actor(work)->login, err)
                           : status;
}

// Pools with stock that fall under a term, and what keeps their sales from being shared by it.
struct stock_walk {
    struct th_store *store;
    const struct th_term *term;
    const char *on_date;
    struct th_json *lacking;
    int64_t pool_id; // that was looked at last
    enum th_status status;
    struct th_error *err;
};

static bool look_at_pool(void *context, const struct th_pool_share *share)
{
    struct stock_walk *walk = context;
    const struct th_term_question question = {.on_date = walk->on_date,
                                              .pool_id = share->pool_id,
                                              .package_id = share->package_id,
                                              .term_id = walk->term->term_id};
    char code[TH_ERROR_KEY_SIZE] = "";
    int64_t n = 0;
    int64_t term_id = 0;
    if (share->pool_id == walk->pool_id) {
        return true;
    }
    walk->pool_id = share->pool_id;
    walk->status = th_term_on(walk->store, &question, &n, &term_id, walk->err);
    if (walk->status == TH_OK && n > 0) {
        walk->status = th_recipients_lack(walk->store, walk->term, share->pool_id, walk->on_date,
                                          code, walk->err);
    }
    if (walk->status == TH_OK && code[0] != '\0') {
        struct th_json *item = th_json_object();
        th_json_set_int(item, "pool", share->pool_id);
        th_json_set_text(item, "code", code);
        th_json_append(walk->lacking, item);
    }
    return walk->status == TH_OK;
}

static bool look_at_bank(void *context, const struct th_party *party)
{
    struct stock_walk *walk = context;
    if (strcmp(party->kind, "bank") == 0) {
        enum th_status status =
            th_pool_open_each(walk->store, party->party_id, 0, look_at_pool, walk, walk->err);
        walk->status = status == TH_OK ? walk->status : status;
    }
    return walk->status == TH_OK;
}

// Warns of a term that names recipients which are not there; of its day, or of today.
static enum th_status warn(struct th_work *work, const struct th_term *term, struct th_json *reply,
                           struct th_error *err)
{
    char today[TH_DATE_TEXT_SIZE];
    (void)th_date_format(th_work_today(work), today);
    struct stock_walk walk = {.store = th_work_store(work),
                              .term = term,
                              .on_date = strcmp(term->from_on, today) > 0 ? term->from_on : today,
                              .lacking = th_json_array(),
                              .err = err};
    struct th_json *warnings = th_json_array();
    enum th_status status = th_party_each(walk.store, look_at_bank, &walk, err);
    if (th_json_size(walk.lacking) > 0) {
        th_json_append_text(warnings, "recipients_lack");
    }
    th_json_set(reply, "warnings", warnings);
    th_json_set(reply, "lacking", walk.lacking);
    return status == TH_OK ? walk.status : status;
}

enum th_status th_term_add(struct th_registry *registry, const struct th_request *request,
                           const struct th_term_input *input, struct th_json **ret_reply,
                           struct th_error *err)
{
    struct th_term term = {0};
    struct th_hash sha256 = {{0}};
    char hex[TH_HASH_HEX_SIZE];
    char subject[TH_SUBJECT_SIZE];
    enum th_status status = parse_term(registry, input, &term, err);
    if (status != TH_OK) {
        return status;
    }
    struct th_json *given = input_json(input);
    struct th_work *work = NULL;
    const struct th_work_documents documents = {&input->document, 1};
    status = th_work_begin_reading(registry, request, TH_MAY_TERMS, "revenue.term", given,
                                   &documents, &work, ret_reply, err);
    th_json_free(given);
    if (status != TH_OK || work == NULL) {
        return status;
    }
    status = record_term(work, input, &term, &sha256, err);
    struct th_json *body = th_term_json(&term);
    th_json_set_text(body, "document_sha256", th_hash_hex(&sha256, hex));
    struct th_json *reply = th_json_copy(body);
    if (status == TH_OK) {
        status = warn(work, &term, reply, err);
    }
    return th_work_end(work, status, th_subject("term", term.term_id, subject), body, reply,
                       ret_reply, err);
}

struct term_list {
    struct th_store *store;
    struct th_json *terms;
    enum th_status status;
    struct th_error *err;
};

// What a term is for, by name: a kind of ground, a party, a pool's number, a package.
static enum th_status name_scope(const struct term_list *list, const struct th_term *term,
                                 struct th_json *object)
{
    struct th_party party;
    struct th_package_record package;
    char number[24];
    const char *which = term->scope_kind;
    enum th_status status = TH_OK;
    if (term->scope == TH_TERM_HOLDER) {
        status = th_party_load(list->store, term->scope_id, &party, list->err);
        which = party.name;
    } else if (term->scope == TH_TERM_PACKAGE) {
        status = th_package_load(list->store, term->scope_id, &package, list->err);
        which = package.name;
    } else if (term->scope == TH_TERM_POOL) {
        (void)snprintf(number, sizeof(number), "%lld", (long long)term->scope_id);
        which = number;
    }
    th_json_set_text(object, "for_what",
                     term->scope == TH_TERM_ALL ? "all" : th_term_scope_names[term->scope]);
    if (status == TH_OK) {
        th_json_set_word(object, "for_which", which);
    }
    return status;
}

static enum th_status name_splits(const struct term_list *list, const struct th_term *term,
                                  struct th_json *object)
{
    struct th_json *splits = th_json_array();
    enum th_status status = TH_OK;
    for (size_t i = 0; i < term->n_splits && status == TH_OK; i++) {
        struct th_json *item = th_json_object();
        char share[TH_RATIO_TEXT_SIZE];
        th_json_set_int(item, "term_id", term->term_id);
        th_json_set_text(item, "party_kind", term->splits[i].party_kind);
        status = th_json_set_party(list->store, item, "party", term->splits[i].party_id, list->err);
        th_json_set_text(item, "share", th_ratio_format(term->splits[i].share, share));
        th_json_append(splits, item);
    }
    th_json_set(object, "splits", splits);
    return status;
}

static bool list_term(void *context, const struct th_term *term)
{
    struct term_list *list = context;
    struct th_json *object = th_term_json(term);
    list->status = name_scope(list, term, object);
    if (list->status == TH_OK) {
        list->status = name_splits(list, term, object);
    }
    th_json_append(list->terms, object);
    return list->status == TH_OK;
}

enum th_status th_term_list(struct th_registry *registry, struct th_json **ret_reply,
                            struct th_error *err)
{
    struct term_list list = {.store = th_registry_store(registry), .err = err};
    enum th_status status = th_store_begin_read(list.store, err);
    if (status != TH_OK) {
        return status;
    }
    list.terms = th_json_array();
    status = th_term_each(list.store, list_term, &list, err);
    th_store_end_read(list.store);
    return th_reply_finish_list(status == TH_OK ? list.status : status, "terms", list.terms,
                                ret_reply, err);
}
