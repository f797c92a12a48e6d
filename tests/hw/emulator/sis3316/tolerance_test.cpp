// Where public drivers disagree: each of their ways is taken. Rows of §11 of the wire specification that
// other tests do not have: identifiers, packets per request, J/K control register, read-only bits and
// repetitions are in wire_test.cpp and registers_test.cpp.
#include <catch2/catch.hpp>

#include "hw/emulator/sis3316/emulated_sis3316.hpp"
#include "tests/hw/emulator/sis3316/plain_client.hpp"

using namespace spillgate;
using namespace spillgate::test;
using hw::emulator::sis3316::EmulatedSis3316;

namespace {

struct Bench {
    std::unique_ptr<EmulatedSis3316> device;
    std::unique_ptr<PlainClient> client;

    explicit Bench(const config::EmulatedModule& config = pattern_module())
        : device(EmulatedSis3316::create(config).value()) {
        device->start().value();
        client = std::make_unique<PlainClient>(device->endpoint());
        client->take_grant();
        client->write_all({{0x100C, 0x01000000}, {0x1010, 0x8}, {0x60, 0x100}});
    }
    // One event of channel 0 by key, from bank 1.
    std::vector<std::uint32_t> event() const {
        client->press(0x420);
        client->press(0x418);
        REQUIRE(eventually([&] { return (client->read(0x1110) & 0xFFFFFF) > 0; }));
        client->press(0x424);
        return client->read_bank(0, 0);
    }
};

std::uint32_t first_sample(const std::vector<std::uint32_t>& event) {
    return event[3] & 0xFFFF;
}

}  // namespace

TEST_CASE("bits 2 and 3 of the termination byte both stay (D1)") {
    Bench bench;
    bench.client->write(0x1004, 0x0C040800);
    CHECK(bench.client->read(0x1004) == 0x0C040800);
}

TEST_CASE(
    "a gate written as its length, not less two, is two samples longer and still holds the record (D2)") {
    Bench bench;
    for (const std::uint32_t gate : {98u, 100u}) {
        bench.client->write_all({{0x101C, gate}, {0x1020, 100u << 16}});
        CHECK(bench.event().size() == 53);
    }
}

TEST_CASE("an accumulator's length written as it is sums one sample more (D3)") {
    Bench bench;
    bench.client->write_all(
        {{0x101C, 98}, {0x1020, 100u << 16}, {0x1030, 1}, {0x10A0, 9u << 16}, {0x10A4, 10u << 16}});
    const auto event = bench.event();
    REQUIRE(event.size() == 60);
    const std::uint32_t eleventh = event[10 + 5] & 0xFFFF;  // sample 10
    CHECK(event[4] - (event[3] & 0xFFFFFF) == eleventh);
}

TEST_CASE("a threshold of a quarter of the words is only reached earlier (D4)") {
    Bench bench;
    bench.client->write_all({{0x101C, 98}, {0x1020, 100u << 16}, {0x1018, 53 / 4}});
    bench.client->press(0x420);
    bench.client->press(0x418);
    CHECK(eventually([&] { return (bench.client->read(0x60) >> 25 & 1) == 1; }));
}

TEST_CASE("the pre-trigger delay ends where the firmware's does, and takes the filter's if asked (D5)") {
    auto config = pattern_module();
    config.mutable_sis3316()->set_adc_firmware(0x02500006);
    Bench older(config);
    Bench newer;
    // Code of the first sample less the timestamp: only the delay changes it.
    const auto at_trigger = [](const Bench& bench, std::uint32_t delay) {
        bench.client->write_all(
            {{0x101C, 98}, {0x1020, 100u << 16}, {0x1028, delay}, {0x1040, 10u << 12 | 20}});
        const auto event = bench.event();
        const std::uint64_t timestamp = std::uint64_t{event[0] >> 16} << 32 | event[1];
        return (first_sample(event) - timestamp) & 0x3FFF;
    };
    for (Bench* bench : {&older, &newer}) {
        const auto without = at_trigger(*bench, 0);
        CHECK(((without - at_trigger(*bench, 1000)) & 0x3FFF) == 1000);
        CHECK(((without - at_trigger(*bench, 0x8000 | 100)) & 0x3FFF) == 130);
        const auto most = (without - at_trigger(*bench, 0x3FFE)) & 0x3FFF;
        CHECK(most == (bench == &older ? 2042u : 16378u));
    }
}

TEST_CASE("CFD, high-energy and MAW bits stay as they were written, whatever their layout (D7, D8, D18)") {
    Bench bench;
    for (std::uint32_t cfd = 0; cfd < 4; ++cfd) {
        bench.client->write(0x1044, cfd << 28 | 0x08000100);
        CHECK(bench.client->read(0x1044) == (cfd << 28 | 0x08000100));
    }
    bench.client->write_all({{0x1048, 0xFFFFFFFF}, {0x1034, 0x3FFE0FFE}});
    CHECK(bench.client->read(0x1048) == 0xFFFFFFFF);
    CHECK(bench.client->read(0x1034) == 0x3FFE0FFE);
}

TEST_CASE("the DAC takes both initializations and writes one channel or all (D12)") {
    Bench bench;
    for (const std::uint32_t word : {0x88F00001u, 0xC0000000u, 0x88F00011u, 0x85000010u | 2 << 20,
                                     0x93000000u, 0x82000000u | 0x9000u << 4}) {
        bench.client->write(0x1008, word);
        CHECK((bench.client->status() & 0x7F) == 0);
    }
    CHECK((bench.client->read(0x1108) >> 4 & 0xFFFF) == 0x9000);
}

TEST_CASE("both healthy states are within the drivers' mask (D13)") {
    for (const std::uint32_t serial : {5u, 50u}) {
        auto config = pattern_module();
        config.mutable_sis3316()->set_serial(serial);
        Bench bench(config);
        CHECK((bench.client->read(0x1104) & 0x001300F8) == 0x00130018);
    }
}

TEST_CASE("with no event in progress the closed bank is known at once (D14, D16)") {
    Bench bench;
    bench.client->write_all({{0x101C, 98}, {0x1020, 100u << 16}});
    for (unsigned swap = 0; swap < 4; ++swap) {
        bench.client->press(swap % 2 == 0 ? 0x420 : 0x424);
        bench.client->press(0x418);
        REQUIRE(eventually([&] {
            const auto both = bench.client->read_all({0x1110, 0x60});
            return (both[0] & 0xFFFFFF) == 53 && (both[1] >> 18 & 1) == 0;
        }));
        bench.client->press(swap % 2 == 0 ? 0x424 : 0x420);
        CHECK(bench.client->read(0x1120) == ((swap % 2) << 24 | 53u));
    }
}

TEST_CASE("a clear of the timestamp that is not enabled is acknowledged and does nothing (D17)") {
    Bench bench;
    bench.device->preset_timestamp(std::uint64_t{5} << 40).value();
    bench.client->press(0x41C);
    CHECK((bench.client->status() & 0x7F) == 0);
    bench.client->write_all({{0x101C, 98}, {0x1020, 100u << 16}});
    CHECK(bench.event()[0] >> 24 == 5);
}
