// The sink between the board that gives the marks and the daemon that brings in the facility's reports in
// passing.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "hw/beam/feed.hpp"
#include "hw/beam/report_matcher.hpp"
#include "hw/source.hpp"

namespace spillgate::hw::beam {

// One feed as the stream sees it.
struct Spring {
    std::string name;
    bool is_live = true;
    ReportQueue& queue;
    ReportMatcher matcher;
    std::int64_t began_ns = 0;  // listening
    bool silent = false;
};

// One thread.
class BeamSink : public Sink, private MatcherListener {
  public:
    BeamSink(std::vector<Spring> springs, double frequency_hz, double period_s, Sink& outer);

    Batch empty() override { return outer_.empty(); }
    bool wait_and_put(Batch&& batch) override;
    bool put_or_drop(Batch&& batch) override;

  private:
    void charge(const Charge& charge) override { batch_->charges.push_back(charge); }
    void count(std::string_view name) override { count(name, 1); }
    void count(std::string_view name, std::uint64_t n);
    void insert(Batch& batch, bool in_real_time);
    void watch(Spring& spring, std::int64_t now_ns);

    std::vector<Spring> springs_;
    HostTie tie_;
    std::int64_t patience_ns_;
    Sink& outer_;
    Batch* batch_ = nullptr;  // in passing
    bool own_ids_ = false;
    bool begun_ = false;
    std::uint32_t epoch_ = 0;
    std::vector<Report> reports_;
    std::vector<proto::NamedCount> counts_;
};

}  // namespace spillgate::hw::beam
