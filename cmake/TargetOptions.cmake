# myocramp_target_options(<target>): what holds for every target of ours, and for nothing else.
function(myocramp_target_options target)
  set_target_properties(
    ${target}
    PROPERTIES CXX_EXTENSIONS OFF
               POSITION_INDEPENDENT_CODE ON
               CXX_VISIBILITY_PRESET hidden
               VISIBILITY_INLINES_HIDDEN ON)
  target_compile_options(
    ${target}
    PRIVATE -Wall
            -Wextra
            -Wpedantic
            -Wconversion
            -Wsign-conversion
            -Wshadow
            -Wdouble-promotion
            -Wold-style-cast
            # GCC 12 sees a use after free in Eigen's aligned realloc where there is none.
            $<$<CXX_COMPILER_ID:GNU>:-Wno-use-after-free -Wno-restrict>
            $<$<BOOL:${MYOCRAMP_WERROR}>:-Werror>)
endfunction()
