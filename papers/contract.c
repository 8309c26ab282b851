#include "papers/contract.h"

#include <assert.h>
#include <stdio.h>

#include "core/chinese_amount.h"
#include "papers/paper_internal.h"

struct draft {
    const struct th_contract *contract;
    const struct th_messages *messages;
    enum th_lang lang;
    const char *title;
    const char *code;
};

static bool add_money(struct th_money *sum, struct th_money amount)
{
    return th_money_fen(amount) >= 0 && th_money_add(*sum, amount, sum, NULL) == TH_OK;
}

static enum th_status check_sums(const struct th_contract *contract, struct th_error *err)
{
    struct th_units units = th_units_from_t(0);
    struct th_units delivered = units;
    struct th_money lines = th_money_from_fen(0);
    struct th_money parts = lines;
    struct th_money paid = lines;
    struct th_money cleared = lines;
    bool any_paid = false;
    bool any_delivered = false;
    bool good = add_money(&parts, contract->net) && add_money(&parts, contract->tax);
    for (size_t i = 0; good && i < contract->n_debts; i++) {
        good = th_money_compare(contract->debts[i].gets, contract->debts[i].owed) <= 0 &&
               add_money(&cleared, contract->debts[i].gets);
    }
    for (size_t i = 0; good && i < contract->n_lines; i++) {
        good = th_units_add(units, contract->lines[i].units, &units, NULL) == TH_OK &&
               add_money(&lines, contract->lines[i].amount);
    }
    for (size_t i = 0; good && i < contract->n_steps; i++) {
        const struct th_contract_step *step = &contract->steps[i];
        if (step->matter == TH_CONTRACT_PAYMENT) {
            any_paid = true;
            good = add_money(&paid, step->amount);
        } else {
            any_delivered = true;
            good = th_units_add(delivered, step->units, &delivered, NULL) == TH_OK;
        }
    }
    good = good && th_money_compare(parts, contract->amount) == 0 &&
           th_money_compare(cleared, contract->amount) <= 0 &&
           (contract->n_lines == 0 || (th_units_compare(units, contract->units) == 0 &&
                                       th_money_compare(lines, contract->amount) == 0)) &&
           (!any_paid || th_money_compare(paid, contract->amount) == 0) &&
           (!any_delivered || th_units_compare(delivered, contract->units) == 0);
    return good ? TH_OK
                : th_error_set(err, TH_INVALID, "contract_sum", "number", contract->number, NULL);
}

static void heading(struct th_paper *paper, const char *key)
{
    th_paper_heading(paper, th_paper_word(paper, key));
}

static void parties_draw(const struct draft *draft, struct th_paper *paper)
{
    const struct th_contract *contract = draft->contract;
    for (size_t i = 0; i < contract->n_parties; i++) {
        const struct th_contract_party *party = &contract->parties[i];
        char key[64];
        struct th_buf value;
        th_buf_init(&value, 4096);
        (void)snprintf(key, sizeof(key), "contract.role.%s", party->role);
        th_buf_append_str(&value, party->name);
        if (party->uscc != NULL && *party->uscc != '\0') {
            th_buf_printf(&value, "\n%s %s", th_paper_word(paper, "certificate.uscc"), party->uscc);
        }
        th_paper_field(paper, th_paper_word(paper, key), th_buf_text(&value));
        th_buf_clear(&value);
    }
}

static void lines_draw(const struct draft *draft, struct th_paper *paper)
{
    const struct th_contract *contract = draft->contract;
    const struct th_paper_column columns[] = {
        {th_paper_word(paper, "contract.no"), 0.08, TH_PEN_LEFT},
        {th_paper_word(paper, "certificate.package"), 0.34, TH_PEN_LEFT},
        {th_paper_word(paper, "contract.role.seller"), 0.26, TH_PEN_LEFT},
        {th_paper_word(paper, "contract.units"), 0.12, TH_PEN_RIGHT},
        {th_paper_word(paper, "contract.amount_cny"), 0.20, TH_PEN_RIGHT}};
    char no[TH_QUANTITY_TEXT_SIZE];
    char units[TH_QUANTITY_TEXT_SIZE];
    char amount[TH_QUANTITY_TEXT_SIZE];
    th_paper_table_begin(paper, columns, 5);
    for (size_t i = 0; i < contract->n_lines; i++) {
        const struct th_contract_line *line = &contract->lines[i];
        const char *const cells[] = {
            th_int_format((int64_t)i + 1, no), line->package,
            line->seller != NULL ? line->seller : contract->parties[0].name,
            th_int_format(th_units_t(line->units), units), th_money_format(line->amount, amount)};
        th_paper_table_row(paper, cells, false);
    }
    const char *const cells[] = {th_paper_word(paper, "contract.total"), NULL, NULL,
                                 th_int_format(th_units_t(contract->units), units),
                                 th_money_format(contract->amount, amount)};
    th_paper_table_row(paper, cells, true);
    th_paper_table_end(paper);
}

// "588,300.00 元（人民币伍拾捌万捌仟叁佰元整）"
static void money_field(struct th_paper *paper, const struct draft *draft, const char *key,
                        struct th_money amount)
{
    char figures[TH_QUANTITY_TEXT_SIZE];
    char capitals[TH_CHINESE_AMOUNT_SIZE] = "";
    if (th_chinese_amount(amount, capitals, NULL) == TH_OK) {
        struct th_buf value =
            th_pen_words(draft->messages, draft->lang, "contract.money", "amount",
                         th_money_format(amount, figures), "capitals", capitals, NULL);
        th_paper_field(paper, th_paper_word(paper, key), th_buf_text(&value));
        th_buf_clear(&value);
    }
}

static void price_draw(const struct draft *draft, struct th_paper *paper)
{
    const struct th_contract *contract = draft->contract;
    char text[TH_QUANTITY_TEXT_SIZE];
    char rate[64];
    if (contract->has_price) {
        struct th_buf value =
            th_pen_words(draft->messages, draft->lang, "contract.per_tonne", "price",
                         th_money_format(contract->price_per_t, text), NULL);
        th_paper_field(paper, th_paper_word(paper, "contract.price"), th_buf_text(&value));
        th_buf_clear(&value);
    }
    money_field(paper, draft,
                strcmp(contract->kind, "option") == 0 ? "contract.premium" : "contract.amount",
                contract->amount);
    money_field(paper, draft, "contract.net", contract->net);
    (void)snprintf(rate, sizeof(rate), "%s %%", contract->tax_rate);
    th_paper_field(paper, th_paper_word(paper, "contract.tax_rate"), rate);
    money_field(paper, draft, "contract.tax", contract->tax);
}

static void steps_draw(const struct draft *draft, struct th_paper *paper)
{
    const struct th_contract *contract = draft->contract;
    const struct th_paper_column columns[] = {
        {th_paper_word(paper, "contract.matter"), 0.16, TH_PEN_LEFT},
        {th_paper_word(paper, "contract.when"), 0.24, TH_PEN_LEFT},
        {th_paper_word(paper, "contract.units"), 0.12, TH_PEN_RIGHT},
        {th_paper_word(paper, "contract.amount_cny"), 0.18, TH_PEN_RIGHT},
        {th_paper_word(paper, "contract.note"), 0.30, TH_PEN_LEFT}};
    th_paper_table_begin(paper, columns, 5);
    for (size_t i = 0; i < contract->n_steps; i++) {
        const struct th_contract_step *step = &contract->steps[i];
        char units[TH_QUANTITY_TEXT_SIZE];
        char amount[TH_QUANTITY_TEXT_SIZE];
        bool payment = step->matter == TH_CONTRACT_PAYMENT;
        const char *const cells[] = {
            th_paper_word(paper, payment ? "contract.payment" : "contract.delivery"),
            step->on != NULL
                ? step->on
                : th_paper_word(paper, payment ? "contract.as_agreed" : "contract.on_approval"),
            payment ? NULL : th_int_format(th_units_t(step->units), units),
            payment ? th_money_format(step->amount, amount) : NULL, step->note};
        th_paper_table_row(paper, cells, false);
    }
    th_paper_table_end(paper);
}

// Whom the price goes to, in order; what is left of it is the pledgor's.
static void debts_draw(const struct draft *draft, struct th_paper *paper)
{
    const struct th_contract *contract = draft->contract;
    const struct th_paper_column columns[] = {
        {th_paper_word(paper, "contract.debt_order"), 0.12, TH_PEN_LEFT},
        {th_paper_word(paper, "contract.debt_creditor"), 0.30, TH_PEN_LEFT},
        {th_paper_word(paper, "contract.debt_document"), 0.22, TH_PEN_LEFT},
        {th_paper_word(paper, "contract.debt_owed"), 0.18, TH_PEN_RIGHT},
        {th_paper_word(paper, "contract.debt_gets"), 0.18, TH_PEN_RIGHT}};
    int64_t left_fen = th_money_fen(contract->amount);
    char no[TH_QUANTITY_TEXT_SIZE];
    char owed[TH_QUANTITY_TEXT_SIZE];
    char gets[TH_QUANTITY_TEXT_SIZE];
    th_paper_table_begin(paper, columns, 5);
    for (size_t i = 0; i < contract->n_debts; i++) {
        const struct th_contract_debt *debt = &contract->debts[i];
        const char *const cells[] = {th_int_format((int64_t)i + 1, no), debt->creditor,
                                     debt->document, th_money_format(debt->owed, owed),
                                     th_money_format(debt->gets, gets)};
        left_fen -= th_money_fen(debt->gets);
        th_paper_table_row(paper, cells, false);
    }
    const char *const rest[] = {th_paper_word(paper, "contract.debt_rest"),
                                contract->parties[0].name, NULL, NULL,
                                th_cent_format(left_fen, gets)};
    th_paper_table_row(paper, rest, false);
    const char *const total[] = {th_paper_word(paper, "contract.total"), NULL, NULL, NULL,
                                 th_money_format(contract->amount, gets)};
    th_paper_table_row(paper, total, true);
    th_paper_table_end(paper);
}

// "contract.clause.<kind>.1" and on, as many as the catalogue has; then those of every contract.
static void clauses_draw(const struct draft *draft, struct th_paper *paper)
{
    const char *const kinds[] = {draft->contract->kind, "all"};
    int number = 0;
    heading(paper, "contract.clauses");
    for (size_t k = 0; k < 2; k++) {
        for (int i = 1;; i++) {
            char key[64];
            (void)snprintf(key, sizeof(key), "contract.clause.%s.%d", kinds[k], i);
            const char *clause = th_messages_find(draft->messages, draft->lang, key);
            if (clause == NULL) {
                break;
            }
            struct th_buf text;
            th_buf_init(&text, 8192);
            th_buf_printf(&text, "%d.  %s", ++number, clause);
            th_paper_text(paper, &(struct th_paper_text){.text = th_buf_text(&text),
                                                         .style = {.size_pt = 9.5},
                                                         .colour = th_paper_ink,
                                                         .after_mm = 1});
            th_buf_clear(&text);
        }
    }
}

static void signatures_draw(const struct draft *draft, struct th_paper *paper)
{
    const struct th_contract *contract = draft->contract;
    const double half_mm = TH_PAPER_ROOM_MM / 2;
    th_paper_keep(paper, 40);
    heading(paper, "contract.signatures");
    for (size_t i = 0; i < contract->n_parties; i += 2) {
        th_paper_keep(paper, 30);
        for (size_t side = 0; side < 2 && i + side < contract->n_parties; side++) {
            const struct th_contract_party *party = &contract->parties[i + side];
            char key[64];
            struct th_buf text;
            (void)snprintf(key, sizeof(key), "contract.role.%s", party->role);
            th_buf_init(&text, 8192);
            th_buf_printf(&text, "%s\n%s\n\n%s\n\n%s", th_paper_word(paper, key), party->name,
                          th_paper_word(paper, "contract.sign"),
                          th_paper_word(paper, "contract.sign_date"));
            struct th_pen_block block = {.text = th_buf_text(&text),
                                         .x_mm = TH_PAPER_SIDE_MM + half_mm * (double)side,
                                         .y_mm = th_paper_y_mm(paper),
                                         .w_mm = half_mm - 6,
                                         .style = {.size_pt = 9.5}};
            th_paper_colour(paper, th_paper_ink);
            (void)th_paper_block(paper, &block, true);
            th_buf_clear(&text);
        }
        th_paper_space(paper, 32);
    }
}

static void annex_draw(const struct draft *draft, struct th_paper *paper)
{
    enum { SIZE_MM = 40 };
    const struct th_contract *contract = draft->contract;
    const struct th_paper_column columns[] = {
        {th_paper_word(paper, "contract.no"), 0.12, TH_PEN_LEFT},
        {th_paper_word(paper, "certificate.serials"), 0.88, TH_PEN_LEFT}};
    char number[TH_QUANTITY_TEXT_SIZE];
    struct th_buf entry =
        th_pen_words(draft->messages, draft->lang, "certificate.entry", "seq",
                     th_int_format(contract->proof.seq, number), "at", contract->proof.at, NULL);
    if (contract->n_serials > 0) {
        heading(paper, "contract.annex");
        th_paper_table_begin(paper, columns, 2);
        for (size_t i = 0; i < contract->n_serials; i++) {
            char no[TH_QUANTITY_TEXT_SIZE];
            const char *const cells[] = {th_int_format((int64_t)i + 1, no), contract->serials[i]};
            th_paper_table_row(paper, cells, false);
        }
        th_paper_table_end(paper);
    }
    th_paper_keep(paper, SIZE_MM + 22);
    heading(paper, "certificate.journal");
    th_paper_field(paper, th_paper_word(paper, "certificate.journal"), th_buf_text(&entry));
    th_paper_field(paper, "HEAD", contract->proof.hash);
    th_paper_field(paper, th_paper_word(paper, "certificate.key"), contract->proof.key);
    th_paper_field(paper, th_paper_word(paper, "contract.proposed_by"), contract->proposed_by);
    th_paper_field(paper, th_paper_word(paper, "contract.approved_by"), contract->approved_by);
    th_paper_keep(paper, SIZE_MM);
    th_paper_qr(paper, draft->code, TH_PAPER_SIDE_MM - 3, th_paper_y_mm(paper), SIZE_MM);
    th_paper_space(paper, SIZE_MM);
    th_buf_clear(&entry);
}

static void compose(void *context, struct th_paper *paper)
{
    const struct draft *draft = context;
    const struct th_contract *contract = draft->contract;
    struct th_buf subtitle = th_pen_words(draft->messages, draft->lang, "contract.subtitle",
                                          "number", contract->number, "on", contract->on, NULL);
    th_paper_title(paper, draft->title, th_buf_text(&subtitle));
    th_buf_clear(&subtitle);
    if (!contract->approved) {
        th_paper_notice(paper, th_paper_word(paper, "contract.draft"));
    }
    parties_draw(draft, paper);
    if (contract->n_lines > 0) {
        heading(paper, "contract.subject");
        lines_draw(draft, paper);
    }
    if (th_money_fen(contract->amount) > 0) {
        heading(paper, "contract.consideration");
        price_draw(draft, paper);
    }
    if (contract->n_steps > 0) {
        heading(paper, "contract.schedule");
        steps_draw(draft, paper);
    }
    if (contract->n_debts > 0) {
        heading(paper, "contract.debts");
        debts_draw(draft, paper);
    }
    if (contract->n_terms > 0) {
        heading(paper, "contract.terms");
    }
    for (size_t i = 0; i < contract->n_terms; i++) {
        th_paper_field(paper, th_paper_word(paper, contract->terms[i].key),
                       contract->terms[i].value);
    }
    th_paper_field(paper, th_paper_word(paper, "contract.note"), contract->note);
    clauses_draw(draft, paper);
    th_paper_notice(paper, th_paper_word(paper, "certificate.voluntary"));
    if (contract->statement_based) {
        th_paper_notice(paper, th_paper_word(paper, "certificate.statement_based"));
    }
    signatures_draw(draft, paper);
    annex_draw(draft, paper);
}

enum th_status th_contract_print(const struct th_contract *contract,
                                 const struct th_messages *messages, enum th_lang lang,
                                 const char *path, struct th_hash *ret_sha256, struct th_error *err)
{
    assert(contract != NULL && messages != NULL && path != NULL && contract->n_parties > 0);
    struct th_buf code;
    struct th_buf footer;
    char key[64];
    th_buf_init(&code, 1024);
    th_buf_init(&footer, 4096);
    (void)snprintf(key, sizeof(key), "contract.title.%s", contract->kind);
    struct draft draft = {.contract = contract,
                          .messages = messages,
                          .lang = lang,
                          .title = th_messages_text(messages, lang, key)};
    enum th_status status = check_sums(contract, err);
    if (status == TH_OK) {
        status = th_proof_code_write(&(struct th_proof_code){.kind = "CONTRACT",
                                                             .number = contract->number,
                                                             .on = contract->on,
                                                             .units = contract->units,
                                                             .proof = &contract->proof,
                                                             .serials = contract->serials,
                                                             .n_serials = contract->n_serials},
                                     &code, err);
    }
    if (status == TH_OK) {
        th_buf_printf(&footer, "%s  ·  %s (%s)  ·  %s", contract->number, contract->registry,
                      contract->registry_id, contract->program);
        draft.code = th_buf_text(&code);
        struct th_paper_options options = {.about = {.title = draft.title,
                                                     .subject = contract->number,
                                                     .author = contract->registry,
                                                     .creator = contract->program,
                                                     .date = contract->on},
                                           .messages = messages,
                                           .lang = lang,
                                           .footer = th_buf_text(&footer)};
        status = th_paper_print(&options, compose, &draft, path, ret_sha256, err);
    }
    th_buf_clear(&code);
    th_buf_clear(&footer);
    return status;
}
