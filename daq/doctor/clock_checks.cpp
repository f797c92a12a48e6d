#include "daq/doctor/clock_checks.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

namespace spillgate::daq::doctor {

namespace {

// Read in user space, in some 20 ns; others cost a system call or a slow bus access each time.
constexpr std::array<std::string_view, 4> fast_sources{"tsc", "kvm-clock", "arch_sys_counter",
                                                       "hyperv_clocksource_tsc_page"};

Finding clock_source(const Host& host) {
    const std::string directory = "/sys/devices/system/clocksource/clocksource0/";
    auto source = host.read(directory + "current_clocksource");
    if (!source) return unknown("clock source", source.error().message);
    source->erase(source->find_last_not_of(" \n") + 1);
    if (std::ranges::find(fast_sources, *source) != fast_sources.end()) return ok("clock source", *source);
    const auto available = host.read(directory + "available_clocksource");
    const bool has_tsc = available && available->find("tsc") != std::string::npos;
    return warn("clock source", fmt::format("{}: reading the time is slow", *source),
                has_tsc ? "use the processor's own counter"
                        : "see in the kernel's log (dmesg) why tsc is not offered",
                has_tsc ? fmt::format("echo tsc > {}current_clocksource", directory) : "dmesg | grep -i tsc");
}

Finding synchronisation(const Host& host) {
    const auto clock = host.clock();
    if (!clock) return unknown("time synchronisation", clock.error().message);
    if (clock->synchronised)
        return ok("time synchronisation",
                  fmt::format("synchronised, estimated error {:.3g} ms", clock->estimated_error_s * 1e3));
    return warn("time synchronisation",
                "the kernel's clock is not synchronised: wall times of runs may be wrong",
                "run an NTP client, such as Debian's package chrony", "apt-get install chrony");
}

}  // namespace

std::vector<Finding> check_clock(const Host& host) {
    return {clock_source(host), synchronisation(host)};
}

}  // namespace spillgate::daq::doctor
