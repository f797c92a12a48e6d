#include "hw/simulation/veto.hpp"

#include <memory>
#include <utility>

#include "hw/simulation/pulse_train.hpp"

namespace spillgate::hw::simulation {

namespace {

class MuonPulses : public PulseSource {
  public:
    explicit MuonPulses(double charge_per_height) : charge_per_height_(charge_per_height) {}

    void pulses(const Deposit& deposit, std::int64_t begin, std::int64_t end,
                std::vector<Pulse>& out) const override {
        const Pulse pulse = pulse_at(deposit, 0, deposit.n_pe * charge_per_height_);
        if (pulse.tick >= begin && pulse.tick < end) out.push_back(pulse);
    }
    std::int64_t reach(Kind) const override { return 1; }
    std::int64_t longest_reach() const override { return 1; }

  private:
    double charge_per_height_;
};

}  // namespace

Channel veto_channel(const Parameters& parameters, double width_ns, const Input& input) {
    PulseShape shape(parameters.ticks(width_ns));
    auto muons = std::make_unique<MuonPulses>(1 / shape.peak());
    const std::size_t channel = parameters.detector_channels;
    return {std::make_unique<PulseTrain>(std::move(muons), std::move(shape), channel, false),
            Digitizer(parameters, channel, input)};
}

}  // namespace spillgate::hw::simulation
