# Warnings of every target we own. Presets turn them into errors.
add_library(ropenet_warnings INTERFACE)
target_compile_options(ropenet_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wold-style-cast
  -Wnon-virtual-dtor -Woverloaded-virtual -Wformat=2 -Wimplicit-fallthrough
  $<$<CXX_COMPILER_ID:GNU>:-Wduplicated-cond;-Wduplicated-branches;-Wlogical-op>
  $<$<CXX_COMPILER_ID:Clang>:-Wthread-safety>)

if(ROPENET_SANITIZE)
  add_compile_options(-fsanitize=${ROPENET_SANITIZE} -fno-omit-frame-pointer
    -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${ROPENET_SANITIZE})
endif()
