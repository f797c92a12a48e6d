#include "hw/sis3316/group_settings.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <span>

#include <fmt/format.h>
#include <google/protobuf/util/message_differencer.h>

namespace spillgate::hw::sis3316 {

namespace {

using google::protobuf::util::MessageDifferencer;
namespace reg = group_register;

constexpr std::uint32_t longest_raw_field = 65534;  // 16 bits, even
constexpr std::uint32_t longest_gate = 65536;
constexpr std::uint32_t longest_pretrigger = 16378;
constexpr std::uint32_t longest_accumulator = 512;
constexpr std::uint32_t threshold_zero = 0x08000000;
constexpr std::uint32_t largest_threshold = 0x07FFFFFF;
constexpr std::uint32_t stop_at_threshold = 1u << 31;
constexpr double spans_v[] = {5, 2, 1.9};

// Everything of one group while its settings are made.
class Group {
  public:
    Group(const config::Board& board, std::uint32_t group, const Refuse& refuse, ModuleSettings& settings)
        : board_(board), group_(group), refuse_(refuse), settings_(settings) {
        const auto all = inputs_of(board.sis3316());
        const auto own = std::span(all).subspan(std::size_t{group} * channels_per_group, channels_per_group);
        std::ranges::copy(own, inputs_.begin());
        const auto first = std::ranges::find_if(inputs_, [](const auto* input) { return input != nullptr; });
        if (first != inputs_.end()) {
            shared_ = *first;
            shared_channel_ = static_cast<std::uint32_t>(first - inputs_.begin());
        }
    }

    proto::Status put() {
        if (auto checked = check_shared(); !checked) return checked;
        for (std::uint32_t c = 0; c < channels_per_group; ++c)
            if (auto put = put_channel(c); !put) return put;
        write(reg::SUM_THRESHOLD, 0, "input.self_trigger");
        if (auto put = put_trigger_setup(); !put) return put;
        if (shared_ != nullptr)
            if (auto put = put_shared(); !put) return put;
        write(reg::EVENT_CONFIGURATION, event_configuration_, "input.self_trigger, external_trigger");
        write(reg::DATA_FORMAT, data_format_, "input.keeps_maximum, charge_gate");
        write(reg::GAIN_TERMINATION, gain_, "input.full_scale_v, terminated");
        return {};
    }

  private:
    void write(std::uint32_t offset, std::uint32_t value, const char* field) {
        settings_.registers.push_back({group_address(group_, offset), value, 0xFFFFFFFFu, false, field});
    }
    std::string place(std::uint32_t offset) const { return register_name(group_address(group_, offset)); }
    std::string field(std::uint32_t c, std::string_view name) const {
        return fmt::format("channel {}: {}", group_ * channels_per_group + c, name);
    }
    double samples_exact(double ns) const { return ns * board_.sample_rate_mhz() / 1000; }
    // To the nearest even number; `up`: to the next one.
    std::uint32_t even_samples(double ns, bool up) const {
        const double pairs = samples_exact(ns) / 2;
        return 2 * static_cast<std::uint32_t>(up ? std::ceil(pairs - 1e-9) : std::round(pairs));
    }

    proto::Status check_shared() const;
    proto::Status put_channel(std::uint32_t c);
    proto::Status put_trigger_setup();
    proto::Status put_shared();
    proto::Status put_accumulators(std::uint32_t raw_samples);
    proto::Status put_averaging();
    proto::Status check_memory() const;

    const config::Board& board_;
    std::uint32_t group_;
    const Refuse& refuse_;
    ModuleSettings& settings_;
    std::array<const config::DigitizerInput*, channels_per_group> inputs_{};
    const config::DigitizerInput* shared_ = nullptr;  // of the first enabled channel
    std::uint32_t shared_channel_ = 0;
    std::uint32_t event_configuration_ = 0;
    std::uint32_t data_format_ = 0;
    std::uint32_t gain_ = 0;
};

proto::Status Group::check_shared() const {
    for (std::uint32_t c = 0; c < channels_per_group; ++c) {
        const auto* input = inputs_[c];
        if (input == nullptr || input == shared_) continue;
        const auto shares = fmt::format("what channel {} has: the four channels of a group share it",
                                        group_ * channels_per_group + shared_channel_);
        if (input->record_ns() != shared_->record_ns())
            return refuse_(field(c, "record_ns"), fmt::format("{}", input->record_ns()), place(reg::RAW_DATA),
                           shares);
        if (input->pretrigger_ns() != shared_->pretrigger_ns())
            return refuse_(field(c, "pretrigger_ns"), fmt::format("{}", input->pretrigger_ns()),
                           place(reg::PRETRIGGER), shares);
        const bool same_gates =
            std::ranges::equal(input->charge_gate(), shared_->charge_gate(),
                               [](const auto& a, const auto& b) { return MessageDifferencer::Equals(a, b); });
        if (!same_gates)
            return refuse_(field(c, "charge_gate"), fmt::format("{} of its own", input->charge_gate_size()),
                           place(reg::ACCUMULATOR), shares);
        if (!MessageDifferencer::Equals(input->averaging(), shared_->averaging()) ||
            input->has_averaging() != shared_->has_averaging())
            return refuse_(field(c, "averaging"), "of its own", place(reg::AVERAGING), shares);
    }
    return {};
}

proto::Status Group::put_channel(std::uint32_t c) {
    const auto channel = group_ * channels_per_group + c;
    auto& layout = settings_.layout[channel];
    layout.id = (board_.id() & 0xFFu) << 4 | channel;
    settings_.offset_dac[channel] = 0x8000;
    const auto* input = inputs_[c];
    if (input == nullptr) return {};
    layout.enabled = true;
    const auto shift = 8 * c;
    if (!input->self_trigger() && !input->external_trigger())
        return refuse_(field(c, "self_trigger"), "false, and external_trigger too",
                       place(reg::EVENT_CONFIGURATION), "one of them, or enabled: false");
    event_configuration_ |= ((input->negative_pulses() ? 1u : 0u) | (input->self_trigger() ? 4u : 0u) |
                             (input->external_trigger() ? 8u : 0u))
                            << shift;
    const auto gates = input->charge_gate_size();
    layout.format_bits = (input->keeps_maximum() || gates > 0 ? 1u : 0u) | (gates > 6 ? 2u : 0u);
    data_format_ |= layout.format_bits << shift;
    const double span = input->has_full_scale_v() ? input->full_scale_v() : spans_v[0];
    const auto* found = std::ranges::find(spans_v, span);
    if (found == std::end(spans_v))
        return refuse_(field(c, "full_scale_v"), fmt::format("{}", span), place(reg::GAIN_TERMINATION),
                       "5, 2 or 1.9");
    gain_ |= (static_cast<std::uint32_t>(found - spans_v) | (input->terminated() ? 0u : 4u)) << shift;
    settings_.offset_dac[channel] =
        std::min<std::uint32_t>(0xFFFF, static_cast<std::uint32_t>(std::lround(input->offset() * 65536)));
    return {};
}

// All triggers off first, then set up without their enable bit, then with it (Struck's own order).
proto::Status Group::put_trigger_setup() {
    const auto at = [&](std::uint32_t offset, std::uint32_t c) { return offset + 0x10 * c; };
    for (std::uint32_t c = 0; c < channels_per_group; ++c)
        write(at(reg::FIR_THRESHOLD, c), 0, "input.self_trigger");
    for (std::uint32_t c = 0; c < channels_per_group; ++c) {
        const auto* input = inputs_[c];
        if (input == nullptr || !input->self_trigger()) continue;
        const auto peaking = even_samples(input->peaking_ns(), false);
        const auto gap = even_samples(input->gap_ns(), false);
        const auto setup = place(at(reg::FIR_SETUP, c));
        if (peaking < 2 || peaking > 510)
            return refuse_(field(c, "peaking_ns"),
                           fmt::format("{} ({} samples)", input->peaking_ns(), peaking), setup,
                           "2 to 510 samples");
        if (gap < 2 || gap > 510)
            return refuse_(field(c, "gap_ns"), fmt::format("{} ({} samples)", input->gap_ns(), gap), setup,
                           "2 to 510 samples");
        if (!input->has_threshold_adc())
            return refuse_(field(c, "threshold_adc"), "nothing", place(at(reg::FIR_THRESHOLD, c)),
                           "a threshold: the channel triggers itself");
        const double threshold = std::round(input->threshold_adc() * peaking);
        if (threshold > largest_threshold)
            return refuse_(field(c, "threshold_adc"), fmt::format("{}", input->threshold_adc()),
                           place(at(reg::FIR_THRESHOLD, c)),
                           fmt::format("up to {} with a peaking time of {} samples",
                                       largest_threshold / peaking, peaking));
        const auto value = threshold_zero + static_cast<std::uint32_t>(threshold);
        constexpr std::uint32_t output_pulse = 10;
        write(at(reg::FIR_SETUP, c), output_pulse << 24 | gap << 12 | peaking, "input.peaking_ns, gap_ns");
        // No high-energy trigger: beyond reach, no pulse of its own, one edge.
        settings_.registers.push_back({group_address(group_, at(reg::HIGH_THRESHOLD, c)), 0x0FFFFFFF,
                                       0x9FFFFFFF, true, "input.threshold_adc"});
        write(at(reg::FIR_THRESHOLD, c), value, "input.threshold_adc");
        write(at(reg::FIR_THRESHOLD, c), 1u << 31 | value, "input.threshold_adc");
    }
    return {};
}

proto::Status Group::put_shared() {
    const auto raw = even_samples(shared_->record_ns(), true);
    const auto pretrigger = even_samples(shared_->pretrigger_ns(), false);
    if (raw < 2 || raw > longest_gate)
        return refuse_(field(shared_channel_, "record_ns"),
                       fmt::format("{} ({} samples)", shared_->record_ns(), raw), place(reg::GATE_WINDOW),
                       "2 to 65536 samples");
    if (pretrigger > longest_pretrigger)
        return refuse_(field(shared_channel_, "pretrigger_ns"),
                       fmt::format("{} ({} samples)", shared_->pretrigger_ns(), pretrigger),
                       place(reg::PRETRIGGER),
                       fmt::format("0 to {} samples (2042 up to firmware 0006)", longest_pretrigger));
    write(reg::GATE_WINDOW, raw - 2, "input.record_ns");
    write(reg::PRETRIGGER, pretrigger, "input.pretrigger_ns");
    const bool is_extended = raw > longest_raw_field;
    write(reg::RAW_DATA, is_extended ? 0 : raw << 16, "input.record_ns");
    write(reg::EXTENDED_RAW, is_extended ? raw : 0, "input.record_ns");
    write(reg::PILE_UP, 0, "input.record_ns");
    write(reg::MAW_BUFFER, 0, "input.record_ns");
    for (std::uint32_t c = 0; c < channels_per_group; ++c) {
        auto& layout = settings_.layout[group_ * channels_per_group + c];
        layout.raw_samples = raw;
        layout.pretrigger = pretrigger;
        settings_.registers.push_back({group_address(group_, reg::HISTOGRAM + 4 * c), 0, 1, false, "input"});
    }
    if (auto put = put_accumulators(raw); !put) return put;
    if (auto put = put_averaging(); !put) return put;
    write(reg::HEADER_ID, ((board_.id() & 0xFFu) << 4 | group_ << 2) << 20, "id");
    write(reg::ADDRESS_THRESHOLD, stop_at_threshold | board_.sis3316().bank_threshold_words(),
          "bank_threshold_words");
    return check_memory();
}

proto::Status Group::put_accumulators(std::uint32_t raw_samples) {
    const auto name = field(shared_channel_, "charge_gate");
    if (shared_->charge_gate_size() > 8)
        return refuse_(name, fmt::format("{} gates", shared_->charge_gate_size()), place(reg::ACCUMULATOR),
                       "up to 8");
    for (int k = 0; k < shared_->charge_gate_size(); ++k) {
        const auto& gate = shared_->charge_gate(k);
        const auto begin = std::lround(samples_exact(gate.begin_ns()));
        const auto length = std::lround(samples_exact(gate.length_ns()));
        const auto offset = reg::ACCUMULATOR + 4 * static_cast<std::uint32_t>(k);
        if (length < 1 || length > std::int64_t{longest_accumulator} || begin + length > raw_samples)
            return refuse_(
                name,
                fmt::format("{} ns from {} ns on ({} samples from {} on)", gate.length_ns(), gate.begin_ns(),
                            length, begin),
                place(offset),
                fmt::format("1 to {} samples inside the record of {}", longest_accumulator, raw_samples));
        write(offset, static_cast<std::uint32_t>(length - 1) << 16 | static_cast<std::uint32_t>(begin),
              "input.charge_gate");
    }
    return {};
}

proto::Status Group::put_averaging() {
    if (!shared_->has_averaging()) {
        if (board_.bits() == 16) write(reg::AVERAGING, 0, "input.averaging");
        return {};
    }
    const auto& averaging = shared_->averaging();
    const auto name = field(shared_channel_, "averaging");
    if (board_.bits() != 16)
        return refuse_(name, "set", place(reg::AVERAGING), "nothing: only modules with 16 bits average");
    const auto samples = averaging.samples();
    if (!std::has_single_bit(samples) || samples < 4 || samples > 256)
        return refuse_(name, fmt::format("{} samples", samples), place(reg::AVERAGING),
                       "4, 8, 16, 32, 64, 128 or 256 samples");
    const auto length = even_samples(averaging.record_ns() / samples, true);
    if (length < 2 || length > longest_raw_field)
        return refuse_(name, fmt::format("record_ns {} ({} averages)", averaging.record_ns(), length),
                       place(reg::AVERAGING), "2 to 65534 averages");
    const auto pretrigger = even_samples(averaging.pretrigger_ns(), false);
    if (pretrigger > 4094)
        return refuse_(name,
                       fmt::format("pretrigger_ns {} ({} samples)", averaging.pretrigger_ns(), pretrigger),
                       place(reg::AVERAGING), "0 to 4094 samples");
    const auto mode = static_cast<std::uint32_t>(std::countr_zero(samples)) - 1;
    write(reg::AVERAGING, mode << 28 | pretrigger << 16 | length, "input.averaging");
    for (std::uint32_t c = 0; c < channels_per_group; ++c) {
        auto& layout = settings_.layout[group_ * channels_per_group + c];
        layout.averaged_samples = length;
        layout.average_ticks = samples;
        layout.averaged_pretrigger = pretrigger;
    }
    return {};
}

proto::Status Group::check_memory() const {
    const auto threshold = board_.sis3316().bank_threshold_words();
    for (std::uint32_t c = 0; c < channels_per_group; ++c) {
        const auto& layout = settings_.layout[group_ * channels_per_group + c];
        if (!layout.enabled) continue;
        if (layout.words() > threshold || threshold + layout.words() > bank_words_for_events)
            return refuse_(
                "bank_threshold_words", fmt::format("{}", threshold), place(reg::ADDRESS_THRESHOLD),
                fmt::format("{} to {} words with events of {} words on channel {}", layout.words(),
                            bank_words_for_events - std::min(bank_words_for_events, layout.words()),
                            layout.words(), group_ * channels_per_group + c));
    }
    return {};
}

}  // namespace

proto::Error Refuse::operator()(std::string_view field, std::string_view value,
                                std::string_view register_text, std::string_view allowed) const {
    return proto::error(proto::ErrorKind::CONFIG,
                        fmt::format("{}: {} is {}, which {} cannot hold; allowed: {}", who_, field, value,
                                    register_text, allowed));
}

std::array<const config::DigitizerInput*, channels> inputs_of(const config::Sis3316& device) {
    std::array<const config::DigitizerInput*, channels> inputs{};
    for (const auto& input : device.input()) {
        for (std::uint32_t channel = 0; channel < channels; ++channel)
            if (input.channel_size() == 0 || std::ranges::count(input.channel(), channel) > 0)
                inputs[channel] = &input;
    }
    for (auto& input : inputs)
        if (input != nullptr && !input->enabled()) input = nullptr;
    return inputs;
}

proto::Status put_group(const config::Board& board, std::uint32_t group, const Refuse& refuse,
                        ModuleSettings& settings) {
    return Group(board, group, refuse, settings).put();
}

}  // namespace spillgate::hw::sis3316
