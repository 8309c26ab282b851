# Estimates, packages and issuances, on registries made for the purpose.
foreach(name test_estimate_use test_package_chain test_package_rules test_package_years test_credit
    test_issuance_store)
    th_add_unit_test(${name} SOURCES integration/${name}.c integration/packages_fixture.c
        DEPENDS tanhui_registry_world LABELS integration)
endforeach()
th_add_unit_test(test_credit_lineage DEPENDS tanhui_registry LABELS integration LIBRARIES m
    SOURCES integration/test_credit_lineage.c integration/drawn_fixture.c
        integration/parcel_fixture.c)
