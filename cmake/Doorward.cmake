# How rooms, programs and tests are built. A room is a folder; its name is its library.
set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

option(DOORWARD_TESTS "Build the tests" ON)
option(DOORWARD_DEMO "Build doorward-demo" ON)
option(DOORWARD_FUZZ "Build the fuzz targets with libFuzzer" OFF)
set(DOORWARD_SANITIZE "" CACHE STRING "Value of -fsanitize=")

find_package(OpenSSL 3.0 REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(CURL REQUIRED)
find_package(ZLIB REQUIRED)
find_package(Threads REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)
find_package(spdlog REQUIRED)
find_package(prometheus-cpp REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(LIBXML2 REQUIRED IMPORTED_TARGET libxml-2.0)
pkg_check_modules(XMLSEC REQUIRED IMPORTED_TARGET xmlsec1-openssl)
pkg_check_modules(PISTACHE REQUIRED IMPORTED_TARGET libpistache)
pkg_check_modules(TOMLPLUSPLUS REQUIRED IMPORTED_TARGET tomlplusplus)
include(Pistache)

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

add_library(doorward_flags INTERFACE)
target_compile_options(doorward_flags INTERFACE -Wall -Wextra -Wconversion -Werror -Wswitch
  -fstack-protector-strong -fno-omit-frame-pointer)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # False alarms of GCC 12 about std::string and std::expected once it inlines (GCC bugs 105329,
  # 105593); Clang and the sanitizers see the same code.
  target_compile_options(doorward_flags INTERFACE -Wno-restrict -Wno-maybe-uninitialized)
endif()
target_include_directories(doorward_flags INTERFACE ${CMAKE_SOURCE_DIR})
target_link_libraries(doorward_flags INTERFACE Threads::Threads)
if(DOORWARD_SANITIZE)
  target_compile_options(doorward_flags INTERFACE -fsanitize=${DOORWARD_SANITIZE}
    -fno-sanitize-recover=all)
  target_link_options(doorward_flags INTERFACE -fsanitize=${DOORWARD_SANITIZE})
endif()

# doorward_room(name [LIBS third-party...]): all .cc files of the folder, except main.cc,
# linked with every room to its left (the order of the calls is the order of the rooms).
set(DOORWARD_ROOMS "")
macro(doorward_room name)
  cmake_parse_arguments(ROOM "" "" "LIBS" ${ARGN})
  file(GLOB ROOM_SOURCES CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${name}/*.cc)
  list(FILTER ROOM_SOURCES EXCLUDE REGEX "/main\\.cc$")
  if(ROOM_SOURCES)
    add_library(doorward_${name} STATIC ${ROOM_SOURCES})
    target_link_libraries(doorward_${name} PUBLIC doorward_flags ${DOORWARD_ROOMS} ${ROOM_LIBS})
    list(PREPEND DOORWARD_ROOMS doorward_${name})
  endif()
endmacro()

function(doorward_program name)
  if(EXISTS ${CMAKE_SOURCE_DIR}/${ARGV1})
    add_executable(${name} ${ARGN})
    target_link_libraries(${name} PRIVATE ${DOORWARD_ROOMS})
    set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
  endif()
endfunction()
