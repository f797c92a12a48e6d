// What there is to look at, in JSON: channels, and slots that can be stepped to.
#pragma once

#include <cstddef>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "online/scope/scope_slot.hpp"

namespace spillgate::online {

// One slot in the list of those that can be stepped to.
boost::json::object scope_entry(const ScopeView& view, const ScopeSlot& slot, std::size_t channel);

// The channels of the config: {"name", "role", "chain", "unit", "mv_per_adc"}; what the config does not say
// is null.
boost::json::array scope_channels(const ScopeView& view);

}  // namespace spillgate::online
