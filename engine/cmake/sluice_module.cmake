# sluice_module(NAME PUBLIC m... PRIVATE m... THIRD_PARTY t... SOURCES f...)
#
# Declares the library `sluice_NAME` in engine/NAME. PUBLIC modules appear in its headers, PRIVATE
# ones only in its .cpp files. A module that was not declared earlier stops configuration, so a
# cycle cannot be written. The declared graph goes to ${CMAKE_BINARY_DIR}/module_graph.txt for
# tests/architecture.
define_property(GLOBAL PROPERTY SLUICE_MODULE_GRAPH)
set_property(GLOBAL PROPERTY SLUICE_MODULE_GRAPH "")

function(sluice_link TARGET VISIBILITY)
    foreach(name IN LISTS ARGN)
        if(NOT TARGET sluice_${name})
            message(FATAL_ERROR "${TARGET} uses module '${name}', which is not declared before it")
        endif()
        target_link_libraries(${TARGET} ${VISIBILITY} sluice_${name})
    endforeach()
endfunction()

function(sluice_link_third_party TARGET VISIBILITY)
    foreach(name IN LISTS ARGN)
        if(NOT DEFINED SLUICE_TP_${name})
            message(FATAL_ERROR "${TARGET} uses '${name}', which is not in third_party.cmake")
        endif()
        target_link_libraries(${TARGET} ${VISIBILITY} ${SLUICE_TP_${name}})
    endforeach()
endfunction()

function(sluice_module NAME)
    cmake_parse_arguments(M "" "" "PUBLIC;PRIVATE;THIRD_PARTY;SOURCES" ${ARGN})
    set(target sluice_${NAME})
    if(M_SOURCES)
        add_library(${target} STATIC ${M_SOURCES})
        set(own PUBLIC)
        set(hidden PRIVATE)
        target_link_libraries(${target} PRIVATE sluice_warnings)
        if(SLUICE_SANITIZE)
            # Tests are compiled the fast way; what they drive runs faster, and its frames fit the
            # stacks that scripts are given.
            target_compile_options(${target} PRIVATE -O1)
        endif()
    else()
        add_library(${target} INTERFACE)
        set(own INTERFACE)
        set(hidden INTERFACE)
    endif()
    target_include_directories(${target} ${own} ${PROJECT_SOURCE_DIR}/engine)
    sluice_link(${target} ${own} ${M_PUBLIC})
    sluice_link(${target} ${hidden} ${M_PRIVATE})
    sluice_link_third_party(${target} ${hidden} ${M_THIRD_PARTY})
    string(REPLACE ";" "," public "${M_PUBLIC}")
    string(REPLACE ";" "," private "${M_PRIVATE}")
    set_property(GLOBAL APPEND PROPERTY SLUICE_MODULE_GRAPH
        "${NAME} public=${public} private=${private}")
endfunction()

function(sluice_write_module_graph)
    get_property(graph GLOBAL PROPERTY SLUICE_MODULE_GRAPH)
    list(JOIN graph "\n" text)
    file(WRITE ${CMAKE_BINARY_DIR}/module_graph.txt "${text}\n")
endfunction()

# A build may register only some tiers (sanitizers) and name its tests apart from other builds'.
set(SLUICE_TEST_LABELS "" CACHE STRING "Labels of the tests to build; empty: all")
option(SLUICE_COMPILE_EVERY_TEST "Compile also the tests that are not registered" OFF)
set(SLUICE_TEST_PREFIX "" CACHE STRING "Put before each test's name")

# sluice_test(NAME LABEL l USES m... THIRD_PARTY t... SOURCES f... [TIMEOUT s] [PROCESSORS n]
#     [RESOURCE_LOCK r...] [COST n])
# One GoogleTest binary, run as one ctest test that carries the tier's label. Tests of a higher COST
# (seconds, roughly) begin first when nothing is known of earlier runs.
function(sluice_test NAME)
    cmake_parse_arguments(
        T "" "LABEL;TIMEOUT;PROCESSORS;COST" "USES;THIRD_PARTY;SOURCES;RESOURCE_LOCK" ${ARGN}
    )
    set(registered ON)
    if(SLUICE_TEST_LABELS AND NOT T_LABEL IN_LIST SLUICE_TEST_LABELS)
        set(registered OFF)
    endif()
    if(NOT registered AND NOT SLUICE_COMPILE_EVERY_TEST)
        return()
    endif()
    add_executable(${NAME} ${T_SOURCES})
    target_include_directories(${NAME} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
    target_compile_definitions(${NAME} PRIVATE
        SLUICE_SOURCE_DIR="${PROJECT_SOURCE_DIR}" SLUICE_BUILD_DIR="${CMAKE_BINARY_DIR}")
    sluice_link(${NAME} PRIVATE ${T_USES})
    sluice_link_third_party(${NAME} PRIVATE ${T_THIRD_PARTY})
    target_link_libraries(${NAME} PRIVATE
        sluice_warnings GTest::gtest GTest::gmock GTest::gtest_main)
    if(NOT registered)
        return()
    endif()
    if(NOT T_TIMEOUT)
        set(T_TIMEOUT 240)
    endif()
    if(SLUICE_SANITIZE)
        math(EXPR T_TIMEOUT "${T_TIMEOUT} * 4")
    endif()
    set(test ${SLUICE_TEST_PREFIX}${NAME})
    add_test(NAME ${test} COMMAND ${NAME})
    set_tests_properties(${test} PROPERTIES LABELS "${T_LABEL}" TIMEOUT ${T_TIMEOUT}
        ENVIRONMENT "UBSAN_OPTIONS=print_stacktrace=1")
    if(T_RESOURCE_LOCK)
        set_tests_properties(${test} PROPERTIES RESOURCE_LOCK "${T_RESOURCE_LOCK}")
    endif()
    if(T_COST)
        set_tests_properties(${test} PROPERTIES COST ${T_COST})
    endif()
    if(T_PROCESSORS)
        set_tests_properties(${test} PROPERTIES PROCESSORS ${T_PROCESSORS})
    endif()
endfunction()
