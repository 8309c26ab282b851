// Reversal and correction by the program's commands, up to the second program that audits them.
#include <stdlib.h>
#include <string.h>

#include "tests/cli/auditor.h"
#include "tests/cli/chain.h"

static int setup(void **state)
{
    struct th_cli_world *world = calloc(1, sizeof(*world));
    assert_non_null(world);
    th_cli_world_make(world);
    th_chain_people(world);
    th_cli_do(world, "user add officer-2 --role officer");
    th_chain_parcels(world);
    th_json_free(th_chain_bamboo(world, "M"));
    *state = world;
    return 0;
}

static int teardown(void **state)
{
    th_cli_world_remove(*state);
    free(*state);
    return 0;
}

// All ten parcels of the village, 836 + 837 + 836 t; the factor keeps no buffer.
static void reversal__of_a_whole_package(void **state)
{
    struct th_cli_world *world = *state;
    struct th_json *reply = th_cli_json(
        world, 0, "reversal preview {sample}/majianong.geojson --cause fire --on 2021-03-01");
    th_cli_shape(reply, "reversal.area_m2:n reversal.area_mu:n reversal.loss_percent:n "
                        "affected_parcels[].parcel_id:i affected_parcels[].share_percent:n "
                        "affected_vintages[].prefix:s affected_serials[].owner_name:s "
                        "owed[].party_name:s buffer:a");
    assert_int_equal(th_json_size(th_cli_at(reply, "affected_parcels")), 10);
    assert_int_equal(th_cli_int_at(reply, "reversal.tonnes"), 2509);
    assert_int_equal(th_cli_int_at(reply, "reversal.lost_kg"), 2509000);
    assert_int_equal(th_cli_int_at(reply, "reversal.owed_t"), 2509);
    th_json_free(reply);
    th_cli_do(world, "--as officer reversal propose {sample}/majianong.geojson --cause fire "
                     "--on 2021-03-01 --loss 1 --document {sample}/statement-anji.txt");
    th_json_free(th_cli_problem(world, 4, "--as anji-1 trade approve 1"));
    th_cli_do(world, "--as officer-2 trade approve 1");
    reply = th_cli_json(world, 0, "reversal show 1 --geojson {dir}/pieces.geojson");
    // A hundredth of each vintage, its last tonne rounded up.
    assert_int_equal(th_cli_int_at(reply, "owed.0.open_t"), 9 + 9 + 9);
    th_json_free(reply);
    // What was written is read again as the same ground.
    reply = th_cli_json(
        world, 0, "reversal preview {dir}/pieces.geojson --cause fire --on 2021-04-01 --loss 1");
    assert_int_equal(th_json_size(th_cli_at(reply, "affected_parcels")), 10);
    th_json_free(reply);
    th_cli_do(world, "--as anji-1 trade propose purchase --package M --to " ANJI_BANK
                     " --price 43.44 --on 2022-12-28");
    th_cli_do(world, "--as anji-2 trade approve 2 --on 2022-12-28");
    th_cli_do(world, "--as anji-1 trade propose cancellation --holder " ANJI_BANK
                     " --tonnes 20 --reason 补 --for-reversal 1");
    th_cli_do(world, "--as anji-2 trade approve 3");
    reply = th_cli_json(world, 0, "reversal list --open");
    assert_int_equal(th_cli_int_at(reply, "reversals.0.open_t"), 7);
    th_json_free(reply);
    reply = th_cli_json(world, 0, "account show " MAJIANONG);
    assert_int_equal(th_cli_int_at(reply, "reversal_owed_t"), 7);
    th_json_free(reply);
}

static void reversal__speaks_to_people(void **state)
{
    static const char *const LINES[] = {
        "reversal preview {sample}/majianong.geojson --cause storm --loss 40 --on 2021-03-01",
        "reversal show 1",
        "reversal list",
        "trade show 1",
        "trade show 3",
        "inbox"};
    struct th_cli_world *world = *state;
    for (size_t i = 0; i < sizeof(LINES) / sizeof(LINES[0]); i++) {
        for (int zh = 0; zh < 2; zh++) {
            char *out =
                th_cli_out(world, 0, "--as officer --lang %s %s", zh ? "zh" : "en", LINES[i]);
            th_cli_no_raw_keys(out, LINES[i]);
            free(out);
        }
    }
}

// A sale to the wrong buyer, paid in part and taken back.
static void correction__is_told_by_the_deal_it_took_back(void **state)
{
    struct th_cli_world *world = *state;
    th_json_free(th_chain_trade(world, "anji", "2022-12-29",
                                "resale --from " ANJI_BANK " --to " ANJI_BUYER
                                " --tonnes 100 --price 70 --tax 6"));
    th_cli_do(world, "--as anji-1 receipt confirm 4 --amount 1000 --on 2022-12-30");
    th_cli_do(world, "--as anji-1 trade propose correction --of 4 --reason 买方录错");
    th_cli_do(world, "--as officer trade approve 5");
    struct th_json *reply = th_cli_json(world, 0, "trade show 4");
    assert_int_equal(th_cli_int_at(reply, "corrected_by"), 5);
    assert_int_equal(th_cli_int_at(reply, "outstanding_fen"), 0);
    th_json_free(reply);
    th_cli_do(world, "--as anji-1 receipt confirm 5 --amount 1000");
    reply = th_cli_problem(world, 5, "trade contract 4 --out {dir}/contract.pdf");
    assert_string_equal(th_cli_text_at(reply, "code"), "contract_corrected");
    th_json_free(reply);
    th_json_free(
        th_cli_problem(world, 5, "--as anji-1 trade propose correction --of 4 --reason 再来"));
}

static void reversal__holds_in_check_rebuild_and_audit(void **state)
{
    struct th_cli_world *world = *state;
    th_cli_do(world, "registry check");
    th_cli_do(world, "--as admin registry rebuild");
    th_cli_do(world, "registry check");
    th_auditor_agrees(world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reversal__of_a_whole_package),
        cmocka_unit_test(reversal__speaks_to_people),
        cmocka_unit_test(correction__is_told_by_the_deal_it_took_back),
        cmocka_unit_test(reversal__holds_in_check_rebuild_and_audit),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
