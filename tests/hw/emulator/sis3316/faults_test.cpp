// Faults, by configuration and while it runs.
#include <algorithm>
#include <map>

#include <catch2/catch.hpp>

#include "hw/emulator/sis3316/emulated_sis3316.hpp"
#include "tests/hw/emulator/sis3316/plain_client.hpp"

using namespace spillgate;
using namespace spillgate::test;
using namespace std::chrono_literals;
using hw::emulator::sis3316::EmulatedSis3316;

namespace {

std::unique_ptr<EmulatedSis3316> started(const config::EmulatedFaults& faults) {
    auto config = pattern_module();
    *config.mutable_faults() = faults;
    auto device = EmulatedSis3316::create(config).value();
    device->start().value();
    return device;
}

std::uint64_t statistic(const EmulatedSis3316& device, const std::string& name) {
    for (const auto& entry : device.statistics())
        if (entry.name == name) return entry.value;
    return 0;
}

Bytes read_with_id(std::uint8_t id) {
    Bytes request = bytes_of("20 00 0000 28000000");
    request[1] = id;
    return request;
}

// Identifiers of all answers to 200 reads, one after another.
std::vector<std::uint8_t> ids_of_answers(EmulatedSis3316& device) {
    PlainClient client(device.endpoint());
    for (unsigned i = 0; i < 200; ++i)
        client.send(read_with_id(static_cast<std::uint8_t>(i)));
    REQUIRE(eventually([&] { return statistic(device, "requests") == 200; }));
    std::vector<std::uint8_t> ids;
    while (const auto answer = client.receive(1s))
        ids.push_back((*answer)[1]);
    return ids;
}

}  // namespace

TEST_CASE("answers are dropped by chance, and counted") {
    config::EmulatedFaults faults;
    faults.set_drop_fraction(0.2);
    const auto device = started(faults);
    const auto ids = ids_of_answers(*device);
    const std::uint64_t dropped = statistic(*device, "answers-dropped");
    CHECK(dropped > 10);
    CHECK(dropped < 90);
    CHECK(ids.size() + dropped == 200);
}

TEST_CASE("requests are dropped by chance, and counted") {
    config::EmulatedFaults faults;
    faults.set_request_drop_fraction(0.2);
    const auto device = started(faults);
    const auto ids = ids_of_answers(*device);
    CHECK(ids.size() + statistic(*device, "requests-dropped") == 200);
    CHECK(ids.size() < 200);
}

TEST_CASE("answers are duplicated by chance") {
    config::EmulatedFaults faults;
    faults.set_duplicate_fraction(0.2);
    const auto device = started(faults);
    const auto ids = ids_of_answers(*device);
    std::map<std::uint8_t, unsigned> times;
    for (const auto id : ids)
        ++times[id];
    CHECK(times.size() == 200);
    CHECK(ids.size() == 200 + statistic(*device, "answers-duplicated"));
    CHECK(ids.size() > 200);
}

TEST_CASE("answers are reordered by chance: each comes once, some after the next") {
    config::EmulatedFaults faults;
    faults.set_reorder_fraction(0.2);
    const auto device = started(faults);
    auto ids = ids_of_answers(*device);
    CHECK(statistic(*device, "answers-reordered") > 10);
    CHECK_FALSE(std::ranges::is_sorted(ids));
    // The very last one may still be held back.
    CHECK(ids.size() >= 199);
    std::ranges::sort(ids);
    CHECK(std::ranges::adjacent_find(ids) == ids.end());
}

TEST_CASE("answers are delayed by chance, behind later ones") {
    config::EmulatedFaults faults;
    faults.set_delay_fraction(0.2);
    faults.set_delay_ms(50);
    const auto device = started(faults);
    const auto ids = ids_of_answers(*device);
    CHECK(ids.size() == 200);
    CHECK(statistic(*device, "answers-delayed") > 10);
}

TEST_CASE("identifiers are corrupted by chance, the repetition has the right one") {
    config::EmulatedFaults faults;
    faults.set_corrupt_identifier_fraction(1);
    const auto device = started(faults);
    PlainClient client(device->endpoint());
    CHECK(client.ask(read_with_id(7))[1] != 7);
    device->apply({});
    REQUIRE(eventually([&] { return client.ask(bytes_of("EE"))[1] == 7; }));
}

TEST_CASE("accesses time out by chance, with status bit 5, writes are done all the same") {
    config::EmulatedFaults faults;
    faults.set_access_timeout_fraction(1);
    const auto device = started(faults);
    PlainClient client(device->endpoint());
    client.take_grant();
    CHECK(client.read(0x28) == 0);
    CHECK((client.status() & 0x20) != 0);
    client.write(0x58, 5);
    CHECK((client.status() & 0x20) != 0);
    client.write(0x80, 0xC0000000);
    client.fifo(0, 1000);
    CHECK((client.status() & 0x20) != 0);
    device->apply({});
    REQUIRE(eventually([&] { return client.read(0x58) == 5; }));
    CHECK(client.read(0x28) == 1);
}

TEST_CASE("a silent module answers nothing until it is told otherwise") {
    config::EmulatedFaults faults;
    faults.set_silent(true);
    const auto device = started(faults);
    PlainClient client(device->endpoint());
    client.send(read_with_id(1));
    REQUIRE(eventually([&] { return statistic(*device, "requests-silenced") == 1; }));
    CHECK_FALSE(client.receive(0ms).has_value());
    device->apply({});
    REQUIRE(eventually([&] {
        client.send(read_with_id(2));
        return client.receive(100ms).has_value();
    }));
}

TEST_CASE("grant is lost by configuration") {
    config::EmulatedFaults faults;
    faults.set_lost_grant(true);
    const auto device = started(faults);
    PlainClient client(device->endpoint());
    client.write_link(0x10, 1);
    CHECK(client.read_link(0x10) == 0x00230001);
}

TEST_CASE("a module that was switched off answers nothing, and has forgotten everything when it is back") {
    const auto device = started({});
    PlainClient client(device->endpoint());
    client.take_grant();
    client.write_all({{0x1044, 0x88000100}, {0x58, 1}});
    client.press(0x420);
    const std::string endpoint = device->endpoint();
    device->power(false);
    CHECK_FALSE(device->powered());
    client.send(read_with_id(1));
    REQUIRE(eventually([&] { return statistic(*device, "requests-while-off") == 1; }));
    CHECK_FALSE(client.receive(0ms).has_value());
    device->power(true);
    CHECK(device->endpoint() == endpoint);
    CHECK(client.read_link(0x10) == 0);
    CHECK(client.read(0x60) == 0);
    client.take_grant();
    CHECK(client.read(0x1044) == 0);
    CHECK(client.read(0x58) == 0);
}

TEST_CASE("a corrupted event has one bit wrong, and the ledger knows") {
    auto config = pattern_module();
    config.mutable_faults()->set_corrupt_data_fraction(1);
    auto device = EmulatedSis3316::create(config, true).value();
    device->start().value();
    PlainClient client(device->endpoint());
    client.take_grant();
    client.write_all({{0x100C, 0x01000000}, {0x1010, 0x8}, {0x101C, 6}, {0x1020, 8u << 16}, {0x60, 0x100}});
    client.press(0x420);
    client.press(0x418);
    REQUIRE(eventually([&] { return (client.read(0x1110) & 0xFFFFFF) == 7; }));
    device->stop().value();
    REQUIRE(device->ledger().size() == 1);
    CHECK(device->ledger().front().fate == hw::emulator::Fate::CORRUPTED);
    CHECK(statistic(*device, "events-corrupted") == 1);
}
