#include "daq/ctl/console/spectrum_plot.hpp"

#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>

using namespace spillgate;

namespace {

proto::Result<std::string> plot_of(const char* text) {
    return daq::spectrum_plot(boost::json::parse(text).as_object(), {60, 4});
}

}  // namespace

TEST_CASE("each kind of window that is known is drawn, with the sum of its bins") {
    const auto text = plot_of(R"({"name": "pe", "title": "Photoelectrons", "run": 12,
        "axes": [{"variable": "pe", "unit": "PE", "bins": 3, "min": 0, "max": 6}],
        "in_time": {"counts": [1, 2, 4]}, "anti_coincident": {"counts": [0, 0, 1]}, "free": null,
        "residual": {"values": [1, 2, 3], "sigmas": [1, 1, 2]}, "sealed": null})")
                          .value();
    CAPTURE(text);
    CHECK(text.starts_with("pe: Photoelectrons\nrun           12\n"));
    for (const char* part : {"\nC: 7 in its bins\n", "\nAC: 1 in its bins\n",
                             "\nC - alpha AC: 6 in its bins\n", "          4 │", " 6 PE\n"})
        CHECK(text.find(part) != std::string::npos);
    CHECK(text.find("free") == std::string::npos);
}

TEST_CASE("what is sealed is said, and not drawn") {
    const auto text = plot_of(R"({"name": "pe", "axes": [{"bins": 2, "min": 0, "max": 6}], "residual": null,
        "in_time": {"counts": null}, "anti_coincident": {"counts": [3, 1]}, "sealed": {"what": "all"}})")
                          .value();
    CHECK(text.find("sealed        all\n") != std::string::npos);
    CHECK(text.find("\nC ") == std::string::npos);
    CHECK(text.find("\nAC: 4 in its bins\n") != std::string::npos);
}

TEST_CASE("a map is not drawn, and counts that do not fit the axis are refused") {
    const auto map = plot_of(
        R"({"name": "m", "axes": [{"bins": 2, "min": 0, "max": 6}, {"bins": 2, "min": 0, "max": 6}]})");
    REQUIRE_FALSE(map.has_value());
    CHECK(map.error().kind == proto::ErrorKind::CONFIG);
    for (const char* text :
         {"{}", R"({"axes": [{"bins": 0, "min": 0, "max": 6}]})",
          R"({"axes": [{"bins": 2, "min": 6, "max": 0}]})",
          R"({"axes": [{"bins": 2, "min": 0, "max": 6}], "in_time": {"counts": [1]}})",
          R"({"axes": [{"bins": 1, "min": 0, "max": 6}], "residual": {"values": [1, 2]}})"}) {
        CAPTURE(text);
        const auto plot = plot_of(text);
        REQUIRE_FALSE(plot.has_value());
        CHECK(plot.error().kind == proto::ErrorKind::CORRUPT);
    }
}
