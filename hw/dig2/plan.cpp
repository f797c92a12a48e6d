#include "hw/dig2/plan.hpp"

#include <cmath>
#include <map>
#include <optional>

#include <fmt/format.h>

namespace spillgate::hw::dig2 {

namespace {

proto::Error refuse(const config::Board& board, std::string_view field, std::string_view why) {
    return proto::error(proto::ErrorKind::CONFIG, fmt::format("{}: dig2.{}: {}", name_of(board), field, why));
}

// Whole samples of a time, or nothing.
std::optional<std::int64_t> samples_of(double ns, const config::Board& board) {
    constexpr double tolerance = 1e-6;
    const double samples = ns * board.sample_rate_mhz() * 1e-3;
    const double whole = std::round(samples);
    if (std::abs(samples - whole) > tolerance * std::max(1.0, samples)) return std::nullopt;
    return static_cast<std::int64_t>(whole);
}

proto::Result<std::int64_t> samples(const config::Board& board, std::string_view field, double ns) {
    if (const auto whole = samples_of(ns, board)) return *whole;
    return refuse(board, field,
                  fmt::format("{} ns is {} samples; allowed are whole samples of {} ns", ns,
                              ns * board.sample_rate_mhz() * 1e-3, 1e3 / board.sample_rate_mhz()));
}

// What only another device has.
proto::Status refuse_foreign(const config::Board& board, const config::DigitizerInput& input) {
    // A configuration that was read from a file has the defaults written into it.
    const auto& unset = config::DigitizerInput::default_instance();
    if (input.peaking_ns() != unset.peaking_ns() || input.gap_ns() != unset.gap_ns())
        return refuse(board, "input.peaking_ns, gap_ns",
                      "the VX27xx triggers on the samples, without a filter");
    if (input.keeps_maximum())
        return refuse(board, "input.keeps_maximum", "the VX27xx has no such value; allowed is false");
    if (input.has_averaging())
        return refuse(board, "input.averaging", "the VX27xx sends no averaged samples");
    return {};
}

proto::Status gates(const config::Board& board, ChannelPlan& plan) {
    const auto& gate = plan.input.charge_gate();
    if (board.dig2().firmware() == config::Dig2::SCOPE) {
        if (gate.empty()) return {};
        return refuse(board, "input.charge_gate",
                      "the scope firmware integrates nothing; allowed with DPP_PSD");
    }
    if (gate.size() != 2)
        return refuse(
            board, "input.charge_gate",
            fmt::format("{} gates; DPP-PSD has exactly two, the short and the long one", gate.size()));
    if (gate[0].begin_ns() != gate[1].begin_ns())
        return refuse(board, "input.charge_gate.begin_ns",
                      fmt::format("{} and {}; both gates of DPP-PSD begin together", gate[0].begin_ns(),
                                  gate[1].begin_ns()));
    if (gate[0].length_ns() > gate[1].length_ns())
        return refuse(board, "input.charge_gate.length_ns", "the first gate is the short one");
    const auto begin = samples(board, "input.charge_gate.begin_ns", gate[0].begin_ns());
    if (!begin) return begin.error();
    const auto brief = samples(board, "input.charge_gate.length_ns", gate[0].length_ns());
    if (!brief) return brief.error();
    const auto whole = samples(board, "input.charge_gate.length_ns", gate[1].length_ns());
    if (!whole) return whole.error();
    if (*begin > plan.pretrigger)
        return refuse(board, "input.charge_gate.begin_ns",
                      fmt::format("{} ns; the gates of DPP-PSD begin at the trigger or before: at most "
                                  "pretrigger_ns, {}",
                                  gate[0].begin_ns(), plan.input.pretrigger_ns()));
    plan.gate_offset = plan.pretrigger - *begin;
    plan.gate_short = *brief;
    plan.gate_long = *whole;
    return {};
}

proto::Result<ChannelPlan> channel_plan(const config::Board& board, std::uint32_t channel,
                                        const config::DigitizerInput& input) {
    ChannelPlan plan;
    plan.channel = channel;
    plan.input = input;
    if (auto status = refuse_foreign(board, input); !status) return status.error();
    const auto record = samples(board, "input.record_ns", input.record_ns());
    if (!record) return record.error();
    const auto pretrigger = samples(board, "input.pretrigger_ns", input.pretrigger_ns());
    if (!pretrigger) return pretrigger.error();
    if (*pretrigger >= *record)
        return refuse(board, "input.pretrigger_ns",
                      fmt::format("{} of a record of {} ns; allowed is less than the record",
                                  input.pretrigger_ns(), input.record_ns()));
    plan.record = *record;
    plan.pretrigger = *pretrigger;
    if (auto status = gates(board, plan); !status) return status.error();
    if (input.self_trigger() && !input.has_threshold_adc())
        return refuse(board, "input.threshold_adc",
                      fmt::format("channel {} triggers itself: needed", channel));
    if (input.self_trigger() && input.threshold_adc() != std::round(input.threshold_adc()))
        return refuse(board, "input.threshold_adc",
                      fmt::format("{}; allowed are whole ADC steps", input.threshold_adc()));
    if (board.dig2().firmware() == config::Dig2::DPP_PSD && !input.self_trigger() &&
        !input.external_trigger())
        return refuse(
            board, "input.external_trigger",
            fmt::format("channel {} would never record: neither external_trigger nor self_trigger", channel));
    return plan;
}

// The scope firmware records all its channels with each trigger, all alike.
proto::Status check_common(const config::Board& board, const Plan& plan) {
    const ChannelPlan& first = plan.channels.front();
    for (const ChannelPlan& channel : plan.channels) {
        const std::string_view differs = channel.record != first.record           ? "record_ns"
                                         : channel.pretrigger != first.pretrigger ? "pretrigger_ns"
                                         : channel.input.external_trigger() != first.input.external_trigger()
                                             ? "external_trigger"
                                             : "";
        if (!differs.empty())
            return refuse(
                board, fmt::format("input.{}", differs),
                fmt::format("channels {} and {} differ; the scope firmware has one for all channels",
                            first.channel, channel.channel));
    }
    return {};
}

}  // namespace

std::string name_of(const config::Board& board) {
    return board.has_name() ? fmt::format("board {} ({})", board.id(), board.name())
                            : fmt::format("board {}", board.id());
}

proto::Result<Plan> plan_of(const config::Board& board, std::uint32_t module_channels) {
    std::map<std::uint32_t, const config::DigitizerInput*> of_channel;
    for (const auto& input : board.dig2().input()) {
        for (const auto channel : input.channel()) {
            if (channel >= module_channels)
                return refuse(
                    board, "input.channel",
                    fmt::format("{}; the module has channels 0 to {}", channel, module_channels - 1));
            of_channel[channel] = &input;
        }
        for (std::uint32_t channel = 0; input.channel().empty() && channel < module_channels; ++channel)
            of_channel[channel] = &input;
    }
    Plan plan;
    plan.random_trigger = board.dig2().random_trigger_hz() > 0;
    for (const auto& [channel, input] : of_channel) {
        if (!input->enabled()) continue;
        auto made = channel_plan(board, channel, *input);
        if (!made) return made.error();
        plan.external_trigger = plan.external_trigger || input->external_trigger();
        plan.self_trigger = plan.self_trigger || input->self_trigger();
        plan.channels.push_back(std::move(*made));
    }
    if (plan.channels.empty()) return refuse(board, "input", "no channel is enabled");
    if (board.dig2().firmware() == config::Dig2::SCOPE) {
        if (auto status = check_common(board, plan); !status) return status.error();
        if (!plan.external_trigger && !plan.self_trigger && !plan.random_trigger)
            return refuse(
                board, "input.external_trigger",
                "nothing would trigger: neither external_trigger, self_trigger nor random_trigger_hz");
    }
    return plan;
}

proto::Result<std::int64_t> ticks_per_stamp(const config::Board& board) {
    if (board.dig2().firmware() == config::Dig2::DPP_PSD) return 1;
    constexpr double stamp_ns = 8;
    if (const auto ticks = samples_of(stamp_ns, board); ticks && *ticks > 0) return *ticks;
    return proto::error(
        proto::ErrorKind::CONFIG,
        fmt::format("{}: sample_rate_mhz {}: a VX27xx counts steps of 8 ns; allowed are multiples "
                    "of 125 MHz",
                    name_of(board), board.sample_rate_mhz()));
}

}  // namespace spillgate::hw::dig2
