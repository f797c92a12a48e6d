// Decodes messages and reconstructs records on several threads, a batch at a time; the results are the same
// with any number.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <thread>
#include <vector>

#include "offline/engine.hpp"
#include "online/channels/channel_tallies.hpp"
#include "proto/result.hpp"
#include "proto/wire.hpp"

namespace spillgate::online {

// One spill message on its way: `header` and `samples` must outlive run().
struct SpillJob {
    std::span<const std::byte> header;
    std::span<const std::byte> samples;
    offline::SlotCandidates candidates;  // memory is reused
    proto::Status status;                // why the record could not be decoded
    std::uint32_t run = 0;
    std::uint64_t sequence = 0;
    std::string daemon;
    std::int64_t utc_ns = 0;             // as the record says
    std::int64_t window_end_utc_ns = 0;  // of its last window, at the earliest; 0: not known
    std::int64_t done_utc_ns = 0;        // candidates made
    bool live = false;                   // what it tells of its channels is tallied
};

// Owns threads - 1 threads; the caller's is the last one. They stop when the crew is destroyed, within one
// record.
class ReconstructionCrew {
  public:
    ReconstructionCrew(const offline::Engine& engine, unsigned threads);
    ~ReconstructionCrew();

    void run(std::span<SpillJob> jobs);  // returns when all are done
    // Moves what live jobs told of their channels since the last call into `sum`. From run()'s thread.
    void hand_over(ChannelTallies& sum);

  private:
    struct Member {
        std::unique_ptr<offline::EngineWorker> worker;
        proto::SpillRecord record;
        offline::ChannelFacts facts;
        ChannelTallies tallies;
    };
    void work(Member& member);
    void serve(const std::stop_token& stop, Member& member);

    std::vector<Member> members_;
    std::mutex mutex_;
    std::condition_variable_any begun_;
    std::condition_variable ended_;
    std::span<SpillJob> jobs_;
    std::uint64_t round_ = 0;
    std::size_t busy_ = 0;
    std::atomic<std::size_t> next_ = 0;
    std::vector<std::jthread> threads_;  // last: they use all of the above
};

}  // namespace spillgate::online
