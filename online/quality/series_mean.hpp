// The mean of a series of the history over a run.
#pragma once

#include <string>

#include "online/history/history.hpp"
#include "online/quality/run_quantities.hpp"

namespace spillgate::online {

// Of the points that lie inside [from, to], UTC in seconds, each as long as it was known; it has no error.
// Without a value if there is none, and with a reason if less than `enough` of that time was known.
RunQuantity mean_of_series(History& history, const std::string& name, double from_utc_s, double to_utc_s,
                           double enough = 0.5);

}  // namespace spillgate::online
