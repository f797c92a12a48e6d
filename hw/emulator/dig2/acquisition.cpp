#include "hw/emulator/dig2/acquisition.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "hw/pace.hpp"

namespace spillgate::hw::emulator::dig2 {

namespace {

constexpr std::size_t piece_bytes = std::size_t{1} << 20;
constexpr double statistics_interval_ns = 500e6;
// The simulation may be slower than the detector: then connections still have their turn, and triggers that
// are too old are lost rather than late.
constexpr std::int64_t budget_ns = 5'000'000;
constexpr double behind_max_ns = 100e6;

}  // namespace

Acquisition::Acquisition(DetectorFeed& feed, const NodeTree& settings, const Identity& identity,
                         Outbox& outbox, Ledger& ledger, FaultDraws& faults, std::int64_t trigger_delay_ticks,
                         std::uint32_t runs_before)
    : feed_(feed),
      settings_(settings),
      identity_(identity),
      outbox_(outbox),
      ledger_(ledger),
      faults_(faults),
      triggers_(feed, trigger_delay_ticks),
      run_(runs_before) {
    if (!identity_.psd)
        ticks_per_stamp_ = std::max<std::int64_t>(1, std::llround(identity_.sample_rate_mhz * 8e-3));
}

void Acquisition::read_settings() {
    channels_.assign(identity_.channels, {});
    mask_ = 0;
    for (std::uint32_t i = 0; i < identity_.channels; ++i) {
        channels_[i].enabled = settings_.is(fmt::format("/ch/{}/par/chenable", i), "true");
        if (channels_[i].enabled && i < 64) mask_ |= std::uint64_t{1} << i;
    }
    if (identity_.psd)
        read_psd();
    else
        read_scope();
    longest_after_ = 0;
    for (const Channel& channel : channels_)
        if (channel.enabled) longest_after_ = std::max(longest_after_, channel.record - channel.pretrigger);
}

void Acquisition::read_scope() {
    external_ = settings_.contains("/par/acqtriggersource", "TrgIn");
    software_ = settings_.contains("/par/acqtriggersource", "SwTrg");
    numbers_lost_ = settings_.is("/par/triggeridmode", "TriggerCnt");
    for (Channel& channel : channels_) {
        channel.record = std::llround(settings_.number("/par/recordlengths"));
        channel.pretrigger = std::llround(settings_.number("/par/pretriggers"));
    }
}

void Acquisition::read_psd() {
    external_ = settings_.contains("/par/globaltriggersource", "TrgIn");
    software_ = settings_.contains("/par/globaltriggersource", "SwTrg");
    for (std::uint32_t i = 0; i < identity_.channels; ++i) {
        Channel& channel = channels_[i];
        const std::string par = fmt::format("/ch/{}/par/", i);
        channel.self = settings_.contains(par + "eventtriggersource", "ChSelfTrigger");
        channel.global = settings_.contains(par + "eventtriggersource", "GlobalTriggerSource");
        channel.negative = settings_.is(par + "pulsepolarity", "Negative");
        channel.wide = settings_.is(par + "waveanalogprobe0", "ADCInput16");
        const auto number = [&](const char* name) { return std::llround(settings_.number(par + name)); };
        channel.record = number("chrecordlengths") * (channel.wide ? 2 : 1);
        channel.pretrigger = number("chpretriggers");
        channel.gate_offset = number("gateoffsets");
        channel.gate_short = number("gateshortlengths");
        channel.gate_long = number("gatelonglengths");
    }
}

std::vector<SelfTrigger> Acquisition::self_triggers() const {
    std::vector<SelfTrigger> found;
    for (std::uint32_t i = 0; i < identity_.channels; ++i) {
        const std::string par = fmt::format("/ch/{}/par/", i);
        const bool takes_part = identity_.psd ? channels_[i].self
                                              : settings_.contains("/par/acqtriggersource", "ITLA") &&
                                                    settings_.is(par + "itlconnect", "ITLA");
        if (channels_[i].enabled && takes_part)
            found.push_back({i, std::abs(settings_.number(par + "triggerthr"))});
    }
    return found;
}

void Acquisition::start() {
    read_settings();
    begin_ = feed_.tick_now();
    offset_ = 0;
    trigger_id_ = 0;
    busy_until_ = begin_;
    for (Channel& channel : channels_)
        channel.busy_until = begin_;
    lost_in_run_ = triggers_in_run_ = 0;
    next_statistics_ = begin_ + feed_.ticks_of(statistics_interval_ns);
    running_ = true;
    ++run_;
    triggers_.begin(begin_, external_, self_triggers());
    event_.clear();
    put_start_event(event_, static_cast<std::uint32_t>(channels_.empty() ? 0 : channels_.front().record),
                    mask_);
    outbox_.put(event_, 1, piece_bytes);
}

void Acquisition::stop() {
    if (!running_) return;
    advance();
    running_ = false;
    triggers_.end();
    event_.clear();
    put_stop_event(event_, stamp_of(feed_.tick_now()), static_cast<std::uint32_t>(lost_in_run_));
    outbox_.put(event_, 1, piece_bytes);
}

void Acquisition::abandon() {
    running_ = false;
    triggers_.end();
    hits_.clear();
}

void Acquisition::software_trigger() {
    if (running_ && software_) triggers_.software(feed_.tick_now());
}

double Acquisition::seconds_in_run() const {
    return running_ ? static_cast<double>(feed_.tick_now() - begin_) / feed_.frequency_hz() : 0;
}

std::int64_t Acquisition::grid(std::int64_t tick) const {
    return begin_ + (tick - begin_ + ticks_per_stamp_ - 1) / ticks_per_stamp_ * ticks_per_stamp_;
}

std::uint64_t Acquisition::stamp_of(std::int64_t tick) const {
    return preset_ + static_cast<std::uint64_t>((grid(tick) - begin_) / ticks_per_stamp_ + offset_);
}

void Acquisition::advance() {
    if (!running_) return;
    const std::int64_t now = feed_.tick_now();
    const std::int64_t until = now - longest_after_ - ticks_per_stamp_;
    const std::int64_t enough_ns = steady_ns() + budget_ns;
    std::int64_t done = until;
    while (const auto trigger = triggers_.next(until)) {
        behind_ = until - trigger->tick > feed_.ticks_of(behind_max_ns);
        if (identity_.psd)
            record_psd(*trigger);
        else
            record_scope(*trigger);
        if (steady_ns() < enough_ns) continue;
        done = trigger->tick;
        break;
    }
    if (!identity_.psd) return;
    if (done >= next_statistics_) statistics(done);
    flush_hits();
}

// Counts a trigger, and whether it finds the module ready.
bool Acquisition::accepts(bool busy) {
    ++counts_.triggers;
    ++triggers_in_run_;
    if (!busy && !behind_ && !outbox_.full()) return true;
    ++(busy ? counts_.lost_busy : behind_ ? counts_.lost_behind : counts_.lost_full);
    ++lost_in_run_;
    return false;
}

// A bit of the event's header is turned, as a bad cable or memory would.
bool Acquisition::corrupt(Bytes& event, std::size_t header_bytes) {
    if (!faults_.strikes(faults_.faults().corrupt_data_fraction())) return false;
    const std::uint32_t bit =
        faults_.below(static_cast<std::uint32_t>(8 * std::min(header_bytes, event.size())));
    event[bit / 8] = static_cast<std::uint8_t>(event[bit / 8] ^ 1U << bit % 8);
    ++counts_.corrupted;
    return true;
}

void Acquisition::record_scope(const Trigger& trigger) {
    const std::int64_t tick = grid(trigger.tick);
    const Channel& any = channels_.front();
    if (!accepts(tick < busy_until_)) {
        if (numbers_lost_) ++trigger_id_;
        return;
    }
    busy_until_ = tick + any.record;
    const auto count = static_cast<std::size_t>(any.record);
    samples_.resize(count * static_cast<std::size_t>(std::popcount(mask_)));
    const ScopeHead head{
        .board_fail = false, .trigger_id = trigger_id_++, .stamp = stamp_of(tick), .channels = mask_};
    std::size_t at = 0;
    for (std::uint64_t left = mask_; left != 0; left &= left - 1, at += count)
        feed_.samples(static_cast<std::uint32_t>(std::countr_zero(left)), tick - any.pretrigger,
                      std::span(samples_).subspan(at, count));
    event_.clear();
    put_scope_event(event_, head, samples_, count);
    const bool corrupted = corrupt(event_, 24);
    at = 0;
    for (std::uint64_t left = mask_; left != 0; left &= left - 1, at += count)
        ledger_.add({.run = run_,
                     .channel = static_cast<std::uint32_t>(std::countr_zero(left)),
                     .stamp = head.stamp,
                     .trigger_id = head.trigger_id,
                     .corrupted = corrupted},
                    std::span(samples_).subspan(at, count));
    ++counts_.stored;
    outbox_.put(event_, 1, piece_bytes);
}

void Acquisition::record_psd(const Trigger& trigger) {
    if (trigger.kind == Trigger::Kind::SELF)
        return record_hit(channels_[trigger.channel], trigger.channel, trigger.tick);
    for (std::uint32_t i = 0; i < identity_.channels; ++i)
        if (channels_[i].enabled && channels_[i].global) record_hit(channels_[i], i, trigger.tick);
}

void Acquisition::record_hit(Channel& channel, std::uint32_t number, std::int64_t tick) {
    ++channel.triggers;
    if (!accepts(tick < channel.busy_until)) return;
    channel.busy_until = tick + channel.record;
    channel.dead_stamps += static_cast<std::uint64_t>(channel.record);
    samples_.resize(static_cast<std::size_t>(channel.record));
    feed_.samples(number, tick - channel.pretrigger, samples_);

    // Integrals over the baseline of the record's first samples, in steps of 16 ADC counts · samples.
    constexpr std::int64_t baseline_samples = 16;
    constexpr double per_energy = 16;
    const auto base = std::min(baseline_samples, channel.record);
    double baseline = 0;
    for (std::int64_t i = 0; i < base; ++i)
        baseline += samples_[static_cast<std::size_t>(i)];
    baseline /= static_cast<double>(base);
    bool over = false;
    const auto integral = [&](std::int64_t length) {
        const std::int64_t from = std::max<std::int64_t>(0, channel.pretrigger - channel.gate_offset);
        const std::int64_t to = std::min(channel.record, from + length);
        double sum = 0;
        for (std::int64_t i = from; i < to; ++i)
            sum += samples_[static_cast<std::size_t>(i)] - baseline;
        const double energy = std::round((channel.negative ? -sum : sum) / per_energy);
        over = over || energy > 65535;
        return static_cast<std::uint16_t>(std::clamp(energy, 0.0, 65535.0));
    };
    PsdHit hit{.channel = number, .stamp = stamp_of(tick), .wide = channel.wide};
    hit.energy = integral(channel.gate_long);
    hit.energy_short = integral(channel.gate_short);
    if (over) hit.flags_high = 1U << 4;
    event_.clear();
    put_psd_hit(event_, hit, samples_);
    const bool corrupted = corrupt(event_, 32);
    hits_.insert(hits_.end(), event_.begin(), event_.end());
    ledger_.add({.run = run_,
                 .channel = number,
                 .stamp = hit.stamp,
                 .energy = hit.energy,
                 .energy_short = hit.energy_short,
                 .corrupted = corrupted},
                samples_);
    ++channel.saved;
    ++counts_.stored;
    if (hits_.size() >= piece_bytes) flush_hits();
}

void Acquisition::statistics(std::int64_t tick) {
    next_statistics_ = tick + feed_.ticks_of(statistics_interval_ns);
    if (!settings_.is("/par/enstatevents", "true")) return;
    const std::uint64_t stamp = stamp_of(tick);
    for (std::uint32_t i = 0; i < identity_.channels; ++i)
        if (channels_[i].enabled)
            put_psd_statistics(hits_, i, stamp, channels_[i].dead_stamps, channels_[i].triggers,
                               channels_[i].saved);
}

void Acquisition::flush_hits() {
    if (hits_.empty()) return;
    event_.clear();
    put_aggregate(event_, aggregate_++, hits_);
    hits_.clear();
    outbox_.put(event_, 1, piece_bytes);
}

}  // namespace spillgate::hw::emulator::dig2
