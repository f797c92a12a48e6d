#include "daq/ctl/amount_text.hpp"

#include <array>
#include <cmath>
#include <span>
#include <string>

#include <fmt/format.h>

#include "proto/number_text.hpp"

namespace spillgate::daq {

namespace {

struct Unit {
    std::string_view name;
    double size;
};

constexpr std::array times{Unit{"", 1}, Unit{"s", 1}, Unit{"min", 60}, Unit{"h", 3600}, Unit{"d", 86400}};
constexpr std::array sizes{Unit{"", 1},     Unit{"B", 1},    Unit{"kB", 1e3},
                           Unit{"MB", 1e6}, Unit{"GB", 1e9}, Unit{"TB", 1e12}};
constexpr std::array plain{Unit{"", 1}};

// A number above zero and one of the units behind it.
proto::Result<double> amount_in(std::string_view text, std::span<const Unit> units,
                                std::string_view allowed) {
    for (const auto& unit : units) {
        if (!text.ends_with(unit.name)) continue;
        const auto number = proto::number_in<double>(text.substr(0, text.size() - unit.name.size()));
        if (number && *number > 0 && std::isfinite(*number * unit.size)) return *number * unit.size;
    }
    return proto::error(proto::ErrorKind::CONFIG, fmt::format("'{}' is not {}, above zero", text, allowed));
}

}  // namespace

proto::Result<double> seconds_in(std::string_view text) {
    return amount_in(text, times, "a time such as 3600s, 90min, 2h or 1.5d");
}

proto::Result<std::uint64_t> bytes_in(std::string_view text) {
    constexpr double most = 1e18;
    const auto bytes = amount_in(text, sizes, "a number of bytes such as 500GB or 2TB");
    if (!bytes) return bytes.error();
    if (*bytes < 1 || *bytes > most)
        return proto::error(proto::ErrorKind::CONFIG,
                            fmt::format("'{}' is not between 1 byte and 1e18 bytes", text));
    return static_cast<std::uint64_t>(*bytes);
}

proto::Result<double> protons_in(std::string_view text) {
    return amount_in(text, plain, "a number of protons such as 1.5e19");
}

}  // namespace spillgate::daq
