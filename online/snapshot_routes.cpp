#include "online/snapshot_routes.hpp"

#include <map>
#include <memory>

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "online/metrics.hpp"
#include "online/snapshot_json.hpp"

namespace spillgate::online {
namespace {

namespace json = boost::json;

// A text of one snapshot, made once however often it is asked for. Single-threaded.
class OfSnapshot {
  public:
    using Make = std::function<std::string(const Snapshot&)>;
    const std::string& text(const SnapshotPtr& snapshot, const Make& make) {
        if (snapshot != of_) {
            text_ = make(*snapshot);
            of_ = snapshot;
        }
        return text_;
    }

  private:
    SnapshotPtr of_;
    std::string text_;
};

Route of_snapshot(const SnapshotBoard& board, std::string pattern, OfSnapshot::Make make) {
    auto kept = std::make_shared<OfSnapshot>();
    return answering("GET", std::move(pattern), Need::READ,
                     [&board, kept, make = std::move(make)](const Request&) {
                         return as_json(kept->text(board.newest(), make));
                     });
}

Response spectrum(const SnapshotPtr& snapshot, const std::string& name) {
    for (std::size_t i = 0; i < snapshot->spectra->size(); ++i) {
        if (snapshot->spectra->histogram(i).name == name)
            return as_json(json::serialize(spectrum_json(*snapshot, i)));
    }
    return refusal(404, fmt::format("there is no spectrum \"{}\"", name));
}

}  // namespace

std::vector<Route> snapshot_routes(const SnapshotBoard& board, const config::Console& console,
                                   std::function<HttpServer::Counts()> counts) {
    const std::set<std::string, std::less<>> shift(console.shift_spectrum().begin(),
                                                   console.shift_spectrum().end());
    std::vector<Route> routes;
    routes.push_back(
        of_snapshot(board, "/api/status", [](const auto& now) { return json::serialize(status_json(now)); }));
    routes.push_back(of_snapshot(board, "/api/trend",
                                 [](const auto& now) { return json::serialize(trend_json(now, 0)); }));
    routes.push_back(of_snapshot(board, "/api/spectra", [shift](const auto& now) {
        return json::serialize(spectra_json(now, shift));
    }));
    routes.push_back(answering("GET", "/api/spectra/{name}", Need::READ, [&board](const Request& request) {
        return spectrum(board.newest(), request.values.find("name")->second);
    }));
    routes.push_back(answering("GET", "/metrics", Need::READ, [&board, counts](const Request&) {
        auto response = as_json(metrics_text(*board.newest(), counts()));
        response.content_type = "text/plain; version=0.0.4; charset=utf-8";
        return response;
    }));
    return routes;
}

}  // namespace spillgate::online
