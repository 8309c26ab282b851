# Ledger, trades and money. The market is a registry with issued packages for them to trade.
th_add_unit_test(test_allotment DEPENDS tanhui_trading)
add_library(tanhui_market STATIC ${CMAKE_CURRENT_SOURCE_DIR}/integration/market.c)
target_link_libraries(tanhui_market PUBLIC tanhui_trading tanhui_registry_world
    PRIVATE PkgConfig::CMOCKA)
foreach(part ledger trade revenue)
    th_add_unit_test(test_${part} SOURCES integration/test_${part}.c DEPENDS tanhui_market
        LABELS integration)
endforeach()
# Children that are killed, and ten thousand steps, are no work for valgrind.
foreach(part trade_crash ledger_model)
    th_add_unit_test(test_${part} SOURCES integration/test_${part}.c DEPENDS tanhui_market
        LABELS integration TIMEOUT 300 NO_VALGRIND)
endforeach()
