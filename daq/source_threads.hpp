// Runs every source of a daemon. Owns one thread per source.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "daq/journal.hpp"
#include "daq/source_queue.hpp"
#include "hw/source.hpp"

namespace spillgate::daq {

// What is known of a source on its thread.
struct SourceState {
    bool lost = false;
    std::string trouble;    // why, in words, while lost
    double lost_for_s = 0;  // … and since when
    std::uint64_t losses = 0;
};

// A source that fails as a device does (IO, CLOSED, TIMED_OUT) is LOST from its last watermark on and tried
// again every second; one that fails otherwise, or returns, has ended: its lane gets a `last` batch even if
// the source gave none.
class SourceThreads {
  public:
    SourceThreads(std::vector<std::unique_ptr<hw::Source>> sources, SourceQueue& queue, Journal& journal);
    ~SourceThreads();  // asks all to stop and waits; a source returns within 200 ms

    void start();
    void request_stop();
    void join();
    const std::vector<hw::SourceInfo>& infos() const { return infos_; }
    std::vector<SourceState> states() const;  // as infos()

  private:
    class WatchedSink;
    void guard(hw::Source& source, WatchedSink& sink, const std::stop_token& stop);
    void run(hw::Source& source, WatchedSink& sink, const std::stop_token& stop);

    std::vector<std::unique_ptr<hw::Source>> sources_;
    std::vector<hw::SourceInfo> infos_;
    std::vector<std::unique_ptr<WatchedSink>> sinks_;
    Journal& journal_;
    std::vector<std::jthread> threads_;
};

}  // namespace spillgate::daq
