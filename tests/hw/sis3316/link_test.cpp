#include "hw/sis3316/link.hpp"

#include <algorithm>
#include <array>
#include <thread>

#include <catch2/catch.hpp>

#include "tests/hw/sis3316/hex.hpp"
#include "tests/hw/sis3316/scripted_peer.hpp"

using namespace spillgate;
using namespace spillgate::hw::sis3316;
using spillgate::hw::testing::bytes_of;
using spillgate::hw::testing::Datagram;
using spillgate::hw::testing::ScriptedPeer;

namespace {

// `timeout_ms`: long where an answer is awaited, short where none ever comes; between, where some do not.
std::unique_ptr<Link> link_to(const ScriptedPeer& peer, int timeout_ms = 10000,
                              Generation generation = Generation::WITH_IDENTIFIER) {
    LinkSettings settings;
    settings.name = "board 1";
    settings.address = "127.0.0.1";
    settings.port = peer.port();
    settings.timeout = std::chrono::milliseconds(timeout_ms);
    auto link = Link::open(settings).value();
    link->speak(generation);
    return link;
}

Command command_of(const Datagram& request) {
    return static_cast<Command>(request.at(0));
}

std::size_t count_of(const ScriptedPeer& peer, Command command) {
    const auto requests = peer.requests();
    return static_cast<std::size_t>(
        std::ranges::count_if(requests, [&](const auto& r) { return command_of(r) == command; }));
}

std::uint32_t read_one(Link& link, std::uint32_t address) {
    std::uint32_t value = 0;
    link.read(std::span(&address, 1), std::span(&value, 1)).value();
    return value;
}

}  // namespace

TEST_CASE("a link reads and writes registers of both generations") {
    for (const auto generation : {Generation::WITH_IDENTIFIER, Generation::LEGACY}) {
        ScriptedPeer peer(generation);
        auto link = link_to(peer, 10000, generation);
        const std::array writes{RegisterWrite{0x1010, 4}, RegisterWrite{0x60, 0x500}};
        CHECK(link->write(writes).value() == Delivery::CONFIRMED);
        CHECK(read_one(*link, 0x60) == 0x500);
        REQUIRE(link->write_link(0x10, 1).has_value());
        CHECK(link->read_link(0x10).value() == 1);
        CHECK(link->counters().timeouts == 0);
    }
}

TEST_CASE("a probe tells the two generations apart") {
    for (const auto generation : {Generation::WITH_IDENTIFIER, Generation::LEGACY}) {
        ScriptedPeer peer(generation);
        // The other generation's request makes no sense to the module: it stays silent.
        const std::size_t length = generation == Generation::LEGACY ? 5 : 6;
        peer.obey([=](std::size_t, const Datagram& request, std::vector<Datagram> answer) {
            return request.size() == length ? std::move(answer) : std::vector<Datagram>{};
        });
        auto link = link_to(peer, 1000);
        REQUIRE(link->probe().has_value());
        CHECK(link->generation() == generation);
    }
}

TEST_CASE("a module that says nothing is named with its address and register") {
    ScriptedPeer peer;
    peer.obey(
        [](std::size_t, const Datagram&, const std::vector<Datagram>&) { return std::vector<Datagram>{}; });
    auto link = link_to(peer, 5);
    const auto probed = link->probe();
    REQUIRE_FALSE(probed.has_value());
    CHECK(probed.error().kind == proto::ErrorKind::TIMED_OUT);
    CHECK_THAT(probed.error().message,
               Catch::Contains("board 1") && Catch::Contains("127.0.0.1") && Catch::Contains("0x04"));
    std::uint32_t address = 0x60;
    std::uint32_t value = 0;
    CHECK(link->read(std::span(&address, 1), std::span(&value, 1)).error().kind ==
          proto::ErrorKind::TIMED_OUT);
}

TEST_CASE("a lost acknowledgement of a write is asked for again, and the write is done once") {
    ScriptedPeer peer;
    peer.obey([](std::size_t n, const Datagram&, std::vector<Datagram> answer) {
        return n < 3 ? std::vector<Datagram>{} : std::move(answer);
    });
    auto link = link_to(peer, 500);
    const RegisterWrite key{0x424, 0};
    CHECK(link->write(std::span(&key, 1)).value() == Delivery::CONFIRMED);
    CHECK(peer.times_written(0x424) == 1);
    CHECK(count_of(peer, Command::WRITE) == 1);
    CHECK(link->counters().retransmissions >= 3);
}

TEST_CASE("a write whose request was lost is not sent again by itself: the module shows its last packet") {
    ScriptedPeer peer;
    auto link = link_to(peer, 500);
    read_one(*link, 0x60);
    const auto before = peer.requests().back();
    // The peer cannot forget a write; it answers as if it had not seen one.
    peer.obey([&](std::size_t, const Datagram& request, std::vector<Datagram> answer) {
        if (command_of(request) == Command::WRITE) return std::vector<Datagram>{};
        if (command_of(request) == Command::SEND_AGAIN) {
            Datagram previous = bytes_of("20 00 00 00000000");
            previous[1] = before[1];
            return std::vector<Datagram>{previous};
        }
        return answer;
    });
    const RegisterWrite key{0x424, 0};
    CHECK(link->write(std::span(&key, 1)).value() == Delivery::UNKNOWN);
    CHECK(count_of(peer, Command::WRITE) == 1);
}

TEST_CASE("an old module, which repeats nothing, leaves a write in doubt and a read repeated") {
    ScriptedPeer peer(Generation::LEGACY);
    peer.set(0x60, 77);
    peer.obey([](std::size_t n, const Datagram&, std::vector<Datagram> answer) {
        return n == 0 || n == 1 ? std::vector<Datagram>{} : std::move(answer);
    });
    auto link = link_to(peer, 500, Generation::LEGACY);
    const RegisterWrite key{0x424, 0};
    CHECK(link->write(std::span(&key, 1)).value() == Delivery::UNKNOWN);
    CHECK(count_of(peer, Command::WRITE) == 1);
    CHECK(read_one(*link, 0x60) == 77);
    CHECK(count_of(peer, Command::SEND_AGAIN) == 0);
    CHECK(link->counters().repeated_reads >= 1);
}

TEST_CASE("short, long, foreign and random datagrams are counted and ignored") {
    ScriptedPeer peer;
    peer.set(0x60, 0x1234);
    peer.obey([](std::size_t, const Datagram&, std::vector<Datagram> answer) {
        const auto& right = answer.front();
        auto other_id = right;
        other_id[1] ^= std::byte{0x55};
        auto too_long = right;
        too_long.push_back({});
        const Datagram too_short(right.begin(), right.end() - 1);
        return std::vector{bytes_of("20"), bytes_of("ab cd ef 01 02"), other_id, too_long, too_short, right};
    });
    auto link = link_to(peer);
    CHECK(read_one(*link, 0x60) == 0x1234);
    const auto& counters = link->counters();
    CHECK(counters.too_short == 2);
    CHECK(counters.too_long == 1);
    CHECK(counters.other_id == 1);
    CHECK(counters.other_command == 1);
    CHECK(counters.timeouts == 0);
}

TEST_CASE("datagrams of another address are counted and ignored") {
    ScriptedPeer peer;
    peer.set(0x60, 5);
    auto link = link_to(peer);
    const auto local = link->local_port();
    peer.obey([=](std::size_t, const Datagram&, std::vector<Datagram> answer) {
        // From a stranger's socket, before the module's own: the right form, the wrong content.
        const int stranger = ::socket(AF_INET, SOCK_DGRAM, 0);
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        to.sin_port = htons(local);
        auto forged = answer.front();
        forged[3] = std::byte{0x99};
        ::sendto(stranger, forged.data(), forged.size(), 0, reinterpret_cast<const sockaddr*>(&to),
                 sizeof to);
        ::close(stranger);
        return answer;
    });
    CHECK(read_one(*link, 0x60) == 5);
    CHECK(link->counters().other_address == 1);
}

TEST_CASE("answers that come too late are drained before the next request") {
    ScriptedPeer peer;
    peer.obey([](std::size_t, const Datagram&, std::vector<Datagram> answer) {
        answer.push_back(answer.front());
        return answer;
    });
    auto link = link_to(peer);
    for (int i = 0; i < 20; ++i)
        CHECK(read_one(*link, 0x60) == 0);
    CHECK(link->counters().stale + link->counters().other_id >= 19);
}

TEST_CASE("of an old module, without identifiers, an answer that comes once more is not taken for the next") {
    ScriptedPeer peer(Generation::LEGACY);
    peer.set(0x60, 7);
    peer.set(0x64, 8);
    // Each answer is preceded by the last packet of the one before: too late to be drained.
    std::vector<Datagram> before;
    peer.obey([&](std::size_t, const Datagram&, std::vector<Datagram> answer) {
        auto sent = before;
        sent.insert(sent.end(), answer.begin(), answer.end());
        before.assign(1, answer.back());
        return sent;
    });
    auto link = link_to(peer, 10000, Generation::LEGACY);
    std::vector<std::uint32_t> words(3 * packet_words);
    for (std::uint32_t i = 0; i < 4; ++i) {
        REQUIRE(link->read_fifo(0x100000, words).value() == words.size());
        for (std::uint32_t w = 0; w < words.size(); ++w)
            REQUIRE(words[w] == i * words.size() + w);
    }
    for (int i = 0; i < 3; ++i) {
        CHECK(read_one(*link, 0x60) == 7);
        CHECK(read_one(*link, 0x64) == 8);
    }
    for (const std::uint32_t key : {0x424u, 0x420u}) {
        const RegisterWrite write{key, 0};
        CHECK(link->write(std::span(&write, 1)).value() == Delivery::CONFIRMED);
    }
    CHECK(link->counters().other_id == 10 - 1);
    CHECK(link->counters().timeouts == 0);
}

TEST_CASE("an old module's answers are taken wherever its request counter stands after one that was lost") {
    ScriptedPeer peer(Generation::LEGACY);
    peer.set(0x60, 77);
    // Lost on the way there, the request is not counted; on the way back, it is.
    const bool is_request_lost = GENERATE(false, true);
    peer.obey([=](std::size_t n, const Datagram&, std::vector<Datagram> answer) {
        if (n == 1) return std::vector<Datagram>{};
        if (is_request_lost && n > 1) answer.front()[1] ^= std::byte{0x80};
        return answer;
    });
    auto link = link_to(peer, 500, Generation::LEGACY);
    for (int i = 0; i < 4; ++i)
        CHECK(read_one(*link, 0x60) == 77);
    CHECK(link->counters().other_id == 0);
    CHECK(link->counters().timeouts == 1);
}

TEST_CASE("a FIFO answer of 32 packets is put in order, duplicates and all") {
    ScriptedPeer peer;
    peer.obey([](std::size_t, const Datagram&, std::vector<Datagram> answer) {
        if (answer.size() < 32) return answer;
        std::swap(answer[5], answer[6]);
        std::swap(answer[20], answer[21]);
        answer.insert(answer.begin() + 10, answer[9]);
        return answer;
    });
    auto link = link_to(peer);
    std::vector<std::uint32_t> words(32 * packet_words);
    CHECK(link->read_fifo(0x100000, words).value() == words.size());
    for (std::size_t i = 0; i < words.size(); ++i)
        REQUIRE(words[i] == i);
    CHECK(link->counters().out_of_order == 2);
    CHECK(link->counters().duplicates == 1);
}

TEST_CASE("of a FIFO answer with a lost packet, the words before it are kept") {
    ScriptedPeer peer;
    peer.obey([](std::size_t, const Datagram&, std::vector<Datagram> answer) {
        answer.erase(answer.begin() + 7);
        return answer;
    });
    auto link = link_to(peer, 1000);
    std::vector<std::uint32_t> words(20 * packet_words);
    CHECK(link->read_fifo(0x100000, words).value() == 7 * packet_words);
    CHECK(link->counters().lost_packets == 1);
}

TEST_CASE("a lost last packet of a FIFO answer is asked for again") {
    ScriptedPeer peer;
    peer.obey([](std::size_t, const Datagram& request, std::vector<Datagram> answer) {
        if (command_of(request) == Command::READ_FIFO) answer.pop_back();
        return answer;
    });
    auto link = link_to(peer, 1000);
    std::vector<std::uint32_t> words(20 * packet_words);
    CHECK(link->read_fifo(0x100000, words).value() == words.size());
    CHECK(words.back() == words.size() - 1);
    CHECK(count_of(peer, Command::READ_FIFO) == 1);
}

TEST_CASE("a stop request ends a wait for a silent module") {
    ScriptedPeer peer;
    peer.obey(
        [](std::size_t, const Datagram&, const std::vector<Datagram>&) { return std::vector<Datagram>{}; });
    auto link = link_to(peer, 60000);
    std::stop_source stop;
    link->obey(stop.get_token());
    std::jthread stopper([&] {
        while (peer.requests().empty())
            std::this_thread::yield();
        stop.request_stop();
    });
    std::uint32_t address = 0x60;
    std::uint32_t value = 0;
    CHECK(link->read(std::span(&address, 1), std::span(&value, 1)).error().kind == proto::ErrorKind::CLOSED);
}

TEST_CASE("without the grant a request is refused, and says where to look") {
    ScriptedPeer peer;
    peer.obey([](std::size_t, const Datagram&, std::vector<Datagram> answer) {
        answer.front()[2] |= std::byte{0x10};
        return answer;
    });
    auto link = link_to(peer);
    const RegisterWrite write{0x1010, 0};
    const auto refused = link->write(std::span(&write, 1));
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().kind == proto::ErrorKind::REFUSED);
    CHECK_THAT(refused.error().message, Catch::Contains("0x10"));
}

TEST_CASE("an impossible address and a taken local port are refused") {
    LinkSettings settings;
    settings.name = "board 1";
    for (const auto* address : {"", "localhost", "0.0.0.0", "0.1.2.3", "255.255.255.255", "224.0.0.1"}) {
        settings.address = address;
        CHECK(Link::open(settings).error().kind == proto::ErrorKind::CONFIG);
    }
    settings.address = "127.0.0.1";
    const auto first = Link::open(settings).value();
    settings.local_port = first->local_port();
    CHECK_THAT(Link::open(settings).error().message, Catch::Contains("local_port"));
}
