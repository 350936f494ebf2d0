# Pistache 0.0.5 does not compile with Clang: Chainer<void> in async.h names a member that it does
# not have. Clang reads a corrected copy of that header, made here and found before the system's.
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  find_path(DOORWARD_PISTACHE_INCLUDE pistache/async.h HINTS ${PISTACHE_INCLUDE_DIRS} REQUIRED)
  file(READ ${DOORWARD_PISTACHE_INCLUDE}/pistache/async.h PISTACHE_ASYNC)
  set(wrong "auto core   = this->chain_;")
  string(FIND "${PISTACHE_ASYNC}" "struct Chainer<void, Dummy>" class)
  string(SUBSTRING "${PISTACHE_ASYNC}" 0 ${class} before)
  string(SUBSTRING "${PISTACHE_ASYNC}" ${class} -1 after)
  string(FIND "${after}" "${wrong}" at)
  string(LENGTH "${wrong}" length)
  math(EXPR end "${at} + ${length}")
  string(SUBSTRING "${after}" 0 ${at} head)
  string(SUBSTRING "${after}" ${end} -1 tail)
  set(overlay ${CMAKE_BINARY_DIR}/pistache-overlay)
  file(CONFIGURE OUTPUT ${overlay}/pistache/async.h @ONLY
    CONTENT "${before}${head}auto core = this->chainCore;${tail}")
  target_include_directories(PkgConfig::PISTACHE BEFORE INTERFACE ${overlay})
endif()
