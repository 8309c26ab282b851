// An account line by line, with what it held behind each line.
#include <stdio.h>
#include <string.h>

#include "papers/statement_internal.h"

struct telling {
    const struct th_statement_frame *frame;
    const struct th_account_statement *statement;
    const struct th_messages *messages;
    enum th_lang lang;
};

enum { N_COLUMNS = 7 };
static const struct {
    const char *key;
    double share;
    bool number;
} COLUMNS[N_COLUMNS] = {
    {"statement.on", 0.11, false},           {"statement.what", 0.32, false},
    {"statement.change_column", 0.10, true}, {"contract.amount_cny", 0.13, true},
    {"statement.held_column", 0.10, true},   {"statement.claim_column", 0.12, true},
    {"statement.cash_column", 0.12, true}};

// "+689", "锁定 -35": units of another state than held go by its name.
static void change_write(const struct th_paper *paper, const char *state, int64_t change_t,
                         struct th_buf *out)
{
    char key[64];
    char number[TH_QUANTITY_TEXT_SIZE];
    if (state == NULL) {
        return;
    }
    th_buf_append_str(out, out->size > 0 ? "\n" : "");
    if (strcmp(state, "held") != 0) {
        (void)snprintf(key, sizeof(key), "value.state.%s", state);
        th_buf_printf(out, "%s ", th_paper_word(paper, key));
    }
    th_buf_printf(out, "%s%s", change_t > 0 ? "+" : "", th_int_format(change_t, number));
}

static void row_draw(struct th_paper *paper, const struct th_account_row *row)
{
    struct th_buf what;
    struct th_buf change;
    char amount[TH_QUANTITY_TEXT_SIZE];
    char held[TH_QUANTITY_TEXT_SIZE];
    char claim[TH_QUANTITY_TEXT_SIZE];
    char cash[TH_QUANTITY_TEXT_SIZE];
    bool moved = row->from_state == NULL || row->to_state == NULL ||
                 strcmp(row->from_state, row->to_state) != 0;
    th_buf_init(&what, 4096);
    th_buf_init(&change, 4096);
    th_buf_append_str(&what, row->what);
    if (row->trade_id != 0) {
        th_buf_printf(&what, " #%lld", (long long)row->trade_id);
    }
    if (row->serial != NULL) {
        th_buf_printf(&what, "\n%s", row->serial);
    }
    if (moved) {
        change_write(paper, row->from_state, -th_units_t(row->units), &change);
        change_write(paper, row->to_state, th_units_t(row->units), &change);
    }
    const char *const cells[N_COLUMNS] = {row->on,
                                          th_buf_text(&what),
                                          change.size > 0 ? th_buf_text(&change) : NULL,
                                          row->serial == NULL ? th_money_format(row->amount, amount)
                                                              : NULL,
                                          th_int_format(th_units_t(row->after.held), held),
                                          th_money_format(row->after.claim, claim),
                                          th_money_format(row->after.cash, cash)};
    th_paper_table_row(paper, cells, false);
    th_buf_clear(&what);
    th_buf_clear(&change);
}

static void figures_draw(struct th_paper *paper, const char *key,
                         const struct th_account_figures *figures)
{
    const struct {
        const char *key;
        struct th_units units;
    } units[] = {{"value.state.held", figures->held},
                 {"value.state.locked", figures->locked},
                 {"value.state.buffer", figures->buffer},
                 {"value.state.retired", figures->retired},
                 {"value.state.cancelled", figures->cancelled}};
    char number[TH_QUANTITY_TEXT_SIZE];
    struct th_buf text;
    th_buf_init(&text, 4096);
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (i == 0 || th_units_t(units[i].units) != 0) {
            th_buf_printf(&text, "%s %s %s · ", th_paper_word(paper, units[i].key),
                          th_int_format(th_units_t(units[i].units), number),
                          th_paper_word(paper, "paper.tonnes"));
        }
    }
    th_buf_printf(&text, "%s %s %s · ", th_paper_word(paper, "value.account.claim"),
                  th_money_format(figures->claim, number), th_paper_word(paper, "paper.cny"));
    th_buf_printf(&text, "%s %s %s", th_paper_word(paper, "value.account.cash"),
                  th_money_format(figures->cash, number), th_paper_word(paper, "paper.cny"));
    th_paper_field(paper, th_paper_word(paper, key), th_buf_text(&text));
    th_buf_clear(&text);
}

// Tonnes that the party must make good stand in no balance of its units.
static void owed_draw(struct th_paper *paper, struct th_units owed)
{
    char number[TH_QUANTITY_TEXT_SIZE];
    char text[2 * TH_QUANTITY_TEXT_SIZE];
    if (th_units_t(owed) > 0) {
        (void)snprintf(text, sizeof(text), "%s %s", th_int_format(th_units_t(owed), number),
                       th_paper_word(paper, "paper.tonnes"));
        th_paper_field(paper, th_paper_word(paper, "statement.reversal_owed"), text);
    }
}

static struct th_buf period_words(const struct telling *telling)
{
    const struct th_account_statement *statement = telling->statement;
    return th_pen_words(telling->messages, telling->lang, "statement.period", "name",
                        statement->name, "from",
                        statement->from != NULL ? statement->from : "@statement.beginning", "to",
                        statement->to != NULL ? statement->to : telling->frame->on, NULL);
}

static void compose(void *context, struct th_paper *paper)
{
    const struct telling *telling = context;
    const struct th_account_statement *statement = telling->statement;
    struct th_paper_column columns[N_COLUMNS];
    struct th_buf subtitle = period_words(telling);
    th_paper_title(paper, th_paper_word(paper, "statement.account_title"), th_buf_text(&subtitle));
    th_buf_clear(&subtitle);
    th_paper_field(paper, th_paper_word(paper, "certificate.uscc"), statement->uscc);
    figures_draw(paper, "statement.opening", &statement->opening);
    figures_draw(paper, "statement.closing", &statement->closing);
    owed_draw(paper, statement->reversal_owed);
    th_paper_space(paper, 2);
    for (size_t c = 0; c < N_COLUMNS; c++) {
        columns[c] =
            (struct th_paper_column){.title = th_paper_word(paper, COLUMNS[c].key),
                                     .share = COLUMNS[c].share,
                                     .align = COLUMNS[c].number ? TH_PEN_RIGHT : TH_PEN_LEFT};
    }
    th_paper_table_begin(paper, columns, N_COLUMNS);
    for (size_t i = 0; i < statement->n_rows; i++) {
        row_draw(paper, &statement->rows[i]);
    }
    th_paper_table_end(paper);
    th_paper_notice(paper, th_paper_word(paper, "statement.signs"));
}

static void figures_cells(struct th_workbook *workbook, const struct th_account_figures *figures)
{
    th_workbook_int(workbook, th_units_t(figures->held));
    th_workbook_int(workbook, th_units_t(figures->locked));
    th_workbook_int(workbook, th_units_t(figures->buffer));
    th_workbook_int(workbook, th_units_t(figures->retired));
    th_workbook_int(workbook, th_units_t(figures->cancelled));
    th_workbook_cent(workbook, th_money_fen(figures->claim));
    th_workbook_cent(workbook, th_money_fen(figures->cash));
}

static void balance_row(const struct telling *telling, struct th_workbook *workbook,
                        const char *key, const struct th_account_figures *figures)
{
    th_workbook_row(workbook, TH_WORKBOOK_TOTAL);
    th_workbook_empty(workbook);
    th_workbook_text(workbook, th_messages_text(telling->messages, telling->lang, key));
    for (size_t i = 0; i < 4; i++) {
        th_workbook_empty(workbook);
    }
    figures_cells(workbook, figures);
}

static void write_sheets(const void *context, struct th_workbook *workbook)
{
    const struct telling *telling = context;
    static const char *const keys[] = {
        "statement.on",        "statement.what",          "statement.trade",
        "certificate.serials", "statement.change_column", "contract.amount_cny",
        "value.state.held",    "value.state.locked",      "value.state.buffer",
        "value.state.retired", "value.state.cancelled",   "value.account.claim",
        "value.account.cash"};
    enum { N = sizeof(keys) / sizeof(keys[0]) };
    const struct th_account_statement *statement = telling->statement;
    struct th_workbook_column columns[N] = {{0}};
    for (size_t i = 0; i < N; i++) {
        columns[i].title = th_messages_text(telling->messages, telling->lang, keys[i]);
        columns[i].width = i == 3 ? 40 : 14;
    }
    th_workbook_sheet(workbook, statement->name, columns, N);
    balance_row(telling, workbook, "statement.opening", &statement->opening);
    for (size_t i = 0; i < statement->n_rows; i++) {
        const struct th_account_row *row = &statement->rows[i];
        th_workbook_row(workbook, TH_WORKBOOK_PLAIN);
        th_statement_date_cell(workbook, row->on);
        th_workbook_text(workbook, row->what);
        if (row->trade_id != 0) {
            th_workbook_int(workbook, row->trade_id);
        } else {
            th_workbook_empty(workbook);
        }
        th_workbook_text(workbook, row->serial);
        if (row->serial != NULL) {
            th_workbook_int(workbook, row->change_t);
            th_workbook_empty(workbook);
        } else {
            th_workbook_empty(workbook);
            th_workbook_cent(workbook, th_money_fen(row->amount));
        }
        figures_cells(workbook, &row->after);
    }
    balance_row(telling, workbook, "statement.closing", &statement->closing);
    if (th_units_t(statement->reversal_owed) > 0) {
        th_workbook_row(workbook, TH_WORKBOOK_TOTAL);
        th_workbook_empty(workbook);
        th_workbook_text(workbook, th_messages_text(telling->messages, telling->lang,
                                                    "statement.reversal_owed"));
        th_workbook_empty(workbook);
        th_workbook_empty(workbook);
        th_workbook_int(workbook, -th_units_t(statement->reversal_owed));
    }
}

enum th_status th_account_statement_print(const struct th_statement_frame *frame,
                                          const struct th_account_statement *statement,
                                          const struct th_messages *messages, enum th_lang lang,
                                          const char *path, struct th_hash *ret_sha256,
                                          struct th_error *err)
{
    struct telling telling = {
        .frame = frame, .statement = statement, .messages = messages, .lang = lang};
    const struct th_statement_form form = {.title = "statement.account_title",
                                           .compose = compose,
                                           .write_sheets = write_sheets,
                                           .telling = &telling,
                                           .messages = messages,
                                           .lang = lang};
    return th_statement_print(frame, &form, path, ret_sha256, err);
}
