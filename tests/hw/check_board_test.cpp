#include <filesystem>

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <google/protobuf/text_format.h>

#include "hw/make_source.hpp"
#include "proto/config_loader.hpp"

using namespace spillgate;

namespace {

std::string refusal(const std::string& text) {
    config::Board board;
    REQUIRE(google::protobuf::TextFormat::ParseFromString(
        "id: 2 name: 'csi' sample_rate_mhz: 250 bits: 14 " + text, &board));
    const auto checked = hw::check_board(board);
    if (checked) return "";
    CHECK(checked.error().kind == proto::ErrorKind::CONFIG);
    return checked.error().message;
}

}  // namespace

TEST_CASE("what no digitizer can do is refused before one is asked, by board and field") {
    const std::string input = " input { channel: 0 record_ns: 4000 pretrigger_ns: 400 } ";
    CHECK(refusal("sis3316 { address: '10.1.2.3'" + input + "} mark { trigger { channel: 0 } }").empty());
    CHECK_THAT(refusal("sis3316 { address: '10.1.2.3' input { channel: 16 record_ns: 4000 } }"),
               Catch::Contains("board 2 'csi'") && Catch::Contains("channel"));
    for (const auto* address : {"", "10.1.2", "0.1.2.3", "224.0.0.1", "255.255.255.255", "digitizer"})
        CHECK_THAT(refusal(fmt::format("sis3316 {{ address: '{}' {} }}", address, input)),
                   Catch::Contains("board 2 'csi'") && Catch::Contains("the module's own IPv4 address"));
    CHECK_THAT(refusal("sis3316 { address: '10.1.2.3'" + input + "} mark { trigger { channel: 5 } }"),
               Catch::Contains("channel 5 is not read out"));
    CHECK_THAT(refusal("dig2 { address: 'digitizer'" + input + "}"), Catch::Contains("no IP address"));
}

TEST_CASE("every configuration that comes with the project passes") {
    std::size_t boards = 0;
    for (const auto& entry : std::filesystem::directory_iterator(SPILLGATE_SOURCE_DIR "/config")) {
        if (entry.path().extension() != ".txtpb") continue;
        const auto loaded = proto::load_config(entry.path().string());
        if (!loaded) continue;  // of another program
        for (const auto& board : loaded->config.board()) {
            INFO(entry.path() << ", board " << board.id());
            ++boards;
            CHECK(hw::check_board(board).has_value());
        }
    }
    CHECK(boards > 0);
}
