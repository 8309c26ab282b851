// What the use cases of trading have in common.
#include <stdio.h>
#include <string.h>

#include "core/ratio.h"
#include "core/text.h"
#include "registry/reference.h"
#include "trading/trading_internal.h"

enum th_status th_tonnes_parse(const char *text, struct th_units *ret_tonnes, struct th_error *err)
{
    struct th_units tonnes;
    if (th_units_parse(text, &tonnes, NULL) != TH_OK || th_units_t(tonnes) <= 0) {
        return th_error_set(err, TH_INVALID, "tonnes_invalid", "tonnes", text, NULL);
    }
    *ret_tonnes = tonnes;
    return TH_OK;
}

enum th_status th_note_parse(const char *field, const char *text, char ret_note[TH_TRADE_NOTE_SIZE],
                             struct th_error *err)
{
    if (text && strlen(text) >= TH_TRADE_NOTE_SIZE) {
        return th_error_set(err, TH_INVALID, "text_too_long", "field", field, NULL);
    }
    th_text_copy(ret_note, TH_TRADE_NOTE_SIZE, text ? text : "");
    return TH_OK;
}

enum th_status th_reason_parse(const char *text, char ret_reason[TH_TRADE_NOTE_SIZE],
                               struct th_error *err)
{
    char reason[TH_TRADE_NOTE_SIZE];
    enum th_status status = th_note_parse("reason", text, reason, err);
    if (status != TH_OK) {
        return status;
    }
    th_text_trim(reason);
    if (reason[0] == '\0' || th_text_has_hidden(reason)) {
        return th_error_set(err, TH_USAGE, "correction_reason", NULL);
    }
    th_text_copy(ret_reason, TH_TRADE_NOTE_SIZE, reason);
    return TH_OK;
}

enum th_status th_on_parse(struct th_registry *registry, const char *text, char ret_on[TH_ON_SIZE],
                           struct th_error *err)
{
    struct th_date date = th_registry_today(registry);
    if (text != NULL) {
        enum th_status status = th_date_parse(text, &date, err);
        if (status != TH_OK) {
            return status;
        }
    }
    char buf[TH_DATE_TEXT_SIZE];
    th_text_copy(ret_on, TH_ON_SIZE, th_date_format(date, buf));
    return TH_OK;
}

enum th_status th_deal_day_parse(struct th_registry *registry, const char *text,
                                 char ret_on[TH_ON_SIZE], struct th_error *err)
{
    char on[TH_ON_SIZE];
    char today[TH_ON_SIZE];
    enum th_status status = th_on_parse(registry, text, on, err);
    if (status == TH_OK) {
        status = th_on_parse(registry, NULL, today, err);
    }
    if (status != TH_OK) {
        return status;
    }
    if (strcmp(on, today) > 0) {
        return th_error_set(err, TH_INVALID, "date_in_future", "on", on, "today", today, NULL);
    }
    th_text_copy(ret_on, TH_ON_SIZE, on);
    return TH_OK;
}

void th_move_day(const char *deal_on, int64_t at_utc, char ret_on[TH_ON_SIZE])
{
    char booked[TH_DATE_TEXT_SIZE];
    th_date_format(th_instant_date(at_utc), booked);
    bool earlier = deal_on != NULL && strcmp(deal_on, booked) < 0;
    th_text_copy(ret_on, TH_ON_SIZE, earlier ? deal_on : booked);
}

enum th_status th_trade_set_tax(struct th_trade *trade, const char *rate, struct th_error *err)
{
    const int64_t ceiling_fen = 10000000000000; // a hundred thousand million CNY
    const int64_t parts_of_a_per_cent = 100;    // as finely as a rate is ever written
    const char *text = rate != NULL ? rate : "0";
    struct th_ratio percent;
    struct th_ratio share;
    const struct th_ratio none = {0, 1};
    const struct th_ratio all = {100, 1};
    if (th_money_fen(trade->amount) > ceiling_fen) {
        return th_error_set(err, TH_INVALID, "amount_too_large", NULL);
    }
    if (th_ratio_parse(text, &percent, NULL) != TH_OK || th_ratio_compare(percent, none) < 0 ||
        th_ratio_compare(percent, all) > 0 || percent.denominator > parts_of_a_per_cent) {
        return th_error_set(err, TH_INVALID, "tax_invalid", "text", text, NULL);
    }
    // net = amount / (1 + p/100) = amount * 100 d / (100 d + n), where p = n/d.
    enum th_status status = th_ratio_make(
        100 * percent.denominator, 100 * percent.denominator + percent.numerator, &share, err);
    int64_t net_fen = 0;
    if (status == TH_OK) {
        status = th_ratio_apply_nearest(share, th_money_fen(trade->amount), &net_fen, err);
    }
    if (status != TH_OK) {
        return status;
    }
    char buf[TH_RATIO_TEXT_SIZE];
    th_text_copy(trade->tax_rate, sizeof(trade->tax_rate), th_ratio_format(percent, buf));
    trade->net = th_money_from_fen(net_fen);
    return th_money_sub(trade->amount, trade->net, &trade->tax, err);
}

enum th_status th_check_own_bank(const struct th_work *work, const struct th_party *bank,
                                 struct th_error *err)
{
    const struct th_actor *actor = th_work_actor(work);
    if (actor->party_id == 0 || actor->party_id == bank->party_id ||
        strcmp(actor->role, "bank") != 0) {
        return TH_OK;
    }
    return th_error_set(err, TH_NOT_PERMITTED, "bank_not_yours", "login", actor->login, "bank",
                        bank->name, NULL);
}

enum th_status th_check_may_hold(const struct th_party *party, struct th_error *err)
{
    if (strcmp(party->kind, "verifier") != 0) {
        return TH_OK;
    }
    return th_error_set(err, TH_NOT_PERMITTED, "verifier_cannot_hold", "party", party->name, NULL);
}

const char *th_serial_format(const char *prefix, int64_t first, int64_t last,
                             char buf[TH_SERIAL_SIZE])
{
    if (first == last) {
        snprintf(buf, TH_SERIAL_SIZE, "%s:%lld", prefix, (long long)first);
    } else {
        snprintf(buf, TH_SERIAL_SIZE, "%s:%lld-%lld", prefix, (long long)first, (long long)last);
    }
    return buf;
}

const char *th_subject(const char *kind, int64_t id, char buf[TH_SUBJECT_SIZE])
{
    snprintf(buf, TH_SUBJECT_SIZE, "%s:%lld", kind, (long long)id);
    return buf;
}

void th_json_set_money(struct th_json *object, const char *key, struct th_money money)
{
    th_json_set_int(object, key, th_money_fen(money));
}

void th_json_set_units(struct th_json *object, const char *key, struct th_units units)
{
    th_json_set_int(object, key, th_units_t(units));
}

void th_json_set_price(struct th_json *object, const char *key, const struct th_trade *trade)
{
    th_json_set(object, key,
                trade->has_price ? th_json_int(th_money_fen(trade->price_per_t)) : th_json_null());
}

void th_json_set_word(struct th_json *object, const char *key, const char *text)
{
    th_json_set_text(object, key, text[0] != '\0' ? text : NULL);
}

enum th_status th_json_set_party(struct th_store *store, struct th_json *object, const char *key,
                                 int64_t party_id, struct th_error *err)
{
    char name_key[64];
    snprintf(name_key, sizeof(name_key), "%s_name", key);
    if (party_id == 0) {
        th_json_set(object, key, th_json_null());
        th_json_set(object, name_key, th_json_null());
        return TH_OK;
    }
    struct th_party party;
    enum th_status status = th_party_load(store, party_id, &party, err);
    if (status == TH_OK) {
        th_json_set_int(object, key, party_id);
        th_json_set_text(object, name_key, party.name);
    }
    return status;
}

static bool has_text(const struct th_json *array, const char *text)
{
    for (size_t i = 0; i < th_json_size(array); i++) {
        if (strcmp(th_json_text(th_json_at(array, i)), text) == 0) {
            return true;
        }
    }
    return false;
}

enum th_status th_trade_seller_names(struct th_store *store, const struct th_trade *trade,
                                     struct th_json *names, struct th_error *err)
{
    struct th_party party;
    struct th_trade_line_list lines = {0};
    enum th_status status = TH_OK;
    if (trade->seller_id != 0) {
        status = th_party_load(store, trade->seller_id, &party, err);
        th_json_append_text(names, status == TH_OK ? party.name : "");
        return status;
    }
    status = th_trade_lines(store, trade->trade_id, &lines, err);
    for (size_t i = 0; i < lines.n && status == TH_OK; i++) {
        bool again = i > 0 && lines.items[i].seller_id == lines.items[i - 1].seller_id;
        if (again || lines.items[i].seller_id == 0) {
            continue;
        }
        status = th_party_load(store, lines.items[i].seller_id, &party, err);
        if (status == TH_OK && !has_text(names, party.name)) {
            th_json_append_text(names, party.name);
        }
    }
    th_trade_line_list_clear(&lines);
    return status;
}

enum th_status th_money_move(struct th_posting *posting, const struct th_transfer *transfer,
                             struct th_error *err)
{
    struct th_money_leg leg = {.party_id = transfer->from_id,
                               .account = transfer->account,
                               .amount = th_money_negate(transfer->amount),
                               .on_date = transfer->on_date,
                               .trade_id = transfer->trade_id,
                               .memo = transfer->memo};
    enum th_status status = th_money_post(posting, &leg, err);
    leg.party_id = transfer->to_id;
    leg.amount = transfer->amount;
    if (status == TH_OK) {
        status = th_money_post(posting, &leg, err);
    }
    return status;
}

enum th_status th_check_receiver(struct th_work *work, int64_t receiver_id, struct th_error *err)
{
    const struct th_actor *actor = th_work_actor(work);
    struct th_party receiver;
    bool speaks = false;
    if (actor->party_id == 0 || actor->party_id == receiver_id) {
        return TH_OK;
    }
    enum th_status status = th_party_has_login(th_work_store(work), receiver_id, &speaks, err);
    if (status != TH_OK || !speaks) {
        return status;
    }
    status = th_party_load(th_work_store(work), receiver_id, &receiver, err);
    return status == TH_OK ? th_error_set(err, TH_NOT_PERMITTED, "receiver_confirms", "login",
                                          actor->login, "party", receiver.name, NULL)
                           : status;
}
