# Components: `dev` the library for find_package, `cli` the command, `python` what a wheel carries (see bindings/).
include(CMakePackageConfigHelpers)
set(config_dir ${CMAKE_INSTALL_LIBDIR}/cmake/myocramp)

install(
  TARGETS myocramp
  EXPORT myocrampTargets
  ARCHIVE COMPONENT dev
  FILE_SET HEADERS COMPONENT dev)
install(
  EXPORT myocrampTargets
  NAMESPACE myocramp::
  DESTINATION ${config_dir}
  COMPONENT dev)

configure_package_config_file(cmake/myocrampConfig.cmake.in myocrampConfig.cmake INSTALL_DESTINATION ${config_dir})
# While the version is 0.x, each minor version may change the interface.
write_basic_package_version_file(myocrampConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(
  FILES ${PROJECT_BINARY_DIR}/myocrampConfig.cmake ${PROJECT_BINARY_DIR}/myocrampConfigVersion.cmake
  DESTINATION ${config_dir}
  COMPONENT dev)

if(MYOCRAMP_BUILD_CLI)
  install(TARGETS myocramp_cli RUNTIME COMPONENT cli)
endif()
