#include "offline/spectra/chain_variables.hpp"

#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace spillgate::offline {

std::string names_of(std::span<const Variable> variables, bool of_window_only) {
    std::vector<std::string_view> names;
    for (const auto& v : variables)
        if (v.of_window || !of_window_only) names.push_back(v.name);
    return fmt::format("{}", fmt::join(names, ", "));
}

const Variable* find_variable(const Chain& chain, std::string_view name) {
    for (const auto& v : chain.variables())
        if (v.name == name) return &v;
    return nullptr;
}

proto::Result<const Variable*> variable_of(const Chain& chain, const std::string& name,
                                           const std::string& where) {
    if (const auto* found = find_variable(chain, name)) return found;
    return proto::error(proto::ErrorKind::CONFIG,
                        fmt::format("{}: the chain \"{}\" has no variable \"{}\"; allowed: {}", where,
                                    chain.kind(), name, names_of(chain.variables(), false)));
}

std::size_t index_in(const Chain& chain, const Variable* variable) {
    return static_cast<std::size_t>(variable - chain.variables().data());
}

}  // namespace spillgate::offline
