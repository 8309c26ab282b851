#include "tests/integration/two_banks.h"

#include "registry/setup.h"

int two_banks_setup(void **state)
{
    static const struct th_party_add_options bank = {.kind = "bank", .name = TWO_BANKS_OTHER};
    static const char *const LOGINS[][2] = {
        {"own", TWO_BANKS_OWN},       {"own-2", TWO_BANKS_OWN}, {"other", TWO_BANKS_OTHER},
        {"other-2", TWO_BANKS_OTHER}, {"firm", "制药厂"},       {"firm-2", "制药厂"}};
    const struct th_request officer = {.login = "officer"};
    struct th_json *reply = NULL;
    (void)market_setup_anji(state);
    struct market *market = *state;
    assert_ok(th_party_add(market->world.registry, &officer, &bank, &reply, &market->err),
              &market->err);
    th_json_free(reply);
    for (size_t i = 0; i < sizeof(LOGINS) / sizeof(LOGINS[0]); i++) {
        market_login(market, LOGINS[i][0], LOGINS[i][1]);
    }
    market->banker = "own";
    return 0;
}

enum th_status two_banks_decide(struct market *market, const char *login, int64_t trade_id,
                                bool approve)
{
    const struct th_request request = {.login = login};
    struct th_json *reply = NULL;
    enum th_status status = approve ? th_trade_approve(market->world.registry, &request, trade_id,
                                                       NULL, &reply, &market->err)
                                    : th_trade_reject(market->world.registry, &request, trade_id,
                                                      NULL, &reply, &market->err);
    th_json_free(reply);
    return status;
}
