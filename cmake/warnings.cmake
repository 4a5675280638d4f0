# Warnings of every target we own. Presets turn them into errors.
add_library(ropenet_warnings INTERFACE)
target_compile_options(ropenet_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wold-style-cast
  -Wno-missing-field-initializers -Wnon-virtual-dtor -Woverloaded-virtual -Wformat=2 -Wimplicit-fallthrough
  $<$<CXX_COMPILER_ID:GNU>:-Wduplicated-cond;-Wduplicated-branches;-Wlogical-op>
  # g++ 12 reports these inside std::string, std::vector and std::variant where nothing is wrong (GCC
  # bugs 105651, 105562, 105329); the sanitizer builds look for the real thing.
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict;-Wno-maybe-uninitialized;-Wno-array-bounds>
  $<$<CXX_COMPILER_ID:GNU>:-Wno-stringop-overread;-Wno-stringop-overflow>
  $<$<CXX_COMPILER_ID:Clang>:-Wthread-safety>)

if(ROPENET_SANITIZE)
  add_compile_options(-fsanitize=${ROPENET_SANITIZE} -fno-omit-frame-pointer
    -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${ROPENET_SANITIZE})
endif()
