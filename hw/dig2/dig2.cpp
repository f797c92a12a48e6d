#include "hw/dig2/dig2.hpp"

#include <utility>

#include <boost/asio/ip/address.hpp>
#include <fmt/format.h>

#include "hw/dig2/session.hpp"

namespace spillgate::hw::dig2 {

namespace {

bool is_loopback(const std::string& address) {
    boost::system::error_code bad;
    const auto parsed = boost::asio::ip::make_address(address, bad);
    return !bad && parsed.is_loopback();
}

bool is_lost(proto::ErrorKind kind) {
    return kind == proto::ErrorKind::IO || kind == proto::ErrorKind::CLOSED ||
           kind == proto::ErrorKind::TIMED_OUT;
}

StreamCounts operator+(StreamCounts a, const StreamCounts& b) {
    a.events += b.events;
    a.special_events += b.special_events;
    a.timestamp_rollovers += b.timestamp_rollovers;
    a.dead_stamps += b.dead_stamps;
    a.faults.add(b.faults);
    return a;
}

}  // namespace

Dig2::Dig2(const config::Board& board) : board_(board) {}

SourceInfo Dig2::info() const {
    SourceInfo info;
    info.board = board_.id();
    info.name = board_.has_name() ? board_.name() : fmt::format("dig2-{}", board_.id());
    info.kind = "dig2";
    info.simulated = board_.dig2().emulated() || is_loopback(board_.dig2().address());
    info.clock_domain = board_.clock_domain();
    info.frequency_hz = board_.sample_rate_mhz() * 1e6;
    return info;
}

proto::Status Dig2::prepare() {
    Session session(board_);
    auto status = session.open({});
    was_ready_ = was_ready_ || status.has_value();
    return status;
}

proto::Status Dig2::run(Sink& sink, std::stop_token stop) {
    auto status = run_epoch(sink, stop);
    if (stop.stop_requested()) return {};
    if (status || is_lost(status.error().kind) || !was_ready_) return status;
    // It was as configured once: whatever it says now, it is tried again.
    proto::Error error = status.error();
    error.kind = proto::ErrorKind::IO;
    return error;
}

proto::Status Dig2::run_epoch(Sink& sink, const std::stop_token& stop) {
    Session session(board_);
    if (auto status = session.open(stop); !status) return status;
    was_ready_ = true;
    const std::uint32_t epoch = epochs_;
    if (auto status = session.start(epoch, stop); !status) return status;
    ++epochs_;
    {
        const std::scoped_lock lock(mutex_);
        past_ = past_ + std::exchange(present_, {});
    }
    auto status = session.read(
        sink, before_,
        [this](const StreamCounts& counts) {
            const std::scoped_lock lock(mutex_);
            present_ = counts;
        },
        stop);
    if (const auto counter = session.counter()) before_ = counter;
    return status;
}

std::vector<proto::NamedCount> Dig2::counts() const {
    StreamCounts all;
    {
        const std::scoped_lock lock(mutex_);
        all = past_ + present_;
    }
    std::vector<proto::NamedCount> named{{"events", all.events},
                                         {"special-events", all.special_events},
                                         {"timestamp-rollover", all.timestamp_rollovers},
                                         {"dead-stamps", all.dead_stamps}};
    for (std::size_t i = 1; i < fault_kinds; ++i) {
        const auto fault = static_cast<Fault>(i);
        if (all.faults.of(fault) > 0) named.push_back({std::string(name_of(fault)), all.faults.of(fault)});
    }
    return named;
}

proto::Result<std::unique_ptr<Source>> make_dig2(const config::Board& board) {
    if (const auto plan = plan_of(board, channels_max); !plan) return plan.error();
    if (const auto ticks = ticks_per_stamp(board); !ticks) return ticks.error();
    boost::system::error_code bad;
    boost::asio::ip::make_address(board.dig2().address(), bad);
    if (bad)
        return proto::error(proto::ErrorKind::CONFIG, fmt::format("{}: dig2.address '{}' is no IP address",
                                                                  name_of(board), board.dig2().address()));
    return std::unique_ptr<Source>(std::make_unique<Dig2>(board));
}

}  // namespace spillgate::hw::dig2
