// Double-bank read-out: swaps the bank that samples, then reads the closed one, channel by channel, through
// each group's transfer machine. Source: Struck SIS3316 manual, bank swap and data transfer.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "hw/sis3316/module.hpp"
#include "hw/sis3316/settings.hpp"
#include "proto/result.hpp"

namespace spillgate::hw::sis3316 {

struct BankCounters {
    std::uint64_t swaps = 0;
    std::uint64_t threshold_swaps = 0;  // because a channel reached its address threshold
    std::uint64_t fsm_restarts = 0;     // after a loss inside an answer
    std::uint64_t words = 0;
    std::uint64_t full_banks = 0;  // of a channel: it stopped storing
    bool operator==(const BankCounters&) const = default;
};

// A closed bank. Moments are of the host's steady clock.
struct ClosedBank {
    std::int64_t sent_ns = 0;          // the swap was sent …
    std::int64_t acknowledged_ns = 0;  // … and had happened by then
    std::uint32_t bank = 0;            // 0 or 1, as in bit 24
    std::uint32_t status = 0;          // acquisition status after it
    std::uint64_t latched = 0;         // 48 bits of the PPS latch, if the status says that it held one
    std::array<std::uint32_t, channels> words{};
    std::array<bool, channels> is_full{};
    std::array<bool, channels> is_impossible{};  // more words than it can hold: none is read
};

// Six counts of each channel since the statistics were cleared (manual, statistic counters).
struct ChannelStatistics {
    std::uint32_t triggers = 0;
    std::uint32_t stored = 0;
    std::uint32_t dead_time = 0;
    std::uint32_t pile_up = 0;
    std::uint32_t veto = 0;
    std::uint32_t high_energy = 0;
};

// Errors: those of Link; IO where the module is not in the state in which it was left (a power cycle).
class BankReader {
  public:
    BankReader(Module& module, const ModuleSettings& settings);

    // Bank 1 samples from now on.
    proto::Status arm();
    proto::Status disarm();
    // Clears the timestamp counter, between these two moments of the steady clock.
    proto::Status clear_timestamp(std::int64_t& sent_ns, std::int64_t& acknowledged_ns);
    // A bank nears its end, or holds what a channel may hold.
    proto::Result<bool> threshold_reached();

    proto::Result<ClosedBank> swap(bool because_of_threshold);
    // Calls `use` with the words of each enabled channel that has any; the span holds only meanwhile.
    proto::Status read(const ClosedBank& bank,
                       const std::function<void(std::uint32_t, std::span<const std::uint32_t>)>& use);
    proto::Result<std::array<ChannelStatistics, channels>> statistics();

    const BankCounters& counters() const { return counters_; }

  private:
    proto::Status read_memory(std::uint32_t channel, std::uint32_t bank, std::uint32_t words);
    proto::Status start_transfer(std::uint32_t group, std::uint32_t command);
    proto::Result<bool> is_armed(std::uint32_t bank);

    Module& module_;
    const ModuleSettings& settings_;
    std::uint32_t armed_ = 0;  // bank that samples
    std::vector<std::uint32_t> status_addresses_;
    std::vector<std::uint32_t> status_values_;
    std::vector<std::uint32_t> memory_;
    BankCounters counters_;
};

}  // namespace spillgate::hw::sis3316
