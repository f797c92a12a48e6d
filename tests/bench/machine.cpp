#include "tests/bench/machine.hpp"

#include <chrono>
#include <fstream>
#include <sstream>
#include <utility>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

namespace spillgate::bench {

namespace {

// {stolen, total} jiffies since boot: the first line of /proc/stat, proc(5).
std::pair<double, double> cpu_jiffies() {
    std::ifstream in("/proc/stat");
    std::string line;
    std::getline(in, line);
    std::istringstream fields(line);
    std::string cpu;
    fields >> cpu;
    double total = 0;
    double stolen = 0;
    double value = 0;
    for (int field = 0; field < 8 && fields >> value; ++field) {
        total += value;
        if (field == 7) stolen = value;
    }
    return {stolen, total};
}

}  // namespace

std::string machine() {
    std::string model = "unknown processor";
    std::ifstream in("/proc/cpuinfo");
    for (std::string line; std::getline(in, line);) {
        if (!line.starts_with("model name")) continue;
        model = line.substr(line.find(':') + 2);
        break;
    }
    const auto pages = sysconf(_SC_PHYS_PAGES);
    const auto page = sysconf(_SC_PAGE_SIZE);
    const double gigabytes = static_cast<double>(pages) * static_cast<double>(page) / 1e9;
    return fmt::format("{}, {} cores, {:.0f} GB", model, sysconf(_SC_NPROCESSORS_ONLN), gigabytes);
}

std::string compiler() {
    return fmt::format("g++ {}.{}.{}, {}", __GNUC__, __GNUC_MINOR__, __GNUC_PATCHLEVEL__,
                       SPILLGATE_BUILD_TYPE);
}

std::string today() {
    return fmt::format("{:%Y-%m-%d}", fmt::gmtime(std::chrono::system_clock::now()));
}

StealMeter::StealMeter() {
    std::tie(stolen_, total_) = cpu_jiffies();
}

double StealMeter::fraction() const {
    const auto [stolen, total] = cpu_jiffies();
    return total > total_ ? (stolen - stolen_) / (total - total_) : 0;
}

}  // namespace spillgate::bench
