// CAEN VX27xx digitizers over their open TCP protocol ("dig2"): docs/dig2.md.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "hw/dig2/session.hpp"
#include "hw/dig2/stream.hpp"
#include "hw/source.hpp"
#include "proto/result.hpp"
#include "proto/schema/config.pb.h"

namespace spillgate::hw::dig2 {

// A module as a source. Each call of run() is one epoch: connections, configuration and the counter are new.
class Dig2 final : public Source {
  public:
    explicit Dig2(const config::Board& board);

    SourceInfo info() const override;
    // Contact, configuration and readback; then the module is let go. Errors: CONFIG, and those of the
    // connection.
    proto::Status prepare() override;
    // Errors: IO, CLOSED, TIMED_OUT when the module is lost or has not come back as configured; CONFIG if it
    // never was as configured.
    proto::Status run(Sink& sink, std::stop_token stop) override;
    // Of all epochs so far, for any thread: "timestamp-rollover", "events", and what was wrong, by name.
    std::vector<proto::NamedCount> counts() const;

  private:
    proto::Status run_epoch(Sink& sink, const std::stop_token& stop);

    config::Board board_;
    std::uint32_t epochs_ = 0;
    bool was_ready_ = false;
    std::optional<Counter> before_;  // of the last epoch in which an event came
    mutable std::mutex mutex_;
    StreamCounts past_;  // of epochs that have ended
    StreamCounts present_;
};

// Opens no socket yet; a configuration that no module can hold is refused here. Errors: CONFIG, naming the
// module, the field and its parameter.
proto::Result<std::unique_ptr<Source>> make_dig2(const config::Board& board);

}  // namespace spillgate::hw::dig2
