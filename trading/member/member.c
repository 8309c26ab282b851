// Shares by hand.
#include "trading/member/member.h"

#include <string.h>

#include "core/text.h"
#include "registry/reference.h"
#include "registry/reply.h"
#include "trading/member/member_internal.h"

enum { SHARE_DENOMINATOR_MAX = 1000000000 };

static bool is_one_of(const char *kind, const char *const *kinds)
{
    bool found = false;
    for (; *kinds && !found; kinds++) {
        found = strcmp(kind, *kinds) == 0;
    }
    return found;
}

enum th_status th_share_parse(const char *text, struct th_ratio *ret_share, struct th_error *err)
{
    const struct th_ratio none = {0, 1};
    const struct th_ratio all = {1, 1};
    struct th_ratio share;
    if (!text || th_ratio_parse(text, &share, NULL) != TH_OK || th_ratio_compare(share, none) < 0 ||
        th_ratio_compare(share, all) > 0 || share.denominator > SHARE_DENOMINATOR_MAX) {
        return th_error_set(err, TH_INVALID, "share_invalid", "text", text, NULL);
    }
    *ret_share = share;
    return TH_OK;
}

enum th_status th_share_check_parties(struct th_work *work, const struct th_party *group,
                                      const struct th_party *member, struct th_error *err)
{
    static const char *const GROUPS[] = {"village", "cooperative", NULL};
    static const char *const MEMBERS[] = {"household", "person", "enterprise", "village", NULL};
    if (!is_one_of(group->kind, GROUPS)) {
        return th_error_set(err, TH_INVALID, "share_group", "name", group->name, NULL);
    }
    if (!is_one_of(member->kind, MEMBERS) || member->party_id == group->party_id) {
        return th_error_set(err, TH_INVALID, "share_member", "name", member->name, NULL);
    }
    return th_work_check_village(work, group->village, err);
}

enum th_status th_share_check_agreed(struct th_work *work, const struct th_member_share *share,
                                     struct th_member_sale *sale, struct th_error *err)
{
    struct th_party group;
    struct th_store *store = th_work_store(work);
    enum th_status status = TH_OK;
    if (strcmp(th_work_actor(work)->role, "officer") == 0) {
        return TH_OK;
    }
    if (sale->group_id != share->group_id) {
        status = th_member_sale_last(store, share->group_id, sale, err);
    }
    if (status != TH_OK || strcmp(share->from_on, sale->on_date) > 0) {
        return status;
    }
    status = th_party_load(store, share->group_id, &group, err);
    if (status == TH_OK) {
        status = th_error_set(err, TH_NOT_PERMITTED, "share_agreed", "name", group.name, "from",
                              share->from_on, "on", sale->on_date, NULL);
        th_error_add_int(err, "trade", sale->trade_id);
    }
    return status;
}

static enum th_status share_json(struct th_store *store, const struct th_member_share *share,
                                 struct th_json **ret_object, struct th_error *err)
{
    char ratio[TH_RATIO_TEXT_SIZE];
    struct th_json *object = th_json_object();
    th_json_set_int(object, "share_id", share->share_id);
    enum th_status status = th_json_set_party(store, object, "group", share->group_id, err);
    if (status == TH_OK) {
        status = th_json_set_party(store, object, "member", share->member_id, err);
    }
    th_json_set_text(object, "share", th_ratio_format(share->share, ratio));
    th_json_set_text(object, "from", share->from_on);
    th_json_set_word(object, "to", share->to_on);
    th_json_set(object, "expected_fen",
                share->has_expected ? th_json_int(th_money_fen(share->expected)) : th_json_null());
    return th_reply_finish(status, object, ret_object, err);
}

static enum th_status parse(struct th_registry *registry, const struct th_share_input *input,
                            struct th_member_share *share, struct th_error *err)
{
    enum th_status status = th_share_parse(input->share, &share->share, err);
    if (status == TH_OK) {
        status = th_on_parse(registry, input->from, share->from_on, err);
    }
    if (status == TH_OK && input->to) {
        status = th_on_parse(registry, input->to, share->to_on, err);
    }
    if (status == TH_OK && input->to && strcmp(share->to_on, share->from_on) < 0) {
        status = th_error_set(err, TH_INVALID, "term_dates", "from", share->from_on, "to",
                              share->to_on, NULL);
    }
    if (status == TH_OK && input->expected) {
        share->has_expected = true;
        status = th_money_parse(input->expected, &share->expected, err);
    }
    return status;
}

static enum th_status record(struct th_work *work, const struct th_share_input *input,
                             struct th_member_share *share, struct th_hash *ret_sha256,
                             struct th_error *err)
{
    struct th_store *store = th_work_store(work);
    struct th_party group;
    struct th_party member;
    struct th_member_sale sale = {.group_id = 0};
    int64_t rival = 0;
    enum th_status status = th_party_resolve(store, input->group, &group, err);
    if (status == TH_OK) {
        status = th_party_resolve(store, input->member, &member, err);
    }
    if (status == TH_OK) {
        status = th_share_check_parties(work, &group, &member, err);
    }
    if (status != TH_OK) {
        return status;
    }
    share->group_id = group.party_id;
    share->member_id = member.party_id;
    status = th_member_share_rival(store, share, &rival, err);
    if (status == TH_OK && rival != 0) {
        status = th_error_set(err, TH_CONFLICT, "share_overlaps", "name", member.name, NULL);
        th_error_add_int(err, "share", rival);
    }
    if (status == TH_OK) {
        status = th_share_check_agreed(work, share, &sale, err);
    }
    if (status == TH_OK) {
        status = th_document_record(work, input->document, &share->document_id, ret_sha256, err);
    }
    if (status == TH_OK) {
        status = th_member_share_post(th_work_posting(work), share, &share->share_id, err);
    }
    return status == TH_OK ? th_member_shares_check(store, share->group_id, share->from_on, err)
                           : status;
}

enum th_status th_share_add(struct th_registry *registry, const struct th_request *request,
                            const struct th_share_input *input, struct th_json **ret_reply,
                            struct th_error *err)
{
    struct th_member_share share = {0};
    struct th_hash sha256 = {{0}};
    char hex[TH_HASH_HEX_SIZE];
    char subject[TH_SUBJECT_SIZE];
    enum th_status status = parse(registry, input, &share, err);
    if (status != TH_OK) {
        return status;
    }
    struct th_json *given = th_json_object();
    th_json_set_text(given, "group", input->group);
    th_json_set_text(given, "member", input->member);
    th_json_set_text(given, "share", input->share);
    th_json_set_text(given, "from", input->from);
    th_json_set_text(given, "to", input->to);
    th_json_set_text(given, "expected", input->expected);
    th_json_set_text(given, "document", input->document);
    struct th_work *work = NULL;
    const struct th_work_documents documents = {&input->document, 1};
    status = th_work_begin_reading(registry, request, TH_MAY_REGISTER, "share.add", given,
                                   &documents, &work, ret_reply, err);
    th_json_free(given);
    if (status != TH_OK || work == NULL) {
        return status;
    }
    struct th_json *reply = NULL;
    status = record(work, input, &share, &sha256, err);
    if (status == TH_OK) {
        status = share_json(th_work_store(work), &share, &reply, err);
    }
    th_json_set_text(reply, "document_sha256", th_hash_hex(&sha256, hex));
    struct th_json *body = status == TH_OK ? th_json_copy(reply) : NULL;
    return th_work_end(work, status, th_subject("share", share.share_id, subject), body, reply,
                       ret_reply, err);
}

// Adds what a group's shares come to; `list` is in order of group.
static enum th_status groups_json(struct th_store *store, const struct th_member_share_list *list,
                                  struct th_json *groups, struct th_error *err)
{
    const struct th_ratio one = {1, 1};
    char buf[TH_RATIO_TEXT_SIZE];
    enum th_status status = TH_OK;
    for (size_t i = 0; i < list->n && status == TH_OK;) {
        struct th_ratio sum = {0, 1};
        struct th_json *item = th_json_object();
        int64_t group_id = list->items[i].group_id;
        int64_t n = 0;
        for (; i < list->n && list->items[i].group_id == group_id && status == TH_OK; i++, n++) {
            status = th_ratio_add(sum, list->items[i].share, &sum, err);
        }
        if (status == TH_OK) {
            status = th_json_set_party(store, item, "group", group_id, err);
        }
        th_json_set_int(item, "n", n);
        th_json_set_text(item, "sum", th_ratio_format(sum, buf));
        th_json_set_bool(item, "whole", th_ratio_compare(sum, one) == 0);
        th_json_append(groups, item);
    }
    return status;
}

enum th_status th_share_list(struct th_registry *registry, const char *group_text, const char *on,
                             struct th_json **ret_reply, struct th_error *err)
{
    struct th_store *store = th_registry_store(registry);
    struct th_member_share_list list = {0};
    struct th_party group = {0};
    char on_date[TH_ON_SIZE];
    enum th_status status = th_on_parse(registry, on, on_date, err);
    if (status == TH_OK) {
        status = th_store_begin_read(store, err);
    }
    if (status != TH_OK) {
        return status;
    }
    struct th_json *reply = th_json_object();
    struct th_json *shares = th_json_array();
    struct th_json *groups = th_json_array();
    if (group_text) {
        status = th_party_resolve(store, group_text, &group, err);
    }
    if (status == TH_OK) {
        status = th_member_shares_on(store, group.party_id, on_date, &list, err);
    }
    for (size_t i = 0; i < list.n && status == TH_OK; i++) {
        struct th_json *item = NULL;
        status = share_json(store, &list.items[i], &item, err);
        if (status == TH_OK) {
            th_json_append(shares, item);
        }
    }
    if (status == TH_OK) {
        status = groups_json(store, &list, groups, err);
    }
    th_store_end_read(store);
    th_member_share_list_clear(&list);
    th_json_set_text(reply, "on", on_date);
    th_json_set(reply, "shares", shares);
    th_json_set(reply, "share_sums", groups);
    return th_reply_finish(status, reply, ret_reply, err);
}
