// A run's blocks as slots: each record with its verdict, in order of slot number.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "proto/run_file/run_reader.hpp"
#include "proto/spill_record.hpp"

namespace spillgate::hw::replay {

struct RecordedSlot {
    std::uint64_t slot = 0;
    std::unique_ptr<proto::SpillRecord> record;  // empty: the slot left none
    std::optional<proto::Verdict> verdict;       // empty: the run was cut before it came
};

// Records wait for their verdicts, which follow within seconds; at most so many samples of them.
class SlotPairing {
  public:
    explicit SlotPairing(std::size_t most_samples = std::size_t{1} << 26) : most_samples_(most_samples) {}

    // A record to decode into, reused ones first.
    std::unique_ptr<proto::SpillRecord> spare();
    void recycle(std::unique_ptr<proto::SpillRecord> record);

    void add(std::unique_ptr<proto::SpillRecord> record);
    void add(const proto::Verdict& verdict);
    // The next slot that is known as well as it ever will be; with `at_end` all that are left.
    std::optional<RecordedSlot> next(bool at_end);
    // Slots that came after a later one had been given away.
    std::uint64_t out_of_order() const { return out_of_order_; }

  private:
    std::size_t most_samples_;
    std::size_t waiting_samples_ = 0;
    std::deque<RecordedSlot> waiting_;  // by slot
    std::vector<std::unique_ptr<proto::SpillRecord>> spares_;
    std::optional<std::uint64_t> given_;
    std::uint64_t out_of_order_ = 0;

    RecordedSlot* place(std::uint64_t slot);
};

// What reading a run left out.
struct ReadLosses {
    std::uint64_t damaged = 0;       // blocks, or stretches of them
    std::uint64_t out_of_order = 0;  // slots
};

// Visits every slot of the run once; `visit` returns false to stop. Errors: IO.
proto::Result<ReadLosses> for_each_slot(const proto::RunReader& run,
                                        const std::function<bool(const RecordedSlot&)>& visit);

}  // namespace spillgate::hw::replay
