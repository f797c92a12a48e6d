// The emulated VX27xx's command server, from request to reply.
#include "hw/emulator/dig2/command_set.hpp"

#include <boost/json.hpp>
#include <catch2/catch.hpp>

namespace spillgate::hw::emulator::dig2 {

namespace json = boost::json;

namespace {

struct Server {
    explicit Server(bool psd = false)
        : tree({.model = "VX2730",
                .serial = "7",
                .psd = psd,
                .channels = 4,
                .sample_rate_mhz = 500,
                .adc_bits = 14,
                .data_port = 4321}),
          commands(tree, [this](const std::string& path) -> proto::Result<std::string> {
              acted = path;
              return std::string(path == "/cmd/armacquisition" ? "ARM" : "");
          }) {}

    json::object ask(std::string_view command, std::string_view query = "", std::string_view value = "") {
        const std::string text = json::serialize(json::object{
            {"cmd", command}, {"handle", tree.handle_of("")}, {"query", query}, {"value", value}});
        return json::parse(commands.answer(text, [] { return proto::Status(); })).as_object();
    }
    std::string value(std::string_view command, std::string_view query, std::string_view set = "") {
        const auto reply = ask(command, query, set);
        if (!reply.at("result").as_bool()) return "refused";
        const auto& values = reply.at("value").as_array();
        return values.empty() ? "" : std::string(values[0].as_string());
    }

    NodeTree tree;
    std::string acted;
    CommandSet commands;
};

}  // namespace

TEST_CASE("connect gives the device's handle and the server's version", "[dig2]") {
    Server server;
    const auto reply = server.ask("connect", "", "client");
    CHECK(reply.at("cmd") == "connect");
    CHECK(reply.at("result") == true);
    CHECK(reply.at("flag").is_null());
    CHECK(reply.at("value").as_array().at(1) == "10402");
    CHECK(server.ask("connect", "", "friend").at("result") == false);
}

TEST_CASE("paths are found in any case, from any handle, and back", "[dig2]") {
    Server server;
    CHECK(server.value("getValue", "/par/NumCh") == "4");
    CHECK(server.value("getValue", "/PAR/ADC_SAMPLRATE") == "500");
    CHECK(server.value("getValue", "/endpoint/raw/port") == "4321");
    const std::string handle = server.value("getHandle", "/endpoint/raw");
    const std::string text = json::serialize(
        json::object{{"cmd", "getValue"}, {"handle", std::stoul(handle)}, {"query", "/port"}, {"value", ""}});
    const auto reply = json::parse(server.commands.answer(text, [] { return proto::Status(); }));
    CHECK(reply.at("value").as_array().at(0) == "4321");
    CHECK(server.value("getPath", "/ch/2/par/chenable") == "/ch/2/par/chenable");
    CHECK(server.value("getParentHandle", "/endpoint/raw") == server.value("getHandle", "/endpoint"));
    const auto properties = server.ask("getNodeProperties", "/endpoint/scope");
    CHECK(properties.at("value").as_array().at(0) == "scope");
    CHECK(properties.at("value").as_array().at(1) == "ENDPOINT");
    CHECK(server.ask("getChildHandles", "/ch").at("value").as_array().size() == 4);
}

TEST_CASE("numbers are held to their range and step, texts to what is allowed", "[dig2]") {
    Server server;
    CHECK(server.value("setValue", "/par/RecordLengthS", "402").empty());
    CHECK(server.value("getValue", "/par/recordlengths") == "404");
    CHECK(server.value("setValue", "/par/RecordLengthS", "3") == "refused");
    CHECK(server.value("setValue", "/par/RecordLengthS", "many") == "refused");
    CHECK(server.value("getValue", "/par/recordlengths/increment") == "4");
    CHECK(server.value("setValue", "/par/AcqTriggerSource", "trgin|SWTRG").empty());
    CHECK(server.value("getValue", "/par/acqtriggersource") == "TrgIn | SwTrg");
    CHECK(server.value("setValue", "/par/AcqTriggerSource", "Moon") == "refused");
    CHECK(server.value("setValue", "/par/clocksource", "Internal|FPClkIn") == "refused");
    CHECK(server.value("setValue", "/par/numch", "9") == "refused");
    CHECK(server.value("getValue", "/par/nothing") == "refused");
    CHECK(server.value("getValue", "/cmd/reset") == "refused");
}

TEST_CASE("a range of channels is set at once", "[dig2]") {
    Server server(true);
    CHECK(server.value("setValue", "/ch/1..3/par/ChEnable", "False").empty());
    CHECK(server.value("getValue", "/ch/0/par/chenable") == "True");
    CHECK(server.value("getValue", "/ch/3/par/chenable") == "False");
    CHECK(server.value("setValue", "/ch/0..4/par/ChEnable", "False") == "refused");
    server.tree.reset();
    CHECK(server.value("getValue", "/ch/3/par/chenable") == "True");
}

TEST_CASE("commands are carried out and their flag told", "[dig2]") {
    Server server;
    CHECK(server.ask("sendCommand", "/cmd/ArmAcquisition").at("flag") == "ARM");
    CHECK(server.acted == "/cmd/armacquisition");
    CHECK(server.ask("sendCommand", "/cmd/nothing").at("result") == false);
    CHECK(server.ask("dance", "/par").at("result") == false);
}

TEST_CASE("the device tree is JSON with handles and values", "[dig2]") {
    Server server;
    const auto tree = json::parse(server.value("getDeviceTree", ""));
    CHECK(tree.at("par").at("numch").at("value") == "4");
    CHECK(tree.at("ch").at("3").at("par").at("dcoffset").at("maxvalue").at("value") == "100");
}

TEST_CASE("requests that are none are refused", "[dig2]") {
    Server server;
    for (const std::string text : {"", "{", "7", "[]", "{}", R"({"cmd":7})"}) {
        INFO(text);
        const auto reply = json::parse(server.commands.answer(text, [] { return proto::Status(); }));
        CHECK(reply.at("result") == false);
    }
}

}  // namespace spillgate::hw::emulator::dig2
