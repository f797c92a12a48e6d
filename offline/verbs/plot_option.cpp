#include "offline/verbs/plot_option.hpp"

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include "offline/plot/draw.hpp"

namespace spillgate::offline {

void PlotOption::add(CLI::App& command, const std::string& what) {
    command.add_option("--plot", path_, fmt::format("{}: .png, .svg or .pdf", what));
}

proto::Status PlotOption::check() const {
    if (path_.empty()) return {};
    if (const auto medium = plot::medium_of(path_); !medium) return medium.error();
    return {};
}

proto::Status PlotOption::draw(const std::function<plot::Figure()>& make, Report& report) const {
    if (path_.empty()) return {};
    plot::Drawing drawing;
    drawing.out = {path_};
    const auto figure = make();
    const auto drawn = plot::draw({&figure, 1}, drawing);
    if (!drawn) return drawn.error();
    report.json["plot"] = boost::json::array(drawn->begin(), drawn->end());
    for (const auto& path : *drawn)
        report.text.append(path).append("\n");
    return {};
}

}  // namespace spillgate::offline
