// Pictures as gnuplot draws them.
#include "offline/plot/draw.hpp"

#include <filesystem>

#include <catch2/catch.hpp>

#include "offline/plot/gnuplot.hpp"
#include "tests/offline/verbs/run_program.hpp"

using namespace spillgate;
using namespace spillgate::offline::plot;
using Catch::Contains;
using offline::testing::content_of;
using offline::testing::TestDirectory;

namespace {

Figure small_figure(const std::string& title = "a <b> & 'c'") {
    Panel panel;
    panel.x.label = "Photoelectrons";
    panel.x.unit = "PE";
    panel.y.label = "Counts";
    panel.y.max = 10;
    panel.series.emplace_back(Area{"area", {0, 1}, {0, 0}, {3, 4}, {0xE69F00, 0.4}});
    panel.series.emplace_back(Points{"points", {0.5}, {4}, {2}, {6}, {0x0072B2}});
    panel.series.emplace_back(Boxes{"", {{0.1, 0.2, 1, 2}}, {0x009E73, 0.5}});
    panel.notes.push_back({0.5, 8, "note_1", Anchor::CENTRE, {}});
    HeatMap map;
    map.columns = map.rows = 2;
    map.value = {1, 2, 3, 4};
    map.scale.label = "Counts per bin";
    map.scale.max = 4;
    Panel second = panel;
    second.series = {map};
    Figure figure;
    figure.title = title;
    figure.simulated = true;
    figure.panels = {panel, second};
    return figure;
}

std::vector<std::string> drawn(const std::vector<Figure>& pages, const std::vector<std::string>& out) {
    Drawing drawing;
    drawing.out = out;
    return draw(pages, drawing).value();
}

std::size_t count(const std::string& text, const std::string& what) {
    std::size_t n = 0;
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1))
        ++n;
    return n;
}

}  // namespace

TEST_CASE("a figure becomes a PNG, an SVG and a PDF") {
    const TestDirectory directory;
    const std::vector<std::string> out{directory.path("a.png"), directory.path("a.svg"),
                                       directory.path("a.pdf")};
    CHECK(drawn({small_figure()}, out) == out);
    const auto png = content_of(out[0]);
    CHECK(png.starts_with("\x89PNG\r\n\x1a\n"));
    CHECK(png.ends_with(std::string("IEND\xAE\x42\x60\x82")));
    CHECK(png.size() > 5000);
    const auto svg = content_of(out[1]);
    CHECK_THAT(svg, Contains("<svg") && Contains("</svg>") && Contains("Photoelectrons (PE)") &&
                        Contains("SIMULATED") && Contains("note_1") && Contains("Counts per bin"));
    CHECK_THAT(svg, Contains("&lt;b") && Contains("&amp;"));
    const auto pdf = content_of(out[2]);
    CHECK(pdf.starts_with("%PDF-"));
    CHECK_THAT(pdf, Contains("%%EOF") && !Contains("CreationDate"));
}

TEST_CASE("equal figures give equal files") {
    const TestDirectory directory;
    for (const std::string extension : {".png", ".svg", ".pdf"}) {
        const auto a = directory.path("a" + extension);
        const auto b = directory.path("b" + extension);
        drawn({small_figure()}, {a, b});
        CHECK(content_of(a) == content_of(b));
    }
}

TEST_CASE("several pages are one PDF, and as many numbered PNGs") {
    const TestDirectory directory;
    const std::vector<Figure> pages{small_figure("one"), small_figure("two"), small_figure("three")};
    drawn(pages, {directory.path("p.pdf")});
    CHECK(count(content_of(directory.path("p.pdf")), "/Type /Page %") == 3);
    const auto written = drawn(pages, {directory.path("p.svg")});
    CHECK(written == std::vector<std::string>{directory.path("p-1.svg"), directory.path("p-2.svg"),
                                              directory.path("p-3.svg")});
    CHECK_THAT(content_of(written[1]), Contains("two") && !Contains("three"));
}

TEST_CASE("a file name that is no picture is refused before anything is drawn") {
    const TestDirectory directory;
    Drawing drawing;
    drawing.out = {directory.path("a.png"), directory.path("b.gif")};
    const auto figure = small_figure();
    const auto refused = draw({&figure, 1}, drawing);
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().kind == proto::ErrorKind::CONFIG);
    CHECK_THAT(refused.error().message, Contains("b.gif") && Contains(".svg"));
    CHECK_FALSE(std::filesystem::exists(directory.path("a.png")));
}

TEST_CASE("without gnuplot the error names the package, and nothing is written") {
    const TestDirectory directory;
    Drawing drawing;
    drawing.out = {directory.path("a.png")};
    drawing.program = "no-such-gnuplot";
    const auto figure = small_figure();
    const auto missing = draw({&figure, 1}, drawing);
    REQUIRE_FALSE(missing.has_value());
    CHECK(missing.error().kind == proto::ErrorKind::NOT_FOUND);
    CHECK_THAT(missing.error().message, Contains("no-such-gnuplot") && Contains("gnuplot-nox"));
    CHECK_FALSE(std::filesystem::exists(directory.path("a.png")));
}

TEST_CASE("what gnuplot complains of is said") {
    const auto failed = run_gnuplot("set terminal svg\nplot no_such_function(x)\n");
    REQUIRE_FALSE(failed.has_value());
    CHECK(failed.error().kind == proto::ErrorKind::IO);
    CHECK_THAT(failed.error().message, Contains("status 1") && Contains("undefined function"));
    const auto nothing = run_gnuplot("");
    REQUIRE_FALSE(nothing.has_value());
    CHECK_THAT(nothing.error().message, Contains("drew nothing"));
}
