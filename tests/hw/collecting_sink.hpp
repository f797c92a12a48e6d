// A sink that keeps or visits what a source yields, for tests.
#pragma once

#include <atomic>
#include <functional>
#include <stop_token>
#include <vector>

#include "hw/make_source.hpp"
#include "hw/source.hpp"

namespace spillgate::hw::testing {

// Calls back for every batch and hands its memory back for reuse.
class VisitingSink : public hw::Sink {
  public:
    explicit VisitingSink(std::function<void(const hw::Batch&)> visit) : visit_(std::move(visit)) {}
    hw::Batch empty() override {
        hw::Batch batch = std::move(spare_);
        spare_ = {};
        batch.clear();
        return batch;
    }
    bool wait_and_put(hw::Batch&& batch) override {
        visit_(batch);
        spare_ = std::move(batch);
        return true;
    }
    bool put_or_drop(hw::Batch&& batch) override { return wait_and_put(std::move(batch)); }

  private:
    std::function<void(const hw::Batch&)> visit_;
    hw::Batch spare_;
};

// All batches of a source that ends by itself.
inline std::vector<hw::Batch> all_batches(hw::Source& source) {
    std::vector<hw::Batch> batches;
    VisitingSink sink([&](const hw::Batch& batch) { batches.push_back(batch); });
    std::stop_source stop;
    source.run(sink, stop.get_token()).value();
    return batches;
}

// A simulated 8-bit 500 MS/s board that runs as fast as possible.
inline config::Board simulated_board(std::uint64_t slots) {
    config::Board board;
    board.set_id(1);
    board.set_name("csi");
    board.set_sample_rate_mhz(500);
    board.set_bits(8);
    board.set_is_signed(true);
    board.mutable_simulation()->set_as_fast_as_possible(true);
    board.mutable_simulation()->set_stop_after_slots(slots);
    return board;
}

inline std::vector<hw::Batch> simulate(const config::Board& board) {
    const auto source = hw::make_source(board, {}).value();
    return all_batches(*source);
}

inline std::int16_t signed_sample(std::uint16_t word) {
    return static_cast<std::int16_t>(word);
}

}  // namespace spillgate::hw::testing
