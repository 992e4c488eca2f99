# Settings of the whole build, which a project that adds us as a subdirectory decides for itself.
find_program(MYOCRAMP_CCACHE ccache)
mark_as_advanced(MYOCRAMP_CCACHE)
if(MYOCRAMP_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${MYOCRAMP_CCACHE})
endif()

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release)
endif()

# Sanitizers must reach every object of a program, so they are global.
if(MYOCRAMP_SANITIZE)
  add_compile_options(-fsanitize=${MYOCRAMP_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${MYOCRAMP_SANITIZE})
endif()
