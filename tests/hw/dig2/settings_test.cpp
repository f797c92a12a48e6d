#include "hw/dig2/settings.hpp"

#include <algorithm>
#include <functional>

#include <catch2/catch.hpp>

#include "hw/dig2/dig2.hpp"
#include "proto/strict_text.hpp"

namespace spillgate::hw::dig2 {

namespace {

config::Board board_of(config::Dig2::Firmware firmware) {
    config::Board board;
    board.set_id(5);
    board.set_name("veto");
    board.set_sample_rate_mhz(500);
    board.set_bits(14);
    auto& dig2 = *board.mutable_dig2();
    dig2.set_address("192.0.2.7");
    dig2.set_firmware(firmware);
    auto& input = *dig2.add_input();
    input.set_record_ns(800);
    input.set_pretrigger_ns(160);
    if (firmware == config::Dig2::SCOPE) return board;
    for (const double length : {40.0, 400.0}) {
        auto& gate = *input.add_charge_gate();
        gate.set_begin_ns(140);
        gate.set_length_ns(length);
    }
    return board;
}

std::string value_of(const std::vector<Setting>& settings, std::string_view path) {
    const auto found = std::ranges::find(settings, path, &Setting::path);
    return found == settings.end() ? "absent" : found->value;
}

}  // namespace

TEST_CASE("configuration words become the scope firmware's parameters", "[dig2]") {
    auto board = board_of(config::Dig2::SCOPE);
    board.mutable_dig2()->set_random_trigger_hz(2);
    auto& one = *board.mutable_dig2()->add_input();
    one.add_channel(3);
    one.set_record_ns(800);
    one.set_pretrigger_ns(160);
    one.set_self_trigger(true);
    one.set_threshold_adc(50);
    one.set_negative_pulses(true);
    one.set_offset(0.25);
    auto& off = *board.mutable_dig2()->add_input();
    off.add_channel(0);
    off.set_enabled(false);
    const auto plan = plan_of(board, 8).value();
    REQUIRE(plan.channels.size() == 7);
    const auto settings = settings_of(board, plan, {.channels = 8, .adc_bits = 14}).value();
    CHECK(value_of(settings, "/endpoint/par/activeendpoint") == "scope");
    CHECK(value_of(settings, "/par/acqtriggersource") == "TrgIn|ITLA|SwTrg");
    CHECK(value_of(settings, "/par/recordlengths") == "400");
    CHECK(value_of(settings, "/par/pretriggers") == "80");
    CHECK(value_of(settings, "/par/clocksource") == "Internal");
    CHECK(value_of(settings, "/ch/0/par/chenable") == "False");
    CHECK(value_of(settings, "/ch/1/par/chenable") == "True");
    CHECK(value_of(settings, "/ch/1/par/itlconnect") == "Disabled");
    CHECK(value_of(settings, "/ch/3/par/itlconnect") == "ITLA");
    CHECK(value_of(settings, "/ch/3/par/triggerthr") == "-50");
    CHECK(value_of(settings, "/ch/3/par/triggerthrmode") == "Relative");
    CHECK(value_of(settings, "/ch/3/par/selftriggeredge") == "Fall");
    CHECK(value_of(settings, "/ch/3/par/dcoffset") == "25");
}

TEST_CASE("configuration words become the DPP-PSD firmware's parameters", "[dig2]") {
    auto board = board_of(config::Dig2::DPP_PSD);
    board.mutable_dig2()->mutable_input(0)->set_self_trigger(true);
    board.mutable_dig2()->mutable_input(0)->set_threshold_adc(30);
    board.mutable_dig2()->mutable_input(0)->set_external_trigger(false);
    const auto plan = plan_of(board, 2).value();
    const auto settings = settings_of(board, plan, {.channels = 2, .adc_bits = 14}).value();
    CHECK(value_of(settings, "/endpoint/par/activeendpoint") == "dpppsd");
    CHECK(value_of(settings, "/par/globaltriggersource") == "Disabled");
    CHECK(value_of(settings, "/ch/1/par/eventtriggersource") == "ChSelfTrigger");
    CHECK(value_of(settings, "/ch/1/par/chrecordlengths") == "400");
    CHECK(value_of(settings, "/ch/1/par/chpretriggers") == "80");
    CHECK(value_of(settings, "/ch/1/par/gateoffsets") == "10");
    CHECK(value_of(settings, "/ch/1/par/gateshortlengths") == "20");
    CHECK(value_of(settings, "/ch/1/par/gatelonglengths") == "200");
    CHECK(value_of(settings, "/ch/1/par/triggerthr") == "30");
    CHECK(value_of(settings, "/ch/1/par/waveanalogprobe0") == "ADCInput");
    const auto wide = settings_of(board, plan, {.channels = 2, .adc_bits = 16}).value();
    CHECK(value_of(wide, "/ch/1/par/waveanalogprobe0") == "ADCInput16");
    CHECK(value_of(wide, "/ch/1/par/chrecordlengths") == "200");
}

TEST_CASE("full scale is the module's range or what its gain makes of it", "[dig2]") {
    auto board = board_of(config::Dig2::SCOPE);
    const auto with = [&](double volts, ModuleTraits traits) {
        board.mutable_dig2()->mutable_input(0)->set_full_scale_v(volts);
        return settings_of(board, plan_of(board, traits.channels).value(), traits);
    };
    const ModuleTraits fixed{.channels = 2, .adc_bits = 14, .input_range_v = 2};
    const ModuleTraits gain{.channels = 2, .adc_bits = 14, .input_range_v = 2, .has_channel_gain = true};
    CHECK(with(2, fixed).has_value());
    CHECK(with(1, fixed).error().message.find("full_scale_v 1") != std::string::npos);
    CHECK(value_of(with(1.0024, gain).value(), "/ch/0/par/chgain") == "6");
    CHECK(with(1.06, gain).error().kind == proto::ErrorKind::CONFIG);
}

TEST_CASE("what no module can hold is refused before contact, naming board and field", "[dig2]") {
    struct Case {
        config::Dig2::Firmware firmware;
        std::string field;
        std::function<void(config::Board&, config::DigitizerInput&)> spoil;
    };
    using Board = config::Board;
    using Input = config::DigitizerInput;
    constexpr auto scope = config::Dig2::SCOPE;
    constexpr auto psd = config::Dig2::DPP_PSD;
    const std::vector<Case> cases{
        {scope, "record_ns", [](Board&, Input& i) { i.set_record_ns(801); }},
        {scope, "pretrigger_ns", [](Board&, Input& i) { i.set_pretrigger_ns(800); }},
        {scope, "keeps_maximum", [](Board&, Input& i) { i.set_keeps_maximum(true); }},
        {scope, "averaging", [](Board&, Input& i) { i.mutable_averaging()->set_samples(4); }},
        {scope, "peaking_ns", [](Board&, Input& i) { i.set_peaking_ns(100); }},
        {scope, "charge_gate", [](Board&, Input& i) { i.add_charge_gate(); }},
        {scope, "threshold_adc", [](Board&, Input& i) { i.set_self_trigger(true); }},
        {scope, "external_trigger", [](Board&, Input& i) { i.set_external_trigger(false); }},
        {scope, "channel", [](Board&, Input& i) { i.add_channel(64); }},
        {scope, "no channel", [](Board&, Input& i) { i.set_enabled(false); }},
        {scope, "sample_rate_mhz",
         [](Board& b, Input& i) {
             b.set_sample_rate_mhz(100);
             i.set_record_ns(800);
         }},
        {scope, "address", [](Board& b, Input&) { b.mutable_dig2()->set_address("nowhere"); }},
        {psd, "charge_gate", [](Board&, Input& i) { i.clear_charge_gate(); }},
        {psd, "begin_ns", [](Board&, Input& i) { i.mutable_charge_gate(0)->set_begin_ns(100); }},
        {psd, "length_ns", [](Board&, Input& i) { i.mutable_charge_gate(0)->set_length_ns(500); }},
        {psd, "begin_ns",
         [](Board&, Input& i) {
             i.mutable_charge_gate(0)->set_begin_ns(200);
             i.mutable_charge_gate(1)->set_begin_ns(200);
         }},
        {psd, "external_trigger", [](Board&, Input& i) { i.set_external_trigger(false); }},
    };
    for (const Case& test : cases) {
        auto board = board_of(test.firmware);
        REQUIRE(make_dig2(board).has_value());
        auto& input = *board.mutable_dig2()->mutable_input(0);
        test.spoil(board, input);
        const auto made = make_dig2(board);
        INFO(test.field);
        REQUIRE_FALSE(made.has_value());
        INFO(made.error().message);
        CHECK(made.error().kind == proto::ErrorKind::CONFIG);
        CHECK(made.error().message.find("board 5 (veto)") != std::string::npos);
        CHECK(made.error().message.find(test.field) != std::string::npos);
    }
}

TEST_CASE("a configuration into which its defaults were written is as good as one without", "[dig2]") {
    auto board = board_of(config::Dig2::SCOPE);
    proto::write_defaults(board);
    const auto made = make_dig2(board);
    INFO((made ? std::string() : made.error().message));
    CHECK(made.has_value());
}

TEST_CASE("channels of the scope firmware that differ where they cannot are refused", "[dig2]") {
    auto board = board_of(config::Dig2::SCOPE);
    auto& input = *board.mutable_dig2()->add_input();
    input.add_channel(2);
    input.set_record_ns(1600);
    input.set_pretrigger_ns(160);
    const auto made = make_dig2(board);
    REQUIRE_FALSE(made.has_value());
    CHECK(made.error().message.find("record_ns") != std::string::npos);
    CHECK(made.error().message.find("channels 0 and 2") != std::string::npos);
}

TEST_CASE("values are compared as numbers, lists and words", "[dig2]") {
    CHECK(same_value("True", "true", 0));
    CHECK(same_value("TrgIn|ITLA", "itla | TRGIN", 0));
    CHECK(same_value("50", "50.0004", 0.01));
    CHECK(same_value("400", "400.0", 0));
    CHECK_FALSE(same_value("400", "404", 0));
    CHECK_FALSE(same_value("TrgIn", "TrgIn|SwTrg", 0));
    CHECK_FALSE(same_value("True", "1", 0));
}

TEST_CASE("a source at a loopback address or said to be emulated is SIMULATED", "[dig2]") {
    auto board = board_of(config::Dig2::SCOPE);
    CHECK_FALSE(make_dig2(board).value()->info().simulated);
    CHECK(make_dig2(board).value()->info().frequency_hz == 500e6);
    board.mutable_dig2()->set_emulated(true);
    CHECK(make_dig2(board).value()->info().simulated);
    board.mutable_dig2()->set_emulated(false);
    board.mutable_dig2()->set_address("127.0.0.5");
    CHECK(make_dig2(board).value()->info().simulated);
}

}  // namespace spillgate::hw::dig2
