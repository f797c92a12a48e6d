// The driver against the emulator, which was written from the same manual by other hands.
#include <catch2/catch.hpp>

#include "hw/sis3316/bring_up.hpp"
#include "proto/sis3316_event.hpp"
#include "tests/hw/sis3316/emulated_readout.hpp"

using namespace spillgate;
using namespace spillgate::hw::sis3316::testing;

TEST_CASE("an emulated SIS3316 is prepared and read: every event of its ledger once", "[integration]") {
    const unsigned bits = GENERATE(14u, 16u);
    auto device = EmulatorDevice::create(emulated_module(bits), true).value();
    REQUIRE(device->start().has_value());
    const auto board = board_of(*device, bits);
    auto source = hw::sis3316::make_sis3316(board).value();
    CHECK(source->info().simulated);
    CHECK(source->info().kind == "sis3316");
    const auto prepared = source->prepare();
    INFO((prepared ? std::string() : prepared.error().message));
    REQUIRE(prepared.has_value());
    Readout readout(std::move(source));
    readout.start();
    CHECK(readout.wait_for([](const auto& batches) { return traces_of(batches) >= 1000; }));
    readout.stop();
    REQUIRE(device->stop().has_value());
    CHECK_THAT(readout.violations(), Catch::Equals(std::vector<std::string>{}));
    check_against_ledger(device->ledger(), readout.batches(), bits == 16 ? 100 : 200);
    check_samples(readout.batches(), bits);
}

TEST_CASE("with 1 packet in 20 dropped, doubled or reordered every event comes exactly once",
          "[integration]") {
    const bool is_legacy = GENERATE(false, true);
    CAPTURE(is_legacy);
    auto module = emulated_module(14);
    module.mutable_pattern()->set_trigger_hz(100);
    if (is_legacy) module.mutable_sis3316()->set_firmware(0x2007);
    auto device = EmulatorDevice::create(module, true).value();
    REQUIRE(device->start().has_value());
    auto board = board_of(*device, 14);
    board.mutable_sis3316()->set_retransmissions(5);
    // Ten events in a bank: more than one request takes, so that answers follow upon each other.
    board.mutable_sis3316()->set_swap_ms(100);
    auto source = hw::sis3316::make_sis3316(board).value();
    REQUIRE(source->prepare().has_value());
    config::EmulatedFaults faults;
    faults.set_drop_fraction(0.05);
    faults.set_duplicate_fraction(0.05);
    faults.set_reorder_fraction(is_legacy ? 0 : 0.05);
    device->apply(faults);
    Readout readout(std::move(source));
    readout.start();
    CHECK(readout.wait_for([](const auto& batches) { return traces_of(batches) >= 1200; }));
    readout.stop();
    REQUIRE(device->stop().has_value());
    CHECK_THAT(readout.violations(), Catch::Equals(std::vector<std::string>{}));
    CHECK(readout.count_of("link-timeout") > 0);
    check_against_ledger(device->ledger(), readout.batches(), 200);
    check_samples(readout.batches(), 14);
}

TEST_CASE("an emulated SIS3316 that loses its power is adopted again, in a new epoch", "[integration]") {
    auto device = EmulatorDevice::create(emulated_module(14), true).value();
    REQUIRE(device->start().has_value());
    Readout readout(hw::sis3316::make_sis3316(board_of(*device, 14)).value());
    readout.start();
    CHECK(readout.wait_for([](const auto& batches) { return traces_of(batches) >= 100; }));
    device->power(false);
    device->power(true);
    const auto is_back = [](const auto& batches) {
        return !batches.empty() && batches.back().watermark.epoch > 0 &&
               traces_of(batches, batches.back().watermark.epoch) >= 100;
    };
    CHECK(readout.wait_for(is_back));
    readout.stop();
    CHECK_THAT(readout.violations(), Catch::Equals(std::vector<std::string>{}));
    std::size_t readopted = 0;
    for (const auto& batch : readout.batches())
        for (const auto& event : batch.device_events)
            readopted += event.kind == hw::DeviceEvent::Kind::READOPTED ? 1 : 0;
    CHECK(readopted >= 1);
}

TEST_CASE("timestamps of an emulated SIS3316 run on across the wrap of their 48 bits", "[integration]") {
    auto module = emulated_module(14);
    module.mutable_sis3316()->set_timestamp_preset((std::uint64_t{1} << 48) - 250'000'000);  // a second
    auto device = EmulatorDevice::create(module, true).value();
    REQUIRE(device->start().has_value());
    auto board = board_of(*device, 14);
    board.mutable_sis3316()->set_clear_timestamp(false);
    auto source = hw::sis3316::make_sis3316(board).value();
    REQUIRE(source->prepare().has_value());
    // Wherever start-up left the counter, the wrap is still ahead.
    REQUIRE(device->preset_timestamp((std::uint64_t{1} << 48) - 250'000'000).has_value());
    Readout readout(std::move(source));
    readout.start();
    const auto has_wrapped = [](const auto& batches) {
        return !batches.empty() && batches.back().watermark.ticks > (std::int64_t{1} << 48);
    };
    CHECK(readout.wait_for(has_wrapped));
    readout.stop();
    CHECK_THAT(readout.violations(), Catch::Equals(std::vector<std::string>{}));
    CHECK(readout.count_of("timestamp-rollover") == 1);
}

TEST_CASE("a bank that fills up is named with the stretch that it lost", "[integration]") {
    auto device = EmulatorDevice::create(emulated_module(14), true).value();
    REQUIRE(device->start().has_value());
    auto board = board_of(*device, 14);
    board.mutable_sis3316()->set_bank_threshold_words(3000);  // three events
    board.mutable_sis3316()->set_swap_ms(200);
    auto source = hw::sis3316::make_sis3316(board).value();
    REQUIRE(source->prepare().has_value());
    Readout readout(std::move(source));
    readout.start();
    CHECK(readout.wait_for([](const auto& batches) {
        return std::ranges::any_of(batches, [](const auto& batch) {
            return std::ranges::any_of(batch.device_events,
                                       [](const auto& event) { return event.name == "bank-full"; });
        });
    }));
    readout.stop();
    for (const auto& batch : readout.batches())
        for (const auto& event : batch.device_events)
            if (event.name == "bank-full") CHECK(before(event.time, event.until));
}

TEST_CASE("forced triggers come at random and are counted", "[integration]") {
    auto module = emulated_module(14);
    module.mutable_pattern()->set_trigger_hz(0.1);
    auto device = EmulatorDevice::create(module, true).value();
    REQUIRE(device->start().has_value());
    auto board = board_of(*device, 14);
    board.mutable_sis3316()->set_random_trigger_hz(200);
    Readout readout(hw::sis3316::make_sis3316(board).value());
    readout.start();
    CHECK(readout.wait_for([](const auto& batches) { return traces_of(batches) >= 2000; }));
    readout.stop();
    CHECK(readout.count_of("random-trigger-sent") > 0);
    CHECK_THAT(readout.violations(), Catch::Equals(std::vector<std::string>{}));
}

TEST_CASE("a wrong serial number, ADC type or firmware refuses before the run, with module and register",
          "[integration]") {
    auto module = emulated_module(14);
    module.mutable_sis3316()->set_serial(17);
    auto device = EmulatorDevice::create(module).value();
    REQUIRE(device->start().has_value());
    const auto refusal = [&](const config::Board& board) {
        return hw::sis3316::make_sis3316(board).value()->prepare().error().message;
    };
    auto other_serial = board_of(*device, 14);
    other_serial.mutable_sis3316()->set_serial(18);
    CHECK_THAT(refusal(other_serial), Catch::Contains("sis") && Catch::Contains("0x28") &&
                                          Catch::Contains("17") && Catch::Contains("18"));
    auto other_type = board_of(*device, 14);
    other_type.set_bits(16);
    other_type.set_sample_rate_mhz(125);
    CHECK_THAT(refusal(other_type), Catch::Contains("0x1100") && Catch::Contains("0x0125"));
    device->power(false);
    CHECK_THAT(refusal(board_of(*device, 14)),
               Catch::Contains("127.0.0.1") && Catch::Contains("register 0x04"));
}

TEST_CASE("a module that another interface holds is taken only if that is configured", "[integration]") {
    auto device = EmulatorDevice::create(emulated_module(14)).value();
    REQUIRE(device->start().has_value());
    REQUIRE(device->lose_grant(true).has_value());
    auto board = board_of(*device, 14);
    const auto refused = hw::sis3316::make_sis3316(board).value()->prepare();
    REQUIRE_FALSE(refused.has_value());
    CHECK_THAT(refused.error().message, Catch::Contains("0x10") && Catch::Contains("kill_other_grant"));
    board.mutable_sis3316()->set_kill_other_grant(true);
    CHECK(hw::sis3316::make_sis3316(board).value()->prepare().has_value());
}
