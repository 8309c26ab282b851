// What the bank's system says of payments, from a file, row by row.
#include <stdlib.h>
#include <string.h>

#include "core/file.h"
#include "core/hash.h"
#include "core/text.h"
#include "registry/reply.h"
#include "registry/table/sheet.h"
#include "trading/payment/payment_internal.h"

enum column { NUMBER, AMOUNT, STATUS, DATE, REFERENCE, NOTE, N_COLUMNS };

struct import {
    struct th_work *work;
    char today[TH_ON_SIZE];
    struct th_sheet sheet;
    size_t columns[N_COLUMNS]; // SIZE_MAX: not there
    struct th_sheet_told told;
    int64_t n_accepted, n_unchanged;
};

static const char *const NAMES[N_COLUMNS][4] = {
    [NUMBER] = {"number", "付款编号", "业务编号", "编号"},
    [AMOUNT] = {"amount", "金额", "金额（元）", "付款金额"},
    [STATUS] = {"status", "状态", "付款状态", "处理结果"},
    [DATE] = {"date", "日期", "付款日期", "交易日期"},
    [REFERENCE] = {"reference", "流水号", "凭证号", "参考号"},
    [NOTE] = {"note", "备注", "退回原因", "失败原因"}};

static const struct {
    const char *word;
    const char *kind;
} WORDS[] = {{"paid", "paid"},         {"success", "paid"},    {"成功", "paid"},
             {"已付", "paid"},         {"已支付", "paid"},     {"交易成功", "paid"},
             {"returned", "returned"}, {"failed", "returned"}, {"退回", "returned"},
             {"失败", "returned"},     {"已退回", "returned"}, {"交易失败", "returned"},
             {"退票", "returned"}};

static bool is_named(const char *heading, enum column column)
{
    for (size_t k = 0; k < sizeof(NAMES[column]) / sizeof(NAMES[column][0]); k++) {
        if (strcmp(heading, NAMES[column][k]) == 0) {
            return true;
        }
    }
    return false;
}

// Two columns for one thing: nobody knows which holds.
static enum th_status find_column(struct import *import, enum column column, struct th_error *err)
{
    import->columns[column] = SIZE_MAX;
    for (size_t i = 0; i < import->sheet.n_columns; i++) {
        if (!is_named(import->sheet.headings[i], column)) {
            continue;
        }
        if (import->columns[column] != SIZE_MAX) {
            return th_error_set(err, TH_INVALID, "payment_column_twice", "column",
                                import->sheet.headings[import->columns[column]], "other",
                                import->sheet.headings[i], NULL);
        }
        import->columns[column] = i;
    }
    return import->columns[column] != SIZE_MAX || column > DATE
               ? TH_OK
               : th_error_set(err, TH_INVALID, "payment_columns", "column", NAMES[column][0], NULL);
}

static enum th_status find_columns(struct import *import, struct th_error *err)
{
    enum th_status status = TH_OK;
    for (enum column c = NUMBER; c < N_COLUMNS && status == TH_OK; c++) {
        status = find_column(import, c, err);
    }
    return status;
}

static const char *cell(const struct import *import, size_t row, enum column column)
{
    return th_sheet_cell(&import->sheet, row, import->columns[column]);
}

static const char *kind_of(const char *word)
{
    for (size_t i = 0; i < sizeof(WORDS) / sizeof(WORDS[0]); i++) {
        if (strcmp(WORDS[i].word, word) == 0) {
            return WORDS[i].kind;
        }
    }
    return NULL;
}

// Finds the payment that a row speaks of. TH_DATA_PROBLEM with the code as key when it is at fault.
static enum th_status find_payment(struct import *import, size_t row, struct th_payout *ret_payout,
                                   struct th_error *err)
{
    const char *number = cell(import, row, NUMBER);
    struct th_payout_list payouts = {0};
    struct th_payout named;
    struct th_money amount;
    if (!th_payment_number_parse(number, &named)) {
        return th_error_set(err, TH_DATA_PROBLEM, "payment_number", "number", number, NULL);
    }
    enum th_status status = th_payouts(th_work_store(import->work), named.distribution_id,
                                       named.party_id, &payouts, err);
    if (status == TH_OK && payouts.n != 1) {
        status = th_error_set(err, TH_DATA_PROBLEM, "payment_unknown", "number", number, NULL);
    } else if (status == TH_OK && strcmp(payouts.items[0].run_word, named.run_word) != 0) {
        status = th_error_set(err, TH_DATA_PROBLEM, "payment_foreign", "number", number, NULL);
    }
    if (status == TH_OK) {
        *ret_payout = payouts.items[0];
    }
    free(payouts.items);
    if (status == TH_OK && ret_payout->attempt != named.attempt) {
        status = th_error_set(err, TH_DATA_PROBLEM, "payment_old", "number", number, NULL);
    }
    if (status == TH_OK && (th_money_parse(cell(import, row, AMOUNT), &amount, NULL) != TH_OK ||
                            th_money_compare(amount, ret_payout->amount) != 0)) {
        char due[TH_QUANTITY_TEXT_SIZE];
        status = th_error_set(err, TH_DATA_PROBLEM, "payment_amount", "amount",
                              cell(import, row, AMOUNT), "due",
                              th_money_format(ret_payout->amount, due), NULL);
    }
    return status;
}

static enum th_status find_day(struct import *import, size_t row, char ret_on[TH_ON_SIZE],
                               struct th_error *err)
{
    const char *text = cell(import, row, DATE);
    char buf[TH_DATE_TEXT_SIZE];
    struct th_date date;
    if (th_sheet_date(text, &date)) {
        th_text_copy(ret_on, TH_ON_SIZE, th_date_format(date, buf));
        if (strcmp(ret_on, import->today) <= 0) {
            return TH_OK;
        }
    }
    return th_error_set(err, TH_DATA_PROBLEM, "payment_date", "date", text, NULL);
}

static enum th_status take_row(struct import *import, size_t row, struct th_error *err)
{
    struct th_payout payout;
    char on_date[TH_ON_SIZE];
    const char *kind = kind_of(cell(import, row, STATUS));
    enum th_status status = find_payment(import, row, &payout, err);
    if (status == TH_OK && !kind) {
        status = th_error_set(err, TH_DATA_PROBLEM, "payment_status", "status",
                              cell(import, row, STATUS), NULL);
    }
    if (status == TH_OK) {
        status = find_day(import, row, on_date, err);
    }
    if (status == TH_OK && strlen(cell(import, row, REFERENCE)) >= TH_REFERENCE_SIZE) {
        status = th_error_set(err, TH_DATA_PROBLEM, "text_too_long", "field", "reference", NULL);
    }
    if (status == TH_OK && strlen(cell(import, row, NOTE)) >= TH_TRADE_NOTE_SIZE) {
        status = th_error_set(err, TH_DATA_PROBLEM, "text_too_long", "field", "note", NULL);
    }
    if (status != TH_OK) {
        return status;
    }
    // The same file a second time says nothing new.
    if (strcmp(payout.state, kind) == 0 && strcmp(payout.on_date, on_date) == 0 &&
        strcmp(payout.reference, cell(import, row, REFERENCE)) == 0) {
        import->n_unchanged++;
        return TH_OK;
    }
    status = th_run_check_own(import->work, payout.distribution_id, err);
    if (status == TH_OK) {
        const struct th_payout_change change = {kind, on_date, cell(import, row, REFERENCE),
                                                cell(import, row, NOTE)};
        status = th_payout_change(import->work, &payout, &change, err);
    }
    import->n_accepted += status == TH_OK;
    return status;
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
        bool of_row = row_status == TH_DATA_PROBLEM || row_status == TH_NOT_PERMITTED ||
                      strcmp(what.key, "payment_state") == 0 ||
                      strcmp(what.key, "payment_before") == 0;
        if (of_row) {
            th_sheet_tell(&import->told, &import->sheet, i, cell(import, i, NUMBER), NULL, "error",
                          &what);
        } else if (row_status != TH_OK) {
            status = row_status;
            if (err) {
                *err = what;
            }
        }
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
    th_json_set(reply, "problems", th_sheet_told_json(&import->told));
    return reply;
}

static enum th_status run(struct import *import, struct th_registry *registry,
                          const struct th_request *request, const char *source,
                          struct th_json **ret_reply, struct th_error *err)
{
    struct th_hash sha256;
    char hex[TH_HASH_HEX_SIZE];
    enum th_status status = th_hash_file(TH_HASH_SHA256, source, &sha256, err);
    if (status == TH_OK) {
        status = th_on_parse(registry, NULL, import->today, err);
    }
    if (status != TH_OK) {
        return status;
    }
    struct th_json *given = th_json_object();
    th_json_set_text(given, "sha256", th_hash_hex(&sha256, hex));
    status = th_work_begin(registry, request, TH_MAY_DISTRIBUTE, "payment.import", given,
                           &import->work, ret_reply, err);
    th_json_free(given);
    if (status != TH_OK || import->work == NULL) {
        return status;
    }
    status = take_rows(import, err);
    if (status == TH_OK && import->n_accepted == 0) {
        th_work_cancel(import->work);
        return th_reply_finish(TH_OK, reply_json(import), ret_reply, err);
    }
    struct th_json *body = th_json_object();
    th_json_set_text(body, "source", th_file_base_name(source));
    th_json_set_text(body, "sha256", hex);
    th_json_set_int(body, "accepted", import->n_accepted);
    return th_work_end(import->work, status, "payments", body, reply_json(import), ret_reply, err);
}

enum th_status th_payment_import(struct th_registry *registry, const struct th_request *request,
                                 const struct th_payment_import_input *input,
                                 struct th_json **ret_reply, struct th_error *err)
{
    struct import import = {.told = {.messages = input->messages, .lang = input->lang}};
    enum th_status status = th_sheet_read(input->source, &import.sheet, err);
    if (status == TH_OK) {
        status = find_columns(&import, err);
    }
    if (status == TH_OK) {
        status = run(&import, registry, request, input->source, ret_reply, err);
    }
    th_sheet_told_clear(&import.told);
    th_sheet_clear(&import.sheet);
    return status;
}
