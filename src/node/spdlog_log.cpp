#include "node/spdlog_log.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace ropenet::node {
namespace {

spdlog::level::level_enum level_of(LogLevel level) {
    switch (level) {
        case LogLevel::debug:
            return spdlog::level::debug;
        case LogLevel::info:
            return spdlog::level::info;
        case LogLevel::warning:
            return spdlog::level::warn;
        case LogLevel::error:
            return spdlog::level::err;
    }
    return spdlog::level::err;
}

class ConsoleLog final : public Log {
  public:
    explicit ConsoleLog(LogLevel level)
        : logger_{"ropenet", std::make_shared<spdlog::sinks::stderr_sink_mt>()} {
        logger_.set_level(level_of(level));
        logger_.set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
    }

    void write(LogLevel level, std::string_view module, std::string_view line) override {
        logger_.log(level_of(level), "{}: {}", module, line);
    }

  private:
    spdlog::logger logger_;
};

}  // namespace

std::unique_ptr<Log> make_console_log(LogLevel level) {
    return std::make_unique<ConsoleLog>(level);
}

}  // namespace ropenet::node
