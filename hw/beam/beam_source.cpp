#include "hw/beam/beam_source.hpp"

#include <algorithm>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "hw/beam/beam_sink.hpp"

namespace spillgate::hw::beam {

namespace {

constexpr std::size_t queue_reports = 4096;

// Its reports are read on threads of its own, from run() to its return.
class BeamAttached : public Source {
  public:
    struct Named {
        std::string name;
        double latency_ms = 0;
        std::unique_ptr<Feed> feed;
        std::unique_ptr<ReportQueue> queue;
    };

    BeamAttached(std::unique_ptr<Source> inner, std::vector<Named> feeds, const config::Facility& facility,
                 bool emulated)
        : inner_(std::move(inner)), feeds_(std::move(feeds)), facility_(facility), emulated_(emulated) {}

    SourceInfo info() const override {
        auto info = inner_->info();
        info.simulated = info.simulated || emulated_;
        return info;
    }

    proto::Status prepare() override { return inner_->prepare(); }

    proto::Status run(Sink& sink, std::stop_token stop) override {
        const double frequency_hz = inner_->info().frequency_hz;
        const double period_s = 1 / facility_.repetition_hz();
        std::vector<Spring> springs;
        std::vector<std::jthread> threads;
        for (auto& named : feeds_) {
            const MatcherSettings settings{frequency_hz, frequency_hz * period_s,
                                           facility_.mark_tolerance_ns() * frequency_hz * 1e-9,
                                           named.latency_ms * frequency_hz * 1e-3};
            springs.push_back(
                {named.name, named.feed->is_live(), *named.queue, ReportMatcher(settings), 0, false});
            threads.emplace_back(
                [&named](const std::stop_token& own_stop) { named.feed->run(*named.queue, own_stop); });
        }
        BeamSink beam(std::move(springs), frequency_hz, period_s, sink);
        return inner_->run(beam, std::move(stop));
    }

  private:
    std::unique_ptr<Source> inner_;
    std::vector<Named> feeds_;
    config::Facility facility_;
    bool emulated_;
};

// Boards of one daemon are read in the order of the configuration, and the first that gives marks gives them
// for all.
bool is_mark_board(const config::Board& board, const config::Config& config) {
    if (!board.gives_marks()) return false;
    const auto reads = [](const config::Daemon& daemon, std::uint32_t id) {
        return daemon.board().empty() || std::ranges::find(daemon.board(), id) != daemon.board().end();
    };
    const auto daemon =
        std::ranges::find_if(config.daemon(), [&](const auto& d) { return reads(d, board.id()); });
    for (const auto& other : config.board()) {
        if (!other.gives_marks()) continue;
        if (daemon == config.daemon().end() || reads(*daemon, other.id())) return other.id() == board.id();
    }
    return false;
}

}  // namespace

proto::Result<std::unique_ptr<Source>> with_beam(std::unique_ptr<Source> inner, const config::Board& board,
                                                 const config::Config& config) {
    if (config.beam_source().empty() || !is_mark_board(board, config)) return inner;
    std::vector<BeamAttached::Named> feeds;
    bool emulated = false;
    for (const auto& source : config.beam_source()) {
        if (std::ranges::any_of(feeds, [&](const auto& other) { return other.name == source.name(); }))
            return proto::error(
                proto::ErrorKind::CONFIG,
                fmt::format("a second beam source named '{}'; names must differ", source.name()));
        auto feed = make_feed(source, config.facility());
        if (!feed) return feed.error();
        emulated = emulated || source.emulated();
        feeds.push_back({source.name(), source.latency_ms(), std::move(*feed),
                         std::make_unique<ReportQueue>(queue_reports)});
    }
    return std::unique_ptr<Source>(
        new BeamAttached(std::move(inner), std::move(feeds), config.facility(), emulated));
}

}  // namespace spillgate::hw::beam
