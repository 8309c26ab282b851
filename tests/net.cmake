foreach(part download collection)
    th_add_unit_test(test_${part} DEPENDS tanhui_net LIBRARIES tanhui_http_stub)
endforeach()
th_add_unit_test(test_post DEPENDS tanhui_net LIBRARIES tanhui_post_receiver)
# Sources on the web, from the address to the problem list.
th_add_unit_test(test_import_web DEPENDS tanhui_registry LABELS integration
    LIBRARIES tanhui_http_stub
    SOURCES integration/test_import_web.c integration/intake_fixture.c integration/parcel_fixture.c)
