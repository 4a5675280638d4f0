# Libraries of Debian 12. docs/adr/0002 says what each is for; tools/layers.toml who may use it.
find_package(Threads REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
find_package(RocksDB REQUIRED)
find_package(Boost 1.81 REQUIRED)
find_package(CLI11 REQUIRED)
find_package(tomlplusplus REQUIRED)
find_package(spdlog REQUIRED)
find_package(prometheus-cpp REQUIRED)

# System headers, so that our warnings do not apply to them.
add_library(ropenet_boost INTERFACE)
target_include_directories(ropenet_boost SYSTEM INTERFACE ${Boost_INCLUDE_DIRS})

# The allocator of programs. Sanitizers bring their own.
add_library(ropenet_allocator INTERFACE)
if(NOT ROPENET_SANITIZE)
  find_library(JEMALLOC jemalloc REQUIRED)
  target_link_libraries(ropenet_allocator INTERFACE -Wl,--no-as-needed ${JEMALLOC} -Wl,--as-needed)
endif()

if(ROPENET_TESTS)
  find_package(GTest REQUIRED)
  include(GoogleTest)
  enable_testing()
endif()
