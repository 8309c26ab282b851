// A roll of members, row by row.
#include <stdlib.h>
#include <string.h>

#include "core/file.h"
#include "core/hash.h"
#include "core/text.h"
#include "registry/reference.h"
#include "registry/reply.h"
#include "registry/table/sheet.h"
#include "store/people/party_store.h"
#include "trading/member/member_internal.h"

enum column { GROUP, MEMBER, SHARE, MU, TOTAL_MU, FROM, TO, EXPECTED, N_COLUMNS };

static const char *const NAMES[N_COLUMNS][4] = {
    [GROUP] = {"group", "集体", "合作社", "单位"},
    [MEMBER] = {"member", "成员", "户名", "户主"},
    [SHARE] = {"share", "份额", "股份", "占比"},
    [MU] = {"mu", "面积（亩）", "亩数", "面积"},
    [TOTAL_MU] = {"total_mu", "总面积（亩）", "总亩数", "总面积"},
    [FROM] = {"from", "开始日期", "起始日期", "开始"},
    [TO] = {"to", "结束日期", "截止日期", "结束"},
    [EXPECTED] = {"expected", "预计年收入（元）", "预计年收入", "预期（元）"}};

struct begun { // the earliest day on which a share of a group changed
    int64_t group_id;
    char from_on[TH_ON_SIZE];
};

struct import {
    struct th_work *work;
    const char *add_kind;
    int64_t document_id;
    struct th_sheet sheet;
    size_t columns[N_COLUMNS]; // SIZE_MAX: not there
    struct th_sheet_told told;
    struct begun *begun;
    size_t n_begun;
    struct th_member_sale sale; // of the group at hand
    int64_t n_accepted, n_unchanged, n_parties;
};

static const char *cell(const struct import *import, size_t row, enum column column)
{
    return th_sheet_cell(&import->sheet, row, import->columns[column]);
}

static enum th_status find_columns(struct import *import, struct th_error *err)
{
    for (size_t c = 0; c < N_COLUMNS; c++) {
        import->columns[c] = SIZE_MAX;
        for (size_t k = 0; k < 4 && import->columns[c] == SIZE_MAX; k++) {
            for (size_t i = 0; i < import->sheet.n_columns; i++) {
                if (strcmp(import->sheet.headings[i], NAMES[c][k]) == 0) {
                    import->columns[c] = i;
                }
            }
        }
    }
    bool by_area = import->columns[MU] != SIZE_MAX && import->columns[TOTAL_MU] != SIZE_MAX;
    enum column missing = N_COLUMNS;
    if (import->columns[FROM] == SIZE_MAX) {
        missing = FROM;
    }
    if (import->columns[SHARE] == SIZE_MAX && !by_area) {
        missing = SHARE;
    }
    if (import->columns[MEMBER] == SIZE_MAX) {
        missing = MEMBER;
    }
    if (import->columns[GROUP] == SIZE_MAX) {
        missing = GROUP;
    }
    return missing == N_COLUMNS
               ? TH_OK
               : th_error_set(err, TH_INVALID, "share_columns", "column", NAMES[missing][0], NULL);
}

// The member of a group's village by that name, a new one, or whoever alone bears the name.
static enum th_status find_member(struct import *import, const struct th_party *group,
                                  const struct th_member_share *share, const char *name,
                                  struct th_party *ret_member, struct th_error *err)
{
    enum { NAMESAKES = 32 };
    struct th_store *store = th_work_store(import->work);
    struct th_party found[NAMESAKES];
    size_t n = 0;
    size_t n_near = 0;
    enum th_status status = th_party_find(store, name, found, NAMESAKES, &n, err);
    for (size_t i = 0; i < n && status == TH_OK; i++) {
        bool near =
            strcmp(found[i].village, group->village) == 0 &&
            (strcmp(found[i].kind, "household") == 0 || strcmp(found[i].kind, "person") == 0);
        if (near) {
            *ret_member = found[i];
            n_near++;
        }
    }
    if (status != TH_OK || n_near == 1) {
        return status;
    }
    if (n == 0 && import->add_kind && name[0] != '\0') {
        struct th_party party = {0};
        status = th_name_check(name, err);
        if (status == TH_OK) { // before anybody is added for it
            status = th_share_check_agreed(import->work, share, &import->sale, err);
        }
        th_text_copy(party.kind, sizeof(party.kind), import->add_kind);
        th_text_copy(party.name, sizeof(party.name), name);
        th_text_copy(party.village, sizeof(party.village), group->village);
        if (status == TH_OK) {
            status =
                th_party_insert(store, &party, th_work_seq(import->work), &party.party_id, err);
        }
        import->n_parties += status == TH_OK;
        *ret_member = party;
        return status;
    }
    return th_party_resolve(store, name, ret_member, err);
}

static enum th_status parse_day(const struct import *import, size_t row, enum column column,
                                char ret_on[TH_ON_SIZE], struct th_error *err)
{
    const char *text = cell(import, row, column);
    char buf[TH_DATE_TEXT_SIZE];
    struct th_date date;
    if (!th_sheet_date(text, &date)) {
        return th_error_set(err, TH_INVALID, "share_date", "date", text, NULL);
    }
    th_text_copy(ret_on, TH_ON_SIZE, th_date_format(date, buf));
    return TH_OK;
}

static enum th_status parse_share(const struct import *import, size_t row,
                                  struct th_ratio *ret_share, struct th_error *err)
{
    const char *text = cell(import, row, SHARE);
    char buf[TH_RATIO_TEXT_SIZE];
    struct th_ratio mu;
    struct th_ratio total;
    struct th_ratio inverse;
    struct th_ratio share;
    if (text[0] != '\0') {
        return th_share_parse(text, ret_share, err);
    }
    text = cell(import, row, MU);
    if (!th_sheet_decimal(text, &mu) || !th_sheet_decimal(cell(import, row, TOTAL_MU), &total) ||
        th_ratio_make(total.denominator, total.numerator, &inverse, NULL) != TH_OK ||
        th_ratio_mul(mu, inverse, &share, NULL) != TH_OK) {
        return th_error_set(err, TH_INVALID, "share_invalid", "text", text, NULL);
    }
    return th_share_parse(th_ratio_format(share, buf), ret_share, err);
}

static enum th_status parse_row(const struct import *import, size_t row,
                                struct th_member_share *share, struct th_error *err)
{
    enum th_status status = parse_share(import, row, &share->share, err);
    if (status == TH_OK) {
        status = parse_day(import, row, FROM, share->from_on, err);
    }
    if (status == TH_OK && cell(import, row, TO)[0] != '\0') {
        status = parse_day(import, row, TO, share->to_on, err);
        if (status == TH_OK && strcmp(share->to_on, share->from_on) < 0) {
            status = th_error_set(err, TH_INVALID, "share_date", "date", share->to_on, NULL);
        }
    }
    if (status == TH_OK && cell(import, row, EXPECTED)[0] != '\0') {
        share->has_expected = true;
        status = th_money_parse(cell(import, row, EXPECTED), &share->expected, err);
    }
    return status;
}

static enum th_status note_begun(struct import *import, const struct th_member_share *share,
                                 struct th_error *err)
{
    for (size_t i = 0; i < import->n_begun; i++) {
        if (import->begun[i].group_id == share->group_id) {
            if (strcmp(share->from_on, import->begun[i].from_on) < 0) {
                th_text_copy(import->begun[i].from_on, TH_ON_SIZE, share->from_on);
            }
            return TH_OK;
        }
    }
    struct begun *begun = realloc(import->begun, (import->n_begun + 1) * sizeof(*begun));
    if (!begun) {
        return th_error_no_memory(err);
    }
    import->begun = begun;
    begun[import->n_begun].group_id = share->group_id;
    th_text_copy(begun[import->n_begun++].from_on, TH_ON_SIZE, share->from_on);
    return TH_OK;
}

// Books a row unless it stands already.
static enum th_status book_row(struct import *import, struct th_member_share *share,
                               const struct th_party *member, struct th_error *err)
{
    struct th_store *store = th_work_store(import->work);
    struct th_member_share old;
    bool found = false;
    int64_t rival = 0;
    enum th_status status = th_member_share_at(store, share->group_id, share->member_id,
                                               share->from_on, &found, &old, err);
    if (status == TH_OK && found && th_ratio_compare(old.share, share->share) == 0 &&
        strcmp(old.to_on, share->to_on) == 0) {
        import->n_unchanged++;
        return TH_OK;
    }
    if (status == TH_OK) {
        status = th_member_share_rival(store, share, &rival, err);
    }
    if (status == TH_OK && rival != 0) {
        status = th_error_set(err, TH_CONFLICT, "share_overlaps", "name", member->name, NULL);
        th_error_add_int(err, "share", rival);
    }
    if (status == TH_OK) {
        status = th_share_check_agreed(import->work, share, &import->sale, err);
    }
    if (status == TH_OK) {
        status = th_member_share_post(th_work_posting(import->work), share, &share->share_id, err);
    }
    if (status == TH_OK) {
        status = note_begun(import, share, err);
    }
    import->n_accepted += status == TH_OK;
    return status;
}

static enum th_status take_row(struct import *import, size_t row, struct th_error *err)
{
    struct th_member_share share = {.document_id = import->document_id};
    struct th_party group;
    struct th_party member = {0};
    enum th_status status = parse_row(import, row, &share, err);
    if (status == TH_OK) {
        status =
            th_party_resolve(th_work_store(import->work), cell(import, row, GROUP), &group, err);
    }
    const struct th_party anybody = {.kind = "household"};
    if (status == TH_OK) { // before anybody is added to it
        status = th_share_check_parties(import->work, &group, &anybody, err);
    }
    if (status == TH_OK) {
        share.group_id = group.party_id;
        status = find_member(import, &group, &share, cell(import, row, MEMBER), &member, err);
    }
    if (status == TH_OK) {
        status = th_share_check_parties(import->work, &group, &member, err);
    }
    if (status != TH_OK) {
        return status;
    }
    share.member_id = member.party_id;
    return book_row(import, &share, &member, err);
}

static bool of_row(enum th_status status)
{
    return status == TH_INVALID || status == TH_NOT_FOUND || status == TH_CONFLICT ||
           status == TH_NOT_PERMITTED || status == TH_USAGE;
}

static enum th_status take_rows(struct import *import, struct th_error *err)
{
    enum th_status status = TH_OK;
    for (size_t i = 0; i < import->sheet.n && status == TH_OK; i++) {
        struct th_error what = {0};
        if (th_sheet_tell_lost(&import->told, &import->sheet, i)) {
            continue;
        }
        enum th_status row_status = take_row(import, i, &what);
        if (of_row(row_status)) {
            th_sheet_tell(&import->told, &import->sheet, i, cell(import, i, MEMBER), NULL, "error",
                          &what);
        } else if (row_status != TH_OK) {
            status = row_status;
            if (err) {
                *err = what;
            }
        }
    }
    for (size_t i = 0; i < import->n_begun && status == TH_OK; i++) {
        status = th_member_shares_check(th_work_store(import->work), import->begun[i].group_id,
                                        import->begun[i].from_on, err);
    }
    return status;
}

static struct th_json *reply_json(struct import *import)
{
    struct th_json *reply = th_json_object();
    int64_t n = (int64_t)import->sheet.n;
    th_json_set_int(reply, "read", n);
    th_json_set_int(reply, "accepted", import->n_accepted);
    th_json_set_int(reply, "rejected", n - import->n_accepted - import->n_unchanged);
    th_json_set_int(reply, "unchanged", import->n_unchanged);
    th_json_set_int(reply, "parties_added", import->n_parties);
    th_json_set(reply, "problems", th_sheet_told_json(&import->told));
    return reply;
}

static enum th_status run(struct import *import, struct th_registry *registry,
                          const struct th_request *request, const char *source,
                          struct th_json **ret_reply, struct th_error *err)
{
    struct th_hash sha256 = {{0}};
    char hex[TH_HASH_HEX_SIZE];
    const struct th_work_documents documents = {&source, 1};
    enum th_status status = th_hash_file(TH_HASH_SHA256, source, &sha256, err);
    if (status != TH_OK) {
        return status;
    }
    struct th_json *given = th_json_object();
    th_json_set_text(given, "sha256", th_hash_hex(&sha256, hex));
    th_json_set_text(given, "add", import->add_kind);
    status = th_work_begin_reading(registry, request, TH_MAY_REGISTER, "share.import", given,
                                   &documents, &import->work, ret_reply, err);
    th_json_free(given);
    if (status != TH_OK || import->work == NULL) {
        return status;
    }
    status = th_document_record(import->work, source, &import->document_id, &sha256, err);
    if (status == TH_OK) {
        status = take_rows(import, err);
    }
    if (status == TH_OK && import->n_accepted == 0) {
        th_work_cancel(import->work);
        return th_reply_finish(TH_OK, reply_json(import), ret_reply, err);
    }
    struct th_json *body = th_json_object();
    th_json_set_text(body, "source", th_file_base_name(source));
    th_json_set_text(body, "sha256", th_hash_hex(&sha256, hex));
    th_json_set_int(body, "accepted", import->n_accepted);
    th_json_set_int(body, "parties_added", import->n_parties);
    return th_work_end(import->work, status, "shares", body, reply_json(import), ret_reply, err);
}

enum th_status th_share_import(struct th_registry *registry, const struct th_request *request,
                               const struct th_share_import_input *input,
                               struct th_json **ret_reply, struct th_error *err)
{
    struct import import = {.add_kind = input->add_kind,
                            .told = {.messages = input->messages, .lang = input->lang}};
    if (input->add_kind && strcmp(input->add_kind, "household") != 0 &&
        strcmp(input->add_kind, "person") != 0) {
        return th_error_set(err, TH_INVALID, "share_add_kind", "kind", input->add_kind, NULL);
    }
    enum th_status status = th_sheet_read(input->source, &import.sheet, err);
    if (status == TH_OK) {
        status = find_columns(&import, err);
    }
    if (status == TH_OK) {
        status = run(&import, registry, request, input->source, ret_reply, err);
    }
    free(import.begun);
    th_sheet_told_clear(&import.told);
    th_sheet_clear(&import.sheet);
    return status;
}
