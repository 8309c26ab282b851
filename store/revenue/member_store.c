// Members as rows.
#include "store/revenue/member_store.h"

#include <stdio.h>
#include <stdlib.h>

#include "store/db_internal.h"
#include "store/deal/sale_internal.h"
#include "store/journal/posting_internal.h"
#include "store/people/party_store.h"

void th_member_share_list_clear(struct th_member_share_list *list)
{
    free(list->items);
    *list = (struct th_member_share_list){0};
}

enum th_status th_member_share_post(struct th_posting *posting, const struct th_member_share *share,
                                    int64_t *ret_share_id, struct th_error *err)
{
    static const char SQL[] = "SELECT max(share_id) FROM member_share";
    char ratio[TH_RATIO_TEXT_SIZE];
    int64_t share_id = 0;
    enum th_status status = th_post_next_id(posting, SQL, &share_id, err);
    if (status != TH_OK) {
        return status;
    }
    struct th_json *row = th_json_object();
    th_json_set_int(row, "share_id", share_id);
    th_json_set_int(row, "group_id", share->group_id);
    th_json_set_int(row, "member_id", share->member_id);
    th_json_set_text(row, "share", th_ratio_format(share->share, ratio));
    th_json_set_text(row, "from_on", share->from_on);
    th_post_set_word(row, "to_on", share->to_on);
    if (share->has_expected) {
        th_json_set_int(row, "expected_fen", th_money_fen(share->expected));
    }
    th_json_set_int(row, "document_id", share->document_id);
    status = th_post(posting, "member_share", row, err);
    if (status == TH_OK) {
        *ret_share_id = share_id;
    }
    return status;
}

#define SHARE_COLUMNS                                                                              \
    "share_id, group_id, member_id, share, from_on, to_on, expected_fen, document_id"

static enum th_status read_share(struct th_stmt *q, struct th_member_share *share,
                                 struct th_error *err)
{
    *share = (struct th_member_share){.share_id = th_column_int(q, 0),
                                      .group_id = th_column_int(q, 1),
                                      .member_id = th_column_int(q, 2),
                                      .has_expected = !th_column_is_null(q, 6),
                                      .expected = th_column_money(q, 6),
                                      .document_id = th_column_int(q, 7)};
    th_column_copy(q, 4, share->from_on, sizeof(share->from_on));
    th_column_copy(q, 5, share->to_on, sizeof(share->to_on));
    return th_ratio_parse(th_column_text(q, 3), &share->share, err);
}

enum th_status th_member_shares_on(struct th_store *store, int64_t group_id, const char *on_date,
                                   struct th_member_share_list *ret_list, struct th_error *err)
{
    // An open row ends where a later one of the member begins.
    static const char SQL[] =
        "SELECT " SHARE_COLUMNS
        " FROM member_share m WHERE (?1 IS NULL OR group_id = ?1) AND (?2 IS NULL OR "
        "(share <> '0' AND from_on <= ?2 AND (to_on >= ?2 OR (to_on IS NULL AND NOT EXISTS "
        "(SELECT 1 FROM member_share l WHERE l.group_id = m.group_id"
        " AND l.member_id = m.member_id AND l.from_on > m.from_on AND l.from_on <= ?2))))) "
        "ORDER BY group_id, member_id, from_on, share_id";
    struct th_member_share_list list = {0};
    size_t capacity = 0;
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_id(q, 1, group_id);
    th_bind_text(q, 2, on_date);
    enum th_status status = TH_OK;
    while (th_stmt_next(q, &status, err)) {
        if (list.n == capacity) {
            capacity = capacity == 0 ? 64 : capacity * 2;
            struct th_member_share *items = realloc(list.items, capacity * sizeof(*items));
            if (!items) {
                status = th_error_no_memory(err);
                break;
            }
            list.items = items;
        }
        status = read_share(q, &list.items[list.n++], err);
    }
    th_stmt_done(q);
    if (status == TH_OK) {
        *ret_list = list;
    } else {
        th_member_share_list_clear(&list);
    }
    return status;
}

static enum th_status sum_shares(const struct th_member_share_list *list, struct th_ratio *ret_sum,
                                 struct th_error *err)
{
    struct th_ratio sum = {0, 1};
    enum th_status status = TH_OK;
    for (size_t i = 0; i < list->n && status == TH_OK; i++) {
        status = th_ratio_add(sum, list->items[i].share, &sum, err);
    }
    *ret_sum = sum;
    return status;
}

static enum th_status shares_error(struct th_store *store, const char *key, int64_t group_id,
                                   struct th_ratio sum, const char *on_date, struct th_error *err)
{
    struct th_party group;
    char text[TH_RATIO_TEXT_SIZE];
    enum th_status status = th_party_load(store, group_id, &group, err);
    return status == TH_OK ? th_error_set(err, TH_CONFLICT, key, "group", group.name, "sum",
                                          th_ratio_format(sum, text), "on", on_date, NULL)
                           : status;
}

enum th_status th_member_shares_whole(struct th_store *store, int64_t group_id, const char *on_date,
                                      const struct th_member_share_list *list, struct th_error *err)
{
    const struct th_ratio one = {1, 1};
    struct th_ratio sum;
    enum th_status status = sum_shares(list, &sum, err);
    if (status == TH_OK && th_ratio_compare(sum, one) != 0) {
        status = shares_error(store, "shares_incomplete", group_id, sum, on_date, err);
    }
    return status;
}

enum th_status th_member_shares_check(struct th_store *store, int64_t group_id, const char *from_on,
                                      struct th_error *err)
{
    // The sum grows only on days on which a share begins.
    static const char SQL[] = "SELECT min(from_on) FROM member_share WHERE group_id = ?1 AND "
                              "from_on > ?2";
    const struct th_ratio one = {1, 1};
    char day[TH_ON_SIZE];
    enum th_status status = TH_OK;
    (void)snprintf(day, sizeof(day), "%s", from_on);
    while (status == TH_OK && day[0] != '\0') {
        struct th_member_share_list list = {0};
        struct th_ratio sum;
        status = th_member_shares_on(store, group_id, day, &list, err);
        if (status == TH_OK) {
            status = sum_shares(&list, &sum, err);
        }
        if (status == TH_OK && th_ratio_compare(sum, one) > 0) {
            status = shares_error(store, "shares_too_much", group_id, sum, day, err);
        }
        th_member_share_list_clear(&list);
        struct th_stmt *q = th_db_query(store, SQL);
        th_bind_int(q, 1, group_id);
        th_bind_text(q, 2, day);
        if (th_stmt_next(q, &status, err)) {
            th_column_copy(q, 0, day, sizeof(day));
        } else {
            day[0] = '\0';
        }
        th_stmt_done(q);
    }
    return status;
}

enum th_status th_member_share_at(struct th_store *store, int64_t group_id, int64_t member_id,
                                  const char *from_on, bool *ret_found,
                                  struct th_member_share *ret_share, struct th_error *err)
{
    static const char SQL[] = "SELECT " SHARE_COLUMNS " FROM member_share WHERE group_id = ?1 "
                              "AND member_id = ?2 AND from_on = ?3 ORDER BY share_id LIMIT 1";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, group_id);
    th_bind_int(q, 2, member_id);
    th_bind_text(q, 3, from_on);
    enum th_status status = TH_OK;
    bool found = th_stmt_next(q, &status, err);
    if (found) {
        status = read_share(q, ret_share, err);
    }
    th_stmt_done(q);
    if (status == TH_OK) {
        *ret_found = found;
    }
    return status;
}

enum th_status th_member_share_rival(struct th_store *store, const struct th_member_share *share,
                                     int64_t *ret_share_id, struct th_error *err)
{
    static const char SQL[] =
        "SELECT min(share_id) FROM member_share WHERE group_id = ?1 AND member_id = ?2 "
        "AND (from_on >= ?3 OR to_on >= ?3)";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, share->group_id);
    th_bind_int(q, 2, share->member_id);
    th_bind_text(q, 3, share->from_on);
    return th_stmt_int(q, 0, ret_share_id, err);
}

enum th_status th_member_sale_last(struct th_store *store, int64_t group_id,
                                   struct th_member_sale *ret_sale, struct th_error *err)
{
    // As a run finds who shares: a cooperative stands for what it holds, a village for the parcels
    // in it, or for what is held by somebody of it.
    static const char SQL[] =
        "WITH place AS (SELECT v.code FROM party g JOIN village v ON v.code = g.village"
        " OR (g.village IS NULL AND (v.name = g.name OR substr(v.code, 1, 9) = g.division))"
        " WHERE g.party_id = ?1 AND g.kind = 'village'), "
        // From the village's parcels, by the two indexes that each have some of them.
        "here AS (SELECT i.package_id FROM place v CROSS JOIN parcel q"
        " ON (q.village = v.code AND q.number IS NOT NULL)"
        " OR (q.village = v.code AND q.number IS NULL)"
        " CROSS JOIN issuance_segment s USING (parcel_id) JOIN issuance i USING (issuance_id)), "
        "pool AS (SELECT s.pool_id FROM pool_share s JOIN package p USING (package_id)"
        " JOIN party h ON h.party_id = p.holder_id WHERE p.holder_id = ?1 OR (h.kind <> "
        "'cooperative' AND (h.village IN (SELECT code FROM place)"
        " OR p.package_id IN (SELECT package_id FROM here)))) "
        "SELECT t.trade_id, t.on_date FROM trade t WHERE t.kind IN " TH_SHARED_KINDS
        " AND t.state = 'approved' AND " TH_NOT_CORRECTED
        " AND EXISTS (SELECT 1 FROM trade_line l WHERE l.trade_id = t.trade_id"
        " AND l.pool_id IN (SELECT pool_id FROM pool)) "
        "ORDER BY t.on_date DESC, t.trade_id DESC LIMIT 1";
    struct th_member_sale sale = {.group_id = group_id};
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, group_id);
    enum th_status status = TH_OK;
    if (th_stmt_next(q, &status, err)) {
        sale.trade_id = th_column_int(q, 0);
        th_column_copy(q, 1, sale.on_date, sizeof(sale.on_date));
    }
    th_stmt_done(q);
    if (status == TH_OK) {
        *ret_sale = sale;
    }
    return status;
}
