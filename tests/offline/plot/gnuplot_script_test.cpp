// Scripts for gnuplot: what must be in them, not how they look.
#include "offline/plot/gnuplot_script.hpp"

#include <cmath>

#include <catch2/catch.hpp>

#include "offline/plot/gnuplot_text.hpp"

using namespace spillgate::offline::plot;
using Catch::Contains;

namespace {

Figure small_figure() {
    Panel panel;
    panel.x.label = "t_rec";
    panel.x.unit = "μs";
    panel.x.max = 12;
    panel.y.label = "Counts";
    panel.y.min = -3;
    panel.y.max = 50;
    panel.series.emplace_back(Curve{"a_b", {0, 1, 2}, {5, std::nan(""), 7}, {0x0072B2, 1}});
    Figure figure;
    figure.title = "title";
    figure.lines = {"line"};
    figure.footer = "footer";
    figure.panels.push_back(std::move(panel));
    return figure;
}

std::string script(const Figure& figure, Medium medium = Medium::SVG, PageSize size = {}) {
    return gnuplot_script({&figure, 1}, medium, size);
}

}  // namespace

TEST_CASE("text that a person wrote is shown as it stands, whatever gnuplot makes of its characters") {
    CHECK(gnuplot_text("plain") == "'plain'");
    CHECK(gnuplot_text("a_b^c{d}@e&f~g\\h") == "'a\\_b\\^c\\{d\\}\\@e\\&f\\~g\\\\h'");
    CHECK(gnuplot_text("it's") == "'it''s'");
    CHECK(gnuplot_text("two\nlines\t") == "'two lines '");
    CHECK(gnuplot_text("μs × ¹⁸") == "'μs × ¹⁸'");
    CHECK(gnuplot_text("broken \xC3( \xFF") == "'broken \xEF\xBF\xBD( \xEF\xBF\xBD'");
    CHECK(gnuplot_text("cut \xE2\x82") == "'cut \xEF\xBF\xBD\xEF\xBF\xBD'");
}

TEST_CASE("the words t_rec and R_n are set with their index, and no other word") {
    CHECK(gnuplot_text("t_rec (μs)") == "'{/:Italic t}_{rec} (μs)'");
    CHECK(gnuplot_text("t_rec_us") == "'t\\_rec\\_us'");
    CHECK(gnuplot_text("pe_t_rec") == "'pe\\_t\\_rec'");
    CHECK(gnuplot_text("σ(R_n)/R_n") == "'σ({/:Italic R}_{n})/{/:Italic R}_{n}'");
    CHECK(gnuplot_text("R_n_Cs") == "'R\\_n\\_Cs'");
}

TEST_CASE("a script holds ranges, labels with units, data and the legend") {
    const auto text = script(small_figure());
    CHECK_THAT(text, Contains("set xrange [0:12]") && Contains("set yrange [-3:50]"));
    CHECK_THAT(text, Contains("'{/:Italic t}_{rec} (μs)'") && Contains("'Counts'"));
    CHECK_THAT(text, Contains("0 5\n1 NaN\n2 7\n") && Contains("title 'a\\_b'"));
    CHECK_THAT(text, Contains("'title'") && Contains("'line'") && Contains("'footer'"));
}

TEST_CASE("the SIMULATED badge is there if and only if the figure is simulated") {
    auto figure = small_figure();
    CHECK_THAT(script(figure), !Contains("SIMULATED"));
    figure.simulated = true;
    CHECK_THAT(script(figure), Contains("SIMULATED"));
}

TEST_CASE("each medium has its terminal and the size that was asked for") {
    const auto figure = small_figure();
    CHECK_THAT(script(figure, Medium::PNG), Contains("set terminal pngcairo size 1200,800 "));
    CHECK_THAT(script(figure, Medium::SVG, {640, 0}), Contains("set terminal svg size 640,800 "));
    CHECK_THAT(script(figure, Medium::PDF, {720, 360}),
               Contains("set terminal pdfcairo size 10.0000in,5.0000in "));
}

TEST_CASE("on a logarithmic axis a point at zero is not drawn, and an error bar reaches down to the axis") {
    auto figure = small_figure();
    auto& panel = figure.panels[0];
    panel.y.logarithmic = true;
    panel.y.min = 0.5;
    panel.series = {Points{"n", {1, 2}, {0, 4}, {0, -1}, {0, 9}, {}}};
    const auto text = script(figure);
    CHECK_THAT(text, Contains("set logscale y"));
    CHECK_THAT(text, Contains("1 NaN 0.5 0.5\n2 4 0.5 9\n"));
}

TEST_CASE("a heat map's cells are at their centres, and one that is not known stays empty") {
    auto figure = small_figure();
    auto& panel = figure.panels[0];
    panel.x.max = 4;
    panel.y.min = 0;
    panel.y.max = 10;
    HeatMap map;
    map.columns = 2;
    map.rows = 1;
    map.value = {3, std::nan("")};
    map.palette = Palette::RESIDUAL;
    map.scale.min = -7;
    map.scale.max = 7;
    panel.series = {map};
    const auto text = script(figure);
    CHECK_THAT(text, Contains("1 5 3\n3 5 NaN\n") && Contains("set cbrange [-7:7]"));
}

TEST_CASE("equal figures give equal scripts, and several pages one script") {
    const auto figure = small_figure();
    CHECK(script(figure) == script(figure));
    const std::vector<Figure> pages{figure, figure, figure};
    const auto text = gnuplot_script(pages, Medium::PDF, {});
    std::size_t count = 0;
    for (auto at = text.find("unset multiplot"); at != std::string::npos;
         at = text.find("unset multiplot", at + 1))
        ++count;
    CHECK(count == 3);
}
