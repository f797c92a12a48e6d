// The emulator's configuration is read as strictly as the daemons'.
#include "proto/emulator_loader.hpp"

#include <catch2/catch.hpp>

using namespace spillgate;

namespace {

const std::string board = "board { id: 0 sample_rate_mhz: 250 bits: 14 }";

std::string refusal(const std::string& modules) {
    const auto loaded = proto::parse_emulator("name: \"test\"\n" + modules, "file");
    return loaded ? "accepted" : loaded.error().message;
}

std::string module(const std::string& device, const std::string& rest) {
    return "module { name: \"a\" " + device + " " + rest + " }\n";
}

}  // namespace

TEST_CASE("the demo's emulator is a valid configuration") {
    const auto loaded = proto::load_emulator(SPILLGATE_SOURCE_DIR "/config/demo-emulator.txtpb");
    REQUIRE(loaded.has_value());
    CHECK(loaded->module(0).sis3316().port() == 57344);
    CHECK_FALSE(loaded->module(0).has_pattern());
}

TEST_CASE("an emulator's contradictions are refused where they stand") {
    const std::string pattern = board + " pattern {}";
    CHECK(refusal(module("sis3316 {}", pattern)) == "accepted");
    CHECK(refusal(module("sis3316 { adress: \"127.0.0.1\" }", pattern)).starts_with("file:2:"));
    CHECK(refusal(module("sis3316 { port: 70000 }", pattern)).find("65535") != std::string::npos);
    CHECK(refusal(module("sis3316 { address: \"0.0.0.0\" }", pattern)).find("loopback") != std::string::npos);
    CHECK(refusal(module("sis3316 { adc_firmware: 1 }", pattern)).find("0x0250") != std::string::npos);
    CHECK(refusal(module("sis3316 { adc_firmware: 0x01250007 }", pattern)).find("has 16") !=
          std::string::npos);
    CHECK(refusal(module("sis3316 {}", board)).find("looks at nothing") != std::string::npos);
    CHECK(refusal(module("", pattern)).find("no device") != std::string::npos);
    CHECK(refusal(module("sis3316 {}", pattern) + module("sis3316 {}", pattern)).find("a second 'a'") !=
          std::string::npos);
    const std::string one = "module { name: \"b\" sis3316 { port: 5000 } " + pattern + " }\n";
    CHECK(refusal(one + module("sis3316 { port: 5000 }", pattern)).find("127.0.0.1:5000") !=
          std::string::npos);
    CHECK(refusal("control_endpoint: \"tcp://127.0.0.1:1\"\n").find("ipc://") != std::string::npos);
    CHECK(refusal(module("sis3316 {}",
                         "pattern {} board { id: 0 sample_rate_mhz: 250 bits: 14 is_signed: true }"))
              .find("unsigned") != std::string::npos);
}
