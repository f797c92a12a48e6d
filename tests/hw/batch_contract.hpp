// Checks a stream of batches against the contract of hw/source.hpp, whatever source they come from.
#pragma once

#include <map>
#include <string>
#include <tuple>
#include <vector>

#include <fmt/format.h>

#include "hw/source.hpp"

namespace spillgate::hw::testing {

class BatchContract {
  public:
    explicit BatchContract(hw::SourceInfo info) : info_(std::move(info)) {}

    void check(const hw::Batch& batch) {
        if (ended_) fail("a batch after the last");
        if (batch.board != info_.board) fail("a batch of another board");
        if (batch.watermark.domain != info_.clock_domain) fail("the watermark is of another clock domain");
        const bool new_epoch = !first_ && batch.watermark.epoch != watermark_.epoch;
        if (new_epoch && batch.watermark.epoch < watermark_.epoch) fail("the epoch went down");
        if (new_epoch) {
            last_mark_ = last_charge_ = last_trace_ = {};
            ends_.clear();
        }
        if (!first_ && !new_epoch && before(batch.watermark, watermark_)) fail("the watermark went back");

        proto::ClockTime floor = watermark_;
        if (first_ || new_epoch) floor = {info_.clock_domain, batch.watermark.epoch, INT64_MIN / 2, 0};
        for (const auto& mark : batch.marks)
            in_order(mark.time, floor, last_mark_, "mark");
        for (const auto& charge : batch.charges)
            in_order(charge.time, floor, last_charge_, "charge");
        for (const auto& trace : batch.traces) {
            in_order(trace.first, floor, last_trace_, "trace");
            check_trace(trace, batch);
        }
        watermark_ = batch.watermark;
        first_ = false;
        ended_ = batch.last;
    }

    const std::vector<std::string>& violations() const { return violations_; }
    bool ended() const { return ended_; }
    proto::ClockTime watermark() const { return watermark_; }

  private:
    struct Last {
        bool any = false;
        proto::ClockTime time;
    };
    hw::SourceInfo info_;
    bool first_ = true;
    bool ended_ = false;
    proto::ClockTime watermark_;
    Last last_mark_, last_charge_, last_trace_;
    std::map<std::tuple<std::uint32_t, int>, std::int64_t> ends_;  // of the last trace, by channel and stream
    std::vector<std::string> violations_;

    void fail(std::string what) {
        if (violations_.size() < 20) violations_.push_back(std::move(what));
    }

    void in_order(const proto::ClockTime& time, const proto::ClockTime& floor, Last& last, const char* what) {
        if (!time.comparable(floor)) fail(fmt::format("{} of another domain or epoch", what));
        if (before(time, floor))
            fail(fmt::format("{} at {}, before the watermark {}", what, time.ticks, floor.ticks));
        if (last.any && before(time, last.time))
            fail(fmt::format("{} at {} after one at {}", what, time.ticks, last.time.ticks));
        last = {true, time};
    }

    void check_trace(const hw::DeviceTrace& trace, const hw::Batch& batch) {
        if (trace.count == 0) fail("an empty trace");
        if (trace.ticks_per_sample == 0) fail("a trace without a period");
        if (trace.offset + trace.count > batch.samples.size()) return fail("a trace outside of the samples");
        const auto& e = trace.encoding;
        const int low = e.is_signed ? -(1 << (e.bits - 1)) : 0;
        const int high = e.is_signed ? (1 << (e.bits - 1)) - 1 : (1 << e.bits) - 1;
        for (std::uint64_t i = trace.offset; i < trace.offset + trace.count; ++i) {
            const std::uint16_t word = batch.samples[i];
            const int value =
                (e.is_signed ? static_cast<std::int16_t>(word) : static_cast<int>(word)) >> e.shift;
            if (value < low || value > high)
                return fail(fmt::format("a sample of {} in {} bits", value, e.bits));
        }
        auto& end = ends_[{trace.channel, static_cast<int>(trace.stream)}];
        if (end != 0 && trace.first.epoch == watermark_.epoch && trace.first.ticks < end)
            fail(fmt::format("channel {}: a trace at {} begins before the one before has ended, {}",
                             trace.channel, trace.first.ticks, end));
        end = trace.first.ticks + static_cast<std::int64_t>(trace.count) * trace.ticks_per_sample;
    }
};

}  // namespace spillgate::hw::testing
