#include "online/run/config_routes.hpp"

#include <algorithm>
#include <charconv>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "online/http/worker_route.hpp"
#include "proto/run_file/run_description.hpp"
#include "proto/run_file/run_writer.hpp"

namespace spillgate::online {
namespace {

namespace json = boost::json;
using proto::ErrorKind;

json::value text_or_null(const std::string& text) {
    return text.empty() ? json::value(nullptr) : json::value(text);
}

Response listed(ConfigList& list) {
    json::array configs;
    for (const ListedConfig& config : list.list()) {
        configs.push_back(json::object{{"name", config.name},
                                       {"title", config.title},
                                       {"sha256", text_or_null(config.sha256)},
                                       {"valid", !config.sha256.empty()},
                                       {"trouble", text_or_null(config.trouble)}});
    }
    return as_json(json::serialize(json::object{{"configs", std::move(configs)}}));
}

// The description of a run: "last", as the lead's heartbeat says, or a number, from its directory.
proto::Result<wire::RunDescription> run_of(const SnapshotPtr& snapshot, const std::string& which,
                                           const std::string& runs_dir) {
    const auto lead = std::ranges::find(snapshot->daemons, true, &DaemonView::lead);
    if (which == "last") {
        if (lead == snapshot->daemons.end() || !lead->status ||
            lead->status->run().effective_config().empty())
            return proto::error(ErrorKind::NOT_FOUND, "the lead daemon has told of no run yet");
        return lead->status->run();
    }
    std::uint32_t number = 0;
    const auto [end, failed] = std::from_chars(which.data(), which.data() + which.size(), number);
    if (failed != std::errc() || end != which.data() + which.size() || number == 0)
        return proto::error(ErrorKind::CONFIG, "from is \"last\" or a run's number");
    const std::string name = lead == snapshot->daemons.end() ? "daq" : lead->name;
    return proto::read_run_description(
        fmt::format("{}/{}", runs_dir, proto::run_directory_name(number, name, true)));
}

proto::Result<json::object> difference(const ConfigList& list, const std::string& name,
                                       const SnapshotPtr& snapshot, const std::string& which,
                                       const std::string& runs_dir) {
    const auto loaded = list.load(name);
    if (!loaded) return loaded.error();
    const auto run = run_of(snapshot, which, runs_dir);
    if (!run) return run.error();
    // Both without what is left out of a run, such as secrets.
    const auto is = proto::parse_config(loaded->effective, name);
    if (!is) return is.error();
    const auto was = proto::parse_config(run->effective_config(), fmt::format("run {}", run->number()));
    if (!was) return was.error();
    json::array changes;
    for (const ConfigChange& change : differences(was->config, is->config)) {
        changes.push_back(json::object{
            {"path", change.path}, {"was", text_or_null(change.was)}, {"is", text_or_null(change.is)}});
    }
    return json::object{{"name", name},
                        {"sha256", loaded->sha256},
                        {"run", run->number()},
                        {"same", loaded->sha256 == run->config_sha256()},
                        {"changes", std::move(changes)}};
}

}  // namespace

std::vector<Route> config_routes(const SnapshotBoard& board, ConfigList& list, Worker& worker,
                                 std::string runs_dir) {
    std::vector<Route> routes;
    routes.push_back(on_worker(worker, "/api/configs", [&list](const Request&) { return listed(list); }));
    routes.push_back(on_worker(worker, "/api/configs/{name}/difference",
                               [&board, &list, runs_dir = std::move(runs_dir)](const Request& request) {
                                   const auto found =
                                       difference(list, request.values.find("name")->second, board.newest(),
                                                  request.asked("from").value_or("last"), runs_dir);
                                   return found ? as_json(json::serialize(*found)) : refusal(found.error());
                               }));
    return routes;
}

}  // namespace spillgate::online
