// From a text to a methodology, part by part. data/methodologies/schema.json describes the same
// form for editors of documents, and a test holds the two against each other; what a schema cannot
// say (a value inside its interval, a number that no example uses) is checked here only. Parts are
// read before those that name them; a part that is faulty is kept as far as it goes, so that what
// names it is no fault as well.
#include <stdlib.h>

#include "methodology/document_reader_internal.h"

static void read_head(struct th_reader *reader)
{
    struct th_methodology *methodology = reader->methodology;
    struct th_text summary;
    (void)th_reader_id(reader, &methodology->id, &methodology->version);
    (void)th_reader_texts(reader, &reader->root, "title", &methodology->title);
    (void)th_reader_texts(reader, &reader->root, "summary", &summary);
    (void)th_reader_bool(reader, &reader->root, "monitoring_only", &methodology->monitoring_only);
    (void)th_reader_bool(reader, &reader->root, "statement_based", &methodology->statement_based);
}

static void read_document(struct th_reader *reader)
{
    static const char *const keys[] = {
        "id",        "version",         "title", "summary", "monitoring_only",
        "gwp",       "statement_based", "pools", "gases",   "applicability",
        "inputs",    "parameters",      "terms", "buffer",  "uncertainty",
        "plausible", "examples",        NULL};
    struct th_methodology *methodology = reader->methodology;
    static const char *const optional[] = {"plots", NULL};
    if (!th_reader_object_with(reader, &reader->root, keys, optional)) {
        return;
    }
    read_head(reader);
    th_reader_gwp(reader);
    th_reader_applicability(reader);
    th_reader_inputs(reader);
    th_reader_rules(reader);
    th_reader_parameters(reader);
    methodology->gwp[TH_GAS_CH4].slot = methodology->n_slots;
    methodology->gwp[TH_GAS_N2O].slot = methodology->n_slots + 1;
    th_reader_terms(reader);
    th_reader_plots(reader);
    methodology->n_slots += methodology->has_gwp ? 2 : 0;
    th_reader_examples(reader);
    if (reader->n_faults == 0 && !reader->no_memory && !methodology->statement_based) {
        th_reader_compile(reader);
    }
    if (reader->n_faults == 0 && !reader->no_memory && !methodology->statement_based) {
        th_reader_compute_examples(reader);
    }
}

// Reads a text into *ret_methodology, which is whole when nothing was reported.
static enum th_status read_all(const char *text, size_t size,
                               void (*report)(void *context, const struct th_error *fault),
                               void *context, size_t *ret_n_faults,
                               struct th_methodology **ret_methodology, struct th_error *err)
{
    struct th_reader *reader = calloc(1, sizeof(*reader));
    struct th_methodology *methodology = calloc(1, sizeof(*methodology));
    enum th_status status = reader && methodology ? TH_OK : th_error_no_memory(err);
    if (status == TH_OK) {
        reader->methodology = methodology;
        reader->report = report;
        reader->context = context;
        if (th_reader_json(reader, text, size, &methodology->json)) {
            read_document(reader);
        }
        status = reader->no_memory ? th_error_no_memory(err) : TH_OK;
    }
    if (status == TH_OK) {
        methodology->sha256 = th_hash_bytes(TH_HASH_SHA256, text, size);
        *ret_n_faults = reader->n_faults;
        *ret_methodology = methodology;
        methodology = NULL;
    }
    th_methodology_free(methodology);
    free(reader);
    return status;
}

enum th_status th_methodology_parse(const char *text, size_t size,
                                    struct th_methodology **ret_methodology, struct th_error *err)
{
    struct th_first_fault first = {.err = err};
    struct th_methodology *methodology = NULL;
    size_t n_faults = 0;
    enum th_status status =
        read_all(text, size, th_reader_keep_first, &first, &n_faults, &methodology, err);
    if (status == TH_OK && n_faults > 0) {
        th_methodology_free(methodology);
        status = TH_INVALID;
    }
    if (status == TH_OK) {
        *ret_methodology = methodology;
    }
    return status;
}

size_t th_methodology_lint(const char *text, size_t size,
                           void (*report)(void *context, const struct th_error *fault),
                           void *context)
{
    struct th_methodology *methodology = NULL;
    struct th_error err;
    size_t n_faults = 0;
    if (read_all(text, size, report, context, &n_faults, &methodology, &err) != TH_OK) {
        report(context, &err);
        return n_faults + 1;
    }
    th_methodology_free(methodology);
    return n_faults < TH_READER_FAULTS_MAX ? n_faults : TH_READER_FAULTS_MAX;
}
