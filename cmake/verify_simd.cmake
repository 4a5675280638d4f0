# The library of eight-lane Ed25519 checks (runtime/verify-simd): built by cargo with AVX-512 for itself
# alone, put where a program finds it: <folder of the program>/../lib/ropenet. Only for x86-64; a node
# elsewhere checks with OpenSSL. docs/adr/0006.
if(NOT CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|amd64)$")
  message(STATUS "No eight-lane signature checks on ${CMAKE_SYSTEM_PROCESSOR}")
  add_custom_target(ropenet_verify_simd)
  return()
endif()

# An old toolchain may stand before a new one in PATH; rustc is taken from beside cargo.
set(rust_wanted 1.95)
find_program(cargo_in_path cargo HINTS $ENV{HOME}/.cargo/bin)
set(cargo "")
foreach(candidate ${cargo_in_path} /usr/bin/cargo)
  get_filename_component(folder ${candidate} DIRECTORY)
  execute_process(COMMAND ${folder}/rustc --version OUTPUT_VARIABLE said RESULT_VARIABLE failed ERROR_QUIET)
  if(NOT cargo AND NOT failed AND said MATCHES "rustc ([0-9.]+)" AND NOT CMAKE_MATCH_1 VERSION_LESS rust_wanted)
    set(cargo ${candidate})
    set(rustc ${folder}/rustc)
  endif()
endforeach()
if(NOT cargo)
  message(FATAL_ERROR "rustc ${rust_wanted} or newer is wanted, with cargo beside it: "
    "apt-get install rustc-web cargo-web")
endif()

set(cargo_home $ENV{CARGO_HOME})
if(NOT cargo_home)
  set(cargo_home $ENV{HOME}/.cargo)
endif()
# All that fast_verification.cpp asks the CPU for, and no more. Paths are remapped so that the same
# sources give the same bytes wherever they lie.
set(rust_flags "-Ctarget-feature=+avx512f,+avx512bw,+avx512dq,+avx512ifma \
--remap-path-prefix=${cargo_home}=/cargo --remap-path-prefix=${CMAKE_SOURCE_DIR}=/ropenet")
set(rust_target x86_64-unknown-linux-gnu)
set(runtime ${CMAKE_SOURCE_DIR}/runtime)
set(library libropenet_verify_simd.so)
file(GLOB_RECURSE rust_sources CONFIGURE_DEPENDS ${runtime}/*.rs)

add_custom_command(OUTPUT ${CMAKE_BINARY_DIR}/lib/ropenet/${library}
  COMMAND ${CMAKE_COMMAND} -E env "RUSTC=${rustc}" "RUSTFLAGS=${rust_flags}"
    ${cargo} build --quiet --release --locked --package ropenet-verify-simd
    --target ${rust_target} --target-dir ${CMAKE_BINARY_DIR}/cargo
  COMMAND ${CMAKE_COMMAND} -E make_directory ${CMAKE_BINARY_DIR}/lib/ropenet
  # Renamed, because a node that runs has the old file mapped.
  COMMAND ${CMAKE_COMMAND} -E copy ${CMAKE_BINARY_DIR}/cargo/${rust_target}/release/${library}
    ${CMAKE_BINARY_DIR}/lib/ropenet/${library}.new
  COMMAND ${CMAKE_COMMAND} -E rename ${CMAKE_BINARY_DIR}/lib/ropenet/${library}.new
    ${CMAKE_BINARY_DIR}/lib/ropenet/${library}
  DEPENDS ${rust_sources} ${runtime}/Cargo.toml ${runtime}/Cargo.lock
    ${runtime}/verify-simd/Cargo.toml ${CMAKE_CURRENT_LIST_FILE}
  WORKING_DIRECTORY ${runtime}
  COMMENT "Building ${library}" VERBATIM)
add_custom_target(ropenet_verify_simd ALL DEPENDS ${CMAKE_BINARY_DIR}/lib/ropenet/${library})
