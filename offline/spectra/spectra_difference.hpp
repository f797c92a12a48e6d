// Of two states of the same spectra, what came between them.
#pragma once

#include <memory>

#include "offline/spectra/spectra.hpp"

namespace spillgate::offline {

// What was filled into `now` since `before`, an earlier state of it: counts, exposure and slots of what came
// between, sealed or open as `now` is. None, if `before` has anything that `now` has not (slots were taken
// back), they are of different engines, or a live time has stopped at its top. O(bins).
std::unique_ptr<const Spectra> difference(const Spectra& now, const Spectra& before);

}  // namespace spillgate::offline
