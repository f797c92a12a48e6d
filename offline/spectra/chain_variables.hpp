// A chain's variables by the names that configurations use.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "offline/reconstruction/chain.hpp"
#include "proto/result.hpp"

namespace spillgate::offline {

// "pe, t_rec_us, …"; `of_window_only`: those that exist for every window.
std::string names_of(std::span<const Variable> variables, bool of_window_only);

// Null, if the chain has none of this name.
const Variable* find_variable(const Chain& chain, std::string_view name);

// Errors: CONFIG, with the names that there are; `where` begins the message.
proto::Result<const Variable*> variable_of(const Chain& chain, const std::string& name,
                                           const std::string& where);

// Of one of the chain's own, into Candidate::value.
std::size_t index_in(const Chain& chain, const Variable* variable);

}  // namespace spillgate::offline
