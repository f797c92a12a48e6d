// A slot as the scope shows it, in JSON (docs/console/scope.md): windows, traces, what was found in them.
#pragma once

#include <string>

#include <boost/json/object.hpp>

#include "online/scope/scope_slot.hpp"
#include "online/scope/scope_wish.hpp"

namespace spillgate::online {

// Decodes the record and finds the pulses of the traces that are wished for: takes milliseconds. Of a sealed
// slot what `spillgate-offline plot waveform` shows of a blinded run.
boost::json::object scope_picture(const ScopeView& view, const ScopeSlot& slot, const ScopeWish& wish);

// What there is instead of a picture: {"slot": null, "why": …}.
boost::json::object no_scope_picture(std::string why);

}  // namespace spillgate::online
