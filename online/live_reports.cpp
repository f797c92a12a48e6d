// What LiveSpectra tells people, in its log and on the console, and what it reports to daemons.
#include <algorithm>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "online/live_spectra.hpp"
#include "proto/endpoints.hpp"
#include "proto/time.hpp"

namespace spillgate::online {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t max_lines = 50;
constexpr auto report_every = 5s;
constexpr auto no_daemon_after = 5s;
constexpr auto no_daemon_again = 60s;

}  // namespace

void LiveSpectra::say(const std::string& message) {
    spdlog::info("{}", message);
    remember(message, false);
}

void LiveSpectra::warn(const std::string& message) {
    spdlog::warn("{}", message);
    remember(message, true);
}

void LiveSpectra::remember(const std::string& message, bool warning) {
    const std::uint64_t number = log_.empty() ? 1 : log_.back().number + 1;
    log_.push_back({number, proto::utc_now_ns(), warning, message});
    if (log_.size() > max_lines) log_.pop_front();
}

// Daemons give a sign every second: one that does not is not there, or is looked for elsewhere.
void LiveSpectra::tell_of_no_daemon(Clock::time_point now) {
    const bool none =
        std::ranges::all_of(daemons_, [](const Daemon& daemon) { return daemon.silence >= no_daemon_after; });
    if (!none) {
        if (told_of_no_daemon_) say("a daemon answers");
        told_of_no_daemon_.reset();
        return;
    }
    if (told_of_no_daemon_ && now - *told_of_no_daemon_ < no_daemon_again) return;
    told_of_no_daemon_ = now;
    std::string where;
    for (const Daemon& daemon : daemons_)
        where +=
            (where.empty() ? "" : ", ") + proto::data_endpoint(config_.network().runtime_dir(), daemon.name);
    warn(fmt::format("no daemon answers on {}; is spillgate-daq running with this config?", where));
}

void LiveSpectra::report_losses() {
    LiveRun* const run = newest();
    if (run == nullptr) return;
    const auto now = Clock::now();
    for (const StreamView& stream : run->view().streams) {
        const auto daemon = std::ranges::find(daemons_, stream.daemon, &Daemon::name);
        if (daemon == daemons_.end() || !run->following(stream.daemon)) continue;
        wire::Request request;
        request.set_client("online");
        auto& report = *request.mutable_loss();
        report.set_subscriber("online");
        report.set_daemon(stream.daemon);
        report.set_run(run->number());
        report.set_lost(stream.lost);
        report.set_healed(stream.healed);
        std::string losses = report.SerializeAsString();
        if (losses == daemon->reported && now - daemon->reported_at < report_every) continue;
        report.set_received(stream.received);
        // The daemon may be away: then the next report comes through.
        if (control_.post(stream.daemon, request, [](const auto&) {})) {
            daemon->reported = std::move(losses);
            daemon->reported_at = now;
        }
    }
}

}  // namespace spillgate::online
