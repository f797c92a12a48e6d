#include "hw/sis3316/settings.hpp"

#include <algorithm>

#include <catch2/catch.hpp>
#include <google/protobuf/text_format.h>

#include "hw/sis3316/module.hpp"

using namespace spillgate;
using namespace spillgate::hw::sis3316;

namespace {

config::Board board_from(const std::string& sis3316, const std::string& rest = "") {
    config::Board board;
    const auto text = "id: 2 name: 'csi' sample_rate_mhz: 250 bits: 14 sis3316 { address: '10.1.2.3' " +
                      sis3316 + " } " + rest;
    REQUIRE(google::protobuf::TextFormat::ParseFromString(text, &board));
    return board;
}

// A text format merge overrides what is given once.
config::Board with_16_bits(const std::string& sis3316) {
    auto board = board_from(sis3316);
    board.set_bits(16);
    board.set_sample_rate_mhz(125);
    return board;
}

std::uint32_t value_at(const ModuleSettings& settings, std::uint32_t address) {
    const auto found = std::find_if(settings.registers.rbegin(), settings.registers.rend(),
                                    [&](const auto& r) { return r.address == address; });
    REQUIRE(found != settings.registers.rend());
    return found->value;
}

std::string refusal(const config::Board& board) {
    const auto settings = settings_from(board);
    if (settings) return "not refused";
    CHECK(settings.error().kind == proto::ErrorKind::CONFIG);
    return settings.error().message;
}

Identity healthy(std::uint32_t adc_firmware) {
    Identity identity;
    identity.module_id = 0x33162010;
    identity.serial_valid = true;
    identity.adc_firmware.fill(adc_firmware);
    return identity;
}

}  // namespace

TEST_CASE("D1: 50 ohm are switched off by bit 2 of the channel's byte") {
    const auto settings =
        settings_from(board_from("input { channel: 1 record_ns: 400 terminated: false full_scale_v: 2 } "
                                 "input { channel: 2 record_ns: 400 full_scale_v: 1.9 }"))
            .value();
    CHECK(value_at(settings, 0x1004) == 0x00020500);
}

TEST_CASE("D2: the gate window register holds the length less 2, the raw buffer the length itself") {
    const auto settings = settings_from(board_from("input { channel: 4 record_ns: 70000 }")).value();
    CHECK(value_at(settings, 0x201C) == 17500 - 2);
    CHECK(value_at(settings, 0x2020) == 17500u << 16);
    CHECK(value_at(settings, 0x2098) == 0);
}

TEST_CASE("a record of 65536 samples uses the extended length") {
    const auto settings = settings_from(board_from("input { channel: 0 record_ns: 262144 }")).value();
    CHECK(value_at(settings, 0x101C) == 65534);
    CHECK(value_at(settings, 0x1020) == 0);
    CHECK(value_at(settings, 0x1098) == 65536);
    CHECK(settings.layout[0].words() == 3 + 32768);
}

TEST_CASE("D3: an accumulator gate register holds the length less 1") {
    const auto settings =
        settings_from(board_from("input { channel: 12 record_ns: 4000 charge_gate { begin_ns: 40 length_ns: "
                                 "400 } charge_gate { begin_ns: 0 length_ns: 2048 } }"))
            .value();
    CHECK(value_at(settings, 0x40A0) == (99u << 16 | 10));
    CHECK(value_at(settings, 0x40A4) == 511u << 16);
    CHECK(value_at(settings, 0x4030) == 1);  // peak and six accumulators
    CHECK(settings.layout[12].header_words() == 10);
}

TEST_CASE("the seventh charge gate adds the second part of the accumulators") {
    std::string gates;
    for (int i = 0; i < 7; ++i)
        gates += "charge_gate { begin_ns: 0 length_ns: 40 } ";
    const auto settings =
        settings_from(board_from("input { channel: 3 record_ns: 400 " + gates + "}")).value();
    CHECK(value_at(settings, 0x1030) == 3u << 24);
    CHECK(settings.layout[3].header_words() == 12);
}

TEST_CASE("D4: the address threshold counts words, and storing stops there") {
    const auto settings =
        settings_from(board_from("bank_threshold_words: 100000 input { channel: 0 record_ns: 400 }")).value();
    CHECK(value_at(settings, 0x1018) == (1u << 31 | 100000));
}

TEST_CASE("D5: the pretrigger delay has 14 bits without P+G, and old firmware holds 2042") {
    const auto settings =
        settings_from(board_from("input { channel: 0 record_ns: 70000 pretrigger_ns: 65512 }")).value();
    CHECK(value_at(settings, 0x1028) == 16378);
    CHECK(settings.layout[0].pretrigger == 16378);
    CHECK(check_identity(healthy(0x02500007), settings).has_value());
    const auto refused = check_identity(healthy(0x02500006), settings);
    REQUIRE_FALSE(refused.has_value());
    CHECK_THAT(refused.error().message,
               Catch::Contains("csi") && Catch::Contains("0x1028") && Catch::Contains("2042"));
    CHECK_THAT(refusal(board_from("input { channel: 0 record_ns: 70000 pretrigger_ns: 66000 }")),
               Catch::Contains("pretrigger_ns") && Catch::Contains("0x1028"));
}

TEST_CASE("D6, D18: no fast MAW values and no MAW test buffer are asked for") {
    const auto settings =
        settings_from(board_from("input { channel: 0 record_ns: 400 keeps_maximum: true }")).value();
    CHECK(value_at(settings, 0x1030) == 1);
    CHECK(value_at(settings, 0x1034) == 0);
}

TEST_CASE("D7, D8: a trigger threshold is enabled last, without CFD, and the high threshold keeps bits") {
    const auto settings = settings_from(board_from("input { channel: 5 record_ns: 400 self_trigger: true "
                                                   "threshold_adc: 12.5 peaking_ns: 80 gap_ns: 40 }"))
                              .value();
    std::vector<std::uint32_t> thresholds;
    for (const auto& r : settings.registers)
        if (r.address == 0x2054) thresholds.push_back(r.value);
    CHECK(thresholds == std::vector<std::uint32_t>{0, 0x08000000 + 250, 0x88000000 + 250});
    CHECK((value_at(settings, 0x2050) & 0xFFFFFF) == (10u << 12 | 20));
    const auto high =
        std::ranges::find_if(settings.registers, [](const auto& r) { return r.address == 0x2058; });
    REQUIRE(high != settings.registers.end());
    CHECK(high->keeps_others);
    CHECK((high->mask & 0x60000000) == 0);
}

TEST_CASE("D14: banks are 0 and 1 on the wire") {
    CHECK(transfer::read_bank(0, 0, 0) == 0x80000000);
    CHECK(transfer::read_bank(0, 1, 0) == 0x81000000);  // the manual's test vector
    CHECK(transfer::read_bank(7, 1, 0x123456) == 0x93123456);
}

TEST_CASE("D15: a firmware with another event format is refused with its register") {
    const auto settings = settings_from(board_from("input { channel: 0 record_ns: 400 }")).value();
    CHECK_THAT(check_identity(healthy(0x02500207), settings).error().message,
               Catch::Contains("0x1100") && Catch::Contains("0x02"));
    CHECK_THAT(check_identity(healthy(0x01250007), settings).error().message,
               Catch::Contains("0x1100") && Catch::Contains("0x0250"));
}

TEST_CASE("D17, D20: timestamp clear and external trigger are enabled, read-only bits not compared") {
    auto settings = settings_from(board_from("input { channel: 0 record_ns: 400 }")).value();
    CHECK(value_at(settings, 0x60) == 0x500);
    CHECK(value_at(settings, 0x5C) == 0x10);
    for (const auto& r : settings.registers)
        if (r.address == 0x60) CHECK(r.mask == 0xFFFF);
    settings = settings_from(board_from("clear_timestamp: false input { channel: 0 record_ns: 400 "
                                        "external_trigger: false self_trigger: true threshold_adc: 9 }"))
                   .value();
    CHECK(value_at(settings, 0x60) == 0);
    CHECK(value_at(settings, 0x5C) == 0);
    CHECK(value_at(settings, 0x1010) == 4);
}

TEST_CASE("clock sources, front-panel bus and the latch of UI are set by their words") {
    const std::string input = "input { channel: 0 record_ns: 400 }";
    auto settings = settings_from(board_from("front_panel_lead: true " + input)).value();
    CHECK(value_at(settings, 0x58) == 0x13);
    CHECK(value_at(settings, 0x50) == 0);
    settings = settings_from(board_from("clock: FRONT_PANEL " + input)).value();
    CHECK(value_at(settings, 0x58) == 2);
    CHECK(value_at(settings, 0x50) == 2);
    CHECK(value_at(settings, 0x60) == 0x550);
    CHECK(value_at(settings, 0x5C) == 0);
    settings = settings_from(board_from("clock: NIM " + input, "mark { latch {} }")).value();
    CHECK(value_at(settings, 0x50) == 3);
    CHECK(value_at(settings, 0x5C) == 0x2011);
}

TEST_CASE("a module with 16 bits averages, its registers and event words say so") {
    const auto settings =
        settings_from(with_16_bits("input { channel: 8 record_ns: 1600 averaging { samples: 64 record_ns: "
                                   "51200 pretrigger_ns: 80 } }"))
            .value();
    CHECK(value_at(settings, 0x302C) == (5u << 28 | 10u << 16 | 100));
    CHECK(settings.layout[8].words() == 3 + 1 + 100 + 50);
    CHECK(settings.layout[8].average_ticks == 64);
    CHECK_THAT(refusal(board_from("input { channel: 8 record_ns: 400 averaging { samples: 64 record_ns: 1000 "
                                  "} }")),
               Catch::Contains("averaging") && Catch::Contains("0x302c"));
    CHECK_THAT(
        refusal(with_16_bits("input { channel: 8 record_ns: 400 averaging { samples: 5 record_ns: 1000 "
                             "} }")),
        Catch::Contains("averaging") && Catch::Contains("256"));
}

TEST_CASE("an entry that names a channel overrides, whole, an earlier one, others are off") {
    const auto settings = settings_from(board_from("input { record_ns: 400 negative_pulses: true } "
                                                   "input { channel: 1 enabled: false record_ns: 8 } "
                                                   "input { channel: 2 record_ns: 400 offset: 0.25 }"))
                              .value();
    CHECK(value_at(settings, 0x1010) == 0x09080009);
    CHECK_FALSE(settings.layout[1].enabled);
    CHECK(settings.offset_dac[2] == 0x4000);
    CHECK(settings.offset_dac[0] == 0x8000);
    CHECK(value_at(settings, 0x1014) == 0x020u << 20);
    CHECK(value_at(settings, 0x4014) == 0x02Cu << 20);
    CHECK(settings.layout[13].id == 0x2D);
}

TEST_CASE("what the module cannot hold is one message with module, field, register and what is allowed") {
    struct Case {
        const char* sis3316;
        const char* field;
        const char* in_register;
        const char* rest = "";
    };
    const Case cases[] = {
        {"input { channel: 16 record_ns: 400 }", "input.channel", "0x1010"},
        {"input { channel: 0 record_ns: 262152 }", "record_ns", "0x101c"},
        {"input { channel: 0 record_ns: 400 } input { channel: 1 record_ns: 800 }", "channel 1: record_ns",
         "0x1020"},
        {"input { channel: 4 record_ns: 400 } input { channel: 6 record_ns: 400 pretrigger_ns: 40 }",
         "channel 6: pretrigger_ns", "0x2028"},
        {"input { channel: 0 record_ns: 400 full_scale_v: 3 }", "full_scale_v", "0x1004"},
        {"input { channel: 0 record_ns: 400 external_trigger: false }", "self_trigger", "0x1010"},
        {"input { channel: 0 record_ns: 400 self_trigger: true }", "threshold_adc", "0x1044"},
        {"input { channel: 0 record_ns: 400 self_trigger: true threshold_adc: 5 peaking_ns: 3000 }",
         "peaking_ns", "0x1040"},
        {"input { channel: 0 record_ns: 400 self_trigger: true threshold_adc: 5 gap_ns: 3000 }", "gap_ns",
         "0x1040"},
        {"input { channel: 0 record_ns: 4000 charge_gate { begin_ns: 0 length_ns: 2052 } }", "charge_gate",
         "0x10a0"},
        {"input { channel: 0 record_ns: 400 charge_gate { begin_ns: 0 length_ns: 404 } }", "charge_gate",
         "0x10a0"},
        {"bank_threshold_words: 64 input { channel: 0 record_ns: 4000 }", "bank_threshold_words", "0x1018"},
        {"bank_threshold_words: 16711680 input { channel: 0 record_ns: 4000 }", "bank_threshold_words",
         "0x1018"},
        {"", "input", "0x1010"},
        {"random_trigger_hz: 5 input { channel: 0 record_ns: 400 external_trigger: false self_trigger: true "
         "threshold_adc: 5 }",
         "random_trigger_hz", "0x60"},
        {"random_trigger_hz: 5 input { channel: 0 record_ns: 400 }", "random_trigger_hz", "0x60",
         "mark { trigger {} }"},
        {"input { channel: 0 record_ns: 400 }", "mark.latch", "0x5c", "mark { latch {} } mark { latch {} }"},
        {"front_panel_lead: true clock: FRONT_PANEL input { channel: 0 record_ns: 400 }", "front_panel_lead",
         "0x58"},
    };
    for (const auto& c : cases) {
        INFO(c.sis3316);
        CHECK_THAT(refusal(board_from(c.sis3316, c.rest)),
                   Catch::Contains("board 2 'csi' (SIS3316 at 10.1.2.3)") && Catch::Contains(c.field) &&
                       Catch::Contains(c.in_register) && Catch::Contains("allowed"));
    }
    auto board = board_from("input { channel: 0 record_ns: 400 }");
    board.set_sample_rate_mhz(200);
    CHECK_THAT(refusal(board), Catch::Contains("sample_rate_mhz") && Catch::Contains("0x40"));
    board.mutable_sis3316()->set_clock(config::Sis3316::VXS);
    CHECK(settings_from(board).has_value());
    board.set_bits(12);
    CHECK_THAT(refusal(board), Catch::Contains("bits") && Catch::Contains("0x1100"));
}
