# Every target of the project is made by one of these functions, so that
# warnings, sanitizers and include roots are set in exactly one place.

add_library(specctl_options INTERFACE)
target_include_directories(specctl_options INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(specctl_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wold-style-cast -Werror
  -Wno-missing-field-initializers)  # designated initialisers leave defaults to the struct
# g++ 12 warns of overlapping copies inside its own std::string (GCC bug 105651), when optimising.
target_compile_options(specctl_options INTERFACE $<$<CONFIG:Release>:-Wno-restrict>)
target_compile_definitions(specctl_options INTERFACE
  BOOST_ASIO_NO_DEPRECATED
  BOOST_ASIO_RECYCLING_ALLOCATOR_CACHE_SIZE=8)  # co_spawn: 5 -> 0 allocations
if(SPECCTL_SANITIZE STREQUAL "address")
  target_compile_options(specctl_options INTERFACE -fsanitize=address,undefined
                                                   -fno-sanitize-recover=undefined
                                                   -fno-omit-frame-pointer)
  target_link_options(specctl_options INTERFACE -fsanitize=address,undefined)
elseif(SPECCTL_SANITIZE STREQUAL "thread")
  target_compile_options(specctl_options INTERFACE -fsanitize=thread -Wno-tsan)
  target_compile_definitions(specctl_options INTERFACE BOOST_ASIO_DISABLE_FENCED_BLOCK)
  target_link_options(specctl_options INTERFACE -fsanitize=thread)
elseif(SPECCTL_SANITIZE STREQUAL "fuzzer")
  # clang 14 can't compile a coroutine with the check of function types (its split parts refer to
  # each other's prologue: "Cannot represent a difference across sections").
  target_compile_options(specctl_options INTERFACE -fsanitize=fuzzer-no-link,address,undefined
                                                   -fno-sanitize=function
                                                   -fno-sanitize-recover=undefined)
  target_link_options(specctl_options INTERFACE -fsanitize=address,undefined)
endif()

# specctl_library(NAME common_net SRCS a.cc b.cc DEPS specctl::common_base)
# DEPS are the folder's permitted includes.
function(specctl_library)
  cmake_parse_arguments(ARG "" "NAME" "SRCS;DEPS" ${ARGN})
  add_library(specctl_${ARG_NAME} STATIC ${ARG_SRCS})
  add_library(specctl::${ARG_NAME} ALIAS specctl_${ARG_NAME})
  target_link_libraries(specctl_${ARG_NAME} PUBLIC specctl_options ${ARG_DEPS})
endfunction()

# specctl_test(NAME common/net/sse_parser DEPS ...): builds <basename>_test.cc of the
# current folder and registers it under its full name; each test gets 60 s.
function(specctl_test)
  cmake_parse_arguments(ARG "" "NAME;TIMEOUT" "DEPS" ${ARGN})
  string(REPLACE "/" "_" target "${ARG_NAME}_test")
  get_filename_component(base "${ARG_NAME}" NAME)
  add_executable(${target} ${base}_test.cc)
  target_link_libraries(${target} PRIVATE specctl_options GTest::gmock_main ${ARG_DEPS})
  add_test(NAME ${ARG_NAME} COMMAND ${target})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 60)
  endif()
  set_tests_properties(${ARG_NAME} PROPERTIES TIMEOUT ${ARG_TIMEOUT} ENVIRONMENT
    "TSAN_OPTIONS=ignore_noninstrumented_modules=1 suppressions=${PROJECT_SOURCE_DIR}/tests/tsan.supp;SPECCTL_SOURCE_DIR=${PROJECT_SOURCE_DIR}")
endfunction()

# specctl_fuzzer(NAME common/net/sse_parser DEPS ...): builds <basename>_fuzz.cc of the current
# folder.  In the fuzz preset it is a libFuzzer binary; in every other preset it is
# linked with a driver that replays the seed corpus and small mutations of it, as a test.
function(specctl_fuzzer)
  cmake_parse_arguments(ARG "" "NAME" "DEPS" ${ARGN})
  string(REPLACE "/" "_" target "${ARG_NAME}_fuzz")
  get_filename_component(base "${ARG_NAME}" NAME)
  if(SPECCTL_SANITIZE STREQUAL "fuzzer")
    add_executable(${target} ${base}_fuzz.cc)
    target_link_options(${target} PRIVATE -fsanitize=fuzzer)
    # What it finds goes into the first folder, not among the seeds.
    set(found ${CMAKE_CURRENT_BINARY_DIR}/found/${base})
    file(MAKE_DIRECTORY ${found})
    set(run ${target} -runs=20000 -max_total_time=20 ${found}
            ${CMAKE_CURRENT_SOURCE_DIR}/corpus/${base})
  else()
    add_executable(${target} ${base}_fuzz.cc ${PROJECT_SOURCE_DIR}/tests/fuzz/replay_main.cc)
    set(run ${target} ${CMAKE_CURRENT_SOURCE_DIR}/corpus/${base})
  endif()
  target_link_libraries(${target} PRIVATE specctl_options ${ARG_DEPS})
  add_test(NAME fuzz/${ARG_NAME} COMMAND ${run})
  set_tests_properties(fuzz/${ARG_NAME} PROPERTIES TIMEOUT 120)
endfunction()
