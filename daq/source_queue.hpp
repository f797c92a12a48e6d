// Batches of all sources on their way to the pipeline: one bounded lane per source, one consumer.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "hw/source.hpp"

namespace spillgate::daq {

struct LaneLevel {
    std::string name;
    std::size_t used = 0;  // batches
    std::size_t high_water = 0;
    std::size_t capacity = 0;
    std::uint64_t dropped_batches = 0;
    // Only beyond a bound that no working consumer reaches:
    std::uint64_t dropped_marks = 0;
    std::uint64_t dropped_charges = 0;
    std::uint64_t dropped_events = 0;
};

// A live source whose lane is full loses its traces only: marks, charges and device events of the dropped
// batch move to the newest batch in the lane, with a DROPPED event for the stretch ("buffer-full"), so slots
// keep their numbers and the pipeline marks those of the stretch lost-buffer-full. Sources that can wait are
// held back by a few batches already, which keeps their samples in the processor's cache.
class SourceQueue {
  public:
    explicit SourceQueue(std::size_t capacity_batches);
    ~SourceQueue();

    // One lane per source, all made before the first batch is put.
    hw::Sink& add_lane(const hw::SourceInfo& info);

    // The next batch, from the lane whose stream is furthest behind in device time; a lane that is behind and
    // still delivering is waited for, so no stream runs away from another. Empty after `timeout`.
    std::optional<hw::Batch> take(std::chrono::milliseconds timeout);
    void give_back(hw::Batch&& batch);  // its memory serves a next batch

    // From now on sources that wait are sent away (wait_and_put returns false); what is queued stays.
    void close();
    bool drained() const;       // every lane has ended, or close() was called, and nothing is queued
    bool all_ended() const;     // every lane's last batch was taken
    bool sources_wait() const;  // every source that has put anything can be held back
    std::vector<LaneLevel> levels() const;

  private:
    class Lane;
    struct Origin {
        std::uint32_t domain;
        std::uint32_t epoch;
        std::int64_t ticks;
        double s;  // of the queue's time
    };
    Lane* pick(std::chrono::steady_clock::time_point now, std::chrono::steady_clock::duration& wait);
    std::optional<double> known_position_s(const Lane& lane) const;
    double position_s(const Lane& lane);

    mutable std::mutex mutex_;
    std::condition_variable filled_;
    std::condition_variable emptied_;
    std::vector<std::unique_ptr<Lane>> lanes_;
    std::vector<Origin> origins_;
    std::vector<hw::Batch> spare_;
    std::size_t capacity_;
    std::chrono::steady_clock::time_point opened_;
    bool closed_ = false;
};

}  // namespace spillgate::daq
