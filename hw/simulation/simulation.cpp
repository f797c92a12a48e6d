#include "hw/simulation/simulation.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "hw/pace.hpp"
#include "hw/simulation/trigger.hpp"
#include "hw/simulation/truth_list.hpp"
#include "hw/steady_ticks.hpp"

namespace spillgate::hw::simulation {

namespace {

constexpr std::int64_t most_behind_ns = 1'000'000'000;
constexpr std::chrono::milliseconds watermark_interval{2};

class SimulationSource : public Source {
  public:
    SimulationSource(Parameters parameters, std::string name, std::optional<TruthList> truth)
        : parameters_(std::move(parameters)),
          name_(std::move(name)),
          truth_(std::move(truth)),
          beam_(parameters_),
          detector_(parameters_, beam_) {
        if (parameters_.simulation.self_triggered())
            trigger_ = std::make_unique<SelfTrigger>(parameters_, detector_.channels());
        else
            trigger_ = std::make_unique<BeamTrigger>(parameters_);
    }

    SourceInfo info() const override {
        return {parameters_.board,     name_, "simulation", true, parameters_.clock_domain,
                parameters_.nominal_hz};
    }

    proto::Status run(Sink& sink, std::stop_token stop) override;

  private:
    Parameters parameters_;
    std::string name_;
    std::optional<TruthList> truth_;
    Beam beam_;
    Detector detector_;
    std::unique_ptr<Trigger> trigger_;
    std::vector<Portion> portions_;
    Pace pace_{watermark_interval};
    std::int64_t watermark_ = 0;

    bool live() const { return !parameters_.simulation.as_fast_as_possible(); }
    std::int64_t tick_now() const { return tick_at(steady_ns(), parameters_.frequency_hz); }
    std::int64_t moment_ns(std::int64_t tick) const { return hw::moment_ns(tick, parameters_.frequency_hz); }
    proto::ClockTime at(std::int64_t tick) const { return {parameters_.clock_domain, 0, tick, 0}; }
    void fill(const Portion& portion, Batch& batch);
    bool deliver(Sink& sink, Batch&& batch, const std::stop_token& stop);
    bool deliver_in_time(Sink& sink, const Portion& portion, Batch&& batch, const std::stop_token& stop);
    std::uint64_t skip_if_behind(std::uint64_t number, Sink& sink);
};

void SimulationSource::fill(const Portion& portion, Batch& batch) {
    batch.board = parameters_.board;
    batch.watermark = at(portion.watermark);
    batch.marks.insert(batch.marks.end(), portion.marks.begin(), portion.marks.end());
    batch.charges.insert(batch.charges.end(), portion.charges.begin(), portion.charges.end());
    for (const TraceOrder& order : portion.traces) {
        detector_.trace(order.channel, order.first, order.count, batch);
        batch.traces.back().flags = order.flags;
    }
}

bool SimulationSource::deliver(Sink& sink, Batch&& batch, const std::stop_token& stop) {
    watermark_ = std::max(watermark_, batch.watermark.ticks);
    if (live()) {
        const auto now = steady_ns();
        batch.clock_bound = ClockBound{tick_at(now, parameters_.frequency_hz), now};
    }
    if (!live()) return sink.wait_and_put(std::move(batch)) && !stop.stop_requested();
    sink.put_or_drop(std::move(batch));
    return !stop.stop_requested();
}

bool SimulationSource::deliver_in_time(Sink& sink, const Portion& portion, Batch&& batch,
                                       const std::stop_token& stop) {
    if (!live()) return deliver(sink, std::move(batch), stop);
    // Nothing comes before this portion's earliest item, so time may be told up to there.
    std::int64_t earliest = portion.release;
    if (!portion.traces.empty()) earliest = std::min(earliest, portion.traces.front().first);
    if (!portion.marks.empty()) earliest = std::min(earliest, portion.marks.front().time.ticks);
    if (!portion.charges.empty()) earliest = std::min(earliest, portion.charges.front().time.ticks);
    const auto tell_time = [&] {
        const std::int64_t known = std::min(tick_now(), earliest);
        if (known <= watermark_) return;
        Batch time = sink.empty();
        time.board = parameters_.board;
        time.watermark = at(known);
        deliver(sink, std::move(time), stop);
    };
    if (!pace_.wait_until(moment_ns(portion.release), stop, tell_time)) return false;
    // At the moment of release, what lies before the next portion is not yet known to be empty of anything
    // but time.
    batch.watermark = at(std::max(watermark_, std::min(portion.watermark, tick_now())));
    return deliver(sink, std::move(batch), stop);
}

std::uint64_t SimulationSource::skip_if_behind(std::uint64_t number, Sink& sink) {
    const std::int64_t due = moment_ns(beam_.cycle(number).end);
    if (!live() || steady_ns() - due < most_behind_ns) return number;
    const std::uint64_t next = beam_.first_cycle_after(tick_now());
    Batch batch = sink.empty();
    batch.board = parameters_.board;
    batch.watermark = at(watermark_);
    DeviceEvent event;
    event.kind = DeviceEvent::Kind::DROPPED;
    event.time = batch.watermark;
    event.name = "simulation-behind";
    event.count = next - number;
    batch.device_events.push_back(std::move(event));
    sink.put_or_drop(std::move(batch));
    return next;
}

proto::Status SimulationSource::run(Sink& sink, std::stop_token stop) {
    std::uint64_t number = live() ? beam_.first_cycle_after(tick_now()) : 1;
    watermark_ = live() ? tick_now() : beam_.cycle(number).begin;
    const std::uint64_t limit = parameters_.simulation.stop_after_slots();
    bool running = true;
    for (std::uint64_t done = 0; running && (limit == 0 || done < limit); ++done, ++number) {
        number = skip_if_behind(number, sink);
        detector_.move_to(number, truth_ ? &*truth_ : nullptr);
        trigger_->plan(detector_, beam_, portions_);
        for (const Portion& portion : portions_) {
            Batch batch = sink.empty();
            fill(portion, batch);
            running = deliver_in_time(sink, portion, std::move(batch), stop);
            if (!running) break;
        }
    }
    if (running) {
        Batch batch = sink.empty();
        batch.board = parameters_.board;
        batch.watermark = at(std::max(watermark_, detector_.cycle().end));
        batch.last = true;
        deliver(sink, std::move(batch), stop);
    }
    return truth_ ? truth_->close() : proto::Status{};
}

}  // namespace

proto::Result<std::unique_ptr<Source>> make_simulation(const config::Board& board) {
    auto parameters = parameters_of(board);
    if (!parameters) return parameters.error();
    std::optional<TruthList> truth;
    if (!parameters->simulation.truth_file().empty()) {
        auto created = TruthList::create(parameters->simulation.truth_file(), *parameters);
        if (!created) return created.error();
        truth = std::move(*created);
    }
    return std::unique_ptr<Source>(
        new SimulationSource(std::move(*parameters), board.name(), std::move(truth)));
}

}  // namespace spillgate::hw::simulation
