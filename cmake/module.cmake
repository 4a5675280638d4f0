# ropenet_module(<name> [CORE] [DEPS modules...] [LIBS targets...] [TEST_DEPS modules...])
#
# Makes rope_<name> from src/<name>/**.cpp, and rope_<name>_test from src/<name>/**_test.cpp.
# CORE modules are compiled without exceptions (their tests are not). src/<name>/testing/ holds fakes for tests.
# TEST_DEPS are linked into the tests alone, together with their fakes.
function(ropenet_module name)
  cmake_parse_arguments(ARG "CORE" "" "DEPS;LIBS;TEST_DEPS" ${ARGN})
  set(folder ${CMAKE_SOURCE_DIR}/src/${name})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${folder}/*.cpp)
  set(tests ${sources})
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
  list(FILTER sources EXCLUDE REGEX "_test\\.cpp$|/testing/")
  file(GLOB fakes CONFIGURE_DEPENDS ${folder}/testing/*.cpp)
  foreach(other ${ARG_TEST_DEPS})
    file(GLOB more CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${other}/testing/*.cpp)
    list(APPEND fakes ${more})
  endforeach()
  list(TRANSFORM ARG_TEST_DEPS PREPEND rope_)

  list(TRANSFORM ARG_DEPS PREPEND rope_)
  if(sources)
    add_library(rope_${name} STATIC ${sources})
    set(scope PUBLIC)
    target_link_libraries(rope_${name} PRIVATE ropenet_warnings)
    if(ARG_CORE)
      target_compile_options(rope_${name} PRIVATE -fno-exceptions)
    endif()
  else()
    add_library(rope_${name} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_include_directories(rope_${name} ${scope} ${CMAKE_SOURCE_DIR}/src)
  target_link_libraries(rope_${name} ${scope} ${ARG_DEPS} ${ARG_LIBS})

  if(ROPENET_TESTS AND tests)
    add_executable(rope_${name}_test ${tests} ${fakes})
    target_link_libraries(rope_${name}_test PRIVATE rope_${name} ${ARG_TEST_DEPS}
      ropenet_warnings GTest::gtest_main)
    gtest_discover_tests(rope_${name}_test TEST_PREFIX ${name}. DISCOVERY_TIMEOUT 60
      PROPERTIES TIMEOUT 300 LABELS unit)
  endif()
endfunction()
