// The driver against the emulated module, over TCP on loopback.
#include <algorithm>
#include <set>

#include <catch2/catch.hpp>

#include "tests/hw/dig2/emulated_module.hpp"

namespace spillgate::hw::dig2 {

using testing::EmulatedModule;
using testing::Recorded;
using testing::wait_for;

namespace {

constexpr auto scope = config::Dig2::SCOPE;
constexpr auto psd = config::Dig2::DPP_PSD;

// Everything in the order of the ledger's columns, and nothing twice.
std::vector<Recorded> sorted(std::vector<Recorded> list) {
    std::ranges::sort(list);
    return list;
}

// Simulated light instead of a pattern: a PMT whose pulses go down.
void look_at_pmt(EmulatedModule& test) {
    test.module.clear_pattern();
    auto& pmt = *test.module.mutable_board()->mutable_simulation()->mutable_pmt();
    pmt.set_detector_channel(1);
    pmt.set_detector_channels(1);
    pmt.set_veto_channel(4);
    pmt.set_baseline_adc(8000);
    pmt.set_steady_rate_hz(200);
    pmt.set_dark_rate_hz(100);
    pmt.set_large_rate_hz(0);
    test.module.mutable_board()->mutable_simulation()->mutable_beam()->set_jitter_ns(0);
}

}  // namespace

TEST_CASE("every scope event arrives once, as in the emulator's ledger", "[dig2][integration]") {
    EmulatedModule test(scope);
    test.start_device();
    REQUIRE(test.source->prepare());
    test.start_run();
    REQUIRE(wait_for([&] { return test.traces() >= 300; }));
    test.stop_run();
    REQUIRE(test.device->stop());
    const auto ledger = sorted(test.ledger(2));
    const auto got = sorted(test.recorded);
    CHECK(test.contract->violations().empty());
    // What was triggered after the driver had stopped listening may be in the ledger alone.
    REQUIRE(ledger.size() >= got.size());
    CHECK(std::ranges::includes(ledger, got));
    CHECK(std::ranges::adjacent_find(got) == got.end());
    std::int64_t last = 0;
    for (const auto& one : got)
        last = std::max(last, one.stamp);
    CHECK(std::ranges::count_if(ledger, [&](const Recorded& one) { return one.stamp <= last; }) ==
          static_cast<std::ptrdiff_t>(got.size()));
    std::set<std::uint32_t> channels;
    for (const auto& one : got)
        channels.insert(one.channel);
    CHECK(channels == std::set<std::uint32_t>{1, 4, 5});
}

TEST_CASE("every DPP-PSD hit arrives once, with its energies", "[dig2][integration]") {
    EmulatedModule test(psd);
    look_at_pmt(test);
    auto& input = *test.driver.mutable_dig2()->mutable_input(0);
    input.set_external_trigger(false);
    input.set_self_trigger(true);
    input.set_threshold_adc(40);
    input.set_negative_pulses(true);
    test.start_device();
    test.start_run();
    REQUIRE(wait_for([&] { return test.traces() >= 300; }));
    test.stop_run();
    REQUIRE(test.device->stop());
    const auto ledger = sorted(test.ledger(1));
    const auto got = sorted(test.recorded);
    CHECK(test.contract->violations().empty());
    CHECK_THAT(test.messages(), Catch::Equals(std::vector<std::string>{}));
    CHECK(std::ranges::includes(ledger, got));
    CHECK(std::ranges::adjacent_find(got) == got.end());
    CHECK(std::ranges::any_of(got, [](const Recorded& one) { return one.energy > 0; }));
    CHECK(std::ranges::any_of(got, [](const Recorded& one) { return one.energy_short > 0; }));
    CHECK(std::ranges::any_of(got, [](const Recorded& one) { return one.energy > one.energy_short; }));
    CHECK(test.dropped("event-late") == 0);
}

TEST_CASE("the counter's 48 bits wrap and nothing is lost", "[dig2][integration]") {
    for (const auto firmware : {scope, psd}) {
        EmulatedModule test(firmware);
        const std::int64_t per_stamp = firmware == scope ? 2 : 1;
        // A tenth of a second before the wrap.
        test.module.mutable_dig2()->set_timestamp_preset((std::uint64_t{1} << 48) -
                                                         static_cast<std::uint64_t>(25'000'000 / per_stamp));
        test.start_device();
        test.start_run();
        REQUIRE(wait_for([&] { return test.traces() >= 90; }));
        test.stop_run();
        REQUIRE(test.device->stop());
        const auto ledger = sorted(test.ledger(per_stamp));
        const auto got = sorted(test.recorded);
        CHECK(test.contract->violations().empty());
        CHECK(std::ranges::includes(ledger, got));
        REQUIRE_FALSE(got.empty());
        const std::int64_t wrap = (std::int64_t{1} << 48) * per_stamp;
        CHECK(std::ranges::any_of(got, [&](const Recorded& one) { return one.stamp < wrap; }));
        CHECK(std::ranges::any_of(got, [&](const Recorded& one) { return one.stamp > wrap; }));
        const auto counts = dynamic_cast<const Dig2&>(*test.source).counts();
        const auto rollovers = std::ranges::find(counts, "timestamp-rollover", &proto::NamedCount::name);
        REQUIRE(rollovers != counts.end());
        CHECK(rollovers->value == 1);
    }
}

TEST_CASE("a module that loses its power is adopted again in a new epoch", "[dig2][integration]") {
    EmulatedModule test(scope);
    test.start_device();
    test.start_run();
    REQUIRE(wait_for([&] { return test.traces() >= 60; }));
    test.device->power(false);
    REQUIRE(wait_for([&] {
        const std::scoped_lock lock(test.mutex);
        return !test.errors.empty();
    }));
    const auto before = test.traces();
    test.device->power(true);
    REQUIRE(wait_for([&] { return test.traces() >= before + 60; }));
    test.stop_run();
    REQUIRE(test.device->stop());
    CHECK(test.readopted == 1);
    CHECK(test.epochs() == 2);
    for (const auto& error : test.errors)
        CHECK((error.kind == proto::ErrorKind::IO || error.kind == proto::ErrorKind::CLOSED ||
               error.kind == proto::ErrorKind::TIMED_OUT));
    CHECK(test.contract->violations().empty());
    const auto got = sorted(test.recorded);
    CHECK(std::ranges::includes(sorted(test.ledger(2)), got));
    CHECK(std::ranges::adjacent_find(got) == got.end());
}

TEST_CASE("connections that are cut and refused for a while are opened again", "[dig2][integration]") {
    EmulatedModule test(scope);
    test.start_device();
    test.start_run();
    REQUIRE(wait_for([&] { return test.traces() >= 30; }));
    REQUIRE(test.device->lose_grant(true));
    REQUIRE(wait_for([&] {
        const std::scoped_lock lock(test.mutex);
        return test.errors.size() >= 2;
    }));
    REQUIRE(test.device->lose_grant(false));
    const auto before = test.traces();
    REQUIRE(wait_for([&] { return test.traces() >= before + 30; }));
    test.stop_run();
    CHECK(test.epochs() == 2);
    const auto& refused = test.errors.back();
    CHECK(refused.kind == proto::ErrorKind::IO);
    CHECK(refused.message.find("another client") != std::string::npos);
}

TEST_CASE("a module that falls silent is lost, and found when it speaks again", "[dig2][integration]") {
    EmulatedModule test(scope);
    test.driver.mutable_dig2()->set_timeout_ms(500);
    test.start_device();
    test.start_run();
    REQUIRE(wait_for([&] { return test.traces() >= 30; }));
    config::EmulatedFaults faults;
    faults.set_silent(true);
    test.device->apply(faults);
    REQUIRE(wait_for([&] {
        const std::scoped_lock lock(test.mutex);
        return !test.errors.empty();
    }));
    CHECK(test.errors.front().kind == proto::ErrorKind::TIMED_OUT);
    test.device->apply({});
    const auto before = test.traces();
    REQUIRE(wait_for([&] { return test.traces() >= before + 30; }));
}

TEST_CASE("a clock that steps begins a new epoch", "[dig2][integration]") {
    EmulatedModule test(scope);
    test.start_device();
    test.start_run();
    REQUIRE(wait_for([&] { return test.traces() >= 30; }));
    REQUIRE(test.device->step_clock(-250'000'000));
    REQUIRE(wait_for([&] { return test.epochs() == 2; }));
    const auto before = test.traces();
    REQUIRE(wait_for([&] { return test.traces() >= before + 30; }));
    test.stop_run();
    CHECK(test.readopted == 1);
    CHECK(test.contract->violations().empty());
}

TEST_CASE("triggers that find the memory full are counted as dropped", "[dig2][integration]") {
    EmulatedModule test(scope);
    test.module.mutable_dig2()->set_buffer_bytes(65536);
    test.module.mutable_pattern()->set_trigger_hz(20000);
    test.driver.mutable_dig2()->mutable_input(0)->set_record_ns(16000);
    test.start_device();
    test.start_run();
    REQUIRE(wait_for([&] { return test.dropped("trigger-lost") > 0 && test.traces() >= 100; }));
    test.stop_run();
    // On a slow machine the emulator also loses triggers that it comes to too late, and the device counts
    // these.
    const auto lost = [&] {
        std::uint64_t count = 0;
        for (const auto& statistic : test.device->statistics())
            if (statistic.name.starts_with("lost-")) count += statistic.value;
        return count;
    };
    CHECK(wait_for([&] { return test.dropped("trigger-lost") <= lost(); }));
    CHECK(test.contract->violations().empty());
}

TEST_CASE("events with a damaged header are counted and the rest arrives", "[dig2][integration]") {
    EmulatedModule test(scope);
    test.module.mutable_faults()->set_corrupt_data_fraction(0.1);
    test.start_device();
    test.start_run();
    REQUIRE(wait_for([&] { return test.traces() >= 600; }));
    test.stop_run();
    std::uint64_t corrupted = 0;
    for (const auto& statistic : test.device->statistics())
        if (statistic.name == "corrupted") corrupted = statistic.value;
    CHECK(corrupted > 0);
    CHECK(test.contract->violations().empty());
}

TEST_CASE("forced triggers record without any other", "[dig2][integration]") {
    EmulatedModule test(scope);
    test.driver.mutable_dig2()->set_random_trigger_hz(200);
    test.driver.mutable_dig2()->mutable_input(0)->set_external_trigger(false);
    test.start_device();
    test.start_run();
    REQUIRE(wait_for([&] { return test.traces() >= 60; }));
    test.stop_run();
    REQUIRE(test.device->stop());
    CHECK(std::ranges::includes(sorted(test.ledger(2)), sorted(test.recorded)));
    CHECK(test.contract->violations().empty());
}

TEST_CASE("without events the watermark still moves", "[dig2][integration]") {
    EmulatedModule test(scope);
    test.driver.mutable_dig2()->set_timeout_ms(1000);
    test.driver.mutable_dig2()->set_random_trigger_hz(1e-6);
    test.driver.mutable_dig2()->mutable_input(0)->set_external_trigger(false);
    test.start_device();
    test.start_run();
    REQUIRE(wait_for([&] { return test.watermark() > 250'000'000; }));
    test.stop_run();
    CHECK(test.traces() == 0);
    CHECK(test.contract->violations().empty());
}

TEST_CASE("what the module cannot hold is refused before a run, naming module, field and parameter",
          "[dig2][integration]") {
    const auto refusal = [](EmulatedModule& test) {
        test.start_device();
        const auto status = test.source->prepare();
        REQUIRE_FALSE(status.has_value());
        CHECK(status.error().kind == proto::ErrorKind::CONFIG);
        return status.error().message;
    };
    const auto names = [](const std::string& message, std::initializer_list<const char*> parts) {
        INFO(message);
        for (const char* part : parts) {
            INFO(part);
            CHECK(message.find(part) != std::string::npos);
        }
    };
    {
        EmulatedModule test(psd);
        auto& input = *test.driver.mutable_dig2()->mutable_input(0);
        input.set_record_ns(40000);
        names(refusal(test), {"board 4 (scope)", "VX2730 52622", "input.record_ns",
                              "/ch/1/par/chrecordlengths", "10000", "8100"});
    }
    {
        EmulatedModule test(scope);
        test.driver.mutable_dig2()->mutable_input(0)->set_record_ns(1608);
        names(refusal(test), {"input.record_ns", "/par/recordlengths", "402", "steps of 4"});
    }
    {
        EmulatedModule test(scope);
        test.driver.mutable_dig2()->set_firmware(psd);
        auto& input = *test.driver.mutable_dig2()->mutable_input(0);
        for (int i = 0; i < 2; ++i) {
            auto& gate = *input.add_charge_gate();
            gate.set_begin_ns(400);
            gate.set_length_ns(80);
        }
        names(refusal(test), {"dig2.firmware", "Scope", "DPP_PSD"});
    }
    {
        EmulatedModule test(scope);
        test.driver.mutable_dig2()->set_serial("1");
        names(refusal(test), {"dig2.serial", "52622"});
    }
    {
        EmulatedModule test(scope);
        test.driver.set_sample_rate_mhz(500);
        names(refusal(test), {"sample_rate_mhz", "ADC_SamplRate", "250"});
    }
    {
        EmulatedModule test(scope);
        test.driver.set_bits(16);
        names(refusal(test), {"bits", "ADC_Nbit", "14"});
    }
    {
        EmulatedModule test(scope);
        test.driver.mutable_dig2()->mutable_input(0)->set_terminated(false);
        names(refusal(test), {"terminated", "50"});
    }
    {
        EmulatedModule test(scope);
        test.driver.mutable_dig2()->mutable_input(0)->add_channel(9);
        names(refusal(test), {"input.channel", "0 to 7"});
    }
}

TEST_CASE("a module that is not there is one clear message", "[dig2][integration]") {
    EmulatedModule test(scope);
    test.start_device();
    REQUIRE(test.device->stop());
    const auto status = test.source->prepare();
    REQUIRE_FALSE(status.has_value());
    CHECK(status.error().kind == proto::ErrorKind::IO);
    CHECK(status.error().message.find("board 4 (scope) at 127.0.0.1:") == 0);
}

}  // namespace spillgate::hw::dig2
