#include "hw/dig2/settings.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "proto/number_text.hpp"

namespace spillgate::hw::dig2 {

namespace {

// Offset DACs have 16 bits: half a step, in percent of their range, and some rounding.
constexpr double offset_tolerance = 0.01;

std::string joined(std::initializer_list<std::pair<bool, std::string_view>> words, std::string_view none) {
    std::string text;
    for (const auto& [wanted, word] : words) {
        if (!wanted) continue;
        if (!text.empty()) text += '|';
        text += word;
    }
    return text.empty() ? std::string(none) : text;
}

class Writer {
  public:
    Writer(const config::Board& board, const Plan& plan, const ModuleTraits& module)
        : board_(board), plan_(plan), module_(module) {}

    proto::Result<std::vector<Setting>> write() {
        const bool psd = board_.dig2().firmware() == config::Dig2::DPP_PSD;
        set("/endpoint/par/activeendpoint", psd ? "dpppsd" : "scope", "firmware");
        set("/par/clocksource", board_.dig2().clock() == config::Dig2::FRONT_PANEL ? "FPClkIn" : "Internal",
            "clock");
        set("/par/startsource", "SWcmd", "address");
        if (psd)
            psd_board();
        else
            scope_board();
        for (const ChannelPlan& channel : plan_.channels) {
            if (auto status = gain(channel); !status) return status.error();
            if (psd)
                psd_channel(channel);
            else
                scope_channel(channel);
        }
        enable();
        return std::move(settings_);
    }

  private:
    void set(std::string path, std::string value, std::string_view field, double tolerance = 0,
             bool may_be_absent = false) {
        settings_.push_back(
            {std::move(path), std::move(value), fmt::format("dig2.{}", field), tolerance, may_be_absent});
    }
    void set_channel(const ChannelPlan& channel, std::string_view parameter, std::string value,
                     std::string_view field, double tolerance = 0, bool may_be_absent = false) {
        set(fmt::format("/ch/{}/par/{}", channel.channel, parameter), std::move(value),
            fmt::format("input.{}", field), tolerance, may_be_absent);
    }

    void scope_board() {
        const ChannelPlan& any = plan_.channels.front();
        set("/par/acqtriggersource",
            joined({{plan_.external_trigger, "TrgIn"},
                    {plan_.self_trigger, "ITLA"},
                    {plan_.random_trigger, "SwTrg"}},
                   "Disabled"),
            "input.external_trigger, self_trigger, random_trigger_hz");
        // Trigger numbers count lost triggers, too: gaps in them show where.
        set("/par/triggeridmode", "TriggerCnt", "address", 0, true);
        set("/par/entriggeroverlap", "False", "address", 0, true);
        set("/par/recordlengths", fmt::format("{}", any.record), "input.record_ns");
        set("/par/pretriggers", fmt::format("{}", any.pretrigger), "input.pretrigger_ns");
        if (!plan_.self_trigger) return;
        set("/par/itlamainlogic", "OR", "input.self_trigger");
        set("/par/itlapairlogic", "NONE", "input.self_trigger");
    }

    void scope_channel(const ChannelPlan& channel) {
        const auto& input = channel.input;
        set_channel(channel, "dcoffset", fmt::format("{}", 100 * input.offset()), "offset", offset_tolerance);
        set_channel(channel, "itlconnect", input.self_trigger() ? "ITLA" : "Disabled", "self_trigger");
        if (!input.self_trigger()) return;
        const int sign = input.negative_pulses() ? -1 : 1;
        set_channel(channel, "triggerthrmode", "Relative", "threshold_adc");
        set_channel(channel, "triggerthr", fmt::format("{}", sign * std::lround(input.threshold_adc())),
                    "threshold_adc");
        set_channel(channel, "selftriggeredge", input.negative_pulses() ? "Fall" : "Rise", "negative_pulses");
    }

    void psd_board() {
        set("/par/globaltriggersource",
            joined({{plan_.external_trigger, "TrgIn"}, {plan_.random_trigger, "SwTrg"}}, "Disabled"),
            "input.external_trigger, random_trigger_hz");
        set("/par/enstatevents", "True", "address", 0, true);
        set("/par/endatareduction", "False", "address", 0, true);
    }

    void psd_channel(const ChannelPlan& channel) {
        const auto& input = channel.input;
        // 14 bits fit beside the other probes; more need the format that has nothing else, and its record
        // length counts pairs (caen-dig2, dpppsd::resize).
        const bool wide = module_.adc_bits > 14;
        const bool global = input.external_trigger() || plan_.random_trigger;
        const std::string sources =
            joined({{input.self_trigger(), "ChSelfTrigger"}, {global, "GlobalTriggerSource"}}, "Disabled");
        set_channel(channel, "dcoffset", fmt::format("{}", 100 * input.offset()), "offset", offset_tolerance);
        set_channel(channel, "pulsepolarity", input.negative_pulses() ? "Negative" : "Positive",
                    "negative_pulses");
        if (input.self_trigger())
            set_channel(channel, "triggerthr", fmt::format("{}", std::lround(input.threshold_adc())),
                        "threshold_adc");
        set_channel(channel, "eventtriggersource", sources, "external_trigger, self_trigger");
        set_channel(channel, "wavetriggersource", sources, "external_trigger, self_trigger");
        set_channel(channel, "wavesaving", "Always", "record_ns", 0, true);
        set_channel(channel, "waveanalogprobe0", wide ? "ADCInput16" : "ADCInput", "record_ns");
        set_channel(channel, "chrecordlengths", fmt::format("{}", wide ? channel.record / 2 : channel.record),
                    "record_ns");
        set_channel(channel, "chpretriggers", fmt::format("{}", channel.pretrigger), "pretrigger_ns");
        set_channel(channel, "gatelonglengths", fmt::format("{}", channel.gate_long),
                    "charge_gate.length_ns");
        set_channel(channel, "gateshortlengths", fmt::format("{}", channel.gate_short),
                    "charge_gate.length_ns");
        set_channel(channel, "gateoffsets", fmt::format("{}", channel.gate_offset), "charge_gate.begin_ns");
    }

    // The V2730's channels have a gain of whole dB; the other models one range.
    proto::Status gain(const ChannelPlan& channel) {
        const double range = module_.input_range_v;
        if (!channel.input.has_full_scale_v()) {
            if (module_.has_channel_gain) set_channel(channel, "chgain", "0", "full_scale_v");
            return {};
        }
        const double wanted = channel.input.full_scale_v();
        if (range > 0 && module_.has_channel_gain) {
            const double db = 20 * std::log10(range / wanted);
            const double whole = std::round(db);
            if (whole >= 0 && whole <= 29 && std::abs(db - whole) < 0.1) {
                set_channel(channel, "chgain", fmt::format("{}", whole), "full_scale_v");
                return {};
            }
        } else if (range > 0 && std::abs(wanted / range - 1) < 0.01) {
            return {};
        }
        return proto::error(
            proto::ErrorKind::CONFIG,
            fmt::format("{}: dig2.input.full_scale_v {}: allowed is {} V{}", name_of(board_), wanted, range,
                        module_.has_channel_gain ? " less a whole number of dB up to 29 (chgain)"
                                                 : ", the module's only range, or nothing"));
    }

    // Last, so that nothing is recorded with half of its settings.
    void enable() {
        std::set<std::uint32_t> enabled;
        for (const auto& channel : plan_.channels)
            enabled.insert(channel.channel);
        for (std::uint32_t channel = 0; channel < module_.channels; ++channel)
            set(fmt::format("/ch/{}/par/chenable", channel), enabled.contains(channel) ? "True" : "False",
                "input.enabled");
    }

    const config::Board& board_;
    const Plan& plan_;
    const ModuleTraits& module_;
    std::vector<Setting> settings_;
};

std::multiset<std::string> words_of(std::string_view list) {
    std::multiset<std::string> words;
    std::string word;
    for (const char c : list) {
        if (c == '|') {
            words.insert(std::exchange(word, {}));
        } else if (c != ' ') {
            word += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        }
    }
    words.insert(word);
    return words;
}

}  // namespace

proto::Result<std::vector<Setting>> settings_of(const config::Board& board, const Plan& plan,
                                                const ModuleTraits& module) {
    return Writer(board, plan, module).write();
}

bool same_value(std::string_view set, std::string_view read, double tolerance) {
    const auto a = proto::number_in<double>(set);
    const auto b = proto::number_in<double>(read);
    if (a && b) return std::abs(*a - *b) <= tolerance;
    return words_of(set) == words_of(read);
}

}  // namespace spillgate::hw::dig2
