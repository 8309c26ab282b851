// Forecast stock: registered by an officer, corrected by another one, shown with what is promised
// on it, closed when the package is issued.
#include "trading/ahead/forecast.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "methodology/issuance.h"
#include "registry/estimate/methodology.h"
#include "registry/reference.h"
#include "registry/reply.h"
#include "store/deal/forecast_store.h"
#include "store/deal/pledge_store.h"
#include "store/estimate/estimate_store.h"
#include "trading/ahead/promise.h"

// What a run estimates for a package.
struct estimate {
    struct th_issuance_entry *entries; // free()
    size_t n;
    size_t capacity;
    bool no_memory;
};

static bool collect_row(void *context, const struct th_estimate_row *row)
{
    struct estimate *estimate = context;
    if (estimate->n == estimate->capacity) {
        size_t capacity = estimate->capacity == 0 ? 64 : estimate->capacity * 2;
        struct th_issuance_entry *entries = realloc(estimate->entries, capacity * sizeof(*entries));
        if (!entries) {
            estimate->no_memory = true;
            return false;
        }
        estimate->entries = entries;
        estimate->capacity = capacity;
    }
    estimate->entries[estimate->n++] = (struct th_issuance_entry){
        .parcel_id = row->parcel_id, .year = row->year, .net = row->terms.net};
    return true;
}

static int by_year(const void *a, const void *b)
{
    const struct th_issuance_entry *left = a;
    const struct th_issuance_entry *right = b;
    if (left->year != right->year) {
        return left->year < right->year ? -1 : 1;
    }
    return (left->parcel_id > right->parcel_id) - (left->parcel_id < right->parcel_id);
}

// A run that estimated this package: its own, or one of the same scope and period.
static enum th_status check_run(const struct th_package_record *package,
                                const struct th_estimate_run_record *run, struct th_error *err)
{
    struct th_json *scope = NULL;
    enum th_status status = th_json_parse(run->scope, strlen(run->scope), &scope, err);
    if (status != TH_OK) {
        return status;
    }
    bool same = run->run_id == package->run_id ||
                th_json_get_int(scope, "package", 0) == package->package_id;
    th_json_free(scope);
    if (!same || run->from_year != package->from.year || run->to_year != package->to.year) {
        (void)th_error_set(err, TH_INVALID, "forecast_run_other", "package", package->name, NULL);
        th_error_add_int(err, "run", run->run_id);
        return TH_INVALID;
    }
    return TH_OK;
}

// The same arithmetic as an issuance, from the estimate.
static enum th_status plan_run(struct th_store *store, const struct th_package_record *package,
                               int64_t run_id, struct th_issuance_plan *ret_plan,
                               struct th_error *err)
{
    struct th_estimate_run_record run;
    struct estimate estimate = {.n = 0};
    struct th_methodology *methodology = NULL;
    char reference[TH_METHODOLOGY_ID_SIZE + TH_METHODOLOGY_VERSION_SIZE + 1];
    enum th_status status = th_estimate_run_load(store, run_id, &run, NULL, err);
    if (status == TH_OK) {
        status = check_run(package, &run, err);
    }
    if (status != TH_OK) {
        return status;
    }
    (void)snprintf(reference, sizeof(reference), "%s@%s", run.methodology, run.version);
    status = th_methodology_open(store, reference, &methodology, err);
    if (status == TH_OK) {
        status = th_estimate_row_each(store, run_id, collect_row, &estimate, err);
    }
    if (status == TH_OK && estimate.no_memory) {
        status = th_error_no_memory(err);
    }
    if (status == TH_OK && estimate.n > 0) {
        qsort(estimate.entries, estimate.n, sizeof(*estimate.entries), by_year);
        status = th_issuance_plan(estimate.entries, estimate.n, NULL, 0,
                                  th_methodology_buffer_ratio(methodology), ret_plan, err);
    }
    free(estimate.entries);
    th_methodology_free(methodology);
    return status;
}

struct registration {
    struct th_work *work;
    struct th_package_record package;
    struct th_forecast forecast;
    struct th_issuance_plan plan; // by a run
};

static struct th_units free_of_buffer(const struct th_issuance_vintage *vintage)
{
    return th_units_from_t(th_units_t(vintage->issued) - th_units_t(vintage->buffer));
}

static enum th_status estimate_tonnes(struct registration *registration, const char *run,
                                      struct th_error *err)
{
    struct th_forecast *forecast = &registration->forecast;
    forecast->run_id = registration->package.run_id;
    if (run && !th_text_parse_int(run, 1, INT64_MAX, &forecast->run_id)) {
        forecast->run_id = 0;
    }
    if (forecast->run_id == 0) {
        return th_error_set(err, TH_USAGE, "forecast_basis", NULL);
    }
    enum th_status status = plan_run(th_work_store(registration->work), &registration->package,
                                     forecast->run_id, &registration->plan, err);
    for (size_t i = 0; i < registration->plan.n_vintages && status == TH_OK; i++) {
        status = th_units_add(forecast->registered, free_of_buffer(&registration->plan.vintages[i]),
                              &forecast->registered, err);
    }
    return status;
}

static enum th_status state_tonnes(struct registration *registration,
                                   const struct th_forecast_input *input, struct th_json *body,
                                   struct th_error *err)
{
    struct th_hash sha256;
    char hex[TH_HASH_HEX_SIZE];
    if (!input->tonnes || !input->document || input->run) {
        return th_error_set(err, TH_USAGE, "forecast_basis", NULL);
    }
    enum th_status status = th_tonnes_parse(input->tonnes, &registration->forecast.registered, err);
    if (status == TH_OK) {
        status = th_document_record(registration->work, input->document,
                                    &registration->forecast.document_id, &sha256, err);
    }
    if (status == TH_OK) {
        th_json_set_text(body, "document_sha256", th_hash_hex(&sha256, hex));
    }
    return status;
}

// The package of the input, not issued and not withdrawn.
static enum th_status load_package(struct registration *registration, const char *package,
                                   struct th_error *err)
{
    struct th_package_record *record = &registration->package;
    enum th_status status =
        th_package_resolve(th_work_store(registration->work), package, record, err);
    if (status == TH_OK &&
        (strcmp(record->state, "issued") == 0 || strcmp(record->state, "withdrawn") == 0)) {
        status = th_error_set(err, TH_CONFLICT, "forecast_too_late", "package", record->name, NULL);
        th_error_add_word(err, "state", "package_state", record->state);
    }
    return status;
}

// The package's own forecast; its id is 0 where there is none. What was bought ahead of it comes
// later.
static enum th_status find_own(const struct registration *registration, struct th_forecast *ret_own,
                               struct th_error *err)
{
    const struct th_forecast_filter filter = {.package_id = registration->package.package_id};
    struct th_forecast_list list = {0};
    enum th_status status = th_forecast_all(th_work_store(registration->work), &filter, &list, err);
    if (status == TH_OK) {
        *ret_own = list.n > 0 ? list.items[0] : (struct th_forecast){.forecast_id = 0};
    }
    free(list.items);
    return status;
}

static enum th_status post_vintages(const struct registration *registration, int64_t correction_id,
                                    struct th_error *err)
{
    struct th_posting *posting = th_work_posting(registration->work);
    const struct th_forecast *forecast = &registration->forecast;
    const struct th_issuance_plan *plan = &registration->plan;
    if (forecast->run_id == 0) {
        return th_forecast_vintage_post(posting, forecast->forecast_id, correction_id,
                                        registration->package.to.year, forecast->registered, err);
    }
    enum th_status status = TH_OK;
    for (size_t i = 0; i < plan->n_vintages && status == TH_OK; i++) {
        struct th_units units = free_of_buffer(&plan->vintages[i]);
        if (th_units_t(units) > 0) {
            status = th_forecast_vintage_post(posting, forecast->forecast_id, correction_id,
                                              plan->vintages[i].year, units, err);
        }
    }
    return status;
}

// The tonnes and where they are from, as stated or by a run.
static enum th_status read_tonnes(struct registration *registration,
                                  const struct th_forecast_input *input, struct th_json *body,
                                  struct th_error *err)
{
    enum th_status status = input->tonnes || input->document
                                ? state_tonnes(registration, input, body, err)
                                : estimate_tonnes(registration, input->run, err);
    if (status == TH_OK && th_units_t(registration->forecast.registered) == 0) {
        status = th_error_set(err, TH_INVALID, "forecast_nothing", "package",
                              registration->package.name, NULL);
    }
    return status;
}

static bool add_vintage(void *context, int vintage, struct th_units units)
{
    struct th_json *item = th_json_object();
    th_json_set_int(item, "vintage", vintage);
    th_json_set_units(item, "tonnes", units);
    th_json_append(context, item);
    return true;
}

static bool add_correction(void *context, const struct th_forecast_correction *correction)
{
    struct th_json *item = th_json_object();
    th_json_set_units(item, "was_t", correction->was);
    th_json_set_units(item, "registered_t", correction->registered);
    th_json_set_text(item, "by", correction->login);
    th_json_set_text(item, "reason", correction->reason);
    th_json_append(context, item);
    return true;
}

static enum th_status promises_json(struct th_store *store, int64_t forecast_id,
                                    struct th_json *array, struct th_error *err)
{
    struct th_lock_list locks = {0};
    enum th_status status = th_forecast_locks(store, forecast_id, true, &locks, err);
    for (size_t i = 0; i < locks.n && status == TH_OK; i++) {
        struct th_trade trade;
        status = th_trade_load(store, locks.items[i].lock_id, &trade, err);
        if (status != TH_OK) {
            break;
        }
        struct th_json *item = th_json_object();
        th_json_set_int(item, "trade_id", trade.trade_id);
        th_json_set_text(item, "kind", trade.kind);
        status = th_json_set_party(store, item, "buyer", trade.buyer_id, err);
        th_json_set_units(item, "forecast_t", locks.items[i].forecast);
        th_json_append(array, item);
    }
    free(locks.items);
    return status;
}

static void set_id(struct th_json *object, const char *key, int64_t id)
{
    th_json_set(object, key, id != 0 ? th_json_int(id) : th_json_null());
}

static enum th_status forecast_json(struct th_store *store, const struct th_forecast *forecast,
                                    struct th_json *item, struct th_error *err)
{
    struct th_package_record package;
    struct th_json *vintages = th_json_array();
    struct th_json *promises = th_json_array();
    struct th_json *corrections = th_json_array();
    enum th_status status = th_package_load(store, forecast->package_id, &package, err);
    th_json_set_int(item, "forecast_id", forecast->forecast_id);
    th_json_set_int(item, "package_id", forecast->package_id);
    th_json_set_text(item, "package", status == TH_OK ? package.name : "");
    if (status == TH_OK) {
        status = th_json_set_party(store, item, "owner", forecast->owner_id, err);
    }
    set_id(item, "of_trade_id", forecast->of_trade_id);
    set_id(item, "run_id", forecast->run_id);
    set_id(item, "document_id", forecast->document_id);
    th_json_set_text(item, "on", forecast->on_date);
    th_json_set_units(item, "registered_t", forecast->registered);
    th_json_set_units(item, "promised_t", forecast->promised);
    th_json_set_units(item, "arrived_t", forecast->arrived);
    th_json_set_units(item, "lost_t", forecast->lost);
    th_json_set_units(item, "free_t", th_forecast_free(forecast));
    if (status == TH_OK) {
        status = th_forecast_vintage_each(store, forecast->forecast_id, add_vintage, vintages, err);
    }
    if (status == TH_OK) {
        status = promises_json(store, forecast->forecast_id, promises, err);
    }
    if (status == TH_OK) {
        status = th_forecast_correction_each(store, forecast->forecast_id, add_correction,
                                             corrections, err);
    }
    th_json_set(item, "vintages", vintages);
    th_json_set(item, "promises", promises);
    th_json_set(item, "corrections", corrections);
    return status;
}

static enum th_status list_json(struct th_store *store, int64_t package_id, bool open_only,
                                struct th_json *list, struct th_error *err)
{
    const struct th_forecast_filter filter = {.package_id = package_id};
    struct th_forecast_list forecasts = {0};
    enum th_status status = th_forecast_all(store, &filter, &forecasts, err);
    for (size_t i = 0; i < forecasts.n && status == TH_OK; i++) {
        if (!open_only || th_units_t(th_forecast_open(&forecasts.items[i])) > 0) {
            struct th_json *item = th_json_object();
            status = forecast_json(store, &forecasts.items[i], item, err);
            th_json_append(list, item);
        }
    }
    free(forecasts.items);
    return status;
}

static enum th_status do_register(struct registration *registration,
                                  const struct th_forecast_input *input,
                                  struct th_registry *registry, struct th_json *body,
                                  struct th_error *err)
{
    struct th_posting *posting = th_work_posting(registration->work);
    struct th_forecast *forecast = &registration->forecast;
    struct th_forecast own;
    enum th_status status = th_deal_day_parse(registry, input->on, forecast->on_date, err);
    if (status == TH_OK) {
        status = load_package(registration, input->package, err);
    }
    if (status == TH_OK) {
        status = find_own(registration, &own, err);
    }
    if (status == TH_OK && own.forecast_id != 0) {
        status = th_error_set(err, TH_CONFLICT, "forecast_exists", "package",
                              registration->package.name, NULL);
        th_error_add_int(err, "forecast", own.forecast_id);
    }
    if (status != TH_OK) {
        return status;
    }
    forecast->package_id = registration->package.package_id;
    forecast->owner_id = registration->package.holder_id;
    status = read_tonnes(registration, input, body, err);
    if (status == TH_OK) {
        status = th_forecast_post(posting, forecast, &forecast->forecast_id, err);
    }
    return status == TH_OK ? post_vintages(registration, 0, err) : status;
}

// By another officer than whose word the tonnes are, and not below what relies on them: promises,
// also those that wait for a decision.
static enum th_status check_correction(const struct registration *registration,
                                       const struct th_forecast *own, struct th_error *err)
{
    const char *login = th_work_actor(registration->work)->login;
    char speaker[TH_LOGIN_SIZE] = "";
    int64_t taken_t = th_units_t(own->registered) - th_units_t(th_forecast_free(own));
    enum th_status status =
        th_forecast_speaker(th_work_store(registration->work), own->forecast_id, speaker, err);
    if (status != TH_OK) {
        return status;
    }
    if (strcmp(speaker, login) == 0) {
        status =
            th_error_set(err, TH_NOT_PERMITTED, "forecast_second_person", "login", login, NULL);
    } else if (th_units_t(registration->forecast.registered) < taken_t) {
        status = th_error_set(err, TH_CONFLICT, "forecast_promised_more", NULL);
        th_error_add_int(err, "tonnes", th_units_t(registration->forecast.registered));
        th_error_add_int(err, "promised", taken_t);
    }
    if (status != TH_OK) {
        th_error_add(err, "package", registration->package.name);
        th_error_add_int(err, "forecast", own->forecast_id);
    }
    return status;
}

static enum th_status post_correction(struct registration *registration,
                                      const struct th_forecast *own, const char *reason,
                                      struct th_json *body, struct th_error *err)
{
    const struct th_forecast *now = &registration->forecast;
    const struct th_forecast_correction correction = {.forecast_id = own->forecast_id,
                                                      .was = own->registered,
                                                      .registered = now->registered,
                                                      .run_id = now->run_id,
                                                      .document_id = now->document_id,
                                                      .reason = reason,
                                                      .login =
                                                          th_work_actor(registration->work)->login};
    int64_t correction_id = 0;
    enum th_status status = th_forecast_correct_post(th_work_posting(registration->work),
                                                     &correction, &correction_id, err);
    if (status == TH_OK) {
        status = post_vintages(registration, correction_id, err);
    }
    if (status == TH_OK) {
        th_json_set_int(body, "correction_id", correction_id);
        th_json_set_int(body, "forecast_id", own->forecast_id);
        th_json_set_units(body, "was_t", own->registered);
        th_json_set_units(body, "registered_t", now->registered);
        th_json_set_text(body, "reason", reason);
    }
    return status;
}

static enum th_status do_correct(struct registration *registration,
                                 const struct th_forecast_input *input, const char *reason,
                                 struct th_json *body, struct th_error *err)
{
    struct th_forecast own;
    enum th_status status = load_package(registration, input->package, err);
    if (status == TH_OK) {
        status = find_own(registration, &own, err);
    }
    if (status == TH_OK && own.forecast_id == 0) {
        status = th_error_set(err, TH_CONFLICT, "forecast_none", "package",
                              registration->package.name, NULL);
    }
    if (status == TH_OK) {
        registration->forecast.forecast_id = own.forecast_id;
        status = read_tonnes(registration, input, body, err);
    }
    if (status == TH_OK) {
        status = check_correction(registration, &own, err);
    }
    return status == TH_OK ? post_correction(registration, &own, reason, body, err) : status;
}

static enum th_status begin(struct registration *registration, struct th_registry *registry,
                            const struct th_request *request, const char *kind,
                            const struct th_forecast_input *input, struct th_json **ret_reply,
                            struct th_error *err)
{
    struct th_json *given = th_json_object();
    th_json_set_text(given, "package", input->package);
    th_json_set_text(given, "run", input->run);
    th_json_set_text(given, "tonnes", input->tonnes);
    th_json_set_text(given, "document", input->document);
    th_json_set_text(given, "on", input->on);
    th_json_set_text(given, "reason", input->reason);
    const struct th_work_documents documents = {&input->document, 1};
    enum th_status status = th_work_begin_reading(registry, request, TH_MAY_ISSUE, kind, given,
                                                  &documents, &registration->work, ret_reply, err);
    th_json_free(given);
    return status;
}

static enum th_status end(struct registration *registration, enum th_status status,
                          struct th_json *body, struct th_json **ret_reply, struct th_error *err)
{
    struct th_store *store = th_work_store(registration->work);
    struct th_json *reply = th_json_object();
    struct th_json *list = th_json_array();
    struct th_forecast forecast;
    char subject[TH_SUBJECT_SIZE];
    int64_t forecast_id = registration->forecast.forecast_id;
    if (status == TH_OK) {
        status = th_forecast_load(store, forecast_id, &forecast, err);
    }
    if (status == TH_OK) {
        struct th_json *item = th_json_object();
        status = forecast_json(store, &forecast, item, err);
        th_json_append(list, item);
    }
    th_json_set(reply, "forecasts", list);
    th_issuance_plan_clear(&registration->plan);
    return th_work_end(registration->work, status, th_subject("forecast", forecast_id, subject),
                       body, reply, ret_reply, err);
}

enum th_status th_forecast_register(struct th_registry *registry, const struct th_request *request,
                                    const struct th_forecast_input *input,
                                    struct th_json **ret_reply, struct th_error *err)
{
    struct registration registration = {.work = NULL};
    enum th_status status =
        begin(&registration, registry, request, "forecast.register", input, ret_reply, err);
    if (status != TH_OK || !registration.work) {
        return status;
    }
    struct th_json *body = th_json_object();
    status = do_register(&registration, input, registry, body, err);
    return end(&registration, status, body, ret_reply, err);
}

enum th_status th_forecast_correct(struct th_registry *registry, const struct th_request *request,
                                   const struct th_forecast_input *input,
                                   struct th_json **ret_reply, struct th_error *err)
{
    struct registration registration = {.work = NULL};
    char reason[TH_TRADE_NOTE_SIZE];
    enum th_status status = th_reason_parse(input->reason, reason, err);
    if (status == TH_OK) {
        status = begin(&registration, registry, request, "forecast.correct", input, ret_reply, err);
    }
    if (status != TH_OK || !registration.work) {
        return status;
    }
    struct th_json *body = th_json_object();
    status = do_correct(&registration, input, reason, body, err);
    return end(&registration, status, body, ret_reply, err);
}

enum th_status th_forecast_list(struct th_registry *registry, const char *package, bool open_only,
                                struct th_json **ret_reply, struct th_error *err)
{
    struct th_store *store = th_registry_store(registry);
    struct th_package_record record = {.package_id = 0};
    struct th_json *list = th_json_array();
    enum th_status status = th_store_begin_read(store, err);
    if (status != TH_OK) {
        th_json_free(list);
        return status;
    }
    if (package) {
        status = th_package_resolve(store, package, &record, err);
    }
    if (status == TH_OK) {
        status = list_json(store, record.package_id, open_only, list, err);
    }
    th_store_end_read(store);
    return th_reply_finish_list(status, "forecasts", list, ret_reply, err);
}

enum th_status th_forecast_show(struct th_registry *registry, const char *forecast,
                                struct th_json **ret_reply, struct th_error *err)
{
    struct th_store *store = th_registry_store(registry);
    struct th_forecast record;
    struct th_json *reply = th_json_object();
    int64_t forecast_id = 0;
    (void)th_text_parse_int(forecast, 1, INT64_MAX, &forecast_id);
    enum th_status status = th_store_begin_read(store, err);
    if (status == TH_OK) {
        status = th_forecast_load(store, forecast_id, &record, err);
        if (status == TH_OK) {
            status = forecast_json(store, &record, reply, err);
        }
        th_store_end_read(store);
    }
    return th_reply_finish(status, reply, ret_reply, err);
}

// The same of a pledge: nothing is due, but what came or may come secures the debt.
static enum th_status pledge_progress(struct th_store *store, const struct th_trade *trade,
                                      struct th_promise_progress *ret_progress,
                                      struct th_error *err)
{
    struct th_rank_list ranks = {0};
    enum th_status status = th_pledge_ranks(store, th_pledge_root(trade), &ranks, err);
    const struct th_rank *rank = th_rank_find(&ranks, trade->trade_id);
    if (status == TH_OK && rank) {
        *ret_progress = (struct th_promise_progress){
            .locked = rank->held,
            .expected = rank->expected,
            .due = th_units_from_t(th_units_t(rank->held) + th_units_t(rank->expected) +
                                   th_units_t(rank->lost))};
    }
    free(ranks.items);
    return status;
}

// Where one promise on the package stands now; nothing of one that is fulfilled.
static enum th_status add_deal(struct th_store *store, int64_t trade_id, struct th_json *list,
                               struct th_error *err)
{
    struct th_trade trade;
    struct th_promise_progress progress;
    enum th_status status = th_trade_load(store, trade_id, &trade, err);
    if (status == TH_OK) {
        status = th_promise_progress(store, &trade, 0, &progress, err);
    }
    if (status == TH_OK && strcmp(trade.kind, "pledge") == 0) {
        status = pledge_progress(store, &trade, &progress, err);
    }
    if (status != TH_OK || th_units_t(progress.due) == 0 ||
        (strcmp(trade.state, "proposed") != 0 && strcmp(trade.state, "approved") != 0)) {
        return status;
    }
    struct th_json *item = th_json_object();
    th_json_set_int(item, "trade_id", trade_id);
    th_json_set_text(item, "kind", trade.kind);
    status = th_json_set_party(store, item, "seller", trade.seller_id, err);
    if (status == TH_OK) {
        status = th_json_set_party(store, item, "buyer", trade.buyer_id, err);
    }
    th_json_set_units(item, "tonnes", trade.tonnes);
    th_json_set_units(item, "due_t", progress.due);
    th_json_set_units(item, "locked_t", progress.locked);
    th_json_set_units(item, "forecast_t", progress.expected);
    th_json_set_units(item, "short_t", th_promise_short(&progress));
    th_json_append(list, item);
    return status;
}

static enum th_status deals_json(struct th_store *store, int64_t package_id, struct th_json *list,
                                 struct th_error *err)
{
    const struct th_forecast_filter filter = {.package_id = package_id};
    struct th_forecast_list forecasts = {0};
    enum th_status status = th_forecast_all(store, &filter, &forecasts, err);
    for (size_t i = 0; i < forecasts.n && status == TH_OK; i++) {
        struct th_lock_list locks = {0};
        status = th_forecast_locks(store, forecasts.items[i].forecast_id, false, &locks, err);
        for (size_t k = 0; k < locks.n && status == TH_OK; k++) {
            status = add_deal(store, locks.items[k].lock_id, list, err);
        }
        free(locks.items);
    }
    free(forecasts.items);
    return status;
}

static enum th_status do_close(struct th_work *work, const char *package, int64_t *ret_package_id,
                               struct th_json *reply, struct th_error *err)
{
    struct th_store *store = th_work_store(work);
    struct th_package_record record;
    struct th_json *forecasts = th_json_array();
    struct th_json *deals = th_json_array();
    th_json_set(reply, "forecasts", forecasts);
    th_json_set(reply, "deals", deals);
    enum th_status status = th_package_resolve(store, package, &record, err);
    if (status != TH_OK) {
        return status;
    }
    if (strcmp(record.state, "issued") != 0 && strcmp(record.state, "withdrawn") != 0) {
        (void)th_error_set(err, TH_CONFLICT, "forecast_not_issued", "package", record.name, NULL);
        th_error_add_word(err, "state", "package_state", record.state);
        return TH_CONFLICT;
    }
    *ret_package_id = record.package_id;
    status = th_forecast_settle(th_work_posting(work), record.package_id, err);
    if (status == TH_OK) {
        status = list_json(store, record.package_id, false, forecasts, err);
    }
    return status == TH_OK ? deals_json(store, record.package_id, deals, err) : status;
}

enum th_status th_forecast_close(struct th_registry *registry, const struct th_request *request,
                                 const char *package, struct th_json **ret_reply,
                                 struct th_error *err)
{
    struct th_work *work = NULL;
    struct th_json *given = th_json_object();
    th_json_set_text(given, "package", package);
    enum th_status status = th_work_begin(registry, request, TH_MAY_APPROVE, "forecast.settle",
                                          given, &work, ret_reply, err);
    th_json_free(given);
    if (status != TH_OK || !work) {
        return status;
    }
    struct th_json *body = th_json_object();
    struct th_json *reply = th_json_object();
    char subject[TH_SUBJECT_SIZE];
    int64_t package_id = 0;
    status = do_close(work, package, &package_id, reply, err);
    return th_work_end(work, status, th_subject("package", package_id, subject), body, reply,
                       ret_reply, err);
}
