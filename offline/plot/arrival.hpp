// When the light or charge of a candidate arrived.
#pragma once

#include <optional>

#include "offline/plot/slot_view.hpp"

namespace spillgate::offline::plot {

// In μs after t0; nothing if the candidate has no t_rec.
std::optional<double> arrival_us(const SlotView& view, const Candidate& candidate);

}  // namespace spillgate::offline::plot
