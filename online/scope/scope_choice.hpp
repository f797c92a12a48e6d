// Which of the slots at hand a filter lets pass.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "online/scope/scope_slot.hpp"
#include "online/scope/scope_wish.hpp"

namespace spillgate::online {

// What a slot says of one channel, by the marks that the filter's kind lets count. A channel that no chain
// reads (a veto panel, a partner) is judged by all detectors of its slot.
struct ScopeSummary {
    std::optional<double> size;  // of the largest pulse
    bool pulse = false;
    bool saturated = false;
    bool vetoed = false;  // a muon, or by the facility
};
ScopeSummary summary_of(const ScopeView& view, const ScopeSlot& slot, std::size_t channel,
                        std::optional<offline::WindowClass> kind);

// Those that pass, in the order of stepping: by time, the newest last; for LARGEST by size, the largest last.
// Only slots of the daemon that reads the channel's board. LARGEST knows slots that were large in this run
// beside the last ones.
std::vector<ScopeSlotPtr> chosen_slots(const ScopeView& view, std::size_t channel, const ScopeFilter& filter);

// A slot by its number, of the daemon that reads the channel's board; null: it is not there any more. `run`
// 0: of the newest run that has it.
ScopeSlotPtr slot_at(const ScopeView& view, std::size_t channel, std::uint32_t run, std::uint64_t slot);

}  // namespace spillgate::online
