// A retirement on paper: gathered in one reading, printed afterwards.
#include "trading/print/certificate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/file.h"
#include "core/text.h"
#include "papers/certificate.h"
#include "registry/estimate/estimate.h"
#include "registry/estimate/methodology.h"
#include "registry/reply.h"
#include "trading/print/printed_internal.h"
#include "trading/trading_internal.h"

struct gathering {
    struct th_store *store;
    const struct th_messages *messages;
    struct th_arena arena; // the texts that the certificate borrows
    struct th_certificate paper;
    struct th_certificate_block *blocks;
    struct th_certificate_warning *warnings;
    int64_t *runs; // whose warnings are there
    size_t n_runs;
    struct th_printed printed;
    // Of the block at hand:
    struct th_certificate_village *villages;
    size_t n_villages;
    enum th_status status; // of what a visitor did
    struct th_error *err;
};

static const char *keep(struct gathering *g, const char *text)
{
    const char *kept = th_arena_text(&g->arena, text != NULL ? text : "");
    if (kept == NULL && g->status == TH_OK) {
        g->status = th_error_no_memory(g->err);
    }
    return kept;
}

static bool add_village(void *context, int64_t parcel_id, int year, struct th_carbon mass)
{
    struct gathering *g = context;
    struct th_parcel_place place;
    (void)year;
    g->status = th_parcel_place(g->store, parcel_id, &place, g->err);
    size_t at = 0;
    while (g->status == TH_OK && at < g->n_villages &&
           strcmp(g->villages[at].name, place.village_name) != 0) {
        at++;
    }
    if (g->status == TH_OK && at == g->n_villages) {
        struct th_certificate_village *grown =
            realloc(g->villages, (g->n_villages + 1) * sizeof(*grown));
        if (grown == NULL) {
            g->status = th_error_no_memory(g->err);
        } else {
            g->villages = grown;
            grown[g->n_villages++] = (struct th_certificate_village){
                .name = keep(g, place.village_name), .mass = th_carbon_from_kg(0)};
        }
    }
    if (g->status == TH_OK) {
        g->status = th_carbon_add(g->villages[at].mass, mass, &g->villages[at].mass, g->err);
    }
    return g->status == TH_OK;
}

static enum th_status gather_villages(struct gathering *g,
                                      const struct th_issuance_record *issuance, int64_t first,
                                      int64_t last, struct th_certificate_block *block)
{
    g->n_villages = 0;
    enum th_status status =
        th_issuance_trace(g->store, issuance->issuance_id, first, last, add_village, g, g->err);
    if (status == TH_OK) {
        status = g->status;
    }
    size_t size = g->n_villages * sizeof(*g->villages);
    struct th_certificate_village *kept = size > 0 ? th_arena_take(&g->arena, size) : NULL;
    if (status == TH_OK && size > 0 && kept == NULL) {
        status = th_error_no_memory(g->err);
    }
    if (status == TH_OK && size > 0) {
        memcpy(kept, g->villages, size);
        block->villages = kept;
        block->n_villages = g->n_villages;
    }
    return status;
}

// What a run said of itself stands on every paper about its units, in both languages.
static enum th_status gather_warnings(struct gathering *g, const struct th_package_record *package)
{
    struct th_json *said[2] = {NULL, NULL};
    for (size_t i = 0; i < g->n_runs; i++) {
        if (g->runs[i] == package->run_id) {
            return TH_OK;
        }
    }
    enum th_status status = th_estimate_run_warnings(g->store, package->run_id, g->messages,
                                                     TH_LANG_ZH, &said[0], g->err);
    if (status == TH_OK) {
        status = th_estimate_run_warnings(g->store, package->run_id, g->messages, TH_LANG_EN,
                                          &said[1], g->err);
    }
    size_t n = th_json_size(said[0]);
    struct th_certificate_warning *grown = NULL;
    if (status == TH_OK && n > 0) {
        grown = realloc(g->warnings, (g->paper.n_warnings + n) * sizeof(*grown));
        status = grown == NULL ? th_error_no_memory(g->err) : TH_OK;
    }
    if (status == TH_OK && n > 0) {
        g->warnings = grown;
    }
    for (size_t i = 0; status == TH_OK && i < n; i++) {
        g->warnings[g->paper.n_warnings++] = (struct th_certificate_warning){
            .package = keep(g, package->name),
            .zh = keep(g, th_json_get_text(th_json_at(said[0], i), "message", "")),
            .en = keep(g, th_json_get_text(th_json_at(said[1], i), "message", ""))};
        status = g->status;
    }
    g->runs[g->n_runs++] = package->run_id;
    th_json_free(said[0]);
    th_json_free(said[1]);
    return status;
}

static enum th_status gather_methodology(struct gathering *g,
                                         const struct th_package_record *package,
                                         struct th_certificate_block *block)
{
    struct th_methodology *methodology = NULL;
    char reference[TH_METHODOLOGY_ID_SIZE + TH_METHODOLOGY_VERSION_SIZE + 1];
    (void)snprintf(reference, sizeof(reference), "%s@%s", package->methodology, package->version);
    enum th_status status = th_methodology_open(g->store, reference, &methodology, g->err);
    if (status == TH_OK) {
        char text[512];
        (void)snprintf(text, sizeof(text), "%s（%s %s）", th_methodology_title(methodology, true),
                       package->methodology, package->version);
        th_text_mend(text); // a title that was cut inside a character
        block->methodology = keep(g, text);
        status = g->status;
    }
    th_methodology_free(methodology);
    return status;
}

static enum th_status gather_block(struct gathering *g, const struct th_json *said,
                                   struct th_certificate_block *block)
{
    struct th_issuance_record issuance;
    struct th_package_record package;
    const char *serial = th_json_get_text(said, "serial", "");
    enum th_status status = th_issuance_of_serial(g->store, serial, &issuance, g->err);
    if (status == TH_OK) {
        status = th_package_load(g->store, issuance.package_id, &package, g->err);
    }
    if (status == TH_OK) {
        block->serial = keep(g, serial);
        block->units = th_units_from_t(th_json_get_int(said, "tonnes", 0));
        block->vintage = issuance.vintage;
        block->package = keep(g, package.name);
        block->statement_based = issuance.statement_based;
        status = g->status;
    }
    if (status == TH_OK) {
        status = gather_methodology(g, &package, block);
    }
    if (status == TH_OK) {
        status = gather_villages(g, &issuance, th_json_get_int(said, "first", 0),
                                 th_json_get_int(said, "last", 0), block);
    }
    if (status == TH_OK && package.run_id != 0) {
        status = gather_warnings(g, &package);
    }
    return status;
}

static enum th_status gather_blocks(struct gathering *g, const struct th_json *blocks)
{
    size_t n = th_json_size(blocks);
    g->blocks = calloc(n + 1, sizeof(*g->blocks));
    g->runs = calloc(n + 1, sizeof(*g->runs));
    enum th_status status =
        g->blocks == NULL || g->runs == NULL ? th_error_no_memory(g->err) : TH_OK;
    for (size_t i = 0; status == TH_OK && i < n; i++) {
        status = gather_block(g, th_json_at(blocks, i), &g->blocks[i]);
    }
    g->paper.blocks = g->blocks;
    g->paper.n_blocks = n;
    g->paper.warnings = g->warnings;
    return status;
}

static enum th_status gather_holder(struct gathering *g, int64_t holder_id)
{
    struct th_party holder;
    enum th_status status = th_party_load(g->store, holder_id, &holder, g->err);
    if (status == TH_OK) {
        g->paper.holder = keep(g, holder.name);
        g->paper.holder_uscc = keep(g, holder.uscc);
        status = g->status;
    }
    return status;
}

static enum th_status gather(struct gathering *g, int64_t trade_id)
{
    struct th_trade trade;
    struct th_json *said = NULL;
    enum th_status status = th_trade_load(g->store, trade_id, &trade, g->err);
    if (status == TH_OK &&
        (strcmp(trade.kind, "retirement") != 0 || strcmp(trade.state, "approved") != 0)) {
        return th_printed_refuse(&trade, "certificate_not_retired", g->err);
    }
    if (status == TH_OK) {
        status = th_printed_load(g->store, "RC", &trade, &g->printed, g->err);
    }
    if (status == TH_OK) {
        status = th_trade_reply(g->store, trade_id, &said, g->err);
    }
    if (status == TH_OK) {
        g->paper.number = g->printed.number;
        g->paper.registry = g->printed.registry.name;
        g->paper.registry_id = g->printed.registry.registry_id;
        g->paper.proof = g->printed.proof;
        g->paper.beneficiary = keep(g, trade.beneficiary);
        g->paper.beneficiary_uscc = keep(g, trade.beneficiary_uscc);
        g->paper.purpose = keep(g, trade.purpose);
        g->paper.note = keep(g, trade.note);
        g->paper.on = keep(g, trade.decided_on[0] != '\0' ? trade.decided_on : trade.on_date);
        g->paper.units = trade.tonnes;
        status = g->status;
    }
    if (status == TH_OK) {
        status = gather_holder(g, trade.seller_id);
    }
    if (status == TH_OK) {
        status = gather_blocks(g, th_json_get(said, "blocks"));
    }
    th_json_free(said);
    return status;
}

enum th_status th_trade_certificate(struct th_registry *registry, int64_t trade_id,
                                    const char *path, const struct th_messages *messages,
                                    struct th_json **ret_reply, struct th_error *err)
{
    struct gathering g = {.store = th_registry_store(registry), .messages = messages, .err = err};
    struct th_hash sha256;
    char hex[TH_HASH_HEX_SIZE];
    enum th_status status = th_file_check_new(path, err);
    if (status == TH_OK) {
        status = th_store_begin_read(g.store, err);
    }
    if (status == TH_OK) {
        status = gather(&g, trade_id);
        th_store_end_read(g.store);
    }
    if (status == TH_OK) {
        g.paper.program = th_registry_surroundings(registry)->program;
        status = th_certificate_print(&g.paper, messages, path, &sha256, err);
    }
    if (status == TH_OK) {
        struct th_json *reply = th_json_object();
        th_json_set_text(reply, "certificate_id", g.printed.number);
        th_json_set_int(reply, "trade_id", trade_id);
        th_json_set_text(reply, "file", path);
        th_json_set_text(reply, "sha256", th_hash_hex(&sha256, hex));
        th_json_set_units(reply, "tonnes", g.paper.units);
        th_json_set_int(reply, "head_seq", g.paper.proof.seq);
        th_json_set_text(reply, "head", g.printed.head);
        th_json_set_int(reply, "n_blocks", (int64_t)g.paper.n_blocks);
        th_json_set_int(reply, "n_warnings", (int64_t)g.paper.n_warnings);
        status = th_reply_finish(TH_OK, reply, ret_reply, err);
    }
    free(g.blocks);
    free(g.warnings);
    free(g.runs);
    free(g.villages);
    th_arena_clear(&g.arena);
    return status;
}
