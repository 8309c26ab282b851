// The deal: what was drawn becomes a proposal that moves nothing; its approval cancels buffer and
// says what is owed.
#include "trading/reversal/reversal.h"

#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "registry/reference.h"
#include "registry/reply.h"
#include "registry/reversal/extent.h"
#include "trading/deal/trade.h"
#include "trading/reversal/reversal_internal.h"

// What was asked for, and what comes of it on the way.
struct asked {
    const struct th_reversal_input *input;
    struct th_drawn drawn;
    struct th_reversal reversal;
    struct th_reversal_extent extent;
};

static int by_package(const void *a, const void *b)
{
    const struct th_reversal_vintage *left = a;
    const struct th_reversal_vintage *right = b;
    if (left->package_id != right->package_id) {
        return left->package_id < right->package_id ? -1 : 1;
    }
    return (left->issuance_id > right->issuance_id) - (left->issuance_id < right->issuance_id);
}

enum th_status th_reversal_vintages_sum(const struct th_reversal_extent *extent,
                                        struct th_reversal_vintages *ret_vintages,
                                        struct th_error *err)
{
    struct th_reversal_vintage *items = calloc(extent->n_losses + 1, sizeof(*items));
    size_t n = 0;
    enum th_status status = items ? TH_OK : th_error_no_memory(err);
    for (size_t i = 0; i < extent->n_losses && status == TH_OK; i++) {
        const struct th_reversal_loss *loss = &extent->losses[i];
        items[i] =
            (struct th_reversal_vintage){.issuance_id = loss->issuance_id,
                                         .package_id = extent->parcels[loss->parcel].package_id,
                                         .lost = loss->lost};
    }
    if (status == TH_OK) {
        qsort(items, extent->n_losses, sizeof(*items), by_package);
    }
    for (size_t i = 0; i < extent->n_losses && status == TH_OK; i++) {
        if (n > 0 && items[n - 1].issuance_id == items[i].issuance_id) {
            status = th_carbon_add(items[n - 1].lost, items[i].lost, &items[n - 1].lost, err);
        } else {
            items[n++] = items[i];
        }
    }
    for (size_t i = 0; i < n && status == TH_OK; i++) {
        int64_t whole_t = th_units_t(th_carbon_whole_t(items[i].lost));
        bool rest = th_carbon_kg(items[i].lost) > whole_t * 1000;
        items[i].tonnes = th_units_from_t(whole_t + (rest ? 1 : 0));
    }
    if (status != TH_OK) {
        free(items);
        return status;
    }
    *ret_vintages = (struct th_reversal_vintages){.items = items, .n = n};
    return TH_OK;
}

enum th_status th_reversal_lines(struct th_store *store,
                                 const struct th_reversal_vintages *vintages, struct th_deal *deal,
                                 struct th_error *err)
{
    size_t capacity = 0;
    enum th_status status = TH_OK;
    for (size_t i = 0; i < vintages->n && status == TH_OK; i++) {
        const struct th_reversal_vintage *vintage = &vintages->items[i];
        struct th_trade_line *last = deal->n_lines > 0 ? &deal->lines[deal->n_lines - 1] : NULL;
        struct th_package_record package;
        if (last && last->package_id == vintage->package_id) {
            status = th_units_add(last->tonnes, vintage->tonnes, &last->tonnes, err);
            continue;
        }
        status = th_package_load(store, vintage->package_id, &package, err);
        if (status == TH_OK) {
            const struct th_trade_line line = {.package_id = vintage->package_id,
                                               .seller_id = package.holder_id,
                                               .tonnes = vintage->tonnes};
            status = th_deal_add_line(deal, &capacity, &line, err);
        }
    }
    return status;
}

static enum th_status parse_cause(const char *text, struct th_reversal *reversal,
                                  struct th_error *err)
{
    static const char *const CAUSES[] = {"fire", "felling", "pest", "storm", "conversion", "other"};
    for (size_t i = 0; text && i < sizeof(CAUSES) / sizeof(CAUSES[0]); i++) {
        if (strcmp(CAUSES[i], text) == 0) {
            th_text_copy(reversal->cause, sizeof(reversal->cause), text);
            return TH_OK;
        }
    }
    return th_error_set(err, TH_USAGE, "reversal_cause", NULL);
}

static enum th_status parse_loss(const char *text, struct th_reversal *reversal,
                                 struct th_error *err)
{
    reversal->loss_cent = TH_REVERSAL_LOSS_WHOLE;
    bool good = !text || th_cent_parse(text, &reversal->loss_cent, NULL) == TH_OK;
    good = good && reversal->loss_cent > 0 && reversal->loss_cent <= TH_REVERSAL_LOSS_WHOLE;
    return good ? TH_OK : th_error_set(err, TH_INVALID, "loss_invalid", "text", text, NULL);
}

// What the drawing takes, as a deal without a kind's frame around it.
static enum th_status judge(struct asked *asked, struct th_registry *registry,
                            struct th_store *store, struct th_deal *deal, struct th_error *err)
{
    const struct th_reversal_input *input = asked->input;
    struct th_trade *trade = &deal->trade;
    struct th_reversal_vintages vintages = {.n = 0};
    struct th_date day = {0};
    th_text_copy(trade->tax_rate, sizeof(trade->tax_rate), "0");
    asked->reversal.drawing = asked->drawn.sha256;
    enum th_status status = th_deal_day_parse(registry, input->on, trade->on_date, err);
    if (status == TH_OK) {
        status = parse_cause(input->cause, &asked->reversal, err);
    }
    if (status == TH_OK) {
        status = parse_loss(input->loss, &asked->reversal, err);
    }
    if (status == TH_OK) {
        status = th_note_parse("note", input->note, trade->note, err);
    }
    if (status == TH_OK) {
        status = th_date_parse(trade->on_date, &day, err);
    }
    const struct th_extent_question question = {
        .drawn = &asked->drawn, .year = day.year, .loss_cent = asked->reversal.loss_cent};
    if (status == TH_OK) {
        status = th_extent_find(store, &question, &asked->extent, err);
    }
    if (status == TH_OK && asked->extent.n_losses == 0) {
        status = th_error_set(err, TH_DATA_PROBLEM, "reversal_nothing", NULL);
    }
    if (status == TH_OK) {
        status = th_reversal_vintages_sum(&asked->extent, &vintages, err);
    }
    if (status == TH_OK) {
        status = th_reversal_lines(store, &vintages, deal, err);
    }
    free(vintages.items);
    for (size_t i = 0; i < deal->n_lines && status == TH_OK; i++) {
        status = th_units_add(trade->tonnes, deal->lines[i].tonnes, &trade->tonnes, err);
        bool same = i == 0 || deal->lines[i].seller_id == trade->seller_id;
        trade->seller_id = same ? deal->lines[i].seller_id : 0;
    }
    return status;
}

static enum th_status prepare(const void *given, struct th_registry *registry, struct th_work *work,
                              struct th_deal *deal, struct th_error *err)
{
    struct asked *asked = *(struct asked *const *)given;
    struct th_hash sha256;
    enum th_status status = judge(asked, registry, th_work_store(work), deal, err);
    if (status == TH_OK && asked->input->document) {
        status = th_document_record(work, asked->input->document, &asked->reversal.document_id,
                                    &sha256, err);
    }
    if (status == TH_OK) {
        deal->terms = th_reversal_row(&asked->reversal);
    }
    return status;
}

static enum th_status proposed(const void *given, struct th_posting *posting,
                               const struct th_deal *deal, struct th_error *err)
{
    const struct asked *asked = *(struct asked *const *)given;
    return th_reversal_extent_post(posting, deal->trade.trade_id, &asked->extent, err);
}

static enum th_status check(struct th_store *store, const struct th_decision *decision,
                            struct th_error *err)
{
    int64_t other_id = 0;
    enum th_status status = th_reversal_overtaken(store, decision->trade.trade_id, &other_id, err);
    if (status == TH_OK && other_id != 0) {
        status = th_error_set(err, TH_CONFLICT, "reversal_overtaken", NULL);
        th_error_add_int(err, "other", other_id);
    }
    return status;
}

static enum th_status approve(struct th_posting *posting, const struct th_decision *decision,
                              struct th_error *err)
{
    const struct th_trade *trade = &decision->trade;
    struct th_reversal_plan plan = {.n_dues = 0};
    enum th_status status =
        th_reversal_plan_make(th_posting_store(posting), trade->on_date, decision->lines.items,
                              decision->lines.n, &plan, err);
    for (size_t i = 0; i < plan.picks.n && status == TH_OK; i++) {
        const struct th_block *pick = &plan.picks.items[i];
        struct th_unit_move move = {.issuance_id = pick->issuance_id,
                                    .first = pick->first,
                                    .last = pick->last,
                                    .from = th_block_place(pick),
                                    .to = th_block_place(pick),
                                    .trade_id = trade->trade_id};
        move.to.state = TH_BLOCK_CANCELLED;
        status = th_ledger_move(posting, &move, err);
    }
    for (size_t i = 0; i < plan.n_dues && status == TH_OK; i++) {
        status = th_reversal_debt_post(posting, trade->trade_id, plan.dues[i].party_id,
                                       plan.dues[i].owed, err);
    }
    th_reversal_plan_clear(&plan);
    return status;
}

static enum th_status show(struct th_store *store, const struct th_trade *trade,
                           struct th_json *reply, struct th_error *err)
{
    struct th_reversal reversal;
    struct th_reversal_extent extent = {0};
    struct th_trade_line_list lines = {0};
    enum th_status status = th_reversal_load(store, trade->trade_id, &reversal, err);
    if (status == TH_OK) {
        status = th_reversal_extent_load(store, trade->trade_id, &extent, err);
    }
    if (status == TH_OK) {
        status = th_trade_lines(store, trade->trade_id, &lines, err);
    }
    if (status == TH_OK) {
        bool approved = strcmp(trade->state, "approved") == 0;
        const struct th_reversal_told told = {.reversal = &reversal,
                                              .on_date = trade->on_date,
                                              .extent = &extent,
                                              .lines = lines.items,
                                              .n_lines = lines.n,
                                              .approved_id = approved ? trade->trade_id : 0,
                                              .ended = !approved &&
                                                       strcmp(trade->state, "proposed") != 0};
        status = th_reversal_tell(store, &told, reply, err);
    }
    th_trade_line_list_clear(&lines);
    th_reversal_extent_clear(&extent);
    return status;
}

const struct th_deal_kind th_deal_reversal = {.name = "reversal",
                                              .propose = TH_MAY_ISSUE,
                                              .pool_use = TH_POOL_USE_NONE,
                                              .takes_later = true,
                                              .of_officers = true,
                                              .terms = "reversal",
                                              .prepare = prepare,
                                              .proposed = proposed,
                                              .check = check,
                                              .approve = approve,
                                              .show = show};

static struct th_json *given_json(const struct th_reversal_input *input)
{
    struct th_json *given = th_json_object();
    th_json_set_text(given, "file", input->file);
    th_json_set_text(given, "layer", input->layer);
    th_json_set_text(given, "crs", input->crs);
    th_json_set_text(given, "encoding", input->encoding);
    th_json_set_text(given, "on", input->on);
    th_json_set_text(given, "cause", input->cause);
    th_json_set_text(given, "loss", input->loss);
    th_json_set_text(given, "note", input->note);
    th_json_set_text(given, "document", input->document);
    return given;
}

static enum th_status read_drawing(struct th_registry *registry, const struct th_request *request,
                                   struct asked *asked, struct th_error *err)
{
    const struct th_drawn_source source = {.path = asked->input->file,
                                           .layer = asked->input->layer,
                                           .crs = asked->input->crs,
                                           .encoding = asked->input->encoding};
    return th_drawn_read(th_registry_store(registry), &source, request->progress, &asked->drawn,
                         err);
}

static void asked_clear(struct asked *asked)
{
    th_drawn_clear(&asked->drawn);
    th_reversal_extent_clear(&asked->extent);
}

// Before the drawing is judged: may the caller, and was it done under the same key?
static enum th_status ask_first(struct th_registry *registry, const struct th_request *request,
                                const struct th_json *given,
                                const struct th_work_documents *documents,
                                struct th_json **ret_reply, bool *ret_answered,
                                struct th_error *err)
{
    struct th_work *work = NULL;
    enum th_status status =
        th_work_begin_looking(registry, request, th_deal_reversal.propose, "trade.propose", given,
                              documents, &work, ret_reply, err);
    if (status == TH_OK) {
        *ret_answered = !work;
    }
    th_work_cancel(work);
    return status;
}

enum th_status th_trade_propose_reversal(struct th_registry *registry,
                                         const struct th_request *request,
                                         const struct th_reversal_input *input,
                                         struct th_json **ret_reply, struct th_error *err)
{
    struct asked asked = {.input = input};
    struct asked *const by_reference = &asked; // what is found on the way is kept there
    // A key stands for what was drawn, too.
    const char *const paths[] = {input->file, input->document};
    const struct th_work_documents documents = {paths, 2};
    struct th_json *given = given_json(input);
    bool answered = false;
    enum th_status status =
        ask_first(registry, request, given, &documents, ret_reply, &answered, err);
    if (status == TH_OK && !answered) {
        status = read_drawing(registry, request, &asked, err);
    }
    if (status == TH_OK && !answered) {
        status = th_deal_propose_reading(registry, request, &th_deal_reversal, given, &documents,
                                         &by_reference, ret_reply, err);
    } else {
        th_json_free(given);
    }
    asked_clear(&asked);
    return status;
}

static enum th_status preview(struct asked *asked, struct th_registry *registry,
                              struct th_json *reply, struct th_error *err)
{
    struct th_store *store = th_registry_store(registry);
    struct th_deal deal = {.kind = &th_deal_reversal};
    enum th_status status = th_store_begin_read(store, err);
    if (status != TH_OK) {
        return status;
    }
    status = judge(asked, registry, store, &deal, err);
    if (status == TH_OK) {
        const struct th_reversal_told told = {.reversal = &asked->reversal,
                                              .on_date = deal.trade.on_date,
                                              .extent = &asked->extent,
                                              .lines = deal.lines,
                                              .n_lines = deal.n_lines};
        status = th_reversal_tell(store, &told, reply, err);
    }
    th_store_end_read(store);
    free(deal.lines);
    return status;
}

enum th_status th_reversal_preview(struct th_registry *registry, const struct th_request *request,
                                   const struct th_reversal_input *input,
                                   struct th_json **ret_reply, struct th_error *err)
{
    struct asked asked = {.input = input};
    struct th_json *reply = th_json_object();
    enum th_status status = read_drawing(registry, request, &asked, err);
    if (status == TH_OK) {
        status = preview(&asked, registry, reply, err);
    }
    asked_clear(&asked);
    return th_reply_finish(status, reply, ret_reply, err);
}
