// The console's configuration and its people are read as strictly as the daemons' configurations.
#include "proto/console_loader.hpp"

#include <catch2/catch.hpp>

using namespace spillgate;

namespace {

std::string refusal(const std::string& text) {
    const auto loaded = proto::parse_console(text, "file");
    return loaded ? "accepted" : loaded.error().message;
}

bool refuses(const std::string& text, const std::string& why) {
    const auto said = refusal(text);
    CAPTURE(said);
    return said.find(why) != std::string::npos;
}

std::string alarm(const std::string& rest) {
    return "alarm { name: \"a\" quantity: \"disk.free_bytes\" " + rest + " }\n";
}

}  // namespace

TEST_CASE("a console's configuration has its defaults written out") {
    const auto loaded = proto::parse_console("", "file").value();
    CHECK(loaded.console.push_hz() == 20);
    CHECK(loaded.console.history().minutes_days() == 30);
    CHECK(loaded.sha256.size() == 64);
    CHECK(loaded.sha256 == proto::parse_console("push_hz: 20", "file")->sha256);
    CHECK(loaded.sha256 != proto::parse_console("push_hz: 5", "file")->sha256);
    CHECK(proto::console_path_of("config/demo.txtpb") == "config/demo-console.txtpb");
}

TEST_CASE("a console's contradictions are refused where they stand") {
    CHECK(refusal(alarm("below: 1e9")) == "accepted");
    CHECK(refusal(alarm("below: 1e9") + alarm("lower: 3")).starts_with("file:2:"));
    CHECK(refuses(alarm(""), "has no limit"));
    CHECK(refusal(alarm("unknown: ALARMS")) == "accepted");
    CHECK(refuses(alarm("below: 10 above: 11 hysteresis: 0.5"), "never comes back"));
    CHECK(refuses(alarm("below: 1 hysteresis: -1"), "hysteresis"));
    CHECK(refuses(alarm("below: 1") + alarm("above: 2"), "a second alarm named 'a'"));
    CHECK(refuses("alarm { name: \"a\" quantity: \"*.rate_*\" above: 1 }", "more than one '*'"));
    CHECK(refuses("webhook { name: \"w\" url: \"http://example.org/\" }", "loopback"));
    CHECK(refuses("webhook { name: \"w\" url: \"http://localhost.example.org/\" }", "loopback"));
    CHECK(refusal("webhook { name: \"w\" url: \"http://127.0.0.1:99/\" }") == "accepted");
    CHECK(refuses("quality { quantity: \"q\" low: 2 high: 1 }", "ascend"));
    CHECK(refuses("quality { quantity: \"q\" low: 1 warn_low: 0.5 }", "ascend"));
    CHECK(refusal("quality { quantity: \"q\" low: 1 warn_low: 1 warn_high: 3 high: 3 }") == "accepted");
    CHECK(refuses("quality { quantity: \"q\" }", "has no bound"));
    CHECK(refuses("quality { quantity: \"*.a_*\" low: 1 }", "more than one '*'"));
    CHECK(refuses("quality { quantity: \"q\" low: 1 run_type: \"phisics\" }", "allowed are: physics"));
    CHECK(refuses("quality { quantity: \"q\" low: 1 } quality { quantity: \"q\" high: 2 run_type: \"spe\" }",
                  "two bands"));
    CHECK(refusal("quality { quantity: \"q\" low: 1 run_type: \"physics\" } "
                  "quality { quantity: \"q\" low: 2 run_type: \"beam-off\" run_type: \"spe\" }") ==
          "accepted");
    CHECK(refuses("reference { name: \"r\" }", "either a run or a file"));
    CHECK(refuses("reference { name: \"run-7\" run: 8 }", "the name of run 7"));
    CHECK(refusal("reference { name: \"run-up\" run: 8 }") == "accepted");
    CHECK(refuses("recent_spills: 600 recent_spills: 0", "from 1 on"));
    CHECK(refuses("recent_spills: 600 recent_spills: 600", "each number once"));
    CHECK(refuses("recent_spills: [1, 2, 3, 4, 5, 6, 7, 8, 9]", "at most 8"));
    CHECK(refusal("recent_spills: [600, 36000]") == "accepted");
    CHECK(refuses("plan { begin_utc_s: 10 end_utc_s: 10 }", "ends before"));
    CHECK(refuses("plan { experiment: \"csi\" }", "belong together"));
}

TEST_CASE("a list of people with what is no hash, or with a name twice, is refused") {
    const std::string person = "person { name: \"A. Person\" role: SHIFT token_sha256: \"";
    const std::string good = person + std::string(64, 'a') + "\" }\n";
    CHECK(proto::parse_people(good, "file").has_value());
    CHECK(proto::parse_people(good + good, "file").error().message.find("a second person") !=
          std::string::npos);
    CHECK(proto::parse_people(person + std::string(64, 'A') + "\" }", "file").error().message.find("hex") !=
          std::string::npos);
    CHECK_FALSE(proto::parse_people(person + "abc\" }", "file").has_value());
}
