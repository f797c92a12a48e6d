#include "online/blinding_json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "offline/blinding/sideband.hpp"

namespace spillgate::online {

namespace json = boost::json;

json::value sealed_json(const offline::HistogramView& histogram) {
    if (histogram.sealed == offline::Sealing::NONE) return nullptr;
    json::array box;
    for (const auto& range : histogram.box)
        box.push_back(json::object{
            {"chain", range.chain}, {"variable", range.variable}, {"min", range.min}, {"max", range.max}});
    return json::object{{"what", histogram.sealed == offline::Sealing::BOX ? "box" : "all"},
                        {"box", std::move(box)}};
}

json::value sideband_json(const offline::HistogramView& histogram) {
    const auto outside = offline::sideband(histogram);
    if (!outside) return nullptr;
    return json::object{{"in_time", outside->in_time},
                        {"anti_coincident", outside->anti_coincident},
                        {"ratio", outside->ratio},
                        {"sigma", outside->sigma}};
}

}  // namespace spillgate::online
