#include "daq/doctor/network_checks.hpp"

#include <algorithm>
#include <charconv>
#include <sstream>

#include <fmt/format.h>

namespace spillgate::daq::doctor {

namespace {

constexpr std::uint64_t jumbo_mtu = 8223;  // of a jumbo packet of the SIS3316, with its headers
constexpr std::uint64_t ordinary_mtu = 1500;
constexpr unsigned arp_is_complete = 0x2;   // ATF_COM
constexpr unsigned arp_is_permanent = 0x4;  // ATF_PERM

std::string name_of(const config::Board& board) {
    return board.has_name() && !board.name().empty() ? fmt::format("board {} ({})", board.id(), board.name())
                                                     : fmt::format("board {}", board.id());
}

Finding receive_buffer(const Host& host, const config::Board& board, bool loopback) {
    const auto check = fmt::format("receive buffer, {}", name_of(board));
    const std::uint64_t wanted = board.sis3316().receive_buffer_bytes();
    const auto most = host.read_number("/proc/sys/net/core/rmem_max");
    if (!most) return unknown(check, most.error().message);
    const auto found = fmt::format("net.core.rmem_max is {}, receive_buffer_bytes is {}", *most, wanted);
    if (*most >= wanted) return ok(check, found);
    const std::string advice = "let the kernel give that much; keep it in /etc/sysctl.d/60-spillgate.conf";
    const auto command = fmt::format("sysctl -w net.core.rmem_max={}", wanted);
    // An emulator on this host waits when the buffer is full; a module does not.
    return loopback ? warn(check, found, advice, command) : bad(check, found, advice, command);
}

Finding mtu(const Host& host, const config::Board& board, const proto::Result<Route>& route) {
    const auto check = fmt::format("MTU, {}", name_of(board));
    if (!route) {
        if (route.error().kind == proto::ErrorKind::NOT_FOUND && route.error().code == 0)
            return bad(check, route.error().message, "give an interface an address in the module's network",
                       "ip address add ADDRESS/24 dev INTERFACE");
        return unknown(check, route.error().message);
    }
    const auto found_mtu = host.read_number(fmt::format("/sys/class/net/{}/mtu", route->interface));
    if (!found_mtu) return unknown(check, found_mtu.error().message);
    const bool jumbo = board.has_sis3316() && board.sis3316().jumbo();
    const auto needed = jumbo ? jumbo_mtu : ordinary_mtu;
    const auto found = fmt::format("{} has an MTU of {}{}", route->interface, *found_mtu,
                                   jumbo ? fmt::format(", jumbo frames need {}", jumbo_mtu) : "");
    if (*found_mtu >= needed) return ok(check, found);
    return bad(check, found,
               jumbo ? "raise it here and on every switch between, or set jumbo: false"
                     : "raise it to the standard 1500",
               fmt::format("ip link set dev {} mtu {}", route->interface, jumbo ? 9000 : ordinary_mtu));
}

struct ArpEntry {
    unsigned flags = 0;
    std::string mac;
};

proto::Result<std::optional<ArpEntry>> arp_entry(const Host& host, const std::string& address) {
    const auto table = host.read("/proc/net/arp");
    if (!table) return table.error();
    std::istringstream lines(*table);
    std::string line;
    std::getline(lines, line);  // names of columns
    while (std::getline(lines, line)) {
        std::istringstream fields(line);
        std::string ip, type, flags, mac;
        if (!(fields >> ip >> type >> flags >> mac) || ip != address || !flags.starts_with("0x")) continue;
        ArpEntry entry;
        entry.mac = mac;
        const char* const digits = flags.c_str();
        std::from_chars(digits + 2, digits + flags.size(), entry.flags, 16);
        return std::optional(entry);
    }
    return std::optional<ArpEntry>();
}

// The module's MAC holds its serial number in three hexadecimal digits.
std::string mac_of(const config::Sis3316& module) {
    if (!module.has_serial()) return "00:00:56:31:6X:XX";
    const auto digits = fmt::format("{:03x}", module.serial() & 0xfff);
    return fmt::format("00:00:56:31:6{}:{}", digits.substr(0, 1), digits.substr(1));
}

Finding arp(const Host& host, const config::Board& board, const Route& route) {
    const auto check = fmt::format("ARP entry, {}", name_of(board));
    const auto& address = board.sis3316().address();
    if (route.gateway != 0)
        return warn(check, fmt::format("{} is reached through a gateway", address),
                    "put the module on a network of this host's own");
    const auto entry = arp_entry(host, address);
    if (!entry) return unknown(check, entry.error().message);
    const bool complete = *entry && ((*entry)->flags & arp_is_complete) != 0;
    if (complete && ((*entry)->flags & arp_is_permanent) != 0)
        return ok(check, fmt::format("{} is {}, permanently", address, (*entry)->mac));
    const auto advice = board.sis3316().has_serial()
                            ? std::string("make it permanent")
                            : std::string("make it permanent; X XX are the serial number in hexadecimal");
    const auto command = fmt::format("ip neigh replace {} lladdr {} nud permanent dev {}", address,
                                     complete ? (*entry)->mac : mac_of(board.sis3316()), route.interface);
    if (complete)
        return warn(check,
                    fmt::format("{} is {} for now; a busy module may not answer when it is asked again",
                                address, (*entry)->mac),
                    "make it permanent", command);
    // Firmware that uses DHCP answers ARP, so that a missing entry need not be the end.
    return warn(
        check,
        fmt::format("there is none for {}; a module with a static address does not answer ARP", address),
        advice, command);
}

}  // namespace

std::vector<Finding> check_network(const Host& host, const Patient& patient) {
    std::vector<Finding> findings;
    for (const auto& board : patient.config.board()) {
        if (std::ranges::find(patient.boards, board.id()) == patient.boards.end()) continue;
        if (!board.has_sis3316() && !board.has_dig2()) continue;
        const auto route =
            route_to(host, board.has_sis3316() ? board.sis3316().address() : board.dig2().address());
        const bool loopback = route && route->interface == "lo";
        if (board.has_sis3316()) findings.push_back(receive_buffer(host, board, loopback));
        findings.push_back(mtu(host, board, route));
        if (board.has_sis3316() && route && !loopback) findings.push_back(arp(host, board, *route));
    }
    return findings;
}

}  // namespace spillgate::daq::doctor
