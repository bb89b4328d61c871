# Every library from outside, in one place. Those without CMake files come through pkg-config.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(simdjson REQUIRED)
find_package(GTest REQUIRED)
pkg_check_modules(libpq REQUIRED IMPORTED_TARGET libpq)
pkg_check_modules(libcurl REQUIRED IMPORTED_TARGET libcurl)
pkg_check_modules(tomlplusplus REQUIRED IMPORTED_TARGET tomlplusplus)
pkg_check_modules(qrencode REQUIRED IMPORTED_TARGET libqrencode)
pkg_check_modules(zstd REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules(zlib REQUIRED IMPORTED_TARGET zlib)
pkg_check_modules(expat REQUIRED IMPORTED_TARGET expat)

# Beast and Asio, of which only headers are used. One thread runs each of their loops, so they need
# no fences (which the thread sanitizer does not know); what crosses threads goes through mutexes.
find_path(BOOST_INCLUDE_DIR NAMES boost/beast/http/basic_parser.hpp REQUIRED)
add_library(beast INTERFACE)
target_include_directories(beast SYSTEM INTERFACE ${BOOST_INCLUDE_DIR})
target_compile_definitions(beast INTERFACE
    BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_DISABLE_BOOST_ARRAY BOOST_ASIO_DISABLE_BOOST_REGEX
    BOOST_ASIO_DISABLE_FENCED_BLOCK
)

# The interpreter built as C++ and linked statically: a script error unwinds destructors, and the
# string hash seed can be fixed at link time (see engine/lua/README.md).
find_library(LUA_CXX_LIBRARY NAMES liblua5.4-c++.a REQUIRED)
find_path(LUA_INCLUDE_DIR NAMES lua.h PATH_SUFFIXES lua5.4 REQUIRED)
add_library(lua_cxx INTERFACE)
target_include_directories(lua_cxx SYSTEM INTERFACE ${LUA_INCLUDE_DIR})
target_link_libraries(lua_cxx INTERFACE ${LUA_CXX_LIBRARY})
# The second option asks for our replacement by name: the interpreter's archive is searched after
# ours, when it is too late to go back for it.
target_link_options(lua_cxx INTERFACE
    "LINKER:--wrap=_Z9luaS_hashPKcmj" "LINKER:--undefined=__wrap__Z9luaS_hashPKcmj"
)

# The server's allocator, by its soname: it takes the place of the C library's and is never
# included. Sanitizers bring their own.
if(NOT SLUICE_SANITIZE)
    find_library(TCMALLOC_LIBRARY NAMES libtcmalloc_minimal.so.4 REQUIRED)
endif()

# name used in USES lists -> target
set(SLUICE_TP_threads Threads::Threads)
set(SLUICE_TP_openssl OpenSSL::SSL OpenSSL::Crypto)
set(SLUICE_TP_fmt fmt::fmt)
set(SLUICE_TP_spdlog spdlog::spdlog)
set(SLUICE_TP_simdjson simdjson::simdjson)
set(SLUICE_TP_libpq PkgConfig::libpq)
set(SLUICE_TP_libcurl PkgConfig::libcurl)
set(SLUICE_TP_beast beast)
set(SLUICE_TP_tomlplusplus PkgConfig::tomlplusplus)
set(SLUICE_TP_qrencode PkgConfig::qrencode)
set(SLUICE_TP_zlib PkgConfig::zlib)
set(SLUICE_TP_expat PkgConfig::expat)
set(SLUICE_TP_zstd PkgConfig::zstd)
set(SLUICE_TP_lua lua_cxx)
set(SLUICE_TP_tcmalloc ${TCMALLOC_LIBRARY})
