// What the forms of `plot` have in common: each makes the pages of one kind of plot; where they go and how
// large they are is the same for all.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "offline/plot/draw.hpp"
#include "offline/verbs/verb.hpp"

namespace spillgate::offline {

// What a form has made: pages, what there is to say of them, and whether something was wrong with the input.
struct PlotPages {
    std::vector<plot::Figure> figures;
    boost::json::object json;
    std::string text;
    bool failed = false;
};

class PlotForm {
  public:
    virtual ~PlotForm() = default;
    virtual std::string_view name() const = 0;     // "spectra"
    virtual std::string_view summary() const = 0;  // one line
    virtual std::string_view example() const = 0;
    virtual void add_options(CLI::App& command) = 0;
    // Errors as Verb::run().
    virtual proto::Result<PlotPages> make() = 0;
};

std::unique_ptr<PlotForm> make_plot_spectra();
std::unique_ptr<PlotForm> make_plot_waveform();
std::unique_ptr<PlotForm> make_plot_calibration();

// What is on each page: {"title", "simulated", "panels": [{"title", "x", "y", "series": [{"name", "kind",
// "points"}]}]}.
boost::json::array figures_json(const std::vector<plot::Figure>& figures);

}  // namespace spillgate::offline
