#include "bench/bench.hpp"

#include <iostream>

namespace ropenet::bench {

Bench::Bench(BenchOptions options, Report& report)
    : options_{std::move(options)}, report_{report} {}

Bench::~Bench() = default;

std::size_t Bench::pick(std::size_t quick, std::size_t normal, std::size_t large) const {
    switch (options_.scale) {
        case Scale::quick:
            return quick;
        case Scale::normal:
            return normal;
        case Scale::large:
            break;
    }
    return large;
}

void Bench::say(const std::string& line) const {
    std::cerr << line << std::endl;
}

std::string Bench::new_path(const std::string& name) {
    ++paths_;
    return options_.folder + "/" + std::to_string(paths_) + "-" + name;
}

const People& Bench::people() {
    constexpr std::size_t kQuick = 50;
    constexpr std::size_t kAll = 1'000;
    if (!people_) people_ = std::make_unique<People>(pick(kQuick, kAll, kAll));
    return *people_;
}

}  // namespace ropenet::bench
