// The facility's timing and charge service: wire::TimingReport over ZeroMQ.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "hw/beam/feed.hpp"
#include "proto/schema/timing.pb.h"

namespace spillgate::hw::beam {

// Subscribes to everything at the endpoint; ZeroMQ connects again by itself. Allowed are ipc:// without keys
// and tcp:// with CURVE keys. Counted: `beam-report-corrupt` (not a TimingReport), `beam-report-invalid` (the
// service says so), `beam-report-lost` (gaps in its sequence). A report of doubtful quality is kept as
// uncorrected.
proto::Result<std::unique_ptr<Feed>> make_service_feed(const config::BeamSource& source);

// One message's report; empty if it cannot be read or says itself that it is invalid, which is counted.
// `sequence` is the number of the message before, brought up to date.
std::optional<Report> report_of(std::string_view message, std::int64_t arrival_ns,
                                std::optional<std::uint64_t>& sequence, ReportQueue& counts);

}  // namespace spillgate::hw::beam
