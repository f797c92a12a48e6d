// What a facility says of one of its cycles, as it reached us.
#pragma once

#include <cstdint>
#include <optional>

namespace spillgate::hw::beam {

struct Report {
    std::optional<std::uint64_t> cycle_id;      // the facility's number of the cycle
    std::optional<std::int64_t> source_utc_ns;  // of the pulse, by the facility's clock
    std::optional<std::int64_t> arrival_ns;     // by the host's steady clock; empty: says nothing of when
    bool has_charge = false;                    // else it only labels
    std::int64_t charge_pc = 0;
    std::uint32_t flavour = 0;
    bool facility_veto = false;
    bool uncorrected = false;  // its source could not tell for sure which pulse the charge belongs to
};

}  // namespace spillgate::hw::beam
