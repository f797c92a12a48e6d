#include "hw/dig2/stream.hpp"

#include <algorithm>
#include <bit>
#include <utility>

namespace spillgate::hw::dig2 {

namespace {

// What the module said of an event beyond time and samples, in bytes as they came. Short enough to need no
// memory of its own: scope, flags and trigger number; DPP, the hit's second word (flags, both energies, fine
// time).
std::string header(std::uint64_t said) {
    std::string text(sizeof said, '\0');
    boost::endian::store_big_u64(reinterpret_cast<unsigned char*>(text.data()), said);
    return text;
}
std::string scope_header(Words event) {
    return header(bits(event[0], 32, 32) << 32 | bits(event[1], 48, 16));
}

// Pile-up, saturation and range of DPP-PSD: caen-dig2, demo/caen-felib-demo-dpp-psd.
std::uint32_t trace_flags(const Hit& hit) {
    std::uint32_t flags = 0;
    if (hit.truncated) flags |= proto::TRACE_TRUNCATED;
    if ((hit.flags_high & 0b11U) != 0) flags |= proto::TRACE_PILE_UP;
    if ((hit.flags_high & 0b11100U) != 0) flags |= proto::TRACE_OVERFLOW;
    return flags;
}

}  // namespace

Stream::Stream(StreamSetup setup, ClockTie tie)
    : setup_(std::move(setup)),
      watermark_(tie, !setup_.psd, setup_.patience_ns, setup_.patience_ticks),
      channel_losses_(setup_.channels.size()) {
    for (std::size_t i = 0; i < setup_.channels.size(); ++i) {
        if (!setup_.channels[i].enabled) continue;
        if (i < 64) enabled_ |= std::uint64_t{1} << i;
        pretrigger_max_ = std::max(pretrigger_max_, setup_.channels[i].pretrigger_ticks);
    }
    emitted_watermark_ = -pretrigger_max_ - 1;
}

proto::Status Stream::take(std::span<const std::uint8_t> block, std::uint32_t events, std::int64_t now_ns) {
    watermark_.heard(now_ns);
    Words rest(block);
    Fault fault = block.size() % Words::bytes_per_word == 0 ? Fault::NONE : Fault::BLOCK_NOT_WORDS;
    std::uint32_t seen = 0;
    const std::int64_t before = last_ticks_;
    while (!rest.empty() && fault == Fault::NONE && !jumped_) {
        const auto size = static_cast<std::size_t>(bits(rest[0], 0, 32));
        if (size == 0)
            fault = Fault::EVENT_EMPTY;
        else if (size > rest.size())
            fault = Fault::EVENT_BEYOND_BLOCK;
        if (fault != Fault::NONE) break;
        ++seen;
        const Fault in_event = take_event(rest.first(size), now_ns);
        if (in_event != Fault::NONE) {
            counts_.faults.add(in_event);
            dropped(name_of(in_event), 1, {before, last_ticks_});
        }
        rest = rest.from(size);
    }
    if (jumped_)
        return proto::error(proto::ErrorKind::IO, "the module's timestamps have jumped; a new epoch begins");
    if (fault == Fault::NONE && seen != events) fault = Fault::EVENT_COUNT;
    if (fault != Fault::NONE) {
        counts_.faults.add(fault);
        dropped(name_of(fault), events > seen ? events - seen : 1, {before, last_ticks_});
    }
    return {};
}

Fault Stream::take_event(Words event, std::int64_t now_ns) {
    switch (static_cast<Format>(bits(event[0], 60, 4))) {
        case Format::COMMON_TRIGGER:
            return setup_.psd ? Fault::FORMAT_UNEXPECTED : take_scope(event, now_ns);
        case Format::INDIVIDUAL_TRIGGER:
            return setup_.psd ? take_aggregate(event, now_ns) : Fault::FORMAT_UNEXPECTED;
        case Format::SPECIAL:
        case Format::SPECIAL_TIME:
            return take_special(event, now_ns);
    }
    return Fault::FORMAT_UNKNOWN;
}

// A counter that was not cleared shows in the first stamp alone; later a stamp may be neither ahead of the
// host's clock nor (scope) behind the one before.
bool Stream::plausible(std::int64_t ticks, std::int64_t now_ns) {
    if (!stamps_.seen()) return true;
    constexpr std::int64_t patiences_back = 20;
    const bool behind =
        setup_.psd ? ticks < last_ticks_ - patiences_back * setup_.patience_ticks : ticks < last_ticks_;
    if (!behind && ticks <= watermark_.tie().at_most(now_ns)) return true;
    jumped_ = true;
    return false;
}

Fault Stream::take_scope(Words words, std::int64_t now_ns) {
    ScopeEvent event;
    if (const Fault fault = parse_scope(words, event); fault != Fault::NONE) return fault;
    if ((event.channels & ~enabled_) != 0) return Fault::CHANNEL_UNKNOWN;

    const std::int64_t stamp = stamps_.extended(event.stamp);
    const std::int64_t ticks = stamp * setup_.ticks_per_stamp;
    if (!plausible(ticks, now_ns)) return Fault::NONE;
    if (ticks < watermark_.ticks()) return Fault::EVENT_LATE;
    advance(stamp);
    const std::int64_t previous = std::exchange(last_ticks_, ticks);
    count_triggers(event.trigger_id, {previous, ticks});
    if (event.board_fail) dropped("board-fail", 1, {previous, ticks});
    watermark_.saw(ticks, now_ns);
    if (event.channels == 0) return Fault::HIT_WITHOUT_WAVEFORM;
    // All records of the scope firmware have one length: another one means damaged channel mask or size, and
    // with it samples given to the wrong channels.
    for (std::uint64_t left = event.channels; left != 0; left &= left - 1)
        if (event.samples != setup_.channels[static_cast<std::size_t>(std::countr_zero(left))].samples)
            return Fault::RECORD_LENGTH;
    append_scope(event, words, ticks);
    ++counts_.events;
    return Fault::NONE;
}

// Numbers in sequence from the first event on. A number that claims more triggers than stamps have passed is
// damaged: how many are missing there is not known, and the next is compared with what it should have been.
void Stream::count_triggers(std::uint32_t number, Place since) {
    const auto gap = numbered_ ? LossBook::gap(number_, number) : 0;
    const auto passed = static_cast<std::uint64_t>(since.until - since.from) /
                        static_cast<std::uint64_t>(setup_.ticks_per_stamp);
    if (gap > passed) {
        counts_.faults.add(Fault::TRIGGER_NUMBER);
        dropped(name_of(Fault::TRIGGER_NUMBER), 1, since);
        number_ = (number_ + 1) & LossBook::number_mask;
        return;
    }
    const auto lost = losses_.gap_seen(gap);
    if (lost > 0) dropped("trigger-lost", lost, since);
    numbered_ = true;
    number_ = number;
}

void Stream::append_scope(const ScopeEvent& event, Words words, std::int64_t ticks) {
    std::size_t offset = batch_.samples.size();
    batch_.samples.resize(offset +
                          std::size_t{event.samples} * static_cast<unsigned>(std::popcount(event.channels)));
    unpack(event, std::span(batch_.samples).subspan(offset));
    for (std::uint64_t left = event.channels; left != 0; left &= left - 1) {
        const auto channel = static_cast<std::uint32_t>(std::countr_zero(left));
        DeviceTrace trace;
        trace.board = setup_.board;
        trace.channel = channel;
        trace.first = at(ticks - setup_.channels[channel].pretrigger_ticks);
        trace.encoding = setup_.encoding;
        trace.offset = offset;
        trace.count = event.samples;
        trace.device_header = scope_header(words);
        batch_.traces.push_back(std::move(trace));
        offset += event.samples;
    }
}

Fault Stream::take_aggregate(Words event, std::int64_t now_ns) {
    Aggregate aggregate = parse_aggregate(event);
    const std::int64_t before = last_ticks_;
    if (numbered_) {
        const auto lost = LossBook::gap(number_, aggregate.counter);
        if (lost > 0) dropped("aggregate-lost", lost, {before, before});
    }
    numbered_ = true;
    number_ = aggregate.counter;
    if (aggregate.board_fail) dropped("board-fail", 1, {before, before});
    while (!aggregate.hits.empty()) {
        Hit hit;
        Fault fault = take_hit(aggregate.hits, hit);
        const bool go_on = can_go_on_after(fault);
        if (fault == Fault::NONE) fault = take_hit_trace(hit, now_ns);
        if (jumped_) return Fault::NONE;
        if (!go_on) return fault;
        if (fault == Fault::NONE) continue;
        counts_.faults.add(fault);
        dropped(name_of(fault), 1, {before, last_ticks_});
    }
    return Fault::NONE;
}

Fault Stream::take_hit_trace(const Hit& hit, std::int64_t now_ns) {
    if (hit.channel >= setup_.channels.size() || !setup_.channels[hit.channel].enabled)
        return Fault::CHANNEL_UNKNOWN;
    const ChannelSetup& expected = setup_.channels[hit.channel];
    const std::int64_t stamp = stamps_.extended(hit.stamp);
    const std::int64_t ticks = stamp * setup_.ticks_per_stamp;
    if (!plausible(ticks, now_ns)) return Fault::NONE;
    if (ticks < watermark_.ticks()) return Fault::EVENT_LATE;
    advance(stamp);
    last_ticks_ = std::max(last_ticks_, ticks);
    watermark_.saw(ticks, now_ns);
    if (hit.special) {
        ++counts_.special_events;
        take_statistics(hit, ticks);
        return Fault::NONE;
    }

    // Records are rounded up to whole words, of four samples at most.
    constexpr std::uint32_t samples_per_word = 4;
    if (hit.samples >= expected.samples + samples_per_word) return Fault::RECORD_LENGTH;
    // Full: what is complete goes now, and the stream counts as complete up to here.
    if (!hits_.room(hit.samples)) {
        watermark_.raise(ticks);
        fill();
    }
    DeviceTrace trace;
    trace.board = setup_.board;
    trace.channel = hit.channel;
    trace.first = at(ticks - expected.pretrigger_ticks);
    trace.ticks_per_sample = hit.ticks_per_sample;
    trace.encoding = setup_.encoding;
    trace.count = hit.samples;
    trace.flags = trace_flags(hit);
    trace.device_header = header(hit.word);
    if (hit.samples < expected.samples) trace.flags |= proto::TRACE_TRUNCATED;
    unpack(hit, hits_.add(std::move(trace)));
    ++counts_.events;
    return Fault::NONE;
}

// Triggers of the channel that were not saved, between two of its statistics.
void Stream::take_statistics(const Hit& hit, std::int64_t ticks) {
    if (hit.dead_stamps) counts_.dead_stamps = std::max(counts_.dead_stamps, *hit.dead_stamps);
    if (!hit.counters) return;
    constexpr unsigned spare = 8;  // of 32 bits beyond 24
    ChannelLoss& loss = channel_losses_[hit.channel];
    const std::uint32_t lost = (hit.counters->triggers - hit.counters->saved) << spare;
    const auto change = static_cast<std::int32_t>(lost - (loss.lost << spare)) >> spare;
    loss.lost = lost >> spare;
    loss.total += change;
    const auto news =
        loss.book.counter_read(static_cast<std::uint64_t>(std::max<std::int64_t>(loss.total, 0)));
    if (news > 0) dropped("trigger-not-saved", news, {loss.at, ticks});
    loss.at = ticks;
}

Fault Stream::take_special(Words words, std::int64_t now_ns) {
    SpecialEvent event;
    if (const Fault fault = parse_special(words, event); fault != Fault::NONE) return fault;
    ++counts_.special_events;
    if (event.kind == SpecialEvent::Kind::STOP) {
        stopped_ = true;
        counts_.dead_stamps = event.dead_stamps;
    }
    if (event.kind != SpecialEvent::Kind::TIME || !event.stamp) return Fault::NONE;
    // Believed only where it fits what is known: its layout is not documented.
    const std::int64_t stamp = stamps_.extended(*event.stamp);
    const std::int64_t ticks = stamp * setup_.ticks_per_stamp;
    if (ticks < last_ticks_ || (stamps_.seen() && ticks > watermark_.tie().at_most(now_ns)))
        return Fault::NONE;
    advance(stamp);
    last_ticks_ = ticks;
    watermark_.saw(ticks, now_ns);
    return Fault::NONE;
}

void Stream::lost_triggers(std::uint64_t total, std::int64_t now_ns) {
    const std::int64_t from = std::exchange(polled_ticks_, watermark_.tie().at_least(now_ns));
    const auto news = losses_.counter_read(total);
    if (news > 0) dropped("trigger-lost", news, {from, polled_ticks_});
}

void Stream::finish() {
    const auto news = losses_.counter_final();
    if (news > 0) dropped("trigger-lost", news, {polled_ticks_, last_ticks_});
    hits_.release(INT64_MAX, batch_);
}

Batch& Stream::fill() {
    const std::int64_t complete = watermark_.ticks() - pretrigger_max_;
    hits_.release(complete, batch_);
    batch_.board = setup_.board;
    batch_.watermark = at(std::max(complete, emitted_watermark_));
    return batch_;
}

Batch Stream::release(std::int64_t now_ns) {
    emitted_watermark_ = fill().watermark.ticks;
    // A bound that is further off than data are waited for says nothing of how old they are.
    const ClockTie& tie = watermark_.tie();
    const auto off = tie.uncertainty(now_ns);
    if (tie.was_cleared() && off <= setup_.patience_ticks)
        batch_.clock_bound = ClockBound{tie.at_least(now_ns) + off, now_ns};
    return std::move(batch_);
}

bool Stream::has_news() const {
    return !batch_.traces.empty() || !batch_.device_events.empty() ||
           watermark_.ticks() - pretrigger_max_ > emitted_watermark_;
}

void Stream::dropped(std::string_view name, std::uint64_t count, Place place) {
    note(DeviceEvent::Kind::DROPPED, name, count, place);
}

void Stream::note(DeviceEvent::Kind kind, std::string_view name, std::uint64_t count, Place place) {
    // A flood of one kind in one batch is one event that grows.
    if (!batch_.device_events.empty()) {
        DeviceEvent& last = batch_.device_events.back();
        if (last.kind == kind && last.name == name) {
            last.count += count;
            last.time.ticks = std::min(last.time.ticks, place.from);
            last.until.ticks = std::max(last.until.ticks, place.until);
            return;
        }
    }
    DeviceEvent event;
    event.kind = kind;
    event.time = at(place.from);
    event.until = at(std::max(place.from, place.until));
    event.name = name;
    event.count = count;
    batch_.device_events.push_back(std::move(event));
}

void Stream::advance(std::int64_t stamp) {
    const std::uint64_t before = stamps_.rollovers();
    stamps_.advance(stamp);
    const std::int64_t ticks = stamp * setup_.ticks_per_stamp;
    if (stamps_.rollovers() > before)
        note(DeviceEvent::Kind::COUNTED, "timestamp-rollover", stamps_.rollovers() - before, {ticks, ticks});
}

proto::ClockTime Stream::at(std::int64_t ticks) const {
    return {.domain = setup_.clock_domain, .epoch = setup_.epoch, .ticks = ticks, .fraction = 0};
}

StreamCounts Stream::counts() const {
    StreamCounts counts = counts_;
    counts.timestamp_rollovers = stamps_.rollovers();
    return counts;
}

}  // namespace spillgate::hw::dig2
