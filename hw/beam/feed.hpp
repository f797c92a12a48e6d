// One way in which the facility speaks to us.
#pragma once

#include <memory>
#include <stop_token>

#include "hw/beam/report_queue.hpp"
#include "proto/result.hpp"
#include "proto/schema/config.pb.h"

namespace spillgate::hw::beam {

// run() is called on a thread of its own and returns within 200 ms of a stop request. It never fails: a
// source that is not there, or says what cannot be, is counted under its own name and tried again.
class Feed {
  public:
    virtual ~Feed() = default;
    virtual void run(ReportQueue& queue, std::stop_token stop) = 0;
    // Its reports come as things happen: silence means something, and arrival says when.
    virtual bool is_live() const { return true; }
};

// Errors: CONFIG (an entry that says nothing, an endpoint or key that is not allowed, a line of a file);
// NOT_FOUND, IO; REFUSED (a key file that others may read).
proto::Result<std::unique_ptr<Feed>> make_feed(const config::BeamSource& source,
                                               const config::Facility& facility);

}  // namespace spillgate::hw::beam
