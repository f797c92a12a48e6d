#include "daq/ctl/console/text_plot.hpp"

#include <cmath>
#include <limits>
#include <sstream>
#include <vector>

#include <catch2/catch.hpp>
#include <fmt/format.h>

using namespace spillgate;
using daq::PlotPoint;

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

std::vector<std::string> lines_of(const std::string& text) {
    std::istringstream in(text);
    std::vector<std::string> lines;
    for (std::string line; std::getline(in, line);)
        lines.push_back(line);
    return lines;
}

// What stands right of the scale.
std::string curve_in(const std::string& line) {
    const std::string edge = "│";
    return line.substr(line.find(edge) + edge.size());
}

daq::PlotLook look(double x_max) {
    return {13 + 8, 2, 0, x_max, [](double x) { return fmt::format("{:g}s", x); }};
}

}  // namespace

TEST_CASE("a drawing has the scale at the left and the ends of x below") {
    const std::vector<PlotPoint> rising{{0, 0, 0}, {16, 7, 7}};
    const auto lines = lines_of(daq::text_plot(rising, look(16)));
    REQUIRE(lines.size() == 3);
    CHECK(lines[0].starts_with("          7 │"));
    CHECK(lines[1].starts_with("          0 │"));
    CHECK(lines[2].find("0s") == 13);
    CHECK(lines[2].ends_with("16s"));
    // From the lowest dot at the left to the highest at the right.
    CHECK(curve_in(lines[1]).starts_with("⣀"));
    CHECK(curve_in(lines[0]).ends_with("⠋"));
}

TEST_CASE("a bar reaches from the lowest to the highest, and a line leads on from its middle") {
    const std::vector<PlotPoint> one{{0, 0, 8}, {15, 0, 0}};
    const auto lines = lines_of(daq::text_plot(one, look(15)));
    CHECK(curve_in(lines[0]).starts_with("⡇"));
    CHECK(curve_in(lines[1]).starts_with("⡏"));
}

TEST_CASE("where nothing is known the curve is broken, and no data is said in words") {
    const std::vector<PlotPoint> broken{{0, 1, 1}, {1, 1, 1}, {8, not_a_number, 1}, {14, 1, 1}, {15, 1, 1}};
    const auto lines = lines_of(daq::text_plot(broken, look(15.99)));
    std::string both;
    for (const auto& line : {lines[0], lines[1]})
        both = curve_in(line).size() > both.size() ? curve_in(line) : both;
    CHECK(both.find("      ") != std::string::npos);
    const std::vector<PlotPoint> whole{{0, 1, 1}, {1, 1, 1}, {14, 1, 1}, {15, 1, 1}};
    CHECK(daq::text_plot(whole, look(15.99)).find("     ⠉") == std::string::npos);
    CHECK(daq::text_plot({}, look(1)) == "no data\n");
    const std::vector<PlotPoint> beyond{{7, 1, 1}};
    CHECK(daq::text_plot(beyond, look(1)) == "no data\n");
    const std::vector<PlotPoint> unknown{{0, not_a_number, not_a_number}};
    CHECK(daq::text_plot(unknown, look(1)) == "no data\n");
}

TEST_CASE("no numbers, however large, lead out of a drawing") {
    constexpr double most = std::numeric_limits<double>::max();
    constexpr double least = std::numeric_limits<double>::denorm_min();
    for (const auto& points : std::vector<std::vector<PlotPoint>>{{{0, -most, most}, {1, most, -most}},
                                                                  {{0, least, least}},
                                                                  {{0, 0, 0}},
                                                                  {{0, most, most}, {1, most, most}}}) {
        const auto lines = lines_of(daq::text_plot(points, look(1)));
        CHECK(lines.size() == 3);
    }
    auto narrow = look(1);
    narrow.columns = 0;
    narrow.rows = 0;
    const std::vector<PlotPoint> point{{0, 1, 1}};
    CHECK(lines_of(daq::text_plot(point, narrow)).size() == 2);
}
