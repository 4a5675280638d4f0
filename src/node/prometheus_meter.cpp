#include "node/prometheus_meter.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

namespace ropenet::node {
namespace {

std::string full_name(std::string_view name) {
    return "ropenet_" + std::string{name};
}

}  // namespace

struct PrometheusMeter::Impl {
    prometheus::Registry registry;
};

PrometheusMeter::PrometheusMeter() : impl_{std::make_unique<Impl>()} {}
PrometheusMeter::~PrometheusMeter() = default;

void PrometheusMeter::count(std::string_view name, std::string_view label, std::uint64_t by) {
    auto& family =
        prometheus::BuildCounter().Name(full_name(name) + "_total").Register(impl_->registry);
    std::map<std::string, std::string> labels;
    if (!label.empty()) labels.emplace("what", label);
    family.Add(labels).Increment(static_cast<double>(by));
}

void PrometheusMeter::gauge(std::string_view name, std::int64_t value) {
    auto& family = prometheus::BuildGauge().Name(full_name(name)).Register(impl_->registry);
    family.Add({}).Set(static_cast<double>(value));
}

void PrometheusMeter::observe_us(std::string_view name, std::uint64_t microseconds) {
    static const prometheus::Histogram::BucketBoundaries kBounds{
        100, 300, 1'000, 3'000, 10'000, 30'000, 100'000, 300'000, 1'000'000};
    auto& family =
        prometheus::BuildHistogram().Name(full_name(name) + "_us").Register(impl_->registry);
    family.Add({}, kBounds).Observe(static_cast<double>(microseconds));
}

std::string PrometheusMeter::text() const {
    return prometheus::TextSerializer{}.Serialize(impl_->registry.Collect());
}

}  // namespace ropenet::node
