// What somebody wants to see on the scope.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "online/http/exchange.hpp"
#include "online/scope/scope_slot.hpp"
#include "proto/result.hpp"

namespace spillgate::online {

inline constexpr std::size_t most_scope_channels = 8;

struct ScopeFilter {
    enum class Which { LATEST, LARGEST, SATURATED, VETOED, PULSE };
    Which which = Which::LATEST;
    std::optional<offline::WindowClass> kind;  // of the windows that count; none: all
    bool operator==(const ScopeFilter&) const = default;
};

struct ScopeWish {
    std::vector<std::string> channels;  // the filter goes by the first; none: the first of the config
    ScopeFilter filter;
    std::optional<double> from_us, to_us;  // of the traces, after t0
    std::size_t points = 2000;             // pairs of extremes at most for each trace; 0: every sample
};

// {"channels": ["csi"], "which": "largest", "kind": "in_time", "from_us": -1, "to_us": 4, "points": 2000},
// all of them optional. Errors: CONFIG, with what is allowed.
proto::Result<ScopeWish> scope_wish(const boost::json::object& want);
// The same in a query: channel=csi,muon&which=…; full=1 stands for points=0.
proto::Result<ScopeWish> scope_wish(const Request& request);

std::string_view name_of(ScopeFilter::Which which);
std::string_view name_of(offline::WindowClass kind);  // as the spectra are called; "none"

// The index into Config.channel; none: there is no such channel. An empty name is the first channel.
std::optional<std::size_t> scope_channel(const config::Config& config, std::string_view name);

}  // namespace spillgate::online
