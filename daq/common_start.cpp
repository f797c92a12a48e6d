#include "daq/common_start.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "proto/clock_reading.hpp"

namespace spillgate::daq {

proto::Result<StartRule> common_start(const std::vector<wire::DaemonStatus>& daemons, double repetition_hz,
                                      double lead_s) {
    const auto refused = [](std::string why) {
        return proto::error(proto::ErrorKind::REFUSED, std::move(why));
    };
    if (daemons.empty()) return refused("no daemon is prepared");
    bool share_clock = true;
    bool share_cycles = true;
    bool all_wait = true;
    const auto& first = daemons.front();
    for (const auto& daemon : daemons) {
        if (!daemon.has_newest_mark())
            return refused(fmt::format("daemon {} has seen no mark", daemon.daemon()));
        share_clock = share_clock && daemon.newest_mark().domain() == first.newest_mark().domain() &&
                      daemon.newest_mark().epoch() == first.newest_mark().epoch() &&
                      daemon.frequency_hz() == first.frequency_hz() && daemon.frequency_hz() > 0;
        share_cycles = share_cycles && daemon.has_newest_cycle();
        all_wait = all_wait && daemon.sources_wait();
    }
    const auto periods_ahead = all_wait ? 0.0 : std::ceil(lead_s * repetition_hz);
    StartRule rule;
    if (share_clock) {
        const auto newest = std::ranges::max(daemons, {}, [](const auto& d) {
                                return d.newest_mark().ticks();
                            }).newest_mark();
        const double period = first.frequency_hz() / repetition_hz;
        const double ahead = (all_wait ? -0.5 : periods_ahead + 0.5) * period;
        proto::ClockTime reading;
        reading.domain = newest.domain();
        reading.epoch = newest.epoch();
        reading.ticks = newest.ticks() + std::llround(ahead);
        rule.not_before = reading;
        return rule;
    }
    if (share_cycles) {
        rule.not_before_cycle =
            std::ranges::max(daemons, {}, [](const auto& d) { return d.newest_cycle(); }).newest_cycle() +
            static_cast<std::uint64_t>(periods_ahead) + (all_wait ? 0 : 1);
        return rule;
    }
    return refused("the daemons share neither a clock domain nor the facility's cycle ids");
}

wire::Request::Commit commit_message(std::uint32_t run, const StartRule& rule, bool simulated) {
    wire::Request::Commit commit;
    commit.set_run(run);
    commit.set_simulated(simulated);
    commit.set_immediately(!rule.not_before && !rule.not_before_cycle);
    if (rule.not_before) set(*commit.mutable_not_before(), *rule.not_before);
    if (rule.not_before_cycle) commit.set_not_before_cycle(*rule.not_before_cycle);
    return commit;
}

StartRule start_rule(const wire::Request::Commit& commit) {
    StartRule rule;
    if (commit.immediately()) return rule;
    if (commit.has_not_before()) {
        const auto& reading = commit.not_before();
        rule.not_before = proto::ClockTime{reading.domain(), reading.epoch(), reading.ticks(),
                                           static_cast<std::uint16_t>(reading.fraction() & 0xffffu)};
    }
    if (commit.has_not_before_cycle()) rule.not_before_cycle = commit.not_before_cycle();
    return rule;
}

}  // namespace spillgate::daq
