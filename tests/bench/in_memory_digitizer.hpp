// A digitizer that holds its waveforms in memory and yields them as fast as they are taken.
#pragma once

#include <cstdint>
#include <vector>

#include "hw/source.hpp"

namespace spillgate::bench {

// One beam-triggered batch per slot: every channel's trace, the mark and the charge; the last channel, the
// veto, stays quiet. Its clock runs at the facility's pace, however fast it is read.
class InMemoryDigitizer : public hw::Source {
  public:
    struct Shape {
        std::uint32_t channels = 16;
        std::uint32_t trace_samples = 35000;
        std::int64_t mark_position = 17500;  // samples from the trace's first
        double frequency_hz = 250e6;
        double repetition_hz = 60;
        std::uint64_t slots = 0;
    };
    explicit InMemoryDigitizer(const Shape& shape);

    hw::SourceInfo info() const override;
    proto::Status run(hw::Sink& sink, std::stop_token stop) override;

    // Of all slots.
    std::uint64_t sample_bytes() const;

  private:
    void fill(hw::Batch& batch, std::uint64_t slot) const;

    Shape shape_;
    std::vector<std::vector<std::uint16_t>> pool_;  // one slot's samples each, used in turn
};

}  // namespace spillgate::bench
