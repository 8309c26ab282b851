// Members' shares in village collectives and cooperatives.
#ifndef TH_STORE_MEMBER_STORE_H
#define TH_STORE_MEMBER_STORE_H

#include "store/revenue/revenue_store.h"

struct th_member_share {
    int64_t share_id; // ignored when posting
    int64_t group_id;
    int64_t member_id;
    struct th_ratio share;
    char from_on[TH_ON_SIZE];
    char to_on[TH_ON_SIZE]; // "": open, until a later one of this member begins
    bool has_expected;
    struct th_money expected; // a year, as promised
    int64_t document_id;
};
struct th_member_share_list {
    struct th_member_share *items;
    size_t n;
};
void th_member_share_list_clear(struct th_member_share_list *list);

enum th_status th_member_share_post(struct th_posting *posting, const struct th_member_share *share,
                                    int64_t *ret_share_id, struct th_error *err) TH_MUST_CHECK;
// Shares of a group over 0 that hold on a day, by member; group_id 0: of all, by group. on_date
// NULL: every row ever, those of 0 too.
enum th_status th_member_shares_on(struct th_store *store, int64_t group_id, const char *on_date,
                                   struct th_member_share_list *ret_list,
                                   struct th_error *err) TH_MUST_CHECK;
// Do the shares sum to 1? TH_CONFLICT ("shares_incomplete" with "group", "sum", "on").
enum th_status th_member_shares_whole(struct th_store *store, int64_t group_id, const char *on_date,
                                      const struct th_member_share_list *list,
                                      struct th_error *err) TH_MUST_CHECK;
// Do all shares of a group stay at most 1 on every day from one on? TH_CONFLICT ("shares_too_much"
// with "group", "sum", "on"), TH_OVERFLOW ("overflow") for fractions without a denominator that
// they could have in common.
enum th_status th_member_shares_check(struct th_store *store, int64_t group_id, const char *from_on,
                                      struct th_error *err) TH_MUST_CHECK;
// The row of a member that begins on a day, if there is one.
enum th_status th_member_share_at(struct th_store *store, int64_t group_id, int64_t member_id,
                                  const char *from_on, bool *ret_found,
                                  struct th_member_share *ret_share,
                                  struct th_error *err) TH_MUST_CHECK;
// A row of the member that begins on share->from_on or later, or that has an end on that day or
// later: its id, 0 when there is none.
enum th_status th_member_share_rival(struct th_store *store, const struct th_member_share *share,
                                     int64_t *ret_share_id, struct th_error *err) TH_MUST_CHECK;
// The newest agreed sale that a group's members may share.
struct th_member_sale {
    int64_t group_id;
    int64_t trade_id;         // 0: none
    char on_date[TH_ON_SIZE]; // "": none
};
enum th_status th_member_sale_last(struct th_store *store, int64_t group_id,
                                   struct th_member_sale *ret_sale,
                                   struct th_error *err) TH_MUST_CHECK;

#endif
