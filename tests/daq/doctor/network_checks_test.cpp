#include "daq/doctor/network_checks.hpp"

#include <algorithm>

#include <catch2/catch.hpp>

#include "tests/daq/doctor/fake_host.hpp"

using namespace spillgate;
using daq::doctor::Finding;
using daq::doctor::Verdict;

namespace {

// lo is not in this table of the kernel; eth0 leads everywhere, eth1 to 10.0.0.0/24, eth2 to 10.0.0.64/26.
constexpr const char* routes =
    "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"
    "eth0\t00000000\t0101A8C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n"
    "eth1\t0000000A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n"
    "eth2\t4000000A\t00000000\t0001\t0\t0\t0\tC0FFFFFF\t0\t0\t0\n"
    "down\t4100000A\t00000000\t0000\t0\t0\t0\tFFFFFFFF\t0\t0\t0\n";
constexpr const char* arp_head =
    "IP address       HW type     Flags       HW address            Mask     Device\n";

config::Config with_module(const std::string& address, bool jumbo = false) {
    config::Config config;
    auto& board = *config.add_board();
    board.set_id(3);
    board.mutable_sis3316()->set_address(address);
    board.mutable_sis3316()->set_jumbo(jumbo);
    return config;
}

std::vector<Finding> check(const test::FakeHost& host, const config::Config& config) {
    return daq::doctor::check_network(host.host(), {config, "daq", {3}, "", ""});
}

Finding finding(const std::vector<Finding>& findings, const std::string& name) {
    const auto found = std::ranges::find(findings, name, &Finding::check);
    INFO(name);
    REQUIRE(found != findings.end());
    return *found;
}

}  // namespace

TEST_CASE("the route of the longest mask that is up leads to an address") {
    const test::FakeHost host;
    host.put("/proc/net/route", routes);
    const auto interface = [&](const std::string& address) {
        const auto route = daq::doctor::route_to(host.host(), address);
        return route ? route->interface : route.error().message;
    };
    CHECK(interface("10.0.0.5") == "eth1");
    CHECK(interface("10.0.0.65") == "eth2");
    CHECK(interface("10.0.0.128") == "eth1");
    CHECK(interface("8.8.8.8") == "eth0");
    CHECK(daq::doctor::route_to(host.host(), "8.8.8.8")->gateway == 0xc0a80101);
    CHECK(interface("127.3.2.1") == "lo");
    CHECK(interface("10.0.0") == "'10.0.0' is not an IPv4 address");
}

TEST_CASE("a receive buffer that the kernel will not give is bad, for an emulator on this host a warning") {
    const test::FakeHost host;
    host.put("/proc/net/route", routes);
    host.put("/proc/sys/net/core/rmem_max", "212992\n");
    auto buffer = finding(check(host, with_module("10.0.0.5")), "receive buffer, board 3");
    CHECK(buffer.verdict == Verdict::BAD);
    CHECK(buffer.command == "sysctl -w net.core.rmem_max=8388608");
    CHECK(finding(check(host, with_module("127.0.0.1")), "receive buffer, board 3").verdict == Verdict::WARN);
    host.put("/proc/sys/net/core/rmem_max", "8388608\n");
    CHECK(finding(check(host, with_module("10.0.0.5")), "receive buffer, board 3").verdict == Verdict::OK);
}

TEST_CASE("jumbo frames need their MTU on the interface that leads to the module") {
    const test::FakeHost host;
    host.put("/proc/net/route", routes);
    host.put("/sys/class/net/eth0/mtu", "9000\n");
    host.put("/sys/class/net/eth1/mtu", "8222\n");
    CHECK(finding(check(host, with_module("10.0.0.5")), "MTU, board 3").verdict == Verdict::OK);
    const auto small = finding(check(host, with_module("10.0.0.5", true)), "MTU, board 3");
    CHECK(small.verdict == Verdict::BAD);
    CHECK(small.found == "eth1 has an MTU of 8222, jumbo frames need 8223");
    CHECK(small.command == "ip link set dev eth1 mtu 9000");
    host.put("/sys/class/net/eth1/mtu", "8223\n");
    CHECK(finding(check(host, with_module("10.0.0.5", true)), "MTU, board 3").verdict == Verdict::OK);
    host.put("/proc/net/route", "names\n");
    CHECK(finding(check(host, with_module("10.0.0.5")), "MTU, board 3").found ==
          "no route leads to 10.0.0.5");
}

TEST_CASE("a module away from loopback needs a permanent ARP entry, and the command for it is given") {
    const test::FakeHost host;
    host.put("/proc/net/route", routes);
    host.put("/proc/net/arp", arp_head);
    auto config = with_module("10.0.0.5");
    auto arp = finding(check(host, config), "ARP entry, board 3");
    CHECK(arp.verdict == Verdict::WARN);
    CHECK(arp.command == "ip neigh replace 10.0.0.5 lladdr 00:00:56:31:6X:XX nud permanent dev eth1");
    config.mutable_board(0)->mutable_sis3316()->set_serial(0x15b);
    arp = finding(check(host, config), "ARP entry, board 3");
    CHECK(arp.command == "ip neigh replace 10.0.0.5 lladdr 00:00:56:31:61:5b nud permanent dev eth1");
    const auto entry = [](const char* flags) {
        return std::string(arp_head) + "10.0.0.5         0x1         " + flags +
               "         00:00:56:31:60:12     *        eth1\n";
    };
    host.put("/proc/net/arp", entry("0x2"));
    arp = finding(check(host, config), "ARP entry, board 3");
    CHECK(arp.verdict == Verdict::WARN);
    CHECK(arp.command.find("lladdr 00:00:56:31:60:12 ") != std::string::npos);
    host.put("/proc/net/arp", entry("0x6"));
    CHECK(finding(check(host, config), "ARP entry, board 3").verdict == Verdict::OK);
    CHECK(finding(check(host, with_module("8.8.8.8")), "ARP entry, board 3").found ==
          "8.8.8.8 is reached through a gateway");
    const auto local = check(host, with_module("127.0.0.1"));
    CHECK(std::ranges::none_of(local, [](const auto& one) { return one.check.starts_with("ARP"); }));
}

TEST_CASE("what cannot be read of the network is unknown, with the reason") {
    const test::FakeHost host;
    for (const auto& one : check(host, with_module("10.0.0.5"))) {
        CAPTURE(one.check, one.found);
        CHECK(one.verdict == Verdict::UNKNOWN);
        CHECK(one.found.find("No such file or directory") != std::string::npos);
    }
    host.put("/proc/net/route", routes);
    host.put("/proc/sys/net/core/rmem_max", "much\n");
    const auto findings = check(host, with_module("10.0.0.5"));
    CHECK(findings.size() == 3);
    CHECK(finding(findings, "receive buffer, board 3").found.find("not a number") != std::string::npos);
}

TEST_CASE("only boards of this daemon that are read over the network are looked at") {
    const test::FakeHost host;
    auto config = with_module("10.0.0.5");
    CHECK(daq::doctor::check_network(host.host(), {config, "daq", {4}, "", ""}).empty());
    config.mutable_board(0)->mutable_simulation();
    CHECK(check(host, config).empty());
}
