# Campaigns: long runs of random work against models and against kills, by commands of their own
# (tests/campaign/run.sh); a short slice of each is a test. docs/campaigns.md tells what was run.
set(campaign ${CMAKE_CURRENT_SOURCE_DIR}/campaign)
add_library(tanhui_campaign STATIC ${campaign}/call.c ${campaign}/commons.c ${campaign}/compare.c
    ${campaign}/draw.c ${campaign}/model.c ${campaign}/model_correction.c
    ${campaign}/model_cost.c ${campaign}/model_ground.c ${campaign}/model_loan.c
    ${campaign}/model_offer.c
    ${campaign}/model_persons.c
    ${campaign}/model_pledge.c ${campaign}/model_promise.c ${campaign}/model_receipt.c
    ${campaign}/model_revenue.c ${campaign}/model_reversal.c ${campaign}/model_share.c
    ${campaign}/model_spot.c ${campaign}/model_units.c ${campaign}/rows.c ${campaign}/sound.c
    ${campaign}/tally.c ${campaign}/together.c ${campaign}/work.c ${campaign}/world.c)
target_link_libraries(tanhui_campaign PUBLIC tanhui_trading tanhui_test_support PkgConfig::SQLITE
    PRIVATE PkgConfig::CMOCKA m)
function(th_add_campaign name)
    add_executable(campaign_${name} ${campaign}/campaign_${name}.c)
    target_link_libraries(campaign_${name} PRIVATE tanhui_campaign tanhui_test_support
        PkgConfig::CMOCKA)
    add_dependencies(campaign_${name} tanhui tanhui_audit_program)
    add_test(NAME campaign_${name} COMMAND campaign_${name} ${ARGN})
    set_tests_properties(campaign_${name} PROPERTIES TIMEOUT 300 LABELS integration
        ENVIRONMENT "${TH_TEST_ENVIRONMENT}")
endfunction()
th_add_campaign(books --seed 1 --operations 1500 --episode 1500)
add_test(NAME campaign_clients COMMAND campaign_books --seed 1 --clients 3 --operations 900
    --episode 900)
set_tests_properties(campaign_clients PROPERTIES TIMEOUT 300 LABELS integration
    ENVIRONMENT "${TH_TEST_ENVIRONMENT}")
th_add_campaign(kill --seed 1 --kills 5)
th_add_campaign(full --seed 1 --levels 5)
set_tests_properties(campaign_full PROPERTIES SKIP_RETURN_CODE 77)
