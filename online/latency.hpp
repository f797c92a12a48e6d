// Quantiles of a latency over the last minute.
#pragma once

#include <chrono>

#include <prometheus/summary.h>

#include "online/snapshot.hpp"

namespace spillgate::online {

class Latency {  // may be used from any thread
  public:
    // Between two labels of the host clock; a negative one (the clock was stepped) is not counted.
    void observe_ns(std::int64_t from_utc_ns, std::int64_t to_utc_ns) {
        if (to_utc_ns >= from_utc_ns) summary_.Observe(static_cast<double>(to_utc_ns - from_utc_ns) * 1e-9);
    }

    LatencyQuantiles quantiles() const {
        const auto metric = summary_.Collect().summary;
        LatencyQuantiles out;
        out.count = metric.sample_count;
        out.sum_s = metric.sample_sum;
        if (metric.quantile.size() != 3 || metric.sample_count == 0) return out;
        out.p50_s = metric.quantile[0].value;
        out.p99_s = metric.quantile[1].value;
        out.p999_s = metric.quantile[2].value;
        return out;
    }

  private:
    prometheus::Summary summary_{prometheus::Summary::Quantiles{{0.5, 0.01}, {0.99, 0.001}, {0.999, 0.0001}},
                                 std::chrono::seconds(60), 6};
};

}  // namespace spillgate::online
