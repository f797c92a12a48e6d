#include "online/quality/quality_routes.hpp"

#include <cmath>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "online/http/worker_route.hpp"
#include "online/quality/judgement.hpp"
#include "online/quality/run_quantities.hpp"

namespace spillgate::online {

namespace {

namespace json = boost::json;

json::value number_or_null(const std::optional<double>& value) {
    return value && std::isfinite(*value) ? json::value(*value) : json::value(nullptr);
}

json::array bands_json(const config::Console& console) {
    json::array out;
    for (const auto& band : console.quality())
        out.push_back(
            json::object{{"quantity", band.quantity()},
                         {"band", words_of(band, "")},
                         {"run_types", json::array(band.run_type().begin(), band.run_type().end())}});
    return out;
}

json::array quantities_json(const RunQuantities& quantities) {
    json::array out;
    for (const RunQuantity& one : quantities)
        out.push_back(json::object{{"quantity", one.name},
                                   {"unit", one.unit},
                                   {"value", number_or_null(one.value)},
                                   {"error", number_or_null(one.error)},
                                   {"reason", one.reason}});
    return out;
}

}  // namespace

std::vector<Route> quality_routes(const SnapshotBoard& board, Worker& worker,
                                  const config::Console& console) {
    return {on_worker(worker, "/api/quality", [&board, bands = bands_json(console)](const Request&) {
        const auto account = account_so_far(*board.newest());
        json::object out{{"bands", bands}, {"run", nullptr}, {"quantities", json::array()}};
        if (account) {
            out["run"] = account->description->number();
            out["quantities"] = quantities_json(quantities_of(*account));
        }
        return as_json(json::serialize(out));
    })};
}

}  // namespace spillgate::online
