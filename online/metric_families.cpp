#include "online/metric_families.hpp"

#include <utility>

#include <prometheus/text_serializer.h>

namespace spillgate::online {

using prometheus::ClientMetric;
using prometheus::MetricType;
using Family = MetricFamilies::Family;

Family& MetricFamilies::counter(const char* name, const char* help) {
    return add(name, help, MetricType::Counter);
}

Family& MetricFamilies::gauge(const char* name, const char* help) {
    return add(name, help, MetricType::Gauge);
}

Family& MetricFamilies::summary(const char* name, const char* help) {
    return add(name, help, MetricType::Summary);
}

Family& MetricFamilies::add(const char* name, const char* help, MetricType type) {
    Family& added = families_.emplace_back();
    added.name = name;
    added.help = help;
    added.type = type;
    return added;
}

std::string MetricFamilies::text() {
    std::vector<Family> filled;
    for (auto& one : families_) {
        if (!one.metric.empty()) filled.push_back(std::move(one));
    }
    return prometheus::TextSerializer().Serialize(filled);
}

ClientMetric& sample(Family& family, const MetricLabels& labels) {
    ClientMetric& metric = family.metric.emplace_back();
    metric.label = labels;
    return metric;
}

void count(Family& family, const MetricLabels& labels, std::uint64_t value) {
    sample(family, labels).counter.value = static_cast<double>(value);
}

void set(Family& family, const MetricLabels& labels, double value) {
    sample(family, labels).gauge.value = value;
}

}  // namespace spillgate::online
