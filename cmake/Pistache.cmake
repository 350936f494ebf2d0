# Pistache 0.0.5 does not compile with Clang: one line of async.h names a member that its class
# does not have. Clang reads a corrected copy of that header, made here and found before it.
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  find_path(DOORWARD_PISTACHE_INCLUDE pistache/async.h HINTS ${PISTACHE_INCLUDE_DIRS} REQUIRED)
  file(READ ${DOORWARD_PISTACHE_INCLUDE}/pistache/async.h PISTACHE_ASYNC)
  string(REGEX REPLACE "auto core( *)= this->chain_;" "auto core\\1= this->chainCore;"
    PISTACHE_ASYNC_FIXED "${PISTACHE_ASYNC}")
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/pistache-overlay/pistache/async.h
    CONTENT "${PISTACHE_ASYNC_FIXED}" @ONLY)
  target_include_directories(PkgConfig::PISTACHE BEFORE INTERFACE
    ${CMAKE_BINARY_DIR}/pistache-overlay)
endif()
