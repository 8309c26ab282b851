#include "papers/certificate.h"

#include <assert.h>
#include <stdlib.h>

#include "papers/certificate_internal.h"

static enum th_status check_sum(const struct th_certificate *certificate, struct th_error *err)
{
    struct th_units sum = th_units_from_t(0);
    bool good = certificate->n_blocks > 0;
    for (size_t b = 0; good && b < certificate->n_blocks; b++) {
        const struct th_certificate_block *block = &certificate->blocks[b];
        struct th_carbon mass = th_carbon_from_kg(0);
        struct th_carbon want;
        good = th_units_add(sum, block->units, &sum, NULL) == TH_OK &&
               th_units_carbon(block->units, &want, NULL) == TH_OK;
        for (size_t v = 0; good && v < block->n_villages; v++) {
            good = th_carbon_add(mass, block->villages[v].mass, &mass, NULL) == TH_OK;
        }
        good = good && th_carbon_compare(mass, want) == 0;
    }
    if (good && th_units_compare(sum, certificate->units) == 0) {
        return TH_OK;
    }
    return th_error_set(err, TH_INVALID, "certificate_sum", "number", certificate->number, NULL);
}

// Both languages of a key, one below the other.
static struct th_buf both(const struct th_certificate_draw *draw, const char *key)
{
    struct th_buf text;
    th_buf_init(&text, (size_t)16 * 1024);
    th_buf_printf(&text, "%s\n%s", th_messages_text(draw->messages, TH_LANG_ZH, key),
                  th_messages_text(draw->messages, TH_LANG_EN, key));
    return text;
}

static void block_rows(struct th_paper *paper, const struct th_certificate_block *block)
{
    char units[TH_QUANTITY_TEXT_SIZE];
    char mass[TH_QUANTITY_TEXT_SIZE];
    char year[TH_QUANTITY_TEXT_SIZE];
    (void)snprintf(year, sizeof(year), "%d", block->vintage);
    const char *cells[] = {block->serial,
                           th_int_format(th_units_t(block->units), units),
                           year,
                           block->package,
                           block->methodology,
                           NULL,
                           NULL};
    for (size_t v = 0; v < block->n_villages; v++) {
        cells[5] = block->villages[v].name;
        cells[6] = th_int_format(th_carbon_kg(block->villages[v].mass), mass);
        th_paper_table_row(paper, cells, false);
        for (size_t c = 0; c < 5; c++) { // said once
            cells[c] = NULL;
        }
    }
}

static void units_draw(const struct th_certificate_draw *draw, struct th_paper *paper)
{
    static const struct {
        const char *key;
        double share;
        bool number;
    } columns_of[] = {{"certificate.serials", 0.34, false},
                      {"certificate.units", 0.07, true},
                      {"certificate.vintage", 0.08, false},
                      {"certificate.package", 0.17, false},
                      {"certificate.methodology", 0.15, false},
                      {"certificate.village", 0.10, false},
                      {"certificate.kg", 0.09, true}};
    enum { N_COLUMNS = sizeof(columns_of) / sizeof(*columns_of) };
    const struct th_certificate *certificate = draw->certificate;
    struct th_paper_column columns[N_COLUMNS];
    struct th_buf titles[N_COLUMNS];
    for (size_t c = 0; c < N_COLUMNS; c++) {
        titles[c] = both(draw, columns_of[c].key);
        columns[c] =
            (struct th_paper_column){.title = th_buf_text(&titles[c]),
                                     .share = columns_of[c].share,
                                     .align = columns_of[c].number ? TH_PEN_RIGHT : TH_PEN_LEFT};
    }
    th_paper_table_begin(paper, columns, N_COLUMNS);
    for (size_t b = 0; b < certificate->n_blocks; b++) {
        block_rows(paper, &certificate->blocks[b]);
    }
    char units[TH_QUANTITY_TEXT_SIZE];
    char mass[TH_QUANTITY_TEXT_SIZE] = "";
    struct th_carbon all;
    if (th_units_carbon(certificate->units, &all, NULL) == TH_OK) {
        (void)th_int_format(th_carbon_kg(all), mass);
    }
    struct th_buf total = both(draw, "certificate.total");
    const char *const cells[N_COLUMNS] = {
        th_buf_text(&total), th_int_format(th_units_t(certificate->units), units), [6] = mass};
    th_paper_table_row(paper, cells, true);
    th_paper_table_end(paper);
    th_buf_clear(&total);
    for (size_t c = 0; c < N_COLUMNS; c++) {
        th_buf_clear(&titles[c]);
    }
}

static void remarks_draw(const struct th_certificate_draw *draw, struct th_paper *paper)
{
    const struct th_certificate *certificate = draw->certificate;
    struct th_buf text = both(draw, "certificate.voluntary");
    th_paper_notice(paper, th_buf_text(&text));
    th_buf_clear(&text);
    for (size_t b = 0; b < certificate->n_blocks; b++) {
        if (certificate->blocks[b].statement_based) {
            text = both(draw, "certificate.statement_based");
            th_paper_notice(paper, th_buf_text(&text));
            th_buf_clear(&text);
            break;
        }
    }
    for (size_t i = 0; i < certificate->n_warnings; i++) {
        const struct th_certificate_warning *warning = &certificate->warnings[i];
        th_buf_printf(&text, "%s：%s\n%s", warning->package, warning->zh, warning->en);
        th_paper_notice(paper, th_buf_text(&text));
        th_buf_clear(&text);
    }
}

static void heading_draw(const struct th_certificate_draw *draw, struct th_paper *paper,
                         const char *key)
{
    struct th_buf text;
    th_buf_init(&text, 1024);
    th_buf_printf(&text, "%s  %s", th_messages_text(draw->messages, TH_LANG_ZH, key),
                  th_messages_text(draw->messages, TH_LANG_EN, key));
    th_paper_heading(paper, th_buf_text(&text));
    th_buf_clear(&text);
}

static void compose(void *context, struct th_paper *paper)
{
    const struct th_certificate_draw *draw = context;
    th_certificate_front_draw(draw, paper);
    th_paper_move(paper, TH_PAPER_H_MM);
    th_paper_break(paper);
    th_paper_title(paper, th_messages_text(draw->messages, TH_LANG_ZH, "certificate.annex"),
                   th_messages_text(draw->messages, TH_LANG_EN, "certificate.annex"));
    units_draw(draw, paper);
    heading_draw(draw, paper, "certificate.remarks");
    remarks_draw(draw, paper);
    heading_draw(draw, paper, "certificate.how_to_verify");
    struct th_buf text = both(draw, "certificate.how");
    th_paper_text(paper, &(struct th_paper_text){.text = th_buf_text(&text),
                                                 .style = {.size_pt = 8.5},
                                                 .colour = th_paper_ink,
                                                 .after_mm = 3});
    th_buf_clear(&text);
    th_paper_field(paper, "HEAD", draw->certificate->proof.hash);
    th_paper_field(paper, "CODE", draw->code);
}

static void decorate(struct th_paper *paper, int page)
{
    if (page == 1) {
        th_certificate_frame_draw(paper);
    }
}

enum th_status th_certificate_print(const struct th_certificate *certificate,
                                    const struct th_messages *messages, const char *path,
                                    struct th_hash *ret_sha256, struct th_error *err)
{
    assert(certificate != NULL && messages != NULL && path != NULL);
    struct th_buf code;
    struct th_buf footer;
    const char **serials = NULL;
    th_buf_init(&code, 1024);
    th_buf_init(&footer, 4096);
    enum th_status status = check_sum(certificate, err);
    if (status != TH_OK) {
        goto done;
    }
    serials = calloc(certificate->n_blocks, sizeof(*serials));
    if (serials == NULL) {
        status = th_error_no_memory(err);
        goto done;
    }
    for (size_t b = 0; b < certificate->n_blocks; b++) {
        serials[b] = certificate->blocks[b].serial;
    }
    status = th_proof_code_write(&(struct th_proof_code){.kind = "RETIREMENT",
                                                         .number = certificate->number,
                                                         .on = certificate->on,
                                                         .units = certificate->units,
                                                         .proof = &certificate->proof,
                                                         .serials = serials,
                                                         .n_serials = certificate->n_blocks},
                                 &code, err);
    if (status != TH_OK) {
        goto done;
    }
    th_buf_printf(&footer, "%s  ·  %s (%s)  ·  %s", certificate->number, certificate->registry,
                  certificate->registry_id, certificate->program);
    struct th_certificate_draw draw = {
        .certificate = certificate, .messages = messages, .code = th_buf_text(&code)};
    struct th_paper_options options = {
        .about = {.title = th_messages_text(messages, TH_LANG_ZH, "certificate.title"),
                  .subject = certificate->number,
                  .author = certificate->registry,
                  .creator = certificate->program,
                  .date = certificate->on},
        .messages = messages,
        .lang = TH_LANG_ZH,
        .footer = th_buf_text(&footer),
        .decorate = decorate};
    status = th_paper_print(&options, compose, &draw, path, ret_sha256, err);
done:
    free(serials);
    th_buf_clear(&code);
    th_buf_clear(&footer);
    return status;
}
