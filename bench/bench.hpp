// What a figure's function is given: how large to measure, where to put files, where to report.
//
// Threads: the main thread. Errors: of the folder, io.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "base/error.hpp"
#include "bench/figure.hpp"
#include "bench/people.hpp"

namespace ropenet::bench {

enum class Scale : std::uint8_t {
    quick,   // does the tool work? The numbers mean nothing.
    normal,  // all of it in 15 minutes on two cores
    large,   // --long
};

struct BenchOptions {
    Scale scale = Scale::normal;
    std::string binary;  // of ropenet
    std::string folder;  // exists; everything is made below it
};

class Bench {
  public:
    /// `report` must outlive the bench.
    Bench(BenchOptions options, Report& report);
    ~Bench();
    Bench(const Bench&) = delete;
    Bench& operator=(const Bench&) = delete;

    Scale scale() const { return options_.scale; }
    const std::string& binary() const { return options_.binary; }
    std::size_t pick(std::size_t quick, std::size_t normal, std::size_t large) const;

    void report(const Figure& figure) { report_.add(figure); }
    /// A line on standard error.
    void say(const std::string& line) const;

    /// A new path below the folder; nothing is there yet.
    std::string new_path(const std::string& name);

    /// Those who sign: 1,000 accounts.
    const People& people();

  private:
    const BenchOptions options_;
    Report& report_;
    std::size_t paths_ = 0;
    std::unique_ptr<People> people_;
};

}  // namespace ropenet::bench
