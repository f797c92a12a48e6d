#include "daq/doctor/host.hpp"

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <sstream>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <sys/timex.h>

namespace spillgate::daq::doctor {

namespace {

constexpr std::size_t longest_file = std::size_t{1} << 20;
constexpr unsigned route_is_up = 0x1;  // RTF_UP

proto::Result<KernelClock> kernel_clock() {
    timex state{};
    const int result = ::adjtimex(&state);
    if (result < 0)
        return proto::error(proto::ErrorKind::IO, fmt::format("adjtimex: {}", std::strerror(errno)), errno);
    return KernelClock{result != TIME_ERROR && (state.status & STA_UNSYNC) == 0,
                       static_cast<double>(state.esterror) * 1e-6};
}

// Eight hexadecimal digits as the kernel prints an address: its bytes in memory, read as a number of this
// host.
std::uint32_t address_of(const std::string& digits) {
    std::uint32_t raw = 0;
    const char* const begin = digits.c_str();
    std::from_chars(begin, begin + digits.size(), raw, 16);
    return ntohl(raw);
}

}  // namespace

Host Host::real() {
    return {"", kernel_clock};
}

proto::Result<std::string> Host::read(const std::string& path) const {
    errno = 0;
    std::ifstream file(root + path, std::ios::binary);
    std::string text;
    std::array<char, 4096> part{};
    while (file && text.size() < longest_file) {
        file.read(part.data(), part.size());
        text.append(part.data(), static_cast<std::size_t>(file.gcount()));
    }
    if (file.eof()) return text;
    const int code = errno != 0 ? errno : EIO;
    return proto::error(code == ENOENT ? proto::ErrorKind::NOT_FOUND : proto::ErrorKind::IO,
                        fmt::format("{}: {}", path, std::strerror(code)), code);
}

proto::Result<std::uint64_t> Host::read_number(const std::string& path) const {
    auto text = read(path);
    if (!text) return text.error();
    std::uint64_t number = 0;
    const auto [end, failed] = std::from_chars(text->data(), text->data() + text->size(), number);
    if (failed == std::errc{} && (end == text->data() + text->size() || *end == '\n')) return number;
    return proto::error(proto::ErrorKind::CORRUPT,
                        fmt::format("{} holds '{:.40}', not a number", path, *text));
}

proto::Result<Route> route_to(const Host& host, const std::string& ipv4) {
    in_addr parsed{};
    if (::inet_pton(AF_INET, ipv4.c_str(), &parsed) != 1)
        return proto::error(proto::ErrorKind::CONFIG, fmt::format("'{}' is not an IPv4 address", ipv4));
    const std::uint32_t address = ntohl(parsed.s_addr);
    if (address >> 24 == 127) return Route{"lo", 0x7f000000, 0, 0xff000000};
    const auto table = host.read("/proc/net/route");
    if (!table) return table.error();
    std::istringstream lines(*table);
    std::string line;
    std::getline(lines, line);  // names of columns
    std::optional<Route> best;
    while (std::getline(lines, line)) {
        std::istringstream fields(line);
        std::string interface, destination, gateway, flags, references, use, metric, mask;
        if (!(fields >> interface >> destination >> gateway >> flags >> references >> use >> metric >> mask))
            continue;
        unsigned flag_bits = 0;
        const char* const digits = flags.c_str();
        std::from_chars(digits, digits + flags.size(), flag_bits, 16);
        const Route route{interface, address_of(destination), address_of(gateway), address_of(mask)};
        if ((flag_bits & route_is_up) != 0 && (address & route.mask) == route.destination &&
            (!best || route.mask > best->mask))
            best = route;
    }
    if (best) return *best;
    return proto::error(proto::ErrorKind::NOT_FOUND, fmt::format("no route leads to {}", ipv4));
}

}  // namespace spillgate::daq::doctor
