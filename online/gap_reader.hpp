// Reads missing messages back from a run's files, in slices, so that the live stream is not kept waiting.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "online/interval_set.hpp"
#include "proto/run_file/run_reader.hpp"

namespace spillgate::online {

class GapReader {  // owns an open segment
  public:
    using Clock = std::chrono::steady_clock;

    explicit GapReader(std::string run_directory) : directory_(std::move(run_directory)) {}

    // Visits the blocks whose sequence numbers lie in `missing` (ascending), until all that are on disk were
    // visited or `deadline` has passed. True: the pass is over, nothing more of them can be had at present;
    // the next call begins a new one. False: a next call goes on where this one stopped. Errors: those of
    // RunReader.
    proto::Result<bool> read(const std::vector<Interval>& missing, Clock::time_point deadline,
                             const std::function<void(const proto::BlockView&)>& visit);

    const std::string& directory() const { return directory_; }
    // Why blocks could not be read, newest last; bounded.
    const std::vector<std::string>& damage() const { return damage_; }

  private:
    proto::Status look_again();
    proto::Status move_to(std::uint64_t sequence);

    std::string directory_;
    std::vector<proto::SegmentInfo> segments_;
    std::size_t segment_ = 0;
    std::unique_ptr<proto::SegmentReader> reader_;
    std::uint64_t position_ = 0;  // sequence numbers below were passed in the open segment
    std::uint64_t cursor_ = 0;    // sequence numbers below were tried in this pass
    std::vector<std::string> damage_;
};

// What a run directory holds, by sequence number, without reading more than needed: closed segments that
// follow each other without a hole are taken at their word, all others are read through.
class RecordedMessages {  // owns an open segment
  public:
    using Clock = std::chrono::steady_clock;

    explicit RecordedMessages(const proto::RunReader& run);

    // Until all of it is known or `deadline` has passed. True: all. False: a next call goes on where this one
    // stopped. Errors: those of RunReader.
    proto::Result<bool> read(Clock::time_point deadline);

    const IntervalSet& sequences() const { return sequences_; }
    // Why blocks could not be read; bounded.
    const std::vector<std::string>& damage() const { return damage_; }

  private:
    bool taken_at_its_word(std::size_t segment);

    std::vector<proto::SegmentInfo> segments_;
    std::uint64_t end_ = 0;  // the run's next sequence number, as its end record says
    std::size_t segment_ = 0;
    std::unique_ptr<proto::SegmentReader> reader_;  // of segment_
    IntervalSet sequences_;
    std::vector<std::string> damage_;
};

}  // namespace spillgate::online
