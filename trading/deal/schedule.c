#include "trading/deal/schedule.h"

#include <stdlib.h>
#include <string.h>

#include "core/text.h"

enum { STEPS_MAX = 120 }; // ten years of months

static enum th_status read_step(const char *text, struct th_schedule_step *ret_step,
                                struct th_error *err)
{
    char day[TH_ON_SIZE];
    char formatted[TH_DATE_TEXT_SIZE];
    struct th_date date;
    const char *equals = strchr(text, '=');
    size_t size = equals ? (size_t)(equals - text) : 0;
    bool good = size > 0 && size < sizeof(day);
    if (good) {
        memcpy(day, text, size);
        day[size] = '\0';
        good = th_date_parse(day, &date, NULL) == TH_OK &&
               th_money_parse(equals + 1, &ret_step->amount, NULL) == TH_OK &&
               th_money_fen(ret_step->amount) > 0;
    }
    if (!good) {
        return th_error_set(err, TH_INVALID, "schedule_step", "text", text, NULL);
    }
    th_text_copy(ret_step->on_date, sizeof(ret_step->on_date), th_date_format(date, formatted));
    return TH_OK;
}

static int by_day(const void *a, const void *b)
{
    const struct th_schedule_step *left = a;
    const struct th_schedule_step *right = b;
    return strcmp(left->on_date, right->on_date);
}

// The parts are the whole, and none is due before the contract.
static enum th_status check_steps(const struct th_trade *trade,
                                  const struct th_schedule_step *steps, size_t n,
                                  struct th_error *err)
{
    char sum_text[TH_QUANTITY_TEXT_SIZE];
    char amount_text[TH_QUANTITY_TEXT_SIZE];
    struct th_money sum = {0};
    enum th_status status = TH_OK;
    for (size_t i = 0; i < n && status == TH_OK; i++) {
        status = th_money_add(sum, steps[i].amount, &sum, err);
    }
    if (status == TH_OK && th_money_compare(sum, trade->amount) != 0) {
        status =
            th_error_set(err, TH_INVALID, "schedule_sum", "sum", th_money_format(sum, sum_text),
                         "amount", th_money_format(trade->amount, amount_text), NULL);
    }
    if (status == TH_OK && strcmp(steps[0].on_date, trade->on_date) < 0) {
        status = th_error_set(err, TH_INVALID, "schedule_day", "on", steps[0].on_date, "contract",
                              trade->on_date, NULL);
    }
    return status;
}

enum th_status th_schedule_read(struct th_deal *deal, const char *const *steps, size_t n_steps,
                                struct th_error *err)
{
    struct th_schedule_step read[STEPS_MAX];
    enum th_status status = TH_OK;
    deal->terms = th_json_array();
    if (n_steps == 0) {
        return TH_OK;
    }
    if (n_steps > STEPS_MAX) {
        (void)th_error_set(err, TH_LIMIT, "schedule_steps", NULL);
        th_error_add_int(err, "limit", STEPS_MAX);
        return TH_LIMIT;
    }
    for (size_t i = 0; i < n_steps && status == TH_OK; i++) {
        status = read_step(steps[i], &read[i], err);
    }
    if (status == TH_OK) {
        qsort(read, n_steps, sizeof(*read), by_day);
        status = check_steps(&deal->trade, read, n_steps, err);
    }
    if (status != TH_OK) {
        return status;
    }
    for (size_t i = 0; i < n_steps; i++) {
        struct th_json *row = th_json_object();
        th_json_set_int(row, "ordinal", (int64_t)i + 1);
        th_json_set_text(row, "on_date", read[i].on_date);
        th_json_set_money(row, "amount_fen", read[i].amount);
        th_json_append(deal->terms, row);
    }
    return TH_OK;
}

enum th_status th_schedule_show(struct th_store *store, const struct th_trade *trade,
                                struct th_json *reply, struct th_error *err)
{
    struct th_schedule schedule = {0};
    struct th_money received = {0};
    enum th_status status = th_schedule_load(store, trade->trade_id, &schedule, err);
    if (status == TH_OK && schedule.n > 0) {
        status = th_receipt_total(store, trade->trade_id, NULL, &received, err);
    }
    if (status != TH_OK || schedule.n == 0) {
        free(schedule.items);
        return status;
    }
    struct th_json *array = th_json_array();
    int64_t left_fen = th_money_fen(received);
    for (size_t i = 0; i < schedule.n; i++) {
        int64_t due_fen = th_money_fen(schedule.items[i].amount);
        int64_t part_fen = left_fen < due_fen ? left_fen : due_fen;
        struct th_json *item = th_json_object();
        th_json_set_text(item, "on", schedule.items[i].on_date);
        th_json_set_int(item, "amount_fen", due_fen);
        th_json_set_int(item, "received_fen", part_fen);
        th_json_append(array, item);
        left_fen -= part_fen;
    }
    th_json_set(reply, "schedule", array);
    free(schedule.items);
    return TH_OK;
}

enum th_status th_schedule_due(struct th_store *store, int64_t trade_id, char ret_on[TH_ON_SIZE],
                               struct th_money *ret_due, struct th_error *err)
{
    struct th_schedule schedule = {0};
    struct th_money received = {0};
    enum th_status status = th_schedule_load(store, trade_id, &schedule, err);
    if (status == TH_OK) {
        status = th_receipt_total(store, trade_id, NULL, &received, err);
    }
    if (status != TH_OK) {
        free(schedule.items);
        return status;
    }
    int64_t left_fen = th_money_fen(received);
    ret_on[0] = '\0';
    for (size_t i = 0; i < schedule.n && ret_on[0] == '\0'; i++) {
        left_fen -= th_money_fen(schedule.items[i].amount);
        if (left_fen < 0) {
            th_text_copy(ret_on, TH_ON_SIZE, schedule.items[i].on_date);
            *ret_due = th_money_from_fen(-left_fen);
        }
    }
    free(schedule.items);
    return TH_OK;
}
