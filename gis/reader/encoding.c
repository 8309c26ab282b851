#include "gis/reader/encoding_internal.h"

#include <string.h>

#include "core/text.h"

enum { DBF_NAME_SIZE = 10, SAMPLE_TEXT_MAX = 4096 };

enum { DECLARED, UTF8, GB18030, N_CANDIDATES };

struct candidate {
    struct th_recode recode;
    int64_t n_fit;
    int64_t n_cut;
};

struct tally {
    struct candidate candidates[N_CANDIDATES];
    int64_t n_values;
    int64_t n_wide; // texts that are UTF-8 with a character of three bytes or more
    struct th_reader_encoding *encoding;
};

// Greek, Cyrillic and accents take two bytes in UTF-8, and such pairs are hanzi in GB18030; a
// character of three bytes is hardly ever anything else by chance.
static bool has_wide(const char *value)
{
    for (; *value != '\0'; value++) {
        if ((unsigned char)*value >= 0xe0) {
            return true;
        }
    }
    return false;
}

static void sample_read(struct th_recode *recode, const char *value, size_t width, char *target)
{
    struct th_buf text;
    th_buf_init(&text, SAMPLE_TEXT_MAX);
    if (th_recode_append(recode, value, width, &text) == TH_RECODE_NO) {
        th_recode_append_readable(recode, value, &text);
    }
    th_text_copy(target, TH_READER_SAMPLE_SIZE, th_buf_text(&text));
    th_buf_clear(&text);
}

// The first texts that differ.
static void sample_keep(struct tally *tally, const char *value, size_t width)
{
    struct th_reader_encoding *encoding = tally->encoding;
    size_t n = encoding->n_samples;
    if (n == TH_READER_SAMPLES) {
        return;
    }
    sample_read(&tally->candidates[UTF8].recode, value, width, encoding->samples[n].utf8);
    sample_read(&tally->candidates[GB18030].recode, value, width, encoding->samples[n].gb18030);
    for (size_t i = 0; i < n; i++) {
        if (strcmp(encoding->samples[i].utf8, encoding->samples[n].utf8) == 0 &&
            strcmp(encoding->samples[i].gb18030, encoding->samples[n].gb18030) == 0) {
            return;
        }
    }
    encoding->n_samples = n + 1;
}

static void text_look(struct tally *tally, const char *value, size_t width)
{
    if (value == NULL || th_recode_is_ascii(value)) {
        return;
    }
    tally->n_values++;
    for (size_t i = 0; i < N_CANDIDATES; i++) {
        struct candidate *candidate = &tally->candidates[i];
        if (!candidate->recode.open) {
            continue;
        }
        enum th_recode_fit fit = th_recode_append(&candidate->recode, value, width, NULL);
        candidate->n_fit += fit != TH_RECODE_NO;
        candidate->n_cut += fit == TH_RECODE_CUT;
        tally->n_wide += i == UTF8 && fit != TH_RECODE_NO && has_wide(value);
    }
    sample_keep(tally, value, width);
}

static enum th_status texts_look(struct th_rows *rows, const struct th_survey_pulse *pulse,
                                 struct tally *tally, int64_t *ret_n_rows, struct th_error *err)
{
    const struct th_rows_facts *facts = &rows->facts;
    int64_t n_rows = 0;
    bool more = true;
    enum th_status status = rows->class->begin(rows, TH_ROWS_TEXTS, err);
    while (status == TH_OK) {
        struct th_rows_row row;
        status = rows->class->next(rows, &row, &more, err);
        if (status != TH_OK || !more) {
            break;
        }
        n_rows++;
        for (size_t i = 0; row.texts != NULL && i < facts->n_fields; i++) {
            if (facts->fields[i].is_text) {
                text_look(tally, row.texts[i], facts->fields[i].width);
            }
        }
        status = pulse->beat(pulse->context, n_rows, err);
    }
    for (size_t i = 0; i < facts->n_fields; i++) {
        text_look(tally, facts->fields[i].name, DBF_NAME_SIZE);
    }
    *ret_n_rows = n_rows;
    return status;
}

static bool fits_all(const struct tally *tally, size_t candidate)
{
    return tally->candidates[candidate].recode.open &&
           tally->candidates[candidate].n_fit == tally->n_values;
}

// An encoding that gives a meaning to every byte cannot be wrong, so its fitting proves nothing.
static bool is_evidence(const char *name)
{
    return !th_text_starts_with(name, "ISO-8859-") && !th_text_starts_with(name, "CP12") &&
           !th_text_starts_with(name, "CP43") && !th_text_starts_with(name, "CP8") &&
           !th_text_starts_with(name, "KOI8");
}

// Returns the candidate by which the texts are read.
static size_t judge(const struct tally *tally, enum th_reader_encoding_how *ret_how)
{
    const char *declared = tally->candidates[DECLARED].recode.name;
    bool utf8_fits = fits_all(tally, UTF8);
    bool gb_fits = fits_all(tally, GB18030);
    bool all_wide = utf8_fits && tally->n_wide == tally->n_values;
    bool declared_gb = strcmp(declared, "GB18030") == 0;
    if (tally->n_values == 0) {
        *ret_how = TH_ENCODING_ASCII;
        return UTF8;
    }
    if (fits_all(tally, DECLARED)) {
        *ret_how = TH_ENCODING_DECLARED;
        if (!is_evidence(declared) && (utf8_fits || gb_fits)) {
            *ret_how = TH_ENCODING_UNDECIDED;
            return utf8_fits ? UTF8 : GB18030;
        }
        if (declared_gb && all_wide) {
            *ret_how = TH_ENCODING_UNDECIDED;
            return UTF8;
        }
        return DECLARED;
    }
    if (utf8_fits && (tally->n_wide > 0 || !gb_fits)) {
        *ret_how = TH_ENCODING_UTF8;
        return UTF8;
    }
    if (gb_fits && !utf8_fits) {
        *ret_how = TH_ENCODING_GB18030;
        return GB18030;
    }
    *ret_how = TH_ENCODING_UNDECIDED;
    if (utf8_fits) {
        return UTF8;
    }
    size_t best = UTF8;
    for (size_t i = 0; i < N_CANDIDATES; i++) {
        if (tally->candidates[i].recode.open &&
            tally->candidates[i].n_fit > tally->candidates[best].n_fit) {
            best = i;
        }
    }
    return best;
}

static void decide(struct tally *tally, bool by_option, struct th_reader_encoding *encoding)
{
    size_t chosen = DECLARED;
    encoding->how = TH_ENCODING_OPTION;
    if (!by_option) {
        chosen = judge(tally, &encoding->how);
    }
    const struct candidate *candidate = &tally->candidates[chosen];
    th_text_copy(encoding->name, sizeof(encoding->name), candidate->recode.name);
    encoding->n_values = tally->n_values;
    encoding->n_fit = candidate->n_fit;
    encoding->n_cut = candidate->n_cut;
    if (encoding->how != TH_ENCODING_UNDECIDED) {
        encoding->n_samples = 0;
    }
}

enum th_status th_encoding_survey(struct th_rows *rows, const char *wanted,
                                  const struct th_survey_pulse *pulse, struct th_survey *ret_survey,
                                  struct th_error *err)
{
    struct th_survey survey = {.n_rows = -1};
    struct tally tally = {.encoding = &survey.encoding};
    struct candidate *candidates = tally.candidates;
    enum th_status status = TH_OK;
    th_text_copy(survey.encoding.declared, sizeof(survey.encoding.declared), rows->facts.declared);
    bool known = th_recode_open(&candidates[DECLARED].recode,
                                wanted != NULL ? wanted : rows->facts.declared);
    if (wanted != NULL && !known) {
        return th_error_set(err, TH_USAGE, "encoding_unknown", "encoding", wanted, NULL);
    }
    if (!rows->facts.raw_text) {
        survey.encoding.how = TH_ENCODING_FORMAT;
        th_text_copy(survey.encoding.name, sizeof(survey.encoding.name), "UTF-8");
    } else if (!th_recode_open(&candidates[UTF8].recode, "UTF-8") ||
               !th_recode_open(&candidates[GB18030].recode, "GB18030")) {
        status = th_error_set(err, TH_INTERNAL, "encoding_unknown", "encoding", "GB18030", NULL);
    } else {
        status = texts_look(rows, pulse, &tally, &survey.n_rows, err);
        if (status == TH_OK) {
            decide(&tally, wanted != NULL, &survey.encoding);
        }
    }
    for (size_t i = 0; i < N_CANDIDATES; i++) {
        th_recode_close(&candidates[i].recode);
    }
    if (status == TH_OK) {
        *ret_survey = survey;
    }
    return status;
}
