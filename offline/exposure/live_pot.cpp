#include "offline/exposure/live_pot.hpp"

#include <algorithm>

#include "offline/cevns/constants.hpp"

namespace spillgate::offline {

LivePot live_pot(const ExposureSums& exposure, std::uint32_t channels) {
    const std::uint64_t of_all = std::max(channels, 1u);
    const double protons_per_pc = 1e-12 / cevns::elementary_charge_c / static_cast<double>(of_all);
    return {static_cast<double>(exposure.live_charge_measured_pc) * protons_per_pc,
            static_cast<double>(exposure.live_charge_estimated_pc) * protons_per_pc,
            exposure.in_time.windows / of_all,
            (exposure.live_charge_missing_slots + exposure.live_charge_uncorrected_slots) / of_all};
}

}  // namespace spillgate::offline
