#include "daq/run_types.hpp"

#include <algorithm>
#include <cctype>

namespace spillgate::daq {

std::string name_of(wire::RunType type) {
    if (type == wire::RUN_TYPE_UNSPECIFIED || !wire::RunType_IsValid(type)) return "unspecified";
    std::string name = wire::RunType_Name(type);
    std::ranges::transform(name, name.begin(), [](unsigned char c) {
        return c == '_' ? '-' : static_cast<char>(std::tolower(c));
    });
    return name;
}

std::optional<wire::RunType> run_type_from_name(const std::string& name) {
    for (int i = wire::RunType_MIN; i <= wire::RunType_MAX; ++i) {
        const auto type = static_cast<wire::RunType>(i);
        if (type != wire::RUN_TYPE_UNSPECIFIED && wire::RunType_IsValid(i) && name_of(type) == name)
            return type;
    }
    return std::nullopt;
}

std::string run_type_names() {
    std::string names;
    for (int i = wire::RunType_MIN; i <= wire::RunType_MAX; ++i) {
        const auto type = static_cast<wire::RunType>(i);
        if (type == wire::RUN_TYPE_UNSPECIFIED || !wire::RunType_IsValid(i)) continue;
        if (!names.empty()) names += ", ";
        names += name_of(type);
    }
    return names;
}

}  // namespace spillgate::daq
