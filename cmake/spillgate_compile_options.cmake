# Warnings are errors in our own code. Floating-point contraction is off everywhere: what is binned or cut on must be
# equal bit for bit on every machine.
add_library(spillgate_options INTERFACE)
target_compile_options(spillgate_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor
    -Woverloaded-virtual -Wconversion -Wno-sign-conversion -Werror -ffp-contract=off -fno-math-errno)
target_include_directories(spillgate_options INTERFACE ${CMAKE_SOURCE_DIR} ${CMAKE_BINARY_DIR})
target_compile_definitions(spillgate_options INTERFACE SPDLOG_FMT_EXTERNAL)

if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    # Boost.uBLAS derives from std::iterator; gcc does not say so of a system header's template, clang does.
    target_compile_options(spillgate_options INTERFACE -Wno-deprecated-declarations)
endif()

set(SPILLGATE_SANITIZE "" CACHE STRING "asan (with UBSan), tsan, or empty")
if(SPILLGATE_SANITIZE STREQUAL "asan")
    # gcc sees uninitialized values in the library's own code where AddressSanitizer has instrumented it.
    target_compile_options(spillgate_options INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=all
        -fno-omit-frame-pointer -Wno-maybe-uninitialized)
    target_link_options(spillgate_options INTERFACE -fsanitize=address,undefined)
elseif(SPILLGATE_SANITIZE STREQUAL "tsan")
    target_compile_options(spillgate_options INTERFACE -fsanitize=thread -fno-omit-frame-pointer -Wno-tsan)
    target_link_options(spillgate_options INTERFACE -fsanitize=thread)
elseif(NOT SPILLGATE_SANITIZE STREQUAL "")
    message(FATAL_ERROR "SPILLGATE_SANITIZE is '${SPILLGATE_SANITIZE}'; allowed: asan, tsan or empty")
endif()

find_program(MOLD mold)
if(MOLD)
    add_link_options(-fuse-ld=mold)
endif()
find_program(CCACHE ccache)
if(CCACHE)
    # Without the first ccache would have nothing to do with a precompiled header; without the others it would hash its
    # 150 MB for every file, which takes longer than the file.
    set(CMAKE_CXX_COMPILER_LAUNCHER env CCACHE_SLOPPINESS=pch_defines,time_macros CCACHE_DEPEND=1
        CCACHE_INODECACHE=1 ${CCACHE})
endif()

# Headers that most files include are compiled once for all rooms, and once more, with Catch, for all tests: those of
# others, and what is generated of the configuration's schemas. No other of ours: a change would build everything again.
# Each file still includes what it uses; lint, which compiles without this, sees to that. gcc accepts such a header only
# where every definition that it was compiled with is there too: the targets that hold one link to nothing that not all
# of its users link to.
set(common_headers <algorithm> <array> <chrono> <cmath> <cstdint> <functional> <limits> <map> <memory> <mutex> <numeric>
    <optional> <set> <span> <sstream> <string> <string_view> <utility> <variant> <vector> <boost/system/result.hpp>
    <proto/schema/config.pb.h>)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # For ccache; and with precompiled headers gcc 12 no longer sees that what it suspects is inlined from its own strings
    # and vectors: the sanitizers watch what these warnings would.
    target_compile_options(spillgate_options INTERFACE -fpch-preprocess -Wno-array-bounds -Wno-restrict -Wno-stringop-overflow
        -Wno-stringop-overread)
endif()

# spillgate_precompiled(NAME USES HEADERS...): a target to reuse the precompiled common headers and HEADERS from.
function(spillgate_precompiled name uses)
    file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/${name}.cpp CONTENT "")  # CMake wants a source
    add_library(${name} OBJECT ${CMAKE_BINARY_DIR}/${name}.cpp)
    target_link_libraries(${name} PRIVATE spillgate_schema ${uses})
    target_precompile_headers(${name} PRIVATE ${common_headers} ${ARGN})
endfunction()
spillgate_precompiled(spillgate_room_headers "spillgate_options;fmt::fmt" <fmt/format.h>)

# spillgate_room(NAME USES...): the library of one room, from every source in its folder except program entry points
# (*main.cpp). The rooms it may use are its arguments; tests/layers checks the includes against docs/architecture.md.
function(spillgate_room name)
    file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
    list(FILTER sources EXCLUDE REGEX "main\\.cpp$")
    list(FILTER sources EXCLUDE REGEX "/node_modules/")
    list(TRANSFORM ARGN PREPEND spillgate_ OUTPUT_VARIABLE rooms)
    if(sources)
        add_library(spillgate_${name} STATIC ${sources})
        target_link_libraries(spillgate_${name} PUBLIC spillgate_options ${rooms})
        target_precompile_headers(spillgate_${name} REUSE_FROM spillgate_room_headers)
    else()
        add_library(spillgate_${name} INTERFACE)
        target_link_libraries(spillgate_${name} INTERFACE spillgate_options ${rooms})
    endif()
endfunction()
