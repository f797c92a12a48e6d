#include "offline/reconstruction/hpge/checks.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "offline/reconstruction/hpge/lengths.hpp"

namespace spillgate::offline::hpge {

namespace {

proto::Error refused(const config::Chain& chain, std::string_view what) {
    return proto::error(proto::ErrorKind::CONFIG, fmt::format("chain '{}': {}", chain.name(), what));
}

proto::Error refused(const config::Chain& chain, const config::Channel& channel, std::string_view what) {
    return proto::error(proto::ErrorKind::CONFIG,
                        fmt::format("chain '{}' on channel '{}': {}", chain.name(), channel.name(), what));
}

// Baseline and filters need traces as the digitizer gave them.
proto::Status check_policy(const config::Chain& chain, const config::Channel& channel,
                           const config::Gate& gate) {
    if (channel.policy() == config::Channel::PULSES)
        return refused(chain, channel,
                       "it needs whole traces, the policy is PULSES; allowed: WHOLE, EVERY_NTH");
    if (channel.policy() == config::Channel::EVERY_NTH && channel.every_nth() > 1 &&
        gate.mode() != config::Gate::BEAM_TRIGGERED && gate.mode() != config::Gate::STROBED)
        return refused(chain, channel,
                       "with EVERY_NTH a slot without traces would look like one without pulses; allowed in "
                       "this gate mode: WHOLE");
    return {};
}

proto::Status check_lengths(const config::Chain& chain, const config::Channel& channel,
                            const config::Board& board) {
    if (board.bits() < least_bits)
        return refused(chain, channel,
                       fmt::format("board {} has {} bits; an HPGe chain needs at least {}", board.id(),
                                   board.bits(), least_bits));
    const double period_ns = 1e3 / board.sample_rate_mhz();
    if (!Lengths(chain.hpge(), period_ns).within_limits())
        return refused(
            chain, channel,
            fmt::format("with samples of {:.6g} ns on board {}, baseline_ns may be at most {:.6g}, and "
                        "rise_ns, flat_top_ns, t0_rise_ns, t0_flat_ns, t0_fall_ns and current_ns {:.6g}",
                        period_ns, board.id(), static_cast<double>(longest_baseline) * period_ns,
                        static_cast<double>(longest_filter) * period_ns));
    return {};
}

// In a beam-triggered record the place of each roi is known: a pulse anywhere in it must have its filters'
// room.
proto::Status check_window(const config::Chain& chain, const config::Channel& channel,
                           const config::Board& board, const config::Gate& gate,
                           const config::WindowBounds& bounds, std::string_view name) {
    const double period_ns = 1e3 / board.sample_rate_mhz();
    const double record_begin_ns =
        gate.reference() == config::Gate::RECORD_BEGIN ? 0.0 : -gate.mark_position_ns();
    const Lengths lengths(chain.hpge(), period_ns);
    const double before_ns = static_cast<double>(lengths.before_t0()) * period_ns;
    if (bounds.roi_begin_ns() - record_begin_ns < before_ns)
        return refused(chain, channel,
                       fmt::format("the roi of the {} window begins {:.6g} ns into the record; baseline and "
                                   "filters need {:.6g} ns before a pulse",
                                   name, bounds.roi_begin_ns() - record_begin_ns, before_ns));
    const double after_ns = static_cast<double>(lengths.after_t0()) * period_ns;
    if (board.has_simulation() &&
        bounds.roi_end_ns() - record_begin_ns + after_ns > board.simulation().record_ns())
        return refused(
            chain, channel,
            fmt::format("the roi of the {} window ends {:.6g} ns into a record of {:.6g} ns; the energy "
                        "is taken {:.6g} ns after a pulse",
                        name, bounds.roi_end_ns() - record_begin_ns, board.simulation().record_ns(),
                        after_ns));
    return {};
}

proto::Status check_channel(const config::Chain& chain, const config::Channel& channel,
                            const config::Config& config) {
    const auto& gate = config.gate();
    if (auto status = check_policy(chain, channel, gate); !status) return status;
    for (const auto& veto : config.channel())
        if (std::ranges::find(channel.veto(), veto.name()) != channel.veto().end())
            if (auto status = check_policy(chain, veto, gate); !status) return status;
    for (const auto& board : config.board()) {
        if (board.id() != channel.board()) continue;
        if (auto status = check_lengths(chain, channel, board); !status) return status;
        if (gate.mode() != config::Gate::BEAM_TRIGGERED) continue;
        if (gate.has_in_time())
            if (auto status = check_window(chain, channel, board, gate, gate.in_time(), "in-time"); !status)
                return status;
        if (gate.has_anti_coincident())
            if (auto status =
                    check_window(chain, channel, board, gate, gate.anti_coincident(), "anti-coincident");
                !status)
                return status;
    }
    return {};
}

proto::Status check_slices_of(const config::Chain& chain, const std::string& channel) {
    std::vector<config::HpgeSlice> slices;
    std::ranges::copy_if(chain.hpge().slice(), std::back_inserter(slices),
                         [&](const auto& slice) { return slice.channel() == channel; });
    std::ranges::sort(slices, {}, &config::HpgeSlice::valid_from_utc_ns);
    for (std::size_t i = 0; i < slices.size(); ++i) {
        if (slices[i].valid_from_utc_ns() >= slices[i].valid_to_utc_ns())
            return refused(
                chain,
                fmt::format("the slice of channel '{}' from {} to {} holds at no time; valid_from must "
                            "come first",
                            channel, slices[i].valid_from_utc_ns(), slices[i].valid_to_utc_ns()));
        if (i == 0 || slices[i].valid_from_utc_ns() == slices[i - 1].valid_to_utc_ns()) continue;
        const bool overlap = slices[i].valid_from_utc_ns() < slices[i - 1].valid_to_utc_ns();
        return refused(
            chain,
            fmt::format("slices of channel '{}' {}: one holds to {}, the next from {}; each must begin "
                        "where the one before ends",
                        channel, overlap ? "overlap" : "leave a gap", slices[i - 1].valid_to_utc_ns(),
                        slices[i].valid_from_utc_ns()));
    }
    return {};
}

proto::Status check_slices(const config::Chain& chain, const config::Config& config) {
    for (const auto& slice : chain.hpge().slice()) {
        const bool known = std::ranges::any_of(config.channel(), [&](const auto& channel) {
            return channel.name() == slice.channel() && channel.chain() == chain.name();
        });
        if (!known)
            return refused(chain, fmt::format("a slice for channel '{}', which does not use this chain",
                                              slice.channel()));
        if (auto status = check_slices_of(chain, slice.channel()); !status) return status;
    }
    return {};
}

}  // namespace

proto::Status check_chain(const config::Chain& chain, const config::Config& config) {
    const auto& hpge = chain.hpge();
    const double step_ns = hpge.t0_rise_ns() + hpge.t0_flat_ns() + hpge.t0_fall_ns();
    if (hpge.pile_up_after_ns() < step_ns)
        return refused(chain,
                       fmt::format("pile_up_after_ns is {:.6g}, but the short trapezoid still sees the pulse "
                                   "itself for {:.6g} ns (t0_rise + t0_flat + t0_fall)",
                                   hpge.pile_up_after_ns(), step_ns));
    for (const auto& channel : config.channel())
        if (channel.chain() == chain.name())
            if (auto status = check_channel(chain, channel, config); !status) return status;
    return check_slices(chain, config);
}

}  // namespace spillgate::offline::hpge
