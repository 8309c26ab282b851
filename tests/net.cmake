find_package(Threads REQUIRED)
th_add_unit_test(test_download SOURCES unit/test_download.c unit/http_stub.c DEPENDS tanhui_net
    LIBRARIES Threads::Threads)
