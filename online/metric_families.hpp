// Metrics in Prometheus' text format, collected family by family. Units are in the names.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include <prometheus/metric_family.h>

namespace spillgate::online {

using MetricLabels = std::vector<prometheus::ClientMetric::Label>;

// A family without samples is not written, since absent is not zero.
class MetricFamilies {
  public:
    using Family = prometheus::MetricFamily;

    // References stay good.
    Family& counter(const char* name, const char* help);
    Family& gauge(const char* name, const char* help);
    Family& summary(const char* name, const char* help);
    std::string text();  // once

  private:
    Family& add(const char* name, const char* help, prometheus::MetricType type);

    std::deque<Family> families_;
};

prometheus::ClientMetric& sample(MetricFamilies::Family& family, const MetricLabels& labels);
void count(MetricFamilies::Family& family, const MetricLabels& labels, std::uint64_t value);
void set(MetricFamilies::Family& family, const MetricLabels& labels, double value);

}  // namespace spillgate::online
