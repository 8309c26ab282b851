#include "tests/campaign/commons.h"

#include <stdio.h>

#include "tests/campaign/rows.h"
#include "trading/deal/trade.h"
#include "trading/spot/spot.h"

enum { NUMBER_SIZE = 24 };

static const char *number(int64_t value, char text[NUMBER_SIZE])
{
    (void)snprintf(text, NUMBER_SIZE, "%lld", (long long)value);
    return text;
}

void commons_prepare(struct commons *commons, struct world *world, int slot_number)
{
    const struct slot *slot = &world->slots[slot_number];
    const struct th_request teller = {.login = slot->logins[TELLER]};
    const struct th_request officer = {.login = slot->logins[OFFICER]};
    char text[NUMBER_SIZE];
    char bank[NUMBER_SIZE];
    struct th_json *reply = NULL;
    *commons = (struct commons){.slot = slot_number};
    world_open(world);
    for (int i = 0; i < slot->n_issued; i++) {
        if (world_special(i)) {
            continue;
        }
        const char *package = number(slot->package_ids[i], text);
        const struct th_purchase_input input = {.packages = &package,
                                                .n_packages = 1,
                                                .to = number(slot->party_ids[BANK], bank),
                                                .price = "43.44"};
        assert_ok(th_trade_propose_purchase(world->registry, &teller, &input, &reply, &world->err),
                  &world->err);
        int64_t trade_id = th_json_get_int(reply, "trade_id", 0);
        commons->bought_t += th_json_get_int(reply, "tonnes", 0);
        th_json_free(reply);
        assert_ok(th_trade_approve(world->registry, &officer, trade_id, NULL, &reply, &world->err),
                  &world->err);
        th_json_free(reply);
    }
    world_shut(world);
}

static bool unexpected(const struct world *world, const char *what)
{
    print_error("common stock: %s: %s\n", what, world->err.key);
    return false;
}

bool commons_step(struct commons *commons, struct world *world, struct dice *dice)
{
    const struct slot *slot = &world->slots[commons->slot];
    const struct th_request teller = {.login = slot->logins[TELLER]};
    const struct th_request officer = {.login = slot->logins[OFFICER]};
    char texts[3][NUMBER_SIZE];
    int64_t tonnes = 1 + roll(dice, 12);
    const struct th_resale_input input = {.from = number(slot->party_ids[BANK], texts[0]),
                                          .to = number(slot->party_ids[FACTORY], texts[1]),
                                          .tonnes = number(tonnes, texts[2]),
                                          .price = "73.41"};
    struct th_json *reply = NULL;
    enum th_status status =
        th_trade_propose_resale(world->registry, &teller, &input, &reply, &world->err);
    if (status != TH_OK) {
        return strcmp(world->err.key, "not_enough_units") == 0 || unexpected(world, "a sale");
    }
    int64_t trade_id = th_json_get_int(reply, "trade_id", 0);
    th_json_free(reply);
    reply = NULL;
    bool approves = roll(dice, 3) != 0;
    status = approves
                 ? th_trade_approve(world->registry, &officer, trade_id, NULL, &reply, &world->err)
                 : th_trade_reject(world->registry, &officer, trade_id, NULL, &reply, &world->err);
    th_json_free(reply);
    commons->sold_t += approves ? tonnes : 0;
    return status == TH_OK || unexpected(world, "its decision");
}

bool commons_sound(const struct commons *commons, const struct world *world)
{
    static const char SQL[] =
        "SELECT coalesce(sum(units_t), 0) FROM balance WHERE owner_id = ?1 AND state = 'held'";
    const struct slot *slot = &world->slots[commons->slot];
    struct rows rows;
    rows_open(&rows, world->path);
    int64_t got = rows_number(&rows, SQL, slot->party_ids[FACTORY], 0);
    int64_t left = rows_number(&rows, SQL, slot->party_ids[BANK], 0);
    rows_close(&rows);
    if (got != commons->sold_t || left != commons->bought_t - commons->sold_t) {
        print_error("common stock: bought %lld t, sold %lld t; the buyer has %lld t, the bank "
                    "%lld t\n",
                    (long long)commons->bought_t, (long long)commons->sold_t, (long long)got,
                    (long long)left);
        return false;
    }
    return true;
}
