// The sink between a digitizer and the daemon that finds the marks in passing.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "hw/marks/edge_finder.hpp"
#include "hw/marks/mark_inputs.hpp"
#include "hw/source.hpp"

namespace spillgate::hw::marks {

// As with_marks() says. One thread.
class MarkSink : public Sink {
  public:
    MarkSink(std::vector<Input> inputs, double frequency_hz, Sink& outer);

    Batch empty() override { return outer_.empty(); }
    bool wait_and_put(Batch&& batch) override;
    bool put_or_drop(Batch&& batch) override;
    // What is still held, when the inner source has returned.
    void flush();

  private:
    struct Scaled {
        Input input;
        EdgeSettings edges;
        std::uint32_t ticks_per_sample = 0;  // that `edges` holds for
        std::int64_t pretrigger = 0;         // in 1/65536 tick
        std::int64_t delay = 0;              // in 1/65536 tick
    };

    bool put(Batch&& batch, bool wait);
    void find(const DeviceTrace& trace, const Batch& batch);
    void find_pulses(Scaled& scaled, const DeviceTrace& trace, const Batch& batch);
    void hold(const Mark& mark);
    void release(Batch& batch);
    void flag_strobes(Batch& batch) const;
    void tell_refusals(Batch& batch);

    std::vector<Scaled> inputs_;
    double frequency_hz_;
    std::int64_t hold_back_ = 0;  // ticks
    Sink& outer_;
    std::vector<Mark> held_;  // by time, of one epoch
    std::vector<Edge> edges_;
    EdgeRefusals refusals_;
    std::uint32_t board_ = 0;
    std::optional<proto::ClockTime> watermark_;  // passed on
    bool waits_ = true;
};

}  // namespace spillgate::hw::marks
