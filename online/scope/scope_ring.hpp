// The last slots with their traces, and those with the largest pulses. The live thread fills it and never
// waits for who looks: what it hands over is a list of pointers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "online/feed/board.hpp"
#include "online/reconstruction_crew.hpp"
#include "online/scope/scope_slot.hpp"
#include "online/subscriber.hpp"

namespace spillgate::online {

class ScopeRing {  // the live thread's; newest() is for all
  public:
    // Whatever comes first bounds it: slots of each daemon, or bytes.
    struct Limits {
        std::size_t kept = 100;
        std::size_t bytes = std::size_t{192} << 20;  // with those that wait for their verdict
        std::size_t largest = 8;                     // slots for each channel
        std::size_t largest_bytes = std::size_t{64} << 20;
    };
    explicit ScopeRing(const Limits& limits) : limits_(limits) {}

    // Forgets everything and goes by this config.
    void begin(std::shared_ptr<const proto::LoadedConfig> config,
               std::shared_ptr<const offline::Engine> engine);
    // A record that came live and has been reconstructed: takes its bytes, copies its candidates. It is shown
    // once its verdict is there.
    void take(RawMessage&& message, const SpillJob& job);
    void take(const proto::Verdict& verdict);
    // The blinded run that has been unblinded, if any has.
    void open(std::optional<std::uint32_t> run);
    // Makes what has come seen by all.
    void publish();

    std::shared_ptr<const ScopeView> newest() const { return board_.newest(); }  // empty before begin()
    std::size_t bytes() const { return bytes_ + largest_bytes_; }

  private:
    using Slots = std::deque<std::shared_ptr<ScopeSlot>>;
    template <class Condition>
    void give_up_waiting(Condition lost);
    void bound();
    void remember_largest(const ScopeSlotPtr& slot);
    void bound_largest();

    const Limits limits_;
    std::shared_ptr<const proto::LoadedConfig> config_;
    std::shared_ptr<const offline::Engine> engine_;
    std::optional<std::uint32_t> opened_;
    Slots waiting_;  // for their verdicts, in the order in which they came
    std::deque<ScopeSlotPtr> slots_;
    std::size_t bytes_ = 0;  // of both
    struct Large {
        double size = 0;
        ScopeSlotPtr slot;
    };
    std::vector<std::vector<Large>> largest_;  // by channel, the largest first; of one run
    std::uint32_t largest_run_ = 0;
    std::size_t largest_bytes_ = 0;  // a slot that is large on two channels counts twice
    std::uint64_t numbers_ = 0;
    std::uint64_t generation_ = 0;
    bool changed_ = false;
    Board<ScopeView> board_;
};

}  // namespace spillgate::online
