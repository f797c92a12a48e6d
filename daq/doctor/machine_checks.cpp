#include "daq/doctor/machine_checks.hpp"

#include <charconv>
#include <map>
#include <optional>
#include <sstream>
#include <string_view>

#include <fmt/format.h>

#include "daq/byte_text.hpp"
#include "proto/number_text.hpp"

namespace spillgate::daq::doctor {

namespace {

constexpr std::size_t own_threads = 2;  // pipeline and recorder; the others rest mostly
constexpr std::uint64_t beside_buffers = std::uint64_t{512} << 20;  // records in work, code, libraries
constexpr std::uint64_t open_files_per_board = 8;
constexpr std::uint64_t open_files_base = 128;

// "0-3,6" → 5. Absent if it is no such list.
std::optional<std::size_t> cores_of(std::string_view list) {
    std::size_t cores = 0;
    while (!list.empty() && list.front() != '\n') {
        unsigned first = 0;
        const char* const begin = list.data();
        const char* const end = begin + list.size();
        auto [at, failed] = std::from_chars(begin, end, first);
        if (failed != std::errc{}) return std::nullopt;
        unsigned last = first;
        if (at != end && *at == '-') {
            const auto range = std::from_chars(at + 1, end, last);
            if (range.ec != std::errc{} || last < first) return std::nullopt;
            at = range.ptr;
        }
        cores += last - first + 1;
        list.remove_prefix(static_cast<std::size_t>(at - list.data()));
        if (list.starts_with(',')) list.remove_prefix(1);
    }
    return cores == 0 ? std::nullopt : std::optional(cores);
}

Finding cores(const Host& host, std::size_t boards) {
    const auto online = host.read("/sys/devices/system/cpu/online");
    if (!online) return unknown("cores", online.error().message);
    const auto count = cores_of(*online);
    if (!count)
        return unknown("cores", fmt::format("/sys/devices/system/cpu/online holds '{:.40}'", *online));
    const auto wanted = boards + own_threads;
    const auto found = fmt::format("{}, for {} threads that work all the time", *count, wanted);
    if (*count >= wanted) return ok("cores", found);
    return warn("cores", found, "read fewer boards per host, or add cores; online can run on another host");
}

Finding governor(const Host& host) {
    const auto online = host.read("/sys/devices/system/cpu/online");
    if (!online) return unknown("CPU governor", online.error().message);
    std::map<std::string, std::size_t> governors;
    const std::size_t count = cores_of(*online).value_or(0);
    for (std::size_t i = 0; i < count; ++i) {
        auto governor = host.read(fmt::format("/sys/devices/system/cpu/cpu{}/cpufreq/scaling_governor", i));
        if (!governor) continue;
        governor->erase(governor->find_last_not_of(" \n") + 1);
        ++governors[*governor];
    }
    if (governors.empty())
        return unknown("CPU governor",
                       "the kernel does not set frequencies here (as in most virtual machines)");
    std::string found;
    for (const auto& [name, n] : governors)
        found += fmt::format("{}{} on {} cores", found.empty() ? "" : ", ", name, n);
    if (governors.size() == 1 && governors.contains("performance")) return ok("CPU governor", found);
    return warn("CPU governor", found, "keep the clock up: waking slowly costs packets",
                "echo performance | tee /sys/devices/system/cpu/cpu*/cpufreq/scaling_governor");
}

Finding memory(const Host& host, const config::Config& config) {
    const auto text = host.read("/proc/meminfo");
    if (!text) return unknown("memory", text.error().message);
    std::istringstream lines(*text);
    std::string line;
    std::optional<std::uint64_t> available;
    while (std::getline(lines, line)) {
        std::istringstream fields(line);
        std::string name;
        std::uint64_t kib = 0;
        if (fields >> name >> kib && name == "MemAvailable:") available = kib * 1024;
    }
    if (!available) return unknown("memory", "/proc/meminfo has no MemAvailable");
    const auto wanted = config.buffers().recorder_bytes() + beside_buffers;
    const auto found = fmt::format("{} available, {} wanted (buffers.recorder_bytes and {} beside)",
                                   byte_text(*available), byte_text(wanted), byte_text(beside_buffers));
    if (*available >= wanted) return ok("memory", found);
    if (*available < config.buffers().recorder_bytes())
        return bad("memory", found, "end other programs, or lower buffers.recorder_bytes");
    return warn("memory", found, "end other programs, or lower buffers.recorder_bytes");
}

// The soft limit of this name in /proc/self/limits; "unlimited" is the largest number.
std::optional<std::uint64_t> limit_of(const std::string& text, std::string_view name) {
    const auto at = text.find(name);
    if (at == std::string::npos) return std::nullopt;
    std::istringstream fields(text.substr(at + name.size(), 64));
    std::string soft;
    fields >> soft;
    if (soft == "unlimited") return ~std::uint64_t{0};
    return proto::number_in<std::uint64_t>(soft);
}

std::string limit_text(std::uint64_t limit) {
    return limit == ~std::uint64_t{0} ? "unlimited" : fmt::format("{}", limit);
}

std::vector<Finding> limits(const Host& host, std::size_t boards) {
    const auto text = host.read("/proc/self/limits");
    if (!text)
        return {unknown("open files", text.error().message), unknown("locked memory", text.error().message)};
    std::vector<Finding> findings;
    const auto wanted = open_files_base + open_files_per_board * boards;
    const auto files = limit_of(*text, "Max open files");
    if (!files)
        findings.push_back(unknown("open files", "/proc/self/limits does not say"));
    else if (*files >= wanted)
        findings.push_back(ok("open files", fmt::format("limit {}", limit_text(*files))));
    else
        findings.push_back(bad("open files", fmt::format("limit {}, {} wanted", *files, wanted),
                               "raise it in the unit (LimitNOFILE) or the shell", "ulimit -n 1024"));
    const auto locked = limit_of(*text, "Max locked memory");
    findings.push_back(
        locked ? ok("locked memory", fmt::format("limit {}{}; the daemon locks none", limit_text(*locked),
                                                 *locked == ~std::uint64_t{0} ? "" : " bytes"))
               : unknown("locked memory", "/proc/self/limits does not say"));
    return findings;
}

}  // namespace

std::vector<Finding> check_machine(const Host& host, const Patient& patient) {
    std::vector<Finding> findings{cores(host, patient.boards.size()), governor(host),
                                  memory(host, patient.config)};
    for (auto& finding : limits(host, patient.boards.size()))
        findings.push_back(std::move(finding));
    return findings;
}

}  // namespace spillgate::daq::doctor
