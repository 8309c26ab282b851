#include "trading/print/contract.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/file.h"
#include "registry/reply.h"
#include "trading/deal/schedule.h"
#include "trading/print/contract_internal.h"

// Deals that two parties sign, and as what.
static const struct {
    const char *kind;
    const char *gives;
    const char *gets;
} KINDS[] = {{"purchase", "seller", "buyer"},          {"resale", "seller", "buyer"},
             {"transfer", "seller", "buyer"},          {"pledge", "pledgor", "pledgee"},
             {"option", "grantor", "holder"},          {"forward", "seller", "buyer"},
             {"subscription", "seller", "subscriber"}, {"acceptance", "seller", "buyer"},
             {"enforcement", "pledgor", "buyer"},      {"exercise", "grantor", "holder"}};

enum th_status th_contract_keep(struct th_contract_draft *g, const char *text,
                                const char **ret_kept)
{
    *ret_kept = th_arena_text(&g->arena, text != NULL ? text : "");
    return *ret_kept == NULL ? th_error_no_memory(g->err) : TH_OK;
}

static enum th_status add_party(struct th_contract_draft *g, const char *role, int64_t party_id)
{
    struct th_party party;
    for (size_t i = 0; i < g->paper.n_parties; i++) {
        if (g->party_ids[i] == party_id) { // a seller with several packages signs once
            return TH_OK;
        }
    }
    g->party_ids[g->paper.n_parties] = party_id;
    enum th_status status = th_party_load(g->store, party_id, &party, g->err);
    struct th_contract_party *added = &g->parties[g->paper.n_parties];
    added->role = role;
    if (status == TH_OK) {
        status = th_contract_keep(g, party.name, &added->name);
    }
    if (status == TH_OK) {
        status = th_contract_keep(g, party.uscc, &added->uscc);
    }
    g->paper.n_parties += status == TH_OK;
    return status;
}

static enum th_status gather_lines(struct th_contract_draft *g, const struct th_json *said,
                                   const char *role)
{
    size_t n = th_json_size(said);
    size_t size = (n + 1) * sizeof(struct th_contract_line);
    struct th_contract_line *lines = th_arena_take(&g->arena, size);
    enum th_status status = lines == NULL ? th_error_no_memory(g->err) : TH_OK;
    for (size_t i = 0; status == TH_OK && i < n; i++) {
        const struct th_json *line = th_json_at(said, i);
        lines[i] = (struct th_contract_line){
            .units = th_units_from_t(th_json_get_int(line, "tonnes", 0)),
            .amount = th_money_from_fen(th_json_get_int(line, "amount_fen", 0))};
        status = th_contract_keep(g, th_json_get_text(line, "package", ""), &lines[i].package);
        if (status == TH_OK) {
            status =
                th_contract_keep(g, th_json_get_text(line, "seller_name", ""), &lines[i].seller);
        }
        if (status == TH_OK) {
            status = add_party(g, role, th_json_get_int(line, "seller", 0));
        }
    }
    g->paper.lines = lines;
    g->paper.n_lines = n;
    return status;
}

static enum th_status gather_serials(struct th_contract_draft *g, const struct th_json *blocks)
{
    size_t n = th_json_size(blocks);
    const char **serials = th_arena_take(&g->arena, (n + 1) * sizeof(*serials));
    enum th_status status = serials == NULL ? th_error_no_memory(g->err) : TH_OK;
    for (size_t i = 0; status == TH_OK && i < n; i++) {
        status =
            th_contract_keep(g, th_json_get_text(th_json_at(blocks, i), "serial", ""), &serials[i]);
    }
    g->paper.serials = serials;
    g->paper.n_serials = n;
    return status;
}

// What an enforcement pays, as its proposal stated it.
static enum th_status gather_debts(struct th_contract_draft *g, const struct th_json *said)
{
    size_t n = th_json_size(said);
    struct th_contract_debt *debts = th_arena_take(&g->arena, (n + 1) * sizeof(*debts));
    enum th_status status = debts == NULL ? th_error_no_memory(g->err) : TH_OK;
    for (size_t i = 0; status == TH_OK && i < n; i++) {
        const struct th_json *debt = th_json_at(said, i);
        debts[i] = (struct th_contract_debt){
            .owed = th_money_from_fen(th_json_get_int(debt, "owed_fen", 0)),
            .gets = th_money_from_fen(th_json_get_int(debt, "claim_fen", 0))};
        status = th_contract_keep(g, th_json_get_text(debt, "party_name", ""), &debts[i].creditor);
        if (status == TH_OK) {
            status = th_contract_keep(g, th_json_get_text(debt, "number", ""), &debts[i].document);
        }
    }
    g->paper.debts = debts;
    g->paper.n_debts = n;
    return status;
}

static void fill(struct th_contract_draft *g)
{
    const struct th_trade *trade = &g->trade;
    struct th_contract *paper = &g->paper;
    paper->kind = trade->kind;
    paper->number = g->printed.number;
    paper->approved = strcmp(trade->state, "approved") == 0;
    paper->registry = g->printed.registry.name;
    paper->registry_id = g->printed.registry.registry_id;
    paper->on = trade->on_date;
    paper->units = trade->tonnes;
    paper->has_price = trade->has_price;
    paper->price_per_t = trade->price_per_t;
    paper->amount = trade->amount;
    paper->tax_rate = trade->tax_rate;
    paper->tax = trade->tax;
    paper->net = trade->net;
    paper->note = trade->note;
    paper->proposed_by = trade->proposed_by;
    paper->approved_by = trade->decided_by;
    paper->proof = g->printed.proof;
}

// Units pass with the approval; money as the contract says, or as the parties agree.
static enum th_status set_steps(struct th_contract_draft *g)
{
    struct th_schedule schedule = {0};
    struct th_contract *paper = &g->paper;
    enum th_status status = th_schedule_load(g->store, g->trade.trade_id, &schedule, g->err);
    if (status != TH_OK) {
        return status;
    }
    g->steps = th_arena_take(&g->arena, (schedule.n + 2) * sizeof(*g->steps));
    if (!g->steps) {
        free(schedule.items);
        return th_error_no_memory(g->err);
    }
    g->steps[paper->n_steps++] =
        (struct th_contract_step){.matter = TH_CONTRACT_DELIVERY, .units = g->trade.tonnes};
    if (schedule.n == 0) {
        g->steps[paper->n_steps] =
            (struct th_contract_step){.matter = TH_CONTRACT_PAYMENT, .amount = g->trade.amount};
        paper->n_steps += th_money_fen(g->trade.amount) > 0;
    }
    for (size_t i = 0; i < schedule.n && status == TH_OK; i++) {
        struct th_contract_step *step = &g->steps[paper->n_steps++];
        *step = (struct th_contract_step){.matter = TH_CONTRACT_PAYMENT,
                                          .amount = schedule.items[i].amount};
        status = th_contract_keep(g, schedule.items[i].on_date, &step->on);
    }
    paper->steps = g->steps;
    free(schedule.items);
    return status;
}

static enum th_status gather(struct th_contract_draft *g, int64_t trade_id)
{
    struct th_json *said = NULL;
    size_t kind = 0;
    const size_t n_kinds = sizeof(KINDS) / sizeof(KINDS[0]);
    enum th_status status = th_trade_load(g->store, trade_id, &g->trade, g->err);
    if (status != TH_OK) {
        return status;
    }
    while (kind < n_kinds && strcmp(g->trade.kind, KINDS[kind].kind) != 0) {
        kind++;
    }
    bool lives = strcmp(g->trade.state, "approved") == 0 || strcmp(g->trade.state, "proposed") == 0;
    if (kind == n_kinds || !lives) {
        return th_printed_refuse(&g->trade, "contract_not_printable", g->err);
    }
    status = th_printed_load(g->store, "HT", &g->trade, &g->printed, g->err);
    if (status == TH_OK) {
        status = th_trade_reply(g->store, trade_id, &said, g->err);
    }
    if (status == TH_OK && th_json_get(said, "corrected_by")) {
        status = th_printed_refuse(&g->trade, "contract_corrected", g->err);
    }
    const struct th_json *lines = th_json_get(said, "lines");
    if (status == TH_OK) {
        g->parties = calloc(th_json_size(lines) + 2, sizeof(*g->parties));
        g->party_ids = calloc(th_json_size(lines) + 2, sizeof(*g->party_ids));
        status = g->parties == NULL || g->party_ids == NULL ? th_error_no_memory(g->err) : TH_OK;
    }
    if (status == TH_OK && g->trade.seller_id != 0) {
        status = add_party(g, KINDS[kind].gives, g->trade.seller_id);
    }
    if (status == TH_OK) {
        status = gather_lines(g, lines, KINDS[kind].gives);
    }
    if (status == TH_OK && g->trade.buyer_id != 0) {
        status = add_party(g, KINDS[kind].gets, g->trade.buyer_id);
    }
    if (status == TH_OK) {
        status = gather_serials(g, th_json_get(said, "blocks"));
    }
    if (status == TH_OK) {
        status = gather_debts(g, th_json_get(said, "debts"));
    }
    if (status == TH_OK) {
        fill(g);
        status = set_steps(g);
        g->paper.parties = g->parties;
        g->paper.statement_based = th_json_get_bool(said, "statement_based", false);
    }
    if (status == TH_OK) {
        status = th_contract_set_terms(g);
    }
    th_json_free(said);
    return status;
}

enum th_status th_trade_contract(struct th_registry *registry, int64_t trade_id, const char *path,
                                 const struct th_messages *messages, enum th_lang lang,
                                 struct th_json **ret_reply, struct th_error *err)
{
    struct th_contract_draft g = {
        .store = th_registry_store(registry), .messages = messages, .lang = lang, .err = err};
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
        status = th_contract_print(&g.paper, messages, lang, path, &sha256, err);
    }
    if (status == TH_OK) {
        struct th_json *reply = th_json_object();
        th_json_set_text(reply, "contract_id", g.printed.number);
        th_json_set_int(reply, "trade_id", trade_id);
        th_json_set_text(reply, "kind", g.trade.kind);
        th_json_set_text(reply, "state", g.trade.state);
        th_json_set_text(reply, "file", path);
        th_json_set_text(reply, "sha256", th_hash_hex(&sha256, hex));
        th_json_set_units(reply, "tonnes", g.trade.tonnes);
        th_json_set_money(reply, "amount_fen", g.trade.amount);
        th_json_set_int(reply, "head_seq", g.printed.proof.seq);
        th_json_set_text(reply, "head", g.printed.head);
        th_json_set_int(reply, "n_blocks", (int64_t)g.paper.n_serials);
        status = th_reply_finish(TH_OK, reply, ret_reply, err);
    }
    free(g.parties);
    free(g.party_ids);
    th_arena_clear(&g.arena);
    return status;
}
