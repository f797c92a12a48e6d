#include "hw/emulator/sis3316/acquisition.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "proto/wire.hpp"

namespace spillgate::hw::emulator::sis3316 {

namespace {

constexpr std::uint64_t timestamp_mask = (std::uint64_t{1} << 48) - 1;
constexpr double most_behind_s = 1;
constexpr std::uint64_t acquisition_faults = 1;  // stream of draws

std::uint32_t crc_of(std::span<const std::uint32_t> words) {
    return proto::crc32c(std::as_bytes(words));
}

}  // namespace

Acquisition::Acquisition(const config::EmulatedSis3316& config, std::unique_ptr<DetectorFeed> feed,
                         BankMemory& memory, EventLedger& ledger, const config::EmulatedFaults& faults)
    : config_(config),
      feed_(std::move(feed)),
      memory_(memory),
      ledger_(ledger),
      draws_(faults, acquisition_faults),
      finder_(*feed_),
      writer_(*feed_, config.adc_firmware() >> 16 == 0x0125 ? 16 : 14) {}

void Acquisition::power_up(std::int64_t now, RegisterFile& registers) {
    registers_ = &registers;
    book_ = {};
    stale_ = true;
    in_progress_ = {};
    last_trigger_.fill(INT64_MIN / 2);
    busy_until_.fill(INT64_MIN);
    counters_ = {};
    latched_counters_ = {};
    trigger_counters_ = {};
    incidents_.clear();
    latched_ = false;
    feed_->move_to(now);
    finder_.forget();
    searched_until_ = now;
    preset_timestamp(config_.timestamp_preset(), now);
}

void Acquisition::preset_timestamp(std::uint64_t value, std::int64_t now) {
    timestamp_origin_ = now - static_cast<std::int64_t>(value & timestamp_mask);
}

std::uint64_t Acquisition::timestamp(std::int64_t tick) const {
    return static_cast<std::uint64_t>(tick - timestamp_origin_) & timestamp_mask;
}

ChannelCounters Acquisition::counters(unsigned channel) const {
    const bool latches = registers_->adc(channel / channels_per_group, adc::STATISTIC_MODE) & 1;
    return latches ? latched_counters_[channel] : counters_[channel];
}

void Acquisition::refresh() {
    if (!stale_) return;
    stale_ = false;
    for (unsigned c = 0; c < channel_count; ++c)
        setups_[c] = setup_of(*registers_, c);
    finder_.forget();
}

bool Acquisition::advance(std::int64_t now, std::size_t steps) {
    skip_if_behind(now);
    for (std::size_t done = 0; done < steps; ++done)
        if (!step(now)) return false;
    return true;
}

void Acquisition::skip_if_behind(std::int64_t now) {
    if (static_cast<double>(now - searched_until_) < most_behind_s * feed_->frequency_hz()) return;
    for (unsigned c = 0; c < channel_count; ++c)
        if (in_progress_[c]) {
            in_progress_[c].reset();
            book_.finish(c);
        }
    incidents_.clear();
    feed_->move_to(now);
    finder_.forget();
    searched_until_ = now;
    ++totals_.cycles_skipped;
}

// One thing that is due, in the order of time.
bool Acquisition::step(std::int64_t now) {
    refresh();
    // Not before all triggers that may fall into it are known.
    const auto ending = next_to_end(std::min(now, searched_until_));
    const bool due = !incidents_.empty() && incidents_.front().tick < std::min(searched_until_, now + 1);
    if (ending && (!due || in_progress_[*ending]->end <= incidents_.front().tick)) {
        store(*ending);
        return true;
    }
    if (due) {
        const Incident incident = incidents_.front();
        incidents_.erase(incidents_.begin());
        happen(incident);
        return true;
    }
    const std::int64_t until = std::min(now, feed_->cycle_end());
    if (searched_until_ < until) {
        search(until);
        return true;
    }
    if (now <= feed_->cycle_end() || !may_move_on()) return false;
    feed_->move_to(feed_->cycle_end());
    finder_.forget();
    return true;
}

std::optional<unsigned> Acquisition::next_to_end(std::int64_t now) const {
    std::optional<unsigned> first;
    for (unsigned c = 0; c < channel_count; ++c)
        if (in_progress_[c] && in_progress_[c]->end <= now &&
            (!first || in_progress_[c]->end < in_progress_[*first]->end))
            first = c;
    return first;
}

// Signals are known for one cycle back.
bool Acquisition::may_move_on() const {
    return feed_->is_pattern() || std::ranges::none_of(in_progress_, [this](const auto& event) {
               return event && event->start.trigger < feed_->cycle_begin();
           });
}

void Acquisition::search(std::int64_t until) {
    const std::int64_t begin = searched_until_;
    const auto within = [&](std::int64_t tick) { return tick >= begin && tick < until; };
    const std::int64_t delay = feed_->ticks_of(config_.trigger_delay_ns());
    for (const FacilityPulse& pulse : feed_->pulses()) {
        if (!within(pulse.tick) || pulse.kind == Mark::Kind::BEAM_ON) continue;
        // The input is looked at on the next edge of the clock.
        const std::int64_t edge = pulse.tick + (pulse.fraction > 0 ? 1 : 0);
        if (config_.mark_at_trigger_input())
            incidents_.push_back({edge + delay, Incident::Kind::TRIGGER_INPUT, 0, false});
        if (config_.mark_at_user_input() && pulse.kind == Mark::Kind::EXTRACT)
            incidents_.push_back({edge, Incident::Kind::USER_INPUT, 0, false});
    }
    for (unsigned c = 0; c < channel_count; ++c) {
        found_.clear();
        finder_.find(c, setups_[c], begin, until, found_);
        for (const InternalTrigger& trigger : found_)
            incidents_.push_back(
                {trigger.tick, Incident::Kind::INTERNAL, static_cast<std::uint8_t>(c), trigger.high_energy});
    }
    std::ranges::stable_sort(incidents_, {}, &Incident::tick);
    searched_until_ = until;
}

void Acquisition::happen(const Incident& incident) {
    switch (incident.kind) {
        case Incident::Kind::TRIGGER_INPUT:
            if (registers_->vme(vme::NIM_INPUT) & ti_triggers) external_trigger(incident.tick);
            return;
        case Incident::Kind::USER_INPUT:
            user_input(incident.tick);
            return;
        case Incident::Kind::INTERNAL:
            internal_trigger(incident);
            return;
    }
}

void Acquisition::external_trigger(std::int64_t tick) {
    if (!(registers_->vme(vme::ACQUISITION) & external_trigger_enable)) return;
    for (unsigned c = 0; c < channel_count; ++c)
        if (setups_[c].external_trigger) open(c, tick);
}

void Acquisition::user_input(std::int64_t tick) {
    const std::uint32_t inputs = registers_->vme(vme::NIM_INPUT);
    if (inputs & ui_latches) {
        latch_ = timestamp(tick);
        latched_ = true;
    }
    if ((inputs & ui_clears) && (registers_->vme(vme::ACQUISITION) & external_clear_enable))
        timestamp_origin_ = tick;
}

void Acquisition::internal_trigger(const Incident& incident) {
    const unsigned c = incident.channel;
    const ChannelSetup& setup = setups_[c];
    ++trigger_counters_[c];
    if (incident.high_energy) ++counters_[c].high_energy;
    if (incident.high_energy && setup.suppresses_high_energy) return;
    if (book_.armed()) ++counters_[c].internal_triggers;
    const std::int64_t tick = incident.tick + setup.trigger_delay;
    if (setup.internal_trigger) open(c, tick);
    const bool fed_back = registers_->vme(vme::FEEDBACK) >> c & 1;
    if (fed_back && (registers_->vme(vme::ACQUISITION) & feedback_enable)) external_trigger(tick);
}

void Acquisition::open(unsigned channel, std::int64_t tick) {
    if (!book_.armed()) return;
    const ChannelSetup& setup = setups_[channel];
    auto& current = in_progress_[channel];
    if (current || tick < busy_until_[channel]) {
        ++counters_[channel].dead_time;
        if (current && tick < current->start.trigger + setup.pile_up_window) current->start.pile_up = true;
        return;
    }
    InProgress event;
    event.start = {channel, tick, timestamp(tick), false,
                   tick < last_trigger_[channel] + setup.re_pile_up_window};
    event.end = tick + setup.span();
    event.bank = book_.bank();
    busy_until_[channel] = event.end;
    last_trigger_[channel] = tick;
    current = event;
}

std::optional<Fate> Acquisition::refusal(unsigned channel, const InProgress& event,
                                         std::uint32_t words) const {
    const bool is_current = event.bank == book_.bank();
    if (is_current && book_.at_threshold(channel) && setups_[channel].stops_at_threshold)
        return Fate::STOPPED_AT_THRESHOLD;
    const std::uint32_t used = book_.words(channel, event.bank);
    if ((is_current && book_.is_full(channel)) || words > memory_.words_for_events() - used)
        return Fate::BANK_FULL;
    return std::nullopt;
}

void Acquisition::store(unsigned channel) {
    const InProgress event = *in_progress_[channel];
    const std::uint32_t words = setups_[channel].words();
    if (const auto fate = refusal(channel, event, words)) {
        ++(*fate == Fate::BANK_FULL ? totals_.lost_bank_full : totals_.lost_at_threshold);
        ++counters_[channel].dead_time;
        enter(channel, event, 0, 0, *fate);
    } else {
        write_event(channel, event, words, words);
    }
    in_progress_[channel].reset();
    book_.finish(channel);
}

void Acquisition::write_event(unsigned channel, const InProgress& event, std::uint32_t words,
                              std::uint32_t kept) {
    const std::uint32_t used = book_.words(channel, event.bank);
    const auto out = memory_.bank(channel, event.bank).subspan(used, words);
    writer_.write(setups_[channel], event.start, out);
    const std::uint32_t crc = ledger_.is_wanted() ? crc_of(out.first(kept)) : 0;
    Fate fate = kept < words ? Fate::TRUNCATED : Fate::STORED;
    if (draws_.strikes(draws_.faults().corrupt_data_fraction())) {
        const std::uint32_t header_words = std::min(kept, words - setups_[channel].raw_length / 2);
        const std::uint32_t bit = draws_.below(std::max(header_words, 1u) * 32);
        out[bit / 32] ^= 1u << bit % 32;
        fate = Fate::CORRUPTED;
        ++totals_.corrupted;
    }
    book_.add(channel, event.bank, kept, setups_[channel].threshold_words);
    ChannelCounters& counters = counters_[channel];
    ++counters.hits_stored;
    if (event.start.pile_up || event.start.re_pile_up) ++counters.pile_up;
    ++totals_.events_stored;
    totals_.words_stored += kept;
    enter(channel, event, kept, crc, fate);
}

void Acquisition::enter(unsigned channel, const InProgress& event, std::uint32_t words, std::uint32_t crc,
                        Fate fate) {
    if (ledger_.is_wanted()) ledger_.add({channel, event.start.timestamp, words, event.bank, crc, fate});
}

// Every event in progress is stored as far as its samples have been taken.
void Acquisition::truncate_events(std::int64_t now) {
    for (unsigned c = 0; c < channel_count; ++c) {
        if (!in_progress_[c]) continue;
        const InProgress event = *in_progress_[c];
        const std::uint32_t words = setups_[c].words();
        const auto left = static_cast<std::uint32_t>(std::max<std::int64_t>(0, event.end - now));
        const std::uint32_t cut = std::min(words, left / 2 + 1);
        if (!refusal(c, event, words)) {
            ++totals_.truncated;
            write_event(c, event, words, words - cut);
        }
        in_progress_[c].reset();
        busy_until_[c] = now;
    }
}

void Acquisition::arm(unsigned bank, std::int64_t now) {
    catch_up(now);
    if (draws_.faults().truncate_at_swap()) truncate_events(now);
    std::uint32_t mask = 0;
    for (unsigned c = 0; c < channel_count; ++c) {
        if (in_progress_[c]) mask |= 1u << c;
        totals_.across_swaps += in_progress_[c] ? 1 : 0;
        memory_.give_back(c, bank, book_.words(c, bank));
    }
    book_.arm(bank, mask);
    latched_counters_ = counters_;
    ++totals_.bank_swaps;
}

void Acquisition::disarm(std::int64_t now) {
    catch_up(now);
    book_.disarm();
}

void Acquisition::trigger(std::int64_t now) {
    catch_up(now);
    external_trigger(now);
}

void Acquisition::clear_timestamp(std::int64_t now) {
    catch_up(now);
    if (registers_->vme(vme::ACQUISITION) & external_clear_enable) timestamp_origin_ = now;
}

}  // namespace spillgate::hw::emulator::sis3316
