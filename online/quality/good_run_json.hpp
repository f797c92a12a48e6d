// Good-run lists as the console's API shows them.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "offline/exposure/good_run_log.hpp"

namespace spillgate::online {

// [{"first_run", "first_slot", "last_run", "last_slot", "words", "note"}]: an open end is null.
boost::json::array stretches_json(const std::vector<offline::Stretch>& stretches);

// Who signed it when and why, its hash and that of the one before.
boost::json::object version_json(const offline::GoodRuns& version);

// What is good in `to` and not in `from`, and the other way round: {"added", "removed"}. `from` may be null:
// the list before the first.
boost::json::object difference_json(const offline::GoodRuns* from, const offline::GoodRuns& to);

}  // namespace spillgate::online
