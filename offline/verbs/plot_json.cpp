#include <fmt/format.h>

#include "offline/plot/axis_ticks.hpp"
#include "offline/verbs/plot_form.hpp"

namespace spillgate::offline {

namespace {

namespace json = boost::json;

struct SeriesJson {
    json::object operator()(const plot::Curve& s) const { return of(s.name, "curve", s.x.size()); }
    json::object operator()(const plot::Area& s) const { return of(s.name, "area", s.x.size()); }
    json::object operator()(const plot::Points& s) const { return of(s.name, "points", s.x.size()); }
    json::object operator()(const plot::Boxes& s) const { return of(s.name, "boxes", s.boxes.size()); }
    json::object operator()(const plot::HeatMap& s) const { return of({}, "map", s.value.size()); }
    static json::object of(const std::string& name, std::string_view kind, std::size_t points) {
        return {{"name", name}, {"kind", kind}, {"points", points}};
    }
};

}  // namespace

json::array figures_json(const std::vector<plot::Figure>& figures) {
    json::array pages;
    for (const auto& figure : figures) {
        json::array panels;
        for (const auto& panel : figure.panels) {
            json::array series;
            for (const auto& one : panel.series)
                series.push_back(std::visit(SeriesJson(), one));
            panels.push_back(json::object{{"title", panel.title},
                                          {"x", plot::axis_title(panel.x, 0)},
                                          {"y", plot::axis_title(panel.y, 0)},
                                          {"series", std::move(series)}});
        }
        pages.push_back(json::object{
            {"title", figure.title}, {"simulated", figure.simulated}, {"panels", std::move(panels)}});
    }
    return pages;
}

}  // namespace spillgate::offline
