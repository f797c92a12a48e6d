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

Response spectrum(const SnapshotBoard& board, RecentSpectra& recent, const Request& request) {
    const std::string& name = request.values.at("name");
    const auto range = request.asked("range").value_or(std::string(RecentSpectra::whole_run));
    if (!recent.knows(range)) return refusal(400, recent.not_known(range));
    // What the feed took up last: it must not learn of a newer snapshot by the way.
    if (!recent.of(range)) recent.take(board.newest(), RecentSpectra::Clock::now());
    const SnapshotPtr snapshot = range == RecentSpectra::whole_run ? board.newest() : recent.of(range);
    for (std::size_t i = 0; i < snapshot->spectra->size(); ++i) {
        if (snapshot->spectra->histogram(i).name == name)
            return as_json(json::serialize(spectrum_json(*snapshot, i)));
    }
    return refusal(404, fmt::format("there is no spectrum \"{}\"", name));
}

}  // namespace

std::vector<Route> snapshot_routes(const SnapshotBoard& board, const std::shared_ptr<RecentSpectra>& recent,
                                   const config::Console& console,
                                   const std::function<HttpServer::Counts()>& counts,
                                   const std::function<std::string()>& keeper_metrics) {
    const std::set<std::string, std::less<>> shift(console.shift_spectrum().begin(),
                                                   console.shift_spectrum().end());
    std::vector<Route> routes;
    routes.push_back(
        of_snapshot(board, "/api/status", [](const auto& now) { return json::serialize(status_json(now)); }));
    routes.push_back(of_snapshot(board, "/api/trend",
                                 [](const auto& now) { return json::serialize(trend_json(now, 0)); }));
    routes.push_back(of_snapshot(board, "/api/spectra", [shift, ranges = recent->names()](const auto& now) {
        return json::serialize(spectra_json(now, shift, ranges));
    }));
    routes.push_back(
        answering("GET", "/api/spectra/{name}", Need::READ,
                  [&board, recent](const Request& request) { return spectrum(board, *recent, request); }));
    routes.push_back(
        answering("GET", "/metrics", Need::READ, [&board, counts, keeper_metrics](const Request&) {
            auto response = as_json(metrics_text(*board.newest(), counts()) + keeper_metrics());
            response.content_type = "text/plain; version=0.0.4; charset=utf-8";
            return response;
        }));
    return routes;
}

}  // namespace spillgate::online
