#include "online/run/state_routes.hpp"

#include <boost/json/serialize.hpp>

#include "online/run/beam_json.hpp"
#include "online/run/health_json.hpp"
#include "proto/time.hpp"

namespace spillgate::online {

namespace json = boost::json;

std::vector<Route> run_state_routes(const SnapshotBoard& board) {
    std::vector<Route> routes;
    routes.push_back(answering("GET", "/api/health", Need::READ, [&board](const Request&) {
        const auto now = board.newest();
        return as_json(json::serialize(
            health_json(lights(*now, *now->strip, now->config->config, proto::utc_now_ns()))));
    }));
    routes.push_back(answering("GET", "/api/beam", Need::READ, [&board](const Request&) {
        const auto now = board.newest();
        const auto beam = beam_of(*now, *now->strip, proto::utc_now_ns());
        return as_json(json::serialize(beam_json(*now, beam, *now->strip)));
    }));
    return routes;
}

}  // namespace spillgate::online
