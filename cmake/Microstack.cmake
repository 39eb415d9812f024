# What every target here shares: warnings, sanitizers, ccache, and the few functions that name targets after folders.

find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

set(MICROSTACK_SANITIZE "" CACHE STRING "comma list for -fsanitize=")

add_library(microstack_options INTERFACE)
target_include_directories(microstack_options INTERFACE ${CMAKE_SOURCE_DIR} ${CMAKE_BINARY_DIR})
target_compile_options(microstack_options INTERFACE -Wall -Wextra -Wno-missing-field-initializers -Werror=return-type
  -Werror=switch -ffunction-sections -fdata-sections)
target_link_options(microstack_options INTERFACE -Wl,--gc-sections)
if(MICROSTACK_SANITIZE)
  target_compile_options(microstack_options INTERFACE -fsanitize=${MICROSTACK_SANITIZE} -fno-omit-frame-pointer)
  target_link_options(microstack_options INTERFACE -fsanitize=${MICROSTACK_SANITIZE})
endif()

# ms_library(engine_base SOURCES a.cpp b.cpp DEPENDS fmt::fmt ...): one folder, one static library.
function(ms_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;DEPENDS" ${ARGN})
  add_library(${name} STATIC ${arg_SOURCES})
  target_link_libraries(${name} PUBLIC microstack_options ${arg_DEPENDS})
endfunction()

# ms_test(engine_base_test SOURCES a_test.cpp DEPENDS engine_base): a Catch2 program, run by ctest; main() is shared.
# LABELS says what kind of test it is: unit (default), root (needs root, makes machines or namespaces), threads (also
# run under ThreadSanitizer, for which the target thread_tests builds these alone).
add_custom_target(thread_tests)
function(ms_test name)
  cmake_parse_arguments(arg "" "TIMEOUT" "SOURCES;DEPENDS;LABELS" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE microstack_options ms_catch_main ${arg_DEPENDS})
  # Only files that use them get the absolute paths: the objects of all others are shared through ccache by every clone.
  foreach(source IN LISTS arg_SOURCES)
    file(STRINGS ${source} mentions REGEX "MS_(SOURCE|BINARY)_DIR" LIMIT_COUNT 1)
    if(mentions)
      set_source_files_properties(${source} PROPERTIES COMPILE_DEFINITIONS
        "MS_SOURCE_DIR=\"${CMAKE_SOURCE_DIR}\";MS_BINARY_DIR=\"${CMAKE_BINARY_DIR}\"")
    endif()
  endforeach()
  add_test(NAME ${name} COMMAND ${name})
  if(NOT arg_LABELS)
    set(arg_LABELS unit)
  endif()
  if("threads" IN_LIST arg_LABELS)
    add_dependencies(thread_tests ${name})
    set_tests_properties(${name} PROPERTIES ENVIRONMENT "TSAN_OPTIONS=suppressions=${CMAKE_SOURCE_DIR}/tests/threads.supp")
  endif()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 120)
  endif()
  # A test that this machine cannot run says so, and why: "SKIPPED: ...".
  set_tests_properties(${name} PROPERTIES LABELS "${arg_LABELS}" TIMEOUT ${arg_TIMEOUT} SKIP_REGULAR_EXPRESSION "SKIPPED: ")
endfunction()
