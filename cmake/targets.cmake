# Every target of the project is made by one of these functions, so that
# warnings, sanitizers and include roots are set in exactly one place.

add_library(specctl_options INTERFACE)
target_include_directories(specctl_options INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(specctl_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wold-style-cast -Werror
  -Wno-missing-field-initializers)  # designated initialisers leave defaults to the struct
# When optimising, g++ 12 warns of overlapping copies inside its own std::string (GCC bug 105651) and
# takes the unused inside of a std::optional or std::variant for an uninitialised read.
target_compile_options(specctl_options INTERFACE
  $<$<AND:$<CONFIG:Release>,$<CXX_COMPILER_ID:GNU>>:-Wno-restrict;-Wno-maybe-uninitialized>)
# Sources that are compiled together look like headers to this warning.
target_compile_options(specctl_options INTERFACE
  $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
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

# Compiles up to SPECCTL_UNITY_FILES sources of `target` at once: most of a file's time goes into
# the headers that its neighbours include, too.  So a folder's names in anonymous namespaces are its
# own; the debug preset compiles each file alone and so sees an #include that is missing.
function(specctl_unity target)
  if(SPECCTL_UNITY_FILES GREATER 1)
    set_target_properties(${target} PROPERTIES
      UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE ${SPECCTL_UNITY_FILES})
  endif()
endfunction()

# specctl_library(NAME common_net SRCS a.cc b.cc DEPS specctl::common_base)
# DEPS are the folder's permitted includes.
function(specctl_library)
  cmake_parse_arguments(ARG "" "NAME" "SRCS;DEPS" ${ARGN})
  add_library(specctl_${ARG_NAME} STATIC ${ARG_SRCS})
  add_library(specctl::${ARG_NAME} ALIAS specctl_${ARG_NAME})
  target_link_libraries(specctl_${ARG_NAME} PUBLIC specctl_options ${ARG_DEPS})
  specctl_unity(specctl_${ARG_NAME})
endfunction()

# specctl_tests(NAME common/net UNITS sse_parser url DEPS ...): one program of all <unit>_test.cc of
# the current folder, one ctest of that name; TIMEOUT is 120 s unless given, and three times as long with sanitizers.
function(specctl_tests)
  cmake_parse_arguments(ARG "" "NAME;TIMEOUT" "UNITS;SRCS;DEPS" ${ARGN})
  string(REPLACE "/" "_" target "${ARG_NAME}_tests")
  list(TRANSFORM ARG_UNITS APPEND _test.cc)
  add_executable(${target} ${ARG_UNITS} ${ARG_SRCS})
  target_link_libraries(${target} PRIVATE specctl_options GTest::gmock_main ${ARG_DEPS})
  # What is tested is optimised as it is for users; optimising the assertions as much takes the
  # compiler longer, and shows nothing.
  target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-O1>)
  # What is tested has all checks; checking the assertions for undefined behaviour, too, nearly
  # doubles the time that it takes to compile them.
  if(SPECCTL_SANITIZE STREQUAL "address")
    target_compile_options(${target} PRIVATE -fno-sanitize=undefined)
  endif()
  specctl_unity(${target})
  add_test(NAME ${ARG_NAME} COMMAND ${target})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  if(NOT SPECCTL_SANITIZE STREQUAL "none")
    math(EXPR ARG_TIMEOUT "3 * ${ARG_TIMEOUT}")
  endif()
  set_tests_properties(${ARG_NAME} PROPERTIES TIMEOUT ${ARG_TIMEOUT} ENVIRONMENT
    "TSAN_OPTIONS=ignore_noninstrumented_modules=1 suppressions=${PROJECT_SOURCE_DIR}/tests/tsan.supp;SPECCTL_SOURCE_DIR=${PROJECT_SOURCE_DIR}")
endfunction()

# specctl_fuzzers(NAME net PARSERS sse_parser url DEPS ...): <parser>_fuzz.cc of the current folder.
# In the fuzz preset each is a libFuzzer binary; in every other preset one program replays their
# seed corpora and small mutations of these, a test for each parser.
function(specctl_fuzzers)
  cmake_parse_arguments(ARG "" "NAME" "PARSERS;DEPS" ${ARGN})
  if(NOT SPECCTL_SANITIZE STREQUAL "fuzzer")
    set(program fuzz_${ARG_NAME})
    add_executable(${program} ${PROJECT_SOURCE_DIR}/tests/fuzz/replay_main.cc)
    target_link_libraries(${program} PRIVATE specctl_options ${ARG_DEPS})
  endif()
  foreach(parser ${ARG_PARSERS})
    set(corpus ${CMAKE_CURRENT_SOURCE_DIR}/corpus/${parser})
    if(SPECCTL_SANITIZE STREQUAL "fuzzer")
      set(program ${ARG_NAME}_${parser}_fuzz)
      add_executable(${program} ${parser}_fuzz.cc)
      target_link_options(${program} PRIVATE -fsanitize=fuzzer)
      target_link_libraries(${program} PRIVATE specctl_options ${ARG_DEPS})
      # What it finds goes into the first folder, not among the seeds.
      set(found ${CMAKE_CURRENT_BINARY_DIR}/found/${parser})
      file(MAKE_DIRECTORY ${found})
      set(run ${program} -runs=20000 -max_total_time=20 ${found} ${corpus})
    else()
      target_sources(${program} PRIVATE ${parser}_fuzz.cc)
      set_source_files_properties(${parser}_fuzz.cc PROPERTIES
        COMPILE_DEFINITIONS LLVMFuzzerTestOneInput=Fuzz_${parser})
      string(APPEND targets "TARGET(${parser})")
      set(run ${program} ${parser} ${corpus})
    endif()
    add_test(NAME fuzz/${ARG_NAME}/${parser} COMMAND ${run})
    set_tests_properties(fuzz/${ARG_NAME}/${parser} PROPERTIES TIMEOUT 120)
  endforeach()
  if(NOT SPECCTL_SANITIZE STREQUAL "fuzzer")
    target_compile_definitions(${program} PRIVATE "SPECCTL_FUZZ_TARGETS=${targets}")
  endif()
endfunction()
