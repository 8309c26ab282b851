# What gets installed, and the Debian package.
set(man_page ${PROJECT_BINARY_DIR}/tanhui.1)
add_custom_command(OUTPUT ${man_page}.gz
    COMMAND ${PROJECT_SOURCE_DIR}/tools/make_man.sh $<TARGET_FILE:tanhui> ${PROJECT_VERSION}
        > ${man_page}
    COMMAND gzip -9 -n -f -k ${man_page}
    DEPENDS tanhui ${PROJECT_SOURCE_DIR}/tools/make_man.sh
    COMMENT "Writing the manual page" VERBATIM)
set(completion ${PROJECT_BINARY_DIR}/completion/tanhui)
add_custom_command(OUTPUT ${completion}
    COMMAND ${CMAKE_COMMAND} -E make_directory ${PROJECT_BINARY_DIR}/completion
    COMMAND $<TARGET_FILE:tanhui> completion > ${completion}
    DEPENDS tanhui COMMENT "Writing the shell completion" VERBATIM)
add_custom_target(tanhui_man ALL DEPENDS ${man_page}.gz ${completion})

set(audit_man_page ${PROJECT_BINARY_DIR}/tanhui-audit.1)
add_custom_command(OUTPUT ${audit_man_page}.gz
    COMMAND ${PROJECT_SOURCE_DIR}/tools/make_audit_man.sh $<TARGET_FILE:tanhui_audit_program>
        ${PROJECT_VERSION} > ${audit_man_page}
    COMMAND gzip -9 -n -f -k ${audit_man_page}
    DEPENDS tanhui_audit_program ${PROJECT_SOURCE_DIR}/tools/make_audit_man.sh
    COMMENT "Writing the manual page of tanhui-audit" VERBATIM)
add_custom_target(tanhui_audit_man ALL DEPENDS ${audit_man_page}.gz)

install(TARGETS tanhui tanhui_audit_program RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS tanhui_reader_program RUNTIME DESTINATION ${CMAKE_INSTALL_LIBEXECDIR}/tanhui)
install(TARGETS tanhui_writer LIBRARY DESTINATION ${CMAKE_INSTALL_LIBEXECDIR}/tanhui)
# The program carries its documents inside; these copies are for people to read and to try.
install(DIRECTORY data/methodologies data/practices data/gwp data/stems data/codes data/cases data/sample
    DESTINATION ${CMAKE_INSTALL_DATADIR}/tanhui)
install(FILES ${man_page}.gz ${audit_man_page}.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${completion} DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
install(FILES README.md README.zh-CN.md CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} RENAME copyright)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME tanhui)
set(CPACK_PACKAGE_VENDOR "Tanhui")
set(CPACK_PACKAGE_CONTACT "Tanhui maintainers <tanhui@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "registry for forestry and wetland carbon sinks")
set(CPACK_PACKAGE_DESCRIPTION
    "From a village's parcels on the map to the money back in the village: parcels in\n\
through GDAL, methodologies with sources, units issued, traded and retired, and\n\
revenue returned, in one SpatiaLite file that QGIS opens.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_VERBATIM_VARIABLES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
# Libraries by what the program is linked to; font and root certificates by hand, since no symbol
# names them.
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "ca-certificates, fonts-noto-cjk")
include(CPack)
