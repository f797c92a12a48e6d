#include "daq/run_limits.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "daq/byte_text.hpp"

namespace spillgate::daq {

namespace {

constexpr double protons_per_pc = 1e-12 / 1.602176634e-19;  // SI 2019, exact elementary charge

double saturating_difference(double limit, double now) {
    return std::max(0.0, limit - now);
}

std::uint64_t saturating_difference(std::uint64_t limit, std::uint64_t now) {
    return limit > now ? limit - now : 0;
}

std::string seconds_text(double s) {
    return fmt::format("{:.6g} s", s);
}

std::string spills_text(std::uint64_t n) {
    return fmt::format("{} spills", n);
}

std::string protons_text(double n) {
    return fmt::format("{:.4g} protons", n);
}

void add(std::string& list, const std::string& item) {
    if (!list.empty()) list += ", ";
    list += item;
}

}  // namespace

RunCourse course_of(const wire::DaemonStatus& lead) {
    const auto& ledger = lead.run().ledger();
    RunCourse course;
    course.seconds = lead.elapsed_s();
    course.spills = ledger.spills();
    course.protons =
        static_cast<double>(ledger.charge_measured_pc() + ledger.charge_estimated_pc()) * protons_per_pc;
    course.bytes = lead.bytes_written();
    for (const auto& follower : lead.followers())
        if (follower.run().number() == lead.run().number()) course.bytes += follower.bytes_written();
    return course;
}

bool has_limit(const wire::RunLimits& limits) {
    return limits.seconds() > 0 || limits.spills() > 0 || limits.protons() > 0 || limits.bytes() > 0;
}

proto::Status check_limits(const wire::RunLimits& limits, bool restart) {
    const auto check = [](const char* name, double value) -> proto::Status {
        if (std::isfinite(value) && value >= 0) return {};
        return proto::error(proto::ErrorKind::REFUSED,
                            fmt::format("limits.{} is {}: it must be a number that is not negative, 0 for "
                                        "no limit",
                                        name, value));
    };
    if (auto status = check("seconds", limits.seconds()); !status) return status;
    if (auto status = check("protons", limits.protons()); !status) return status;
    if (restart && !has_limit(limits))
        return proto::error(proto::ErrorKind::REFUSED,
                            "a run restarts when it reaches a limit; without one (seconds, spills, protons, "
                            "bytes) it never would");
    return {};
}

std::optional<std::string> reached(const wire::RunLimits& limits, const RunCourse& course) {
    const auto words = [](const std::string& now, const std::string& limit) {
        return fmt::format("{} (limit {})", now, limit);
    };
    if (limits.seconds() > 0 && course.seconds >= limits.seconds())
        return words(seconds_text(course.seconds), seconds_text(limits.seconds()));
    if (limits.spills() > 0 && course.spills >= limits.spills())
        return words(spills_text(course.spills), spills_text(limits.spills()));
    if (limits.protons() > 0 && course.protons >= limits.protons())
        return words(protons_text(course.protons), protons_text(limits.protons()));
    if (limits.bytes() > 0 && course.bytes >= limits.bytes())
        return words(byte_text(course.bytes), byte_text(limits.bytes()));
    return std::nullopt;
}

std::string limits_text(const wire::RunLimits& limits) {
    std::string list;
    if (limits.seconds() > 0) add(list, seconds_text(limits.seconds()));
    if (limits.spills() > 0) add(list, spills_text(limits.spills()));
    if (limits.protons() > 0) add(list, protons_text(limits.protons()));
    if (limits.bytes() > 0) add(list, byte_text(limits.bytes()));
    return list.empty() ? "none" : list;
}

std::string remaining_text(const wire::RunLimits& limits, const RunCourse& course) {
    std::string list;
    if (limits.seconds() > 0)
        add(list, fmt::format("{:.0f} s", saturating_difference(limits.seconds(), course.seconds)));
    if (limits.spills() > 0) add(list, spills_text(saturating_difference(limits.spills(), course.spills)));
    if (limits.protons() > 0)
        add(list, protons_text(saturating_difference(limits.protons(), course.protons)));
    if (limits.bytes() > 0) add(list, byte_text(saturating_difference(limits.bytes(), course.bytes)));
    return list.empty() ? "none" : list;
}

}  // namespace spillgate::daq
