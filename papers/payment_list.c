#include "papers/payment_list.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "core/chinese_amount.h"
#include "core/csv.h"
#include "core/file.h"
#include "core/text.h"
#include "papers/workbook.h"

enum { N_COLUMNS = 13, AMOUNT = 8, SPREADSHEET_DIGITS = 15, CELL_SIZE = 128 };
static const size_t csv_limit = (size_t)256 << 20;

static const struct {
    const char *key;
    unsigned width;
} COLUMNS[N_COLUMNS] = {{"payment_list.no", 6},
                        {"payment_list.number", 14},
                        {"payment_list.name", 28},
                        {"payment_list.kind", 12},
                        {"payment_list.village", 18},
                        {"payment_list.account_name", 24},
                        {"payment_list.account_number", 24},
                        {"payment_list.bank", 24},
                        {"payment_list.amount", 16},
                        {"payment_list.capitals", 44},
                        {"payment_list.basis", 30},
                        {"payment_list.purpose", 30},
                        {"payment_list.remark", 36}};

static enum th_status check(const struct th_payment_paper *list, struct th_money *ret_total,
                            struct th_error *err)
{
    struct th_money total = th_money_from_fen(0);
    enum th_status status = TH_OK;
    for (size_t i = 0; status == TH_OK && i < list->n_entries; i++) {
        const struct th_payment_entry *entry = &list->entries[i];
        char amount[TH_QUANTITY_TEXT_SIZE];
        if (th_money_fen(entry->amount) <= 0) {
            return th_error_set(err, TH_INVALID, "payment_list_amount", "name", entry->name,
                                "amount", th_money_format(entry->amount, amount), NULL);
        }
        status = th_money_add(total, entry->amount, &total, err);
    }
    if (status == TH_OK) {
        *ret_total = total;
    }
    return status;
}

// "人民币壹元整"
static const char *capitals(struct th_money amount, char buf[TH_CHINESE_AMOUNT_SIZE + 16])
{
    char text[TH_CHINESE_AMOUNT_SIZE];
    buf[0] = '\0';
    if (th_chinese_amount(amount, text, NULL) == TH_OK) {
        (void)snprintf(buf, TH_CHINESE_AMOUNT_SIZE + 16, "人民币%s", text);
    }
    return buf;
}

// Without separators, as programs of banks read it.
static const char *plain_amount(struct th_money amount, char buf[TH_QUANTITY_TEXT_SIZE])
{
    int64_t fen = th_money_fen(amount);
    (void)snprintf(buf, TH_QUANTITY_TEXT_SIZE, "%lld.%02d", (long long)(fen / 100),
                   (int)(fen % 100));
    return buf;
}

static const char *grouped_account(const char *number, char buf[CELL_SIZE])
{
    size_t length = number != NULL ? strlen(number) : 0;
    bool digits = length > SPREADSHEET_DIGITS && length + length / 4 < CELL_SIZE;
    for (size_t i = 0; digits && i < length; i++) {
        digits = isdigit((unsigned char)number[i]) != 0;
    }
    if (!digits) {
        return number;
    }
    size_t n = 0;
    for (size_t i = 0; i < length; i++) {
        if (i > 0 && i % 4 == 0) {
            buf[n++] = ' ';
        }
        buf[n++] = number[i];
    }
    buf[n] = '\0';
    return buf;
}

static void csv_row(struct th_buf *out, const char *const cells[N_COLUMNS])
{
    for (size_t c = 0; c < N_COLUMNS; c++) {
        th_csv_cell(out, cells[c], c + 1 == N_COLUMNS);
    }
}

static enum th_status write_csv(const struct th_payment_paper *list,
                                const struct th_messages *messages, enum th_lang lang,
                                const char *path, struct th_money total, struct th_hash *ret_sha256,
                                struct th_error *err)
{
    const char *cells[N_COLUMNS];
    char no[TH_QUANTITY_TEXT_SIZE];
    char amount[TH_QUANTITY_TEXT_SIZE];
    char words[TH_CHINESE_AMOUNT_SIZE + 16];
    char account[CELL_SIZE];
    struct th_buf out;
    th_buf_init(&out, csv_limit);
    th_csv_begin(&out, true);
    for (size_t c = 0; c < N_COLUMNS; c++) {
        cells[c] = th_messages_text(messages, lang, COLUMNS[c].key);
    }
    csv_row(&out, cells);
    for (size_t i = 0; i < list->n_entries; i++) {
        const struct th_payment_entry *entry = &list->entries[i];
        (void)snprintf(no, sizeof(no), "%zu", i + 1);
        const char *const row[N_COLUMNS] = {no,
                                            entry->number,
                                            entry->name,
                                            entry->kind,
                                            entry->village,
                                            entry->account_name,
                                            grouped_account(entry->account_number, account),
                                            entry->account_bank,
                                            plain_amount(entry->amount, amount),
                                            capitals(entry->amount, words),
                                            entry->basis,
                                            entry->purpose,
                                            entry->remark};
        csv_row(&out, row);
    }
    (void)memset(cells, 0, sizeof(cells));
    cells[0] = th_messages_text(messages, lang, "payment_list.total");
    cells[AMOUNT] = plain_amount(total, amount);
    cells[AMOUNT + 1] = capitals(total, words);
    csv_row(&out, cells);
    enum th_status status = th_buf_check(&out, err);
    if (status == TH_OK) {
        status = th_file_write_new(path, out.data, out.size, err);
    }
    if (status == TH_OK) {
        *ret_sha256 = th_hash_bytes(TH_HASH_SHA256, out.data, out.size);
    }
    th_buf_clear(&out);
    return status;
}

static void sheet_write(const struct th_payment_paper *list, const struct th_messages *messages,
                        enum th_lang lang, struct th_money total, struct th_workbook *workbook)
{
    struct th_workbook_column columns[N_COLUMNS] = {{0}};
    char words[TH_CHINESE_AMOUNT_SIZE + 16];
    for (size_t c = 0; c < N_COLUMNS; c++) {
        columns[c].title = th_messages_text(messages, lang, COLUMNS[c].key);
        columns[c].width = COLUMNS[c].width;
    }
    th_workbook_sheet(workbook, list->title, columns, N_COLUMNS);
    for (size_t i = 0; i < list->n_entries; i++) {
        const struct th_payment_entry *entry = &list->entries[i];
        const char *const before[] = {
            entry->number,       entry->name,           entry->kind,        entry->village,
            entry->account_name, entry->account_number, entry->account_bank};
        th_workbook_row(workbook, TH_WORKBOOK_PLAIN);
        th_workbook_int(workbook, (int64_t)i + 1);
        for (size_t c = 0; c < sizeof(before) / sizeof(before[0]); c++) {
            th_workbook_text(workbook, before[c]);
        }
        th_workbook_cent(workbook, th_money_fen(entry->amount));
        th_workbook_text(workbook, capitals(entry->amount, words));
        th_workbook_text(workbook, entry->basis);
        th_workbook_text(workbook, entry->purpose);
        th_workbook_text(workbook, entry->remark);
    }
    th_workbook_row(workbook, TH_WORKBOOK_TOTAL);
    th_workbook_text(workbook, th_messages_text(messages, lang, "payment_list.total"));
    for (size_t c = 1; c < AMOUNT; c++) {
        th_workbook_empty(workbook);
    }
    th_workbook_cent(workbook, th_money_fen(total));
    th_workbook_text(workbook, capitals(total, words));
}

static enum th_status write_workbook(const struct th_payment_paper *list,
                                     const struct th_messages *messages, enum th_lang lang,
                                     const char *path, struct th_money total,
                                     struct th_hash *ret_sha256, struct th_error *err)
{
    const struct th_workbook_options options = {.title = list->title, .program = list->program};
    struct th_workbook *workbook = NULL;
    enum th_status status = th_workbook_open(path, &options, &workbook, err);
    if (status != TH_OK) {
        return status;
    }
    sheet_write(list, messages, lang, total, workbook);
    status = th_workbook_close(workbook, err);
    return status == TH_OK ? th_hash_file(TH_HASH_SHA256, path, ret_sha256, err) : status;
}

enum th_status th_payment_paper_write(const struct th_payment_paper *list,
                                      const struct th_messages *messages, enum th_lang lang,
                                      const char *path, struct th_money *ret_total,
                                      struct th_hash *ret_sha256, struct th_error *err)
{
    struct th_money total;
    struct th_hash sha256;
    bool csv = th_text_ends_with(path, ".csv");
    if (!csv && !th_text_ends_with(path, ".xlsx")) {
        return th_error_set(err, TH_INVALID, "payment_list_format", "path", path, NULL);
    }
    enum th_status status = check(list, &total, err);
    if (status == TH_OK) {
        status = csv ? write_csv(list, messages, lang, path, total, &sha256, err)
                     : write_workbook(list, messages, lang, path, total, &sha256, err);
    }
    if (status == TH_OK && ret_total != NULL) {
        *ret_total = total;
    }
    if (status == TH_OK && ret_sha256 != NULL) {
        *ret_sha256 = sha256;
    }
    return status;
}
