# Ledger, trades and money. The market is a registry with issued packages for them to trade.
th_add_unit_test(test_allotment DEPENDS tanhui_trading)
th_add_unit_test(test_book DEPENDS tanhui_trading)
th_add_unit_test(test_limbs DEPENDS tanhui_trading)
th_add_unit_test(test_run_share DEPENDS tanhui_trading)
th_add_unit_test(test_whole DEPENDS tanhui_trading)
add_library(tanhui_market STATIC ${CMAKE_CURRENT_SOURCE_DIR}/integration/market.c)
target_link_libraries(tanhui_market PUBLIC tanhui_trading tanhui_registry_world
    PRIVATE PkgConfig::CMOCKA)
foreach(part ledger posting deals stand_in correction pledge listing trade revenue revenue_mend revenue_run member payment
    money_sides loan_correct case_money)
    th_add_unit_test(test_${part} SOURCES integration/test_${part}.c DEPENDS tanhui_market
        LABELS integration)
endforeach()
add_library(tanhui_ahead STATIC ${CMAKE_CURRENT_SOURCE_DIR}/integration/ahead.c)
target_link_libraries(tanhui_ahead PUBLIC tanhui_market PRIVATE PkgConfig::CMOCKA)
foreach(part offer word receipt_correct)
    th_add_unit_test(test_${part} SOURCES integration/test_${part}.c integration/two_banks.c
        DEPENDS tanhui_ahead LABELS integration)
endforeach()
foreach(part locked promise pledge_forecast pledge_receivable correction_promise standing kecheng
    statement_money party_books pool terms)
    th_add_unit_test(test_${part} SOURCES integration/test_${part}.c DEPENDS tanhui_ahead
        LABELS integration)
endforeach()
foreach(part kecheng member pledge case_money)
    target_link_libraries(test_${part} PRIVATE tanhui_test_cases)
endforeach()
# Children that are killed, and ten thousand steps, are no work for valgrind.
foreach(part trade_crash trade_rush trade_writer ledger_model pledge_model)
    th_add_unit_test(test_${part} SOURCES integration/test_${part}.c DEPENDS tanhui_market
        LABELS integration TIMEOUT 300 NO_VALGRIND)
endforeach()
th_add_unit_test(test_promise_model SOURCES integration/test_promise_model.c DEPENDS tanhui_ahead
    LABELS integration TIMEOUT 300 NO_VALGRIND)
# The reader's program is a process of its own.
th_add_unit_test(test_reversal SOURCES integration/test_reversal.c integration/burnt.c
    DEPENDS tanhui_market LABELS integration)
th_add_unit_test(test_choice SOURCES integration/test_choice.c integration/burnt.c
    DEPENDS tanhui_market LABELS integration)
# What stands beside the books.
foreach(part beneficiary enterprise hledger_random unit_find)
    th_add_unit_test(test_${part} SOURCES integration/test_${part}.c DEPENDS tanhui_market
        LABELS integration)
endforeach()
th_add_unit_test(test_forecast SOURCES integration/test_forecast.c integration/packages_fixture.c
    DEPENDS tanhui_trading tanhui_registry_world LABELS integration)
# Children that are killed are no work for valgrind.
foreach(part outbox outbox_renew)
    th_add_unit_test(test_${part} SOURCES integration/test_${part}.c integration/outbox_fixture.c
        DEPENDS tanhui_market LIBRARIES tanhui_post_receiver LABELS integration NO_VALGRIND)
endforeach()
