// The page that hangs on the wall.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "papers/certificate_internal.h"

enum { NAMES_MAX = 4 }; // of villages, packages and the like, and of ranges, on this page

static const double left_mm = 27;
static const double room_mm = TH_PAPER_W_MM - 54;
static const double strip_mm = 234; // top of the strip with the code
static const double voluntary_mm = 221.5;

struct front {
    const struct th_certificate_draw *given;
    const struct th_certificate *certificate;
    struct th_paper *paper;
    double y_mm;
    bool draw;        // else only measured
    double value_pt;  // size of what the fields say
    size_t names_max; // of villages, packages and the like; the others are counted
};

static const char *zh(const struct front *front, const char *key)
{
    return th_messages_text(front->given->messages, TH_LANG_ZH, key);
}

static const char *en(const struct front *front, const char *key)
{
    return th_messages_text(front->given->messages, TH_LANG_EN, key);
}

static bool given(const char *text)
{
    return text != NULL && *text != '\0';
}

// One line in the middle of the page, smaller where it would not fit.
static void centred(struct front *front, const char *text, double y_mm, struct th_pen_style style,
                    struct th_colour colour)
{
    const double least_pt = 5; // holds the longest name that a registry takes
    while (style.size_pt > least_pt && th_paper_check(front->paper, text) &&
           th_pen_width(th_paper_pen(front->paper), text, style) > room_mm) {
        style.size_pt -= 0.5;
    }
    th_paper_colour(front->paper, colour);
    th_paper_line(front->paper, &(struct th_pen_text){.text = text,
                                                      .x_mm = TH_PAPER_W_MM / 2,
                                                      .y_mm = y_mm,
                                                      .max_w_mm = room_mm,
                                                      .style = style,
                                                      .align = TH_PEN_CENTRE});
}

static void divider(struct front *front, double y_mm)
{
    cairo_t *cr = th_paper_pen(front->paper)->cr;
    const double middle = TH_PAPER_W_MM / 2;
    th_paper_colour(front->paper, th_paper_gold);
    cairo_set_line_width(cr, 0.25);
    cairo_move_to(cr, middle - 46, y_mm);
    cairo_line_to(cr, middle - 3, y_mm);
    cairo_move_to(cr, middle + 3, y_mm);
    cairo_line_to(cr, middle + 46, y_mm);
    cairo_stroke(cr);
    cairo_move_to(cr, middle - 1.8, y_mm);
    cairo_line_to(cr, middle, y_mm - 1.1);
    cairo_line_to(cr, middle + 1.8, y_mm);
    cairo_line_to(cr, middle, y_mm + 1.1);
    cairo_close_path(cr);
    cairo_fill(cr);
}

static void head_draw(struct front *front)
{
    const struct th_certificate *certificate = front->certificate;
    struct th_buf number;
    th_certificate_emblem_draw(front->paper, TH_PAPER_W_MM / 2, 30.5, 8.5);
    centred(front, zh(front, "certificate.title"), 48,
            (struct th_pen_style){.size_pt = 31, .bold = true, .serif = true, .spacing_pt = 2.5},
            th_paper_green);
    centred(front, en(front, "certificate.title"), 58,
            (struct th_pen_style){.size_pt = 13, .serif = true}, th_paper_gold);
    th_buf_init(&number, 1024);
    th_buf_printf(&number, "%s %s　%s", zh(front, "certificate.number"),
                  en(front, "certificate.number"), certificate->number);
    centred(front, th_buf_text(&number), 64.5, (struct th_pen_style){.size_pt = 8.5},
            th_paper_grey);
    th_buf_clear(&number);
    divider(front, 70);
}

static struct th_pen_block sentence_block(const char *text, size_t lang, double factor)
{
    return (struct th_pen_block){
        .text = text,
        .x_mm = left_mm,
        .w_mm = room_mm,
        .style = {.size_pt = factor * (lang == 0 ? 10.5 : 8), .serif = true},
        .align = TH_PEN_CENTRE,
        .leading = 0.8};
}

// What was done, in both languages one below the other; smaller where a long name needs two lines.
static void sentences_draw(struct front *front, const char *key)
{
    const double top_mm = 100.5;
    const double room_h_mm = 15;
    struct th_buf said[2];
    for (size_t lang = 0; lang < 2; lang++) {
        said[lang] = th_pen_words(front->given->messages, lang == 0 ? TH_LANG_ZH : TH_LANG_EN, key,
                                  "holder", front->certificate->holder, NULL);
    }
    for (double factor = 1; factor > 0.45; factor -= 0.1) {
        double y_mm = top_mm;
        for (size_t lang = 0; lang < 2; lang++) {
            const struct th_pen_block block =
                sentence_block(th_buf_text(&said[lang]), lang, factor);
            y_mm += th_paper_block(front->paper, &block, false) + 0.8;
        }
        if (y_mm > top_mm + room_h_mm && factor > 0.55) {
            continue;
        }
        y_mm = top_mm;
        for (size_t lang = 0; lang < 2; lang++) {
            struct th_pen_block block = sentence_block(th_buf_text(&said[lang]), lang, factor);
            block.y_mm = y_mm;
            th_paper_colour(front->paper, lang == 0 ? th_paper_ink : th_paper_grey);
            y_mm += th_paper_block(front->paper, &block, true) + 0.8;
        }
        break;
    }
    th_buf_clear(&said[0]);
    th_buf_clear(&said[1]);
}

// A code of another length is that of a township, subdistrict or village.
enum { USCC_CHARACTERS = 18 };

// Who, and that the units are gone.
static void claim_draw(struct front *front)
{
    const struct th_certificate *certificate = front->certificate;
    bool own = strcmp(certificate->holder, certificate->beneficiary) == 0;
    const char *key = own ? "certificate.claim" : "certificate.claim_for";
    struct th_buf text;
    th_buf_init(&text, 4096);
    th_buf_printf(&text, "%s　%s", zh(front, "certificate.certify"),
                  en(front, "certificate.certify"));
    centred(front, th_buf_text(&text), 78, (struct th_pen_style){.size_pt = 10.5, .serif = true},
            th_paper_ink);
    th_buf_clear(&text);
    centred(front, certificate->beneficiary, 88.5,
            (struct th_pen_style){.size_pt = 23, .bold = true, .serif = true}, th_paper_ink);
    if (given(certificate->beneficiary_uscc)) {
        bool uscc = strlen(certificate->beneficiary_uscc) == USCC_CHARACTERS;
        const char *code = uscc ? "certificate.uscc" : "certificate.division";
        th_buf_printf(&text, "%s %s　%s", zh(front, code), en(front, code),
                      certificate->beneficiary_uscc);
        centred(front, th_buf_text(&text), 96.5, (struct th_pen_style){.size_pt = 8.5},
                th_paper_grey);
        th_buf_clear(&text);
    }
    sentences_draw(front, key);
    char units[TH_QUANTITY_TEXT_SIZE];
    centred(front, th_int_format(th_units_t(certificate->units), units), 123,
            (struct th_pen_style){.size_pt = 44, .bold = true, .serif = true}, th_paper_green);
    th_buf_printf(&text, "%s　%s", zh(front, "certificate.tonnes"),
                  en(front, "certificate.tonnes"));
    centred(front, th_buf_text(&text), 134.5, (struct th_pen_style){.size_pt = 10, .serif = true},
            th_paper_ink);
    th_buf_clear(&text);
}

// A small heading in both languages with its text below; returns the height.
static double cell_draw(struct front *front, const char *key, const char *value, double x_mm,
                        double w_mm)
{
    char name[256];
    (void)snprintf(name, sizeof(name), "%s  %s", zh(front, key), en(front, key));
    if (front->draw) {
        th_paper_colour(front->paper, th_paper_gold);
        th_paper_line(front->paper, &(struct th_pen_text){.text = name,
                                                          .x_mm = x_mm,
                                                          .y_mm = front->y_mm + 1.6,
                                                          .max_w_mm = w_mm,
                                                          .style = {.size_pt = 7}});
    }
    th_paper_colour(front->paper, th_paper_ink);
    struct th_pen_block block = {.text = value,
                                 .x_mm = x_mm,
                                 .y_mm = front->y_mm + 3.3,
                                 .w_mm = w_mm,
                                 .style = {.size_pt = front->value_pt}};
    return 3.3 + th_paper_block(front->paper, &block, front->draw);
}

static void pair_draw(struct front *front, const char *key, const char *value, const char *key_2,
                      const char *value_2)
{
    const double half_mm = room_mm / 2 - 3;
    double h_mm = cell_draw(front, key, value, left_mm, half_mm);
    h_mm = fmax(h_mm, cell_draw(front, key_2, value_2, left_mm + room_mm / 2 + 3, half_mm));
    front->y_mm += h_mm + 1.2;
}

static void wide_draw(struct front *front, const char *key, const char *value)
{
    front->y_mm += cell_draw(front, key, value, left_mm, room_mm) + 1.2;
}

// Different texts in the order of their first coming; the fourth and later are counted.
struct names {
    const char *items[NAMES_MAX];
    size_t n;
    bool more;
};

static void names_add(struct names *names, size_t names_max, const char *name)
{
    for (size_t i = 0; i < names->n; i++) {
        if (strcmp(names->items[i], name) == 0) {
            return;
        }
    }
    if (names->n < names_max) {
        names->items[names->n++] = name;
    } else {
        names->more = true;
    }
}

static void names_write(const struct front *front, const struct names *names, struct th_buf *out)
{
    for (size_t i = 0; i < names->n; i++) {
        th_buf_append_str(out, i > 0 ? "、" : "");
        th_buf_append_str(out, names->items[i]);
    }
    if (names->more) {
        th_buf_printf(out, " %s %s", zh(front, "certificate.and_others"),
                      en(front, "certificate.and_others"));
    }
}

static void serials_write(const struct front *front, struct th_buf *out)
{
    const struct th_certificate *certificate = front->certificate;
    char count[TH_QUANTITY_TEXT_SIZE];
    bool all = certificate->n_blocks <= front->names_max;
    size_t n = all ? certificate->n_blocks : front->names_max - 1;
    for (size_t i = 0; i < n; i++) {
        th_buf_append_str(out, i > 0 ? "　" : "");
        th_buf_append_str(out, certificate->blocks[i].serial);
    }
    if (all) {
        return;
    }
    (void)th_int_format((int64_t)certificate->n_blocks, count);
    for (int lang = 0; lang < 2; lang++) {
        struct th_buf rest =
            th_pen_words(front->given->messages, lang == 0 ? TH_LANG_ZH : TH_LANG_EN,
                         "certificate.more_ranges", "count", count, NULL);
        th_buf_printf(out, " %s", th_buf_text(&rest));
        th_buf_clear(&rest);
    }
}

static void origin_draw(struct front *front)
{
    const struct th_certificate *certificate = front->certificate;
    struct names packages = {0};
    struct names methodologies = {0};
    struct names villages = {0};
    struct th_buf texts[4];
    char years[64];
    int first = 0;
    int last = 0;
    for (size_t b = 0; b < certificate->n_blocks; b++) {
        const struct th_certificate_block *block = &certificate->blocks[b];
        names_add(&packages, front->names_max, block->package);
        names_add(&methodologies, front->names_max, block->methodology);
        for (size_t v = 0; v < block->n_villages; v++) {
            names_add(&villages, front->names_max, block->villages[v].name);
        }
        first = b == 0 || block->vintage < first ? block->vintage : first;
        last = b == 0 || block->vintage > last ? block->vintage : last;
    }
    (void)snprintf(years, sizeof(years), first == last ? "%d" : "%d–%d", first, last);
    for (size_t i = 0; i < 4; i++) {
        th_buf_init(&texts[i], (size_t)64 * 1024);
    }
    names_write(front, &packages, &texts[0]);
    names_write(front, &methodologies, &texts[1]);
    names_write(front, &villages, &texts[2]);
    serials_write(front, &texts[3]);
    pair_draw(front, "certificate.vintages", years, "certificate.villages", th_buf_text(&texts[2]));
    pair_draw(front, "certificate.packages", th_buf_text(&texts[0]), "certificate.methodologies",
              th_buf_text(&texts[1]));
    wide_draw(front, "certificate.serials", th_buf_text(&texts[3]));
    for (size_t i = 0; i < 4; i++) {
        th_buf_clear(&texts[i]);
    }
}

static void fields_lay(struct front *front)
{
    const struct th_certificate *certificate = front->certificate;
    struct th_buf text;
    char key[64];
    th_buf_init(&text, 4096);
    (void)snprintf(key, sizeof(key), "certificate.purpose.%s", certificate->purpose);
    th_buf_printf(&text, "%s  %s", zh(front, key), en(front, key));
    front->y_mm = 141;
    pair_draw(front, "certificate.purpose", th_buf_text(&text), "certificate.on", certificate->on);
    th_buf_clear(&text);
    th_buf_append_str(&text, certificate->holder);
    if (given(certificate->holder_uscc)) {
        th_buf_printf(&text, "  %s", certificate->holder_uscc);
    }
    pair_draw(front, "certificate.holder", th_buf_text(&text), "certificate.registry",
              certificate->registry);
    th_buf_clear(&text);
    origin_draw(front);
    if (given(certificate->note)) {
        wide_draw(front, "certificate.note", certificate->note);
    }
}

// As large as there is room for, and with fewer names where the smallest is too large.
static void fields_draw(struct front *front)
{
    static const double sizes_pt[] = {9.5, 8.5, 7.5, 6.5, 5.5};
    const double least_room_mm = 7; // for the remarks below
    for (front->names_max = NAMES_MAX; front->names_max > 1; front->names_max /= 2) {
        for (size_t i = 0; i < sizeof(sizes_pt) / sizeof(sizes_pt[0]); i++) {
            front->value_pt = sizes_pt[i];
            front->draw = false;
            fields_lay(front);
            bool last = front->names_max == 2 && sizes_pt[i] < 6;
            if (front->y_mm <= voluntary_mm - least_room_mm || last) {
                front->draw = true;
                fields_lay(front);
                return;
            }
        }
    }
}

static double small_block(struct front *front, const char *text, double x_mm, double y_mm,
                          double w_mm, double size_pt, bool draw)
{
    struct th_pen_block block = {
        .text = text, .x_mm = x_mm, .y_mm = y_mm, .w_mm = w_mm, .style = {.size_pt = size_pt}};
    return th_paper_block(front->paper, &block, draw);
}

static size_t count_remarks(const struct th_certificate *certificate)
{
    size_t n = certificate->n_warnings;
    for (size_t b = 0; b < certificate->n_blocks; b++) {
        if (certificate->blocks[b].statement_based) {
            return n + 1;
        }
    }
    return n;
}

// Every remark on a line of its own, with or without its English.
static void remarks_write(const struct front *front, bool english, struct th_buf *out)
{
    const struct th_certificate *certificate = front->certificate;
    if (count_remarks(certificate) > certificate->n_warnings) {
        th_buf_append_str(out, zh(front, "certificate.statement_based"));
        if (english) {
            th_buf_printf(out, " %s", en(front, "certificate.statement_based"));
        }
    }
    for (size_t i = 0; i < certificate->n_warnings; i++) {
        th_buf_printf(out, "%s%s", out->size > 0 ? "\n" : "", certificate->warnings[i].zh);
        if (english) {
            th_buf_printf(out, " %s", certificate->warnings[i].en);
        }
    }
}

static void remarks_point(const struct front *front, bool chinese, struct th_buf *out)
{
    char count[TH_QUANTITY_TEXT_SIZE];
    (void)th_int_format((int64_t)count_remarks(front->certificate), count);
    for (int lang = chinese ? 0 : 1; lang < 2; lang++) {
        struct th_buf words =
            th_pen_words(front->given->messages, lang == 0 ? TH_LANG_ZH : TH_LANG_EN,
                         "certificate.remarks_in_annex", "count", count, NULL);
        th_buf_printf(out, "%s%s", out->size > 0 ? " " : "", th_buf_text(&words));
        th_buf_clear(&words);
    }
}

// What the estimate said of itself: in both languages where there is room, else in Chinese, else
// where it stands in the annex.
static void remarks_draw(struct front *front)
{
    const double room_h_mm = voluntary_mm - 3 - front->y_mm;
    const double w_mm = room_mm - 7;
    struct th_buf text;
    double h_mm = 0;
    th_buf_init(&text, (size_t)256 * 1024);
    if (count_remarks(front->certificate) == 0) {
        return;
    }
    for (int attempt = 0; attempt < 3; attempt++) {
        th_buf_clear(&text);
        if (attempt < 2) {
            remarks_write(front, attempt == 0, &text);
        }
        if (attempt > 0) {
            remarks_point(front, attempt == 2, &text);
        }
        h_mm = text.size <= TH_PAPER_TEXT_MAX
                   ? small_block(front, th_buf_text(&text), 0, 0, w_mm, 7, false)
                   : TH_PAPER_H_MM;
        if (h_mm <= room_h_mm) {
            break;
        }
    }
    cairo_t *cr = th_paper_pen(front->paper)->cr;
    cairo_set_source_rgb(cr, 0.996, 0.961, 0.863);
    cairo_rectangle(cr, left_mm, front->y_mm, room_mm, h_mm + 2);
    cairo_fill(cr);
    cairo_set_source_rgb(cr, 0.85, 0.60, 0.13);
    cairo_rectangle(cr, left_mm, front->y_mm, 1, h_mm + 2);
    cairo_fill(cr);
    th_paper_colour(front->paper, th_paper_ink);
    (void)small_block(front, th_buf_text(&text), left_mm + 4, front->y_mm + 1, w_mm, 7, true);
    th_buf_clear(&text);
}

static void voluntary_draw(struct front *front)
{
    cairo_t *cr = th_paper_pen(front->paper)->cr;
    const double top_mm = voluntary_mm;
    th_paper_colour(front->paper, th_paper_red);
    cairo_set_line_width(cr, 0.3);
    cairo_rectangle(cr, left_mm, top_mm, room_mm, 10.5);
    cairo_stroke(cr);
    centred(front, zh(front, "certificate.voluntary"), top_mm + 3.7,
            (struct th_pen_style){.size_pt = 11, .bold = true}, th_paper_red);
    centred(front, en(front, "certificate.voluntary"), top_mm + 8,
            (struct th_pen_style){.size_pt = 7}, th_paper_red);
}

static void seal_draw(struct front *front, double x_mm, double y_mm)
{
    static const double dashes[] = {1.2, 1};
    cairo_t *cr = th_paper_pen(front->paper)->cr;
    cairo_save(cr);
    th_paper_colour(front->paper, th_paper_gold);
    cairo_set_line_width(cr, 0.25);
    cairo_set_dash(cr, dashes, 2, 0);
    cairo_new_path(cr);
    cairo_arc(cr, x_mm, y_mm, 15, 0, 6.283185307179586);
    cairo_stroke(cr);
    cairo_restore(cr);
    struct th_pen_text line = {.text = zh(front, "certificate.seal"),
                               .x_mm = x_mm,
                               .y_mm = y_mm - 1.8,
                               .max_w_mm = 27,
                               .style = {.size_pt = 7.5},
                               .align = TH_PEN_CENTRE};
    th_paper_colour(front->paper, th_paper_grey);
    th_paper_line(front->paper, &line);
    line.text = en(front, "certificate.seal");
    line.y_mm = y_mm + 2;
    line.style.size_pt = 6;
    th_paper_line(front->paper, &line);
}

static void strip_draw(struct front *front)
{
    const struct th_proof *proof = &front->certificate->proof;
    const double size_mm = 40;
    const double x_mm = left_mm + size_mm + 3;
    const double w_mm = 74;
    char seq[TH_QUANTITY_TEXT_SIZE];
    th_paper_qr(front->paper, front->given->code, left_mm - 3, strip_mm, size_mm);
    struct th_buf texts[4];
    th_buf_init(&texts[0], 1024);
    th_buf_printf(&texts[0], "%s  %s", zh(front, "certificate.journal"),
                  en(front, "certificate.journal"));
    texts[1] = th_pen_words(front->given->messages, TH_LANG_ZH, "certificate.entry", "seq",
                            th_int_format(proof->seq, seq), "at", proof->at, NULL);
    th_buf_init(&texts[2], 1024);
    for (size_t i = 0; proof->hash[i] != '\0'; i++) { // in eights, so that eyes find their place
        th_buf_append_str(&texts[2], i > 0 && i % 8 == 0 ? " " : "");
        th_buf_append_char(&texts[2], proof->hash[i]);
    }
    th_buf_init(&texts[3], 4096);
    th_buf_printf(&texts[3], "%s %s", zh(front, "certificate.verify"),
                  en(front, "certificate.verify"));
    if (given(proof->key)) {
        th_buf_printf(&texts[3], "\n%s %s: %s", zh(front, "certificate.key"),
                      en(front, "certificate.key"), proof->key);
    }
    static const double sizes_pt[] = {7, 8.5, 6.5, 6};
    double y_mm = strip_mm + 3.5;
    for (size_t i = 0; i < 4; i++) {
        th_paper_colour(front->paper, i == 0  ? th_paper_gold
                                      : i < 3 ? th_paper_ink
                                              : th_paper_grey);
        y_mm += small_block(front, th_buf_text(&texts[i]), x_mm, y_mm, w_mm, sizes_pt[i], true) + 1;
        th_buf_clear(&texts[i]);
    }
    seal_draw(front, TH_PAPER_W_MM - left_mm - 14, strip_mm + 20);
}

void th_certificate_front_draw(const struct th_certificate_draw *draw, struct th_paper *paper)
{
    struct front front = {.given = draw, .certificate = draw->certificate, .paper = paper};
    head_draw(&front);
    claim_draw(&front);
    fields_draw(&front);
    remarks_draw(&front);
    voluntary_draw(&front);
    strip_draw(&front);
}
