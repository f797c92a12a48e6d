// NAME, NAME=v1,v2,… and NAME=FROM:TO[:POINTS].
#include "offline/verbs/value_grid.hpp"

#include <catch2/catch.hpp>

using namespace spillgate::offline;

namespace {

std::string refusal(const std::string& text) {
    const auto grid = parse_value_grid("--x", text, 5);
    REQUIRE_FALSE(grid.has_value());
    CHECK(grid.error().kind == spillgate::proto::ErrorKind::CONFIG);
    CHECK(grid.error().message.find("--x " + text) != std::string::npos);
    return grid.error().message;
}

}  // namespace

TEST_CASE("a grid of values is a name alone, a list or a range") {
    const auto grid = [](const std::string& text) { return parse_value_grid("--x", text, 5).value(); };
    CHECK(grid("R_n").name == "R_n");
    CHECK(grid("R_n").values.empty());
    CHECK(grid("R_n=5").values == std::vector<double>{5});
    CHECK(grid("a=3,1e-2,-4.5").values == std::vector<double>{3, 0.01, -4.5});
    CHECK(grid("a=1:2").values == std::vector<double>{1, 1.25, 1.5, 1.75, 2});
    CHECK(grid("a=-1:1:3").values == std::vector<double>{-1, 0, 1});
}

TEST_CASE("what is no grid of values is refused with what was found and what is expected") {
    CHECK(refusal("=1").find("NAME=v1,v2") != std::string::npos);
    CHECK(refusal("a=").find("'' is not a number") != std::string::npos);
    CHECK(refusal("a=1,,2").find("'' is not a number") != std::string::npos);
    CHECK(refusal("a=1,2x").find("'2x' is not a number") != std::string::npos);
    CHECK(refusal("a=nan").find("'nan' is not a number") != std::string::npos);
    CHECK(refusal("a=1:inf").find("'inf' is not a number") != std::string::npos);
    CHECK(refusal("a=2:1").find("2 is not below 1") != std::string::npos);
    CHECK(refusal("a=1:2:1").find("'1' points") != std::string::npos);
    CHECK(refusal("a=1:2:2.5").find("'2.5' points") != std::string::npos);
    CHECK(refusal("a=1:2:1000000").find("100000") != std::string::npos);
    CHECK(refusal("a=1:2:3:4").find("FROM:TO:POINTS") != std::string::npos);
}
