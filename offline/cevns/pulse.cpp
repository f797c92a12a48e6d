#include "offline/cevns/pulse.hpp"

#include <cmath>

#include <fmt/format.h>

namespace spillgate::offline::cevns {

namespace {

proto::Error refused(std::string message) {
    return proto::error(proto::ErrorKind::CONFIG, std::move(message));
}

proto::Status check(const TabulatedPulse& table) {
    const auto& time = table.time_ns;
    if (time.size() < 2 || time.size() != table.rate.size())
        return refused(fmt::format("a pulse's table has {} times and {} rates; needed: at least 2 of each",
                                   time.size(), table.rate.size()));
    double area = 0;
    for (std::size_t i = 0; i < time.size(); ++i) {
        if (!std::isfinite(time[i]) || (i > 0 && !(time[i] > time[i - 1])))
            return refused(
                fmt::format("the times of a pulse's table must rise; number {} is {} ns", i, time[i]));
        if (!(table.rate[i] >= 0) || !std::isfinite(table.rate[i]))
            return refused(fmt::format("a pulse's rate at {} ns is {}; it must not be negative", time[i],
                                       table.rate[i]));
        if (i > 0) area += 0.5 * (table.rate[i] + table.rate[i - 1]) * (time[i] - time[i - 1]);
    }
    if (!(area > 0)) return refused("a pulse's rate must not vanish everywhere");
    return {};
}

}  // namespace

proto::Status check(const ProtonPulse& pulse) {
    double weight = 0;
    for (const auto& bunch : pulse.bunches) {
        if (!(bunch.weight >= 0) || !std::isfinite(bunch.delay_ns))
            return refused(fmt::format("a bunch of weight {} at {} ns; its weight must not be negative",
                                       bunch.weight, bunch.delay_ns));
        weight += bunch.weight;
    }
    if (!(weight > 0) || !std::isfinite(weight))
        return refused("a pulse needs at least one bunch with some weight");
    if (const auto* table = std::get_if<TabulatedPulse>(&pulse.shape)) return check(*table);
    const auto& gaussian = std::get<GaussianPulse>(pulse.shape);
    if (!(gaussian.sigma_ns > 0) || !std::isfinite(gaussian.sigma_ns) || !std::isfinite(gaussian.mean_ns))
        return refused(fmt::format("a pulse at {} ns of width {} ns; the width must be positive",
                                   gaussian.mean_ns, gaussian.sigma_ns));
    return {};
}

}  // namespace spillgate::offline::cevns
