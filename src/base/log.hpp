// What a module may say about its work, without knowing who listens.
//
// `node` gives an implementation over spdlog; tests use NullLog. Any thread may call. Never pass
// keys, salts, reasons or bodies of transactions: ids, heights, counts and sizes only.
#pragma once

#include <cstdint>
#include <string_view>

namespace ropenet {

enum class LogLevel : std::uint8_t { debug, info, warning, error };

class Log {
  public:
    virtual ~Log() = default;
    virtual void write(LogLevel level, std::string_view module, std::string_view line) = 0;
};

class NullLog final : public Log {
  public:
    void write(LogLevel, std::string_view, std::string_view) override {}
};

}  // namespace ropenet
