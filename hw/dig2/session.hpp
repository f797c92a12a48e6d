// One life of the connections to a module: opened, configured, started, read until stopped or lost. Owns both
// sockets; used by one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>

#include <boost/asio/io_context.hpp>

#include "hw/dig2/data_link.hpp"
#include "hw/dig2/module.hpp"
#include "hw/dig2/plan.hpp"
#include "hw/dig2/poisson.hpp"
#include "hw/dig2/stream.hpp"

namespace spillgate::hw::dig2 {

// The counter of an epoch, followed by the host's clock.
struct Counter {
    std::uint32_t epoch = 0;
    ClockTie tie;
};

class Session {
  public:
    explicit Session(const config::Board& board) : board_(board), module_(io_, board) {}

    // Contact, identification, configuration with readback.
    proto::Status open(const std::stop_token& stop);
    // Data connection, arm, start: from then on the counter runs, in this epoch.
    proto::Status start(std::uint32_t epoch, const std::stop_token& stop);
    // Reads until a stop request (success) or a failure. `counts` gets the counts whenever a batch leaves.
    // `before`: the counter of the epoch before, if there was one; the first batch then says that the module
    // was readopted, and waits for the first event, but not long: before it nobody knows what this counter
    // reads.
    proto::Status read(Sink& sink, const std::optional<Counter>& before,
                       const std::function<void(const StreamCounts&)>& counts, const std::stop_token& stop);
    // Nothing until an event told it.
    std::optional<Counter> counter() const;

  private:
    StreamSetup stream_setup(std::uint32_t epoch) const;
    proto::Status take_blocks();
    proto::Status tend(const std::stop_token& stop);
    proto::Status poll(const std::stop_token& stop);
    void send(Sink& sink, const std::function<void(const StreamCounts&)>& counts);
    void stop_module();
    bool is_readopted(std::int64_t now_ns);

    const config::Board& board_;
    boost::asio::io_context io_;
    Module module_;
    ModuleFacts facts_;
    Plan plan_;
    std::int64_t ticks_per_stamp_ = 1;
    std::optional<DataLink> data_;
    std::optional<Stream> stream_;
    std::optional<PoissonMoments> random_trigger_;
    std::int64_t next_poll_ns_ = 0;
    std::int64_t sent_ns_ = 0;
    std::uint32_t epoch_ = 0;
    std::optional<Counter> before_;
    std::int64_t await_event_until_ns_ = 0;
    bool told_readopted_ = false;
    bool counts_losses_ = true;  // the firmware has /par/losttriggercnt
};

}  // namespace spillgate::hw::dig2
