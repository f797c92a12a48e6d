// spillgate_figures: draws the sensitivity study's figures as SVG (tests/figures/run.sh).
#include <algorithm>
#include <cstdio>
#include <exception>
#include <set>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "offline/plot/draw.hpp"
#include "tests/figures/figures.hpp"

namespace {

using namespace spillgate;

bool draw(const offline::plot::Figure& figure, const std::string& path) {
    offline::plot::Drawing drawing;
    drawing.out = {path};
    if (const auto drawn = offline::plot::draw(std::span(&figure, 1), drawing); !drawn) {
        fmt::print(stderr, "{}\n", drawn.error().message);
        return false;
    }
    fmt::print("{}\n", path);
    std::fflush(stdout);
    return true;
}

struct Drawn {
    std::string name;
    offline::plot::Figure (*make)();
};
const Drawn all[]{{"precision-mass", figures::precision_against_mass},
                  {"precision-quenching", figures::precision_against_quenching},
                  {"precision-threshold", figures::precision_against_threshold},
                  {"spectra", figures::spectra},
                  {"moments", figures::moments}};

int run(int argc, char** argv) {
    CLI::App app("Draws the figures of docs/analyses/sensitivity.md.");
    std::string out, kind = "svg";
    std::vector<std::string> wanted;
    std::set<std::string> known;
    for (const auto& [name, make] : all)
        known.insert(name);
    app.add_option("names", wanted, "figures; all if none is named")->check(CLI::IsMember(known));
    app.add_option("--out", out, "folder of the pictures")->required();
    app.add_option("--kind", kind, "of pictures")
        ->capture_default_str()
        ->check(CLI::IsMember({"svg", "png"}));
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        return app.exit(e) == 0 ? 0 : 2;
    }
    bool good = true;
    for (const auto& [name, make] : all)
        if (wanted.empty() || std::ranges::find(wanted, name) != wanted.end())
            good = draw(make(), fmt::format("{}/{}.{}", out, name, kind)) && good;
    return good ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return run(argc, argv);
    } catch (const std::exception& wrong) {
        fmt::print(stderr, "{}\n", wrong.what());
        return 1;
    }
}
