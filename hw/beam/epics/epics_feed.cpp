#include "hw/beam/epics/epics_feed.hpp"

#include <cmath>
#include <condition_variable>
#include <mutex>
#include <string>
#include <utility>

#include "hw/epics/channel_access.hpp"
#include "hw/pace.hpp"

namespace spillgate::hw::beam {

namespace {

using epics::MonitorEvent;

constexpr double largest_pc = 1e15;
constexpr double largest_flavour = 1e6;

// What the monitors' handlers share; libca calls one at a time.
class Variables {
  public:
    Variables(ReportQueue& queue, double unit_pc) : queue_(queue), unit_pc_(unit_pc) {}

    void charge(const MonitorEvent& event) {
        switch (event.kind) {
            case MonitorEvent::Kind::CONNECTED:
                connected_ = is_first_ = true;
                break;
            case MonitorEvent::Kind::DISCONNECTED:
                if (std::exchange(connected_, false)) queue_.count("epics-disconnected");
                break;
            case MonitorEvent::Kind::REFUSED:
                queue_.count("epics-refused");
                break;
            case MonitorEvent::Kind::READING:
                if (!std::exchange(is_first_, false)) report(event.reading);
                break;
        }
    }

    void flavour(const MonitorEvent& event) {
        if (event.kind == MonitorEvent::Kind::REFUSED) queue_.count("epics-refused");
        if (event.kind != MonitorEvent::Kind::READING) return;
        const double value = event.reading.value;
        flavour_known_ = event.reading.severity != epics::Severity::INVALID && value >= 0 &&
                         value <= largest_flavour && value == std::floor(value);
        if (flavour_known_)
            flavour_ = static_cast<std::uint32_t>(value);
        else
            queue_.count("epics-flavour-invalid");
    }

    void flavour_is_said() { flavour_known_ = false; }

  private:
    void report(const epics::Reading& reading) {
        const double pc = reading.value * unit_pc_;
        queue_.heard(steady_ns());
        if (reading.severity == epics::Severity::INVALID || !(std::abs(pc) < largest_pc))
            return queue_.count("epics-charge-invalid");
        Report made;
        made.arrival_ns = steady_ns();
        made.has_charge = true;
        made.charge_pc = std::llround(pc);
        made.flavour = flavour_;
        made.uncorrected = !flavour_known_;
        queue_.put(made);
    }

    ReportQueue& queue_;
    double unit_pc_;
    bool connected_ = false;
    bool is_first_ = true;
    std::uint32_t flavour_ = 1;
    bool flavour_known_ = true;
};

class EpicsFeed : public Feed {
  public:
    explicit EpicsFeed(config::EpicsCharge settings) : settings_(std::move(settings)) {}

    void run(ReportQueue& queue, std::stop_token stop) override {
        Variables variables(queue, settings_.charge_unit_pc());
        // Declared after what its handlers use: it ends first.
        auto access = epics::ChannelAccess::open(
            settings_.library(), [&queue](const std::string&) { queue.count("epics-exception"); });
        bool monitored = access.has_value();
        if (monitored && settings_.has_flavour_pv()) {
            variables.flavour_is_said();
            monitored = (*access)
                            ->monitor(settings_.flavour_pv(),
                                      [&](const MonitorEvent& event) { variables.flavour(event); })
                            .has_value();
        }
        monitored = monitored && (*access)
                                     ->monitor(settings_.charge_pv(),
                                               [&](const MonitorEvent& event) { variables.charge(event); })
                                     .has_value();
        if (!monitored) queue.count("epics-failed");
        std::mutex mutex;
        std::condition_variable_any stopped;
        std::unique_lock lock(mutex);
        stopped.wait(lock, stop, [] { return false; });
    }

  private:
    config::EpicsCharge settings_;
};

}  // namespace

proto::Result<std::unique_ptr<Feed>> make_epics_feed(const config::BeamSource& source) {
    if (const auto library = epics::load_ca_library(source.epics().library()); !library)
        return library.error();
    return std::unique_ptr<Feed>(std::make_unique<EpicsFeed>(source.epics()));
}

}  // namespace spillgate::hw::beam
