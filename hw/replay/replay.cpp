#include "hw/replay/replay.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "hw/pace.hpp"
#include "hw/replay/event_stretches.hpp"
#include "hw/replay/stretch_order.hpp"
#include "proto/config_loader.hpp"

namespace spillgate::hw::replay {

namespace {

constexpr std::chrono::milliseconds watermark_interval{2};

class ReplaySource : public Source {
  public:
    ReplaySource(proto::RunReader run, const Origin& origin, const config::Board& board,
                 const config::Config& config)
        : run_(std::move(run)),
          origin_(origin),
          name_(board.name()),
          replay_(board.replay()),
          slots_(origin, config.facility().charge_offset(),
                 origin.frequency_hz / config.facility().repetition_hz()),
          events_(origin, {origin.frequency_hz / replay_.rate_hz(),
                           proto::ticks_from_ns(replay_.mark_lead_ns(), origin.frequency_hz),
                           proto::ticks_from_ns(replay_.event_gap_ns(), origin.frequency_hz)}) {
        watermark_.domain = origin.clock_domain;
    }

    SourceInfo info() const override {
        return {origin_.board,
                name_,
                "replay",
                run_.description().simulated() || replay_.simulated_marks(),
                origin_.clock_domain,
                origin_.frequency_hz};
    }

    proto::Status run(Sink& sink, std::stop_token stop) override;

  private:
    proto::RunReader run_;
    Origin origin_;
    std::string name_;
    config::Replay replay_;
    SlotStretches slots_;
    EventStretches events_;
    StretchOrder order_;
    Pace pace_{watermark_interval};

    // Of one run(): how much was delivered, and when stream time began to be acted out.
    std::uint64_t taken_ = 0;      // stretches
    std::uint64_t delivered_ = 0;  // batches
    std::uint64_t reported_ = 0;   // losses
    proto::ClockTime watermark_;
    proto::ClockTime flow_begin_;
    std::int64_t flow_begin_ns_ = 0;

    // Stream time is acted out in real time (not so at a given rate of recorded marks: only their order is).
    bool flows() const {
        return replay_.pace() == config::Replay::ORIGINAL ||
               (replay_.pace() == config::Replay::RATE && replay_.simulated_marks());
    }
    std::int64_t moment_ns(const Batch& batch);
    void tell_time(const Batch& next, Sink& sink);
    bool wait_for(const Batch& batch, Sink& sink, const std::stop_token& stop);
    bool deliver(std::optional<Batch>&& batch, Sink& sink, const std::stop_token& stop);
    bool take(Batch&& stretch, Sink& sink, const std::stop_token& stop);
    bool wants_more() const { return replay_.stop_after_slots() == 0 || taken_ < replay_.stop_after_slots(); }
    proto::Status pass(Sink& sink, const std::stop_token& stop, bool& running);
    bool report(std::uint64_t lost, Sink& sink);
};

std::int64_t ReplaySource::moment_ns(const Batch& batch) {
    if (!flows())
        return flow_begin_ns_ +
               static_cast<std::int64_t>(static_cast<double>(delivered_) * 1e9 / replay_.rate_hz());
    std::int64_t end = earliest(batch)->ticks;
    for (const Mark& mark : batch.marks)
        end = std::max(end, mark.time.ticks);
    for (const DeviceTrace& trace : batch.traces)
        end = std::max(end,
                       trace.first.ticks + static_cast<std::int64_t>(trace.count) * trace.ticks_per_sample);
    return flow_begin_ns_ + static_cast<std::int64_t>(static_cast<double>(end - flow_begin_.ticks) * 1e9 /
                                                      origin_.frequency_hz);
}

void ReplaySource::tell_time(const Batch& next, Sink& sink) {
    if (!flows() || delivered_ == 0) return;
    proto::ClockTime now = *earliest(next);
    const double elapsed = static_cast<double>(steady_ns() - flow_begin_ns_) * 1e-9 * origin_.frequency_hz;
    now.ticks = std::min(now.ticks, flow_begin_.ticks + static_cast<std::int64_t>(elapsed));
    now.fraction = 0;
    if (!now.comparable(watermark_) || !before(watermark_, now)) return;
    Batch time = sink.empty();
    time.board = origin_.board;
    time.watermark = watermark_ = now;
    sink.wait_and_put(std::move(time));
}

bool ReplaySource::wait_for(const Batch& batch, Sink& sink, const std::stop_token& stop) {
    if (replay_.pace() == config::Replay::AS_FAST_AS_POSSIBLE) return !stop.stop_requested();
    const proto::ClockTime begin = *earliest(batch);
    if (delivered_ == 0 || (flows() && begin.epoch != flow_begin_.epoch)) {
        flow_begin_ = begin;
        flow_begin_ns_ = steady_ns();
    }
    return pace_.wait_until(moment_ns(batch), stop, [&] { tell_time(batch, sink); });
}

bool ReplaySource::deliver(std::optional<Batch>&& batch, Sink& sink, const std::stop_token& stop) {
    if (!batch) return !stop.stop_requested();
    if (!wait_for(*batch, sink, stop)) return false;
    watermark_ = batch->watermark;
    ++delivered_;
    return sink.wait_and_put(std::move(*batch));
}

bool ReplaySource::take(Batch&& stretch, Sink& sink, const std::stop_token& stop) {
    if (!wants_more()) return false;
    ++taken_;
    return deliver(order_.put(std::move(stretch)), sink, stop);
}

proto::Status ReplaySource::pass(Sink& sink, const std::stop_token& stop, bool& running) {
    const auto give = [&](Batch&& event) { running = running && take(std::move(event), sink, stop); };
    const auto losses = for_each_slot(run_, [&](const RecordedSlot& slot) {
        if (replay_.simulated_marks()) {
            events_.add(slot, give);
        } else {
            Batch stretch = sink.empty();
            if (slots_.fill(slot, stretch)) give(std::move(stretch));
        }
        return running && !stop.stop_requested();
    });
    if (!losses) return losses.error();
    if (replay_.simulated_marks()) events_.finish(give);
    slots_.begin_again();
    // Also of a pass that was cut short: what was left out until then was left out.
    const bool reported = report(losses->damaged + losses->out_of_order, sink);
    running = running && reported && !stop.stop_requested();
    return {};
}

bool ReplaySource::report(std::uint64_t lost, Sink& sink) {
    const std::uint64_t in_order = order_.dropped() + events_.out_of_order() - reported_;
    reported_ += in_order;
    if (lost + in_order == 0) return true;
    Batch batch = sink.empty();
    batch.board = origin_.board;
    batch.watermark = watermark_;
    DeviceEvent event;
    event.kind = DeviceEvent::Kind::DROPPED;
    event.time = watermark_;
    event.name = unreadable;
    event.count = lost + in_order;
    batch.device_events.push_back(std::move(event));
    return sink.wait_and_put(std::move(batch));
}

proto::Status ReplaySource::run(Sink& sink, std::stop_token stop) {
    bool running = true;
    do {
        const std::uint64_t before_pass = taken_;
        if (const auto status = pass(sink, stop, running); !status) return status;
        if (taken_ == before_pass) break;
    } while (running && replay_.loop());
    if (stop.stop_requested()) return {};
    if (!deliver(order_.finish(), sink, stop)) return {};
    Batch end = sink.empty();
    end.board = origin_.board;
    end.watermark = watermark_;
    end.last = true;
    sink.wait_and_put(std::move(end));
    return {};
}

// How a recorded gate places a strobed roi after its strobe.
std::optional<std::int64_t> strobe_lead(const config::Gate& gate, double frequency_hz) {
    if (gate.mode() != config::Gate::STROBED) return std::nullopt;
    const bool from_record = gate.reference() == config::Gate::RECORD_BEGIN;
    return proto::ticks_from_ns(gate.anti_coincident().roi_begin_ns(), frequency_hz) -
           (from_record ? proto::ticks_from_ns(gate.mark_position_ns(), frequency_hz) : 0);
}

// The recorded board: as configured; the one with this board's id; or the only one that there is.
proto::Result<Origin> find_origin(const proto::RunReader& run, const config::Board& board) {
    Origin origin;
    origin.board = board.id();
    origin.clock_domain = board.clock_domain();
    const auto recorded = proto::parse_config(run.description().effective_config(), run.directory());
    if (board.replay().has_recorded_board())
        origin.recorded_board = board.replay().recorded_board();
    else if (recorded && recorded->config.board_size() > 1)
        origin.recorded_board = board.id();
    bool found = false;
    const auto read = for_each_slot(run, [&](const RecordedSlot& slot) {
        if (!slot.record) return true;
        for (const proto::Trace& trace : slot.record->traces) {
            const auto* clock = slot.record->clock_of(trace.first.domain);
            if (!origin.has(trace) || !clock) continue;
            origin.recorded_domain = clock->domain;
            origin.frequency_hz = clock->frequency_hz;
            found = true;
            return false;
        }
        return true;
    });
    if (!read) return read.error();
    if (found) {
        if (recorded) origin.strobe_lead_ticks = strobe_lead(recorded->config.gate(), origin.frequency_hz);
        return origin;
    }
    const std::string which =
        origin.recorded_board ? fmt::format(" of board {}", *origin.recorded_board) : "";
    return proto::error(proto::ErrorKind::NOT_FOUND,
                        fmt::format("board {}: run {} holds no trace{}", board.id(), run.directory(), which));
}

}  // namespace

proto::Result<std::unique_ptr<Source>> make_replay(const config::Board& board, const config::Config& config) {
    const config::Replay& replay = board.replay();
    const auto refuse = [&](const std::string& why) {
        return proto::error(proto::ErrorKind::CONFIG, fmt::format("board {}, replay: {}", board.id(), why));
    };
    const bool needs_rate = replay.simulated_marks() || replay.pace() == config::Replay::RATE;
    if (needs_rate && !(replay.rate_hz() > 0))
        return refuse("rate_hz is missing; pace RATE and simulated_marks need it, above 0");
    if (replay.mark_lead_ns() < 0 ||
        (replay.simulated_marks() && replay.mark_lead_ns() * replay.rate_hz() >= 1e9))
        return refuse(fmt::format("mark_lead_ns is {:g}; allowed is 0 to less than the period of rate_hz",
                                  replay.mark_lead_ns()));
    if (!(config.facility().repetition_hz() > 0)) return refuse("facility.repetition_hz is missing");
    auto run = proto::RunReader::open(replay.path());
    if (!run) return run.error();
    // Its traces would be those of a run that nobody has blinded.
    if (run->description().blinded() && !config.blinded())
        return refuse(fmt::format("run {} is blinded; it is replayed with a config that is, too",
                                  run->description().number()));
    const auto origin = find_origin(*run, board);
    if (!origin) return origin.error();
    return std::unique_ptr<Source>(new ReplaySource(std::move(*run), *origin, board, config));
}

}  // namespace spillgate::hw::replay
