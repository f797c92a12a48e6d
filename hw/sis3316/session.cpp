#include "hw/sis3316/session.hpp"

#include <algorithm>
#include <bit>

#include <fmt/format.h>

#include "hw/pace.hpp"
#include "proto/quality.hpp"
#include "proto/sis3316_event.hpp"

namespace spillgate::hw::sis3316 {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::int64_t threshold_poll_ns = 2'000'000;
constexpr std::int64_t counts_every_ns = 1'000'000'000;
// After so many banks with nothing but impossible timestamps the counter was cleared by somebody.
constexpr int most_misdated_banks = 2;
// Timestamps of the first bank, before there is a tie, lie this close to each other.
constexpr std::int64_t untied_range = std::int64_t{1} << 40;

Clock::time_point moment(std::int64_t ns) {
    return Clock::time_point(std::chrono::nanoseconds(ns));
}

std::uint64_t timestamp_of(std::span<const std::uint32_t> words) {
    return words.size() < 2 ? 0 : std::uint64_t{words[0] >> 16} << 32 | words[1];
}

}  // namespace

Session::Session(Module& module, const ModuleSettings& settings, const SessionSettings& session, Sink& sink)
    : module_(module),
      settings_(settings),
      session_(session),
      sink_(sink),
      reader_(module, settings),
      clock_(settings.frequency_hz),
      random_(std::random_device{}()) {
    zero_.domain = session.clock_domain;
    zero_.epoch = session.epoch;
    delay_ticks_ = proto::ticks_from_ns(session.mark_delay_ns, settings.frequency_hz);
    margin_ticks_ =
        settings.longest_ticks() + settings.reach_before() + std::max<std::int64_t>(0, delay_ticks_);
    if (session.epoch > 0) {
        DeviceEvent event;
        event.kind = DeviceEvent::Kind::READOPTED;
        event.count = 1;
        held_.push_back(std::move(event));
    }
}

proto::Status Session::start() {
    bank_opened_ns_ = steady_ns();
    if (auto armed = reader_.arm(); !armed) return armed;
    if (settings_.device.clear_timestamp()) {
        std::int64_t sent = 0;
        std::int64_t acknowledged = 0;
        if (auto cleared = reader_.clear_timestamp(sent, acknowledged); !cleared) return cleared;
        clock_.cleared(sent, acknowledged);
        // What was recorded since the arming carries old times: this bank is thrown away unread.
        if (auto swapped = reader_.swap(false); !swapped) return swapped.error();
        bank_opened_ns_ = acknowledged;
    }
    const auto statistics = reader_.statistics();
    if (!statistics) return statistics.error();
    told_statistics_ = *statistics;
    next_counts_ns_ = steady_ns() + counts_every_ns;
    draw_next_trigger();
    return {};
}

proto::Status Session::run(const std::stop_token& stop) {
    auto status = start();
    while (status && !stop.stop_requested()) {
        bool at_threshold = false;
        status = wait_for_bank(stop, at_threshold);
        if (status) status = read_bank(at_threshold);
    }
    if (stop.stop_requested()) return {};
    return status;
}

proto::Status Session::wait_for_bank(const std::stop_token& stop, bool& at_threshold) {
    const auto due = bank_opened_ns_ + static_cast<std::int64_t>(settings_.device.swap_ms() * 1e6);
    while (!stop.stop_requested()) {
        const auto now = steady_ns();
        if (now >= due) return {};
        if (auto fired = fire_due_triggers(); !fired) return fired;
        const auto reached = reader_.threshold_reached();
        if (!reached) return reached.error();
        at_threshold = *reached;
        if (at_threshold) return {};
        const auto next = std::min({due, now + threshold_poll_ns, next_trigger_ns_});
        if (auto paused = module_.link().pause_until(moment(next)); !paused) return paused;
    }
    return {};
}

void Session::draw_next_trigger() {
    const double hz = settings_.device.random_trigger_hz();
    if (!(hz > 0)) return;
    std::exponential_distribution<double> gap(hz);
    const auto from = next_trigger_ns_ == INT64_MAX ? steady_ns() : next_trigger_ns_;
    next_trigger_ns_ = from + static_cast<std::int64_t>(gap(random_) * 1e9);
}

proto::Status Session::fire_due_triggers() {
    while (steady_ns() >= next_trigger_ns_) {
        const auto delivery = module_.act_once(key::TRIGGER);
        if (!delivery) return delivery.error();
        ++(*delivery == Delivery::CONFIRMED ? triggers_sent_ : triggers_unconfirmed_);
        draw_next_trigger();
    }
    return {};
}

TimeFrame Session::frame_of(const ClosedBank& bank) const {
    TimeFrame frame;
    frame.zero = zero_;
    const auto low = clock_.lower(bank_opened_ns_);
    if (!low) return frame;
    frame.earliest = *low - settings_.longest_ticks();
    frame.near = *clock_.lower(bank.acknowledged_ns);
    frame.latest = clock_.upper(bank.acknowledged_ns).value_or(*low + untied_range);
    return frame;
}

proto::Status Session::read_bank(bool at_threshold) {
    const auto bank = reader_.swap(at_threshold);
    if (!bank) return bank.error();
    Batch batch = sink_.empty();
    batch.board = session_.board;
    std::size_t bank_words = 0;
    for (const auto of_channel : bank->words)
        bank_words += of_channel;
    // In steps, so that memory that comes back fits banks that are a little larger, too.
    batch.samples.reserve(std::bit_ceil(batch.samples.size() + 2 * bank_words));
    frame_ = frame_of(*bank);
    oldest_ = INT64_MAX;
    newest_ = INT64_MIN;
    taken_ = misdated_ = 0;
    trigger_failed_ = {};
    if (auto read = reader_.read(*bank,
                                 [&](std::uint32_t channel, std::span<const std::uint32_t> words) {
                                     decode(*bank, channel, words, batch);
                                     if (trigger_failed_) trigger_failed_ = fire_due_triggers();
                                 });
        !read)
        return read;
    if (!trigger_failed_) return trigger_failed_;
    for (std::uint32_t channel = 0; channel < channels; ++channel)
        if (bank->is_impossible[channel])
            drop(batch, "bank-address-impossible", frame_.earliest, frame_.latest, 1);
    banks_misdated_ = misdated_ > 0 && taken_ == 0 ? banks_misdated_ + 1 : 0;
    if (banks_misdated_ >= most_misdated_banks)
        return proto::error(
            proto::ErrorKind::IO,
            fmt::format("{}: no timestamp lies where the counter must be: somebody cleared it",
                        module_.who()));
    if (taken_ > 0) {
        clock_.reached(newest_, bank->acknowledged_ns);
        clock_.not_beyond(oldest_ + settings_.longest_ticks(), bank_opened_ns_);
    }
    put_mark(*bank, batch);
    if (auto counted = add_counts(batch); !counted) return counted;
    deliver(*bank, std::move(batch));
    bank_opened_ns_ = bank->sent_ns;
    return {};
}

void Session::decode(const ClosedBank& bank, std::uint32_t channel, std::span<const std::uint32_t> words,
                     Batch& batch) {
    if (!clock_.is_tied()) {
        // The first event that is ever read is the tie.
        frame_.near = static_cast<std::int64_t>(timestamp_of(words));
        frame_.earliest = frame_.near - untied_range;
        frame_.latest = frame_.near + untied_range;
    }
    const auto decoded = decode_channel(settings_, session_.board, channel, words, frame_, batch);
    if (!clock_.is_tied() && decoded.events > 0) clock_.reached(decoded.newest, bank.acknowledged_ns);
    taken_ += decoded.events;
    misdated_ += decoded.misdated;
    oldest_ = std::min(oldest_, decoded.oldest);
    newest_ = std::max(newest_, decoded.newest);
    const auto behind_good =
        decoded.good_until == INT64_MIN ? frame_.earliest : std::min(decoded.good_until, frame_.latest);
    if (decoded.misdated > 0)
        drop(batch, "corrupt-timestamp", frame_.earliest, frame_.latest, decoded.misdated);
    if (!decoded.fault.empty()) {
        const auto length = settings_.layout[channel].words();
        drop(batch, decoded.fault, behind_good, frame_.latest,
             (decoded.words_given_up + length - 1) / length);
    }
    if (decoded.cut) drop(batch, "event-cut", decoded.cut->from, decoded.cut->until, 1);
    if (bank.is_full[channel])
        drop(batch, "bank-full", decoded.full_from.value_or(behind_good), frame_.latest, 1);
}

void Session::drop(Batch& batch, std::string_view name, std::int64_t from, std::int64_t until,
                   std::uint64_t count) {
    DeviceEvent event;
    event.kind = DeviceEvent::Kind::DROPPED;
    event.time = at(from);
    event.until = at(std::max(from, until));
    event.name = name;
    event.count = count;
    batch.device_events.push_back(std::move(event));
}

void Session::put_mark(const ClosedBank& bank, Batch& batch) {
    if (!session_.latched_mark || (bank.status & acquisition::PPS_LATCHED) == 0) return;
    // If the clear is lost, the same pulse shows again: it is known by its time.
    const bool is_new = last_latched_ != bank.latched;
    last_latched_ = bank.latched;
    if (!is_new) return;
    const auto ticks =
        continued(bank.latched, clock_.is_tied() ? frame_.near : static_cast<std::int64_t>(bank.latched));
    clock_.reached(ticks, bank.acknowledged_ns);
    Mark mark;
    mark.time = at(ticks - delay_ticks_);
    mark.kind = *session_.latched_mark;
    // Anywhere within one sample clock.
    mark.uncertainty_ns = 1e9 / settings_.frequency_hz / 3.4641016151377544;
    const bool is_late = watermark_ && ticks - delay_ticks_ < *watermark_;
    if (!is_late) return batch.marks.push_back(mark);
    DeviceEvent event;
    event.kind = DeviceEvent::Kind::COUNTED;
    event.name = "latched-mark-late";
    event.count = 1;
    event.time = event.until = at(*watermark_);
    batch.device_events.push_back(std::move(event));
}

void Session::count(Batch& batch, std::string_view name, std::uint64_t now, std::uint64_t& told) {
    if (now == told) return;
    DeviceEvent event;
    event.kind = DeviceEvent::Kind::COUNTED;
    event.time = event.until = at(watermark_.value_or(0));
    event.name = name;
    event.count = now - told;
    told = now;
    batch.device_events.push_back(std::move(event));
}

proto::Status Session::add_counts(Batch& batch) {
    if (!trigger_failed_) return trigger_failed_;
    if (taken_ > 0) {
        const auto wrap = newest_ / proto::sis3316_timestamp_wrap;
        std::uint64_t before = static_cast<std::uint64_t>(highest_wrap_);
        if (knows_wrap_ && wrap > highest_wrap_)
            count(batch, proto::name_of(proto::Fault::TIMESTAMP_ROLLOVER), static_cast<std::uint64_t>(wrap),
                  before);
        knows_wrap_ = true;
        highest_wrap_ = std::max(highest_wrap_, wrap);
    }
    const auto now = steady_ns();
    if (now < next_counts_ns_) return {};
    next_counts_ns_ = now + counts_every_ns;
    const auto link = module_.link().counters();
    auto& told = told_link_;
    count(batch, "link-timeout", link.timeouts, told.timeouts);
    count(batch, "link-retransmission", link.retransmissions, told.retransmissions);
    count(batch, "link-repeated-read", link.repeated_reads, told.repeated_reads);
    count(batch, "link-stale", link.stale, told.stale);
    count(batch, "link-other-address", link.other_address, told.other_address);
    count(batch, "link-too-short", link.too_short, told.too_short);
    count(batch, "link-too-long", link.too_long, told.too_long);
    count(batch, "link-other-command", link.other_command, told.other_command);
    count(batch, "link-other-id", link.other_id, told.other_id);
    count(batch, "link-access-timeout", link.access_timeouts, told.access_timeouts);
    count(batch, "link-protocol-error", link.protocol_errors, told.protocol_errors);
    count(batch, "link-out-of-order", link.out_of_order, told.out_of_order);
    count(batch, "link-duplicate", link.duplicates, told.duplicates);
    count(batch, "link-lost-packet", link.lost_packets, told.lost_packets);
    count(batch, "link-send-failed", link.send_failures, told.send_failures);
    const auto& banks = reader_.counters();
    count(batch, "fsm-restart", banks.fsm_restarts, told_banks_.fsm_restarts);
    count(batch, "threshold-swap", banks.threshold_swaps, told_banks_.threshold_swaps);
    count(batch, "random-trigger-sent", triggers_sent_, told_triggers_);
    count(batch, "random-trigger-unconfirmed", triggers_unconfirmed_, told_unconfirmed_);

    const auto statistics = reader_.statistics();
    if (!statistics) return statistics.error();
    std::uint64_t dead = 0, pile_up = 0, veto = 0, none = 0;
    for (std::uint32_t channel = 0; channel < channels; ++channel) {
        const auto& s = (*statistics)[channel];
        const auto& before = told_statistics_[channel];
        // Differences of 32-bit counters, whatever they wrapped.
        dead += s.dead_time - before.dead_time;
        pile_up += s.pile_up - before.pile_up;
        veto += s.veto - before.veto;
    }
    told_statistics_ = *statistics;
    count(batch, "dead-time-rejected", dead, none);
    none = 0;
    count(batch, "pile-up-rejected", pile_up, none);
    none = 0;
    count(batch, "veto-rejected", veto, none);
    return {};
}

std::optional<Counter> Session::counter() const {
    if (!watermark_) return std::nullopt;
    return Counter{session_.epoch, clock_};
}

// What the last epoch's counter would read when this one's reads `ticks`.
std::optional<CounterBefore> Session::counter_before(std::int64_t ticks, std::int64_t now_ns) const {
    if (!session_.before) return std::nullopt;
    const auto then = session_.before->clock.estimate(now_ns);
    const auto now = clock_.estimate(now_ns);
    if (!then || !now) return std::nullopt;
    CounterBefore before;
    before.reading = zero_;
    before.reading.epoch = session_.before->epoch;
    before.reading.ticks = then->ticks - (now->ticks - ticks);
    before.uncertainty_ns =
        proto::ns_from_ticks(static_cast<double>(then->off + now->off), settings_.frequency_hz);
    return before;
}

void Session::deliver(const ClosedBank& bank, Batch&& batch) {
    const auto low = clock_.lower(bank.sent_ns);
    if (!low) {
        // Nothing has ever told where the counter is, so there are no traces either.
        held_.insert(held_.end(), batch.device_events.begin(), batch.device_events.end());
        return;
    }
    const auto candidate = *low - margin_ticks_;
    if (!held_.empty()) {
        // What is recorded from the opening of this bank on is here.
        const auto began = std::min(clock_.upper(bank_opened_ns_).value_or(candidate), candidate);
        for (auto& event : held_) {
            event.time = event.until = at(began);
            if (event.kind == DeviceEvent::Kind::READOPTED)
                event.before = counter_before(began, bank.sent_ns);
        }
        batch.device_events.insert(batch.device_events.begin(), held_.begin(), held_.end());
        held_.clear();
    }
    watermark_ = watermark_ ? std::max(*watermark_, candidate) : candidate;
    batch.watermark = at(*watermark_);
    if (const auto high = clock_.upper(bank.sent_ns)) batch.clock_bound = ClockBound{*high, bank.sent_ns};
    std::ranges::sort(batch.traces, [](const auto& a, const auto& b) {
        if (a.first.ticks != b.first.ticks) return a.first.ticks < b.first.ticks;
        if (a.channel != b.channel) return a.channel < b.channel;
        return a.stream < b.stream;
    });
    sink_.put_or_drop(std::move(batch));
}

}  // namespace spillgate::hw::sis3316
