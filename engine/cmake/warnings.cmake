# Warnings apply to our own targets only; third parties are SYSTEM.
option(SLUICE_WERROR "Treat warnings as errors" ON)
add_library(sluice_warnings INTERFACE)
target_compile_options(sluice_warnings INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast
    -Wnon-virtual-dtor -Woverloaded-virtual -Wswitch-enum -Wextra-semi -Wformat=2
    -Wno-missing-field-initializers
)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(sluice_warnings INTERFACE -Wduplicated-cond -Wlogical-op)
else()
    # libstdc++ 12 itself calls what C++17 deprecated (stable_sort and its buffer).
    target_compile_options(sluice_warnings INTERFACE -Wthread-safety -Wno-deprecated-declarations)
endif()
if(SLUICE_WERROR)
    target_compile_options(sluice_warnings INTERFACE -Werror)
endif()

# g++ 12 sees uninitialised values in library code that is inlined across the sources of a batch.
if(CMAKE_UNITY_BUILD AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(sluice_warnings INTERFACE -Wno-maybe-uninitialized)
endif()

set(SLUICE_SANITIZE "" CACHE STRING "For every target: empty, address,undefined or thread")
if(SLUICE_SANITIZE)
    add_compile_definitions(SLUICE_SANITIZED)
    add_compile_options(
        -fsanitize=${SLUICE_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all
    )
    add_link_options(-fsanitize=${SLUICE_SANITIZE})
endif()
