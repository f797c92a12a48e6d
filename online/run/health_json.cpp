#include "online/run/health_json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace spillgate::online {

namespace json = boost::json;

json::value health_json(const std::vector<Light>& lights) {
    json::array out;
    for (const auto& light : lights)
        out.push_back(
            json::object{{"name", light.name}, {"state", name_of(light.state)}, {"reason", light.reason}});
    return json::object{{"lights", std::move(out)}};
}

}  // namespace spillgate::online
