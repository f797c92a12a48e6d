#include "tests/offline/spectra/random_slots.hpp"

#include <limits>

#include "tests/offline/spectra/window_chain.hpp"

namespace spillgate::offline::testing {

namespace {

class SlotMaker {
  public:
    explicit SlotMaker(std::uint64_t seed) : random_(seed) {}

    Slot make(const std::string& daemon, std::uint64_t number) {
        Slot slot;
        verdict(slot.verdict, daemon, number);
        auto& c = slot.candidates;
        c.slot = number;
        c.frequency_hz = slot.verdict.frequency_hz;
        if (!slot.verdict.has_record) return slot;
        const auto n = below(4);
        for (std::uint64_t w = 0; w < n; ++w) {
            proto::WindowFact fact{
                static_cast<proto::WindowKind>(below(4)), static_cast<std::int64_t>(1000 + below(5000)),
                chance(5) ? static_cast<std::int64_t>(below(500)) : 0, chance(8), chance(9)};
            c.windows.push_back(fact);
            // The verdict may know better: a window turned unknown, or found to be truncated.
            if (chance(15)) fact.kind = wire::UNKNOWN;
            if (chance(15)) fact.truncated = true;
            slot.verdict.windows.push_back(fact);
        }
        if (chance(40)) slot.verdict.windows.emplace_back();
        for (std::uint16_t channel = 0; channel < 2; ++channel)
            for (std::uint64_t w = 0; w < n; ++w)
                candidate(c, channel, static_cast<std::uint16_t>(w));
        return slot;
    }

  private:
    std::uint64_t below(std::uint64_t n) { return random_() % n; }
    bool chance(std::uint64_t one_in) { return below(one_in) == 0; }

    void verdict(proto::Verdict& v, const std::string& daemon, std::uint64_t number) {
        v.run = 7;
        v.slot = number;
        v.daemon = daemon;
        v.has_record = !chance(10);
        v.disposition = chance(4) ? static_cast<proto::Disposition>(1 + below(8)) : wire::COMPLETE;
        for (int bit = 0; bit < proto::slot_quality_bits; ++bit)
            if (chance(20)) v.quality |= 1u << bit;
        v.charge_state = static_cast<proto::ChargeState>(below(4));
        v.charge_pc = static_cast<std::int64_t>(20'000'000 + below(5'000'000));
        v.frequency_hz = chance(3) ? 249'999'871.5 : 500e6;
        v.t0.ticks = static_cast<std::int64_t>(number * 8'333'333);
    }

    void candidate(SlotCandidates& slot, std::uint16_t channel, std::uint16_t window) {
        Candidate c;
        c.channel = channel;
        c.window = window;
        c.kind = slot.windows[window].kind;
        c.found = !chance(3);
        c.quality = chance(6) ? static_cast<std::uint32_t>(below(4)) : 0;
        c.value.fill(std::numeric_limits<double>::quiet_NaN());
        if (c.found) {
            // Multiples of a quarter fall on edges often; some lie outside, some do not exist.
            c.value[X] = static_cast<double>(below(60)) * 0.25 - 2;
            if (!chance(20)) c.value[Y] = static_cast<double>(below(60)) * 0.25 - 2;
            if (chance(30)) c.value[Y] = std::numeric_limits<double>::infinity();
        }
        c.value[PEAKS] = static_cast<double>(below(6));
        if (!chance(25)) c.value[LEVEL] = static_cast<double>(below(100));
        slot.candidates.push_back(c);
    }

    std::mt19937_64 random_;
};

}  // namespace

std::vector<Slot> random_slots(std::uint64_t seed, std::size_t n, const std::string& daemon,
                               std::uint64_t first) {
    SlotMaker maker(seed);
    std::vector<Slot> slots;
    for (std::size_t i = 0; i < n; ++i)
        slots.push_back(maker.make(daemon, first + i));
    return slots;
}

}  // namespace spillgate::offline::testing
