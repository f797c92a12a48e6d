// The list of everything that the console serves: one line each.
#include "online/checkpoint.hpp"
#include "online/console_site.hpp"
#include "online/feed/snapshot_topics.hpp"
#include "online/quality/good_run_routes.hpp"
#include "online/quality/quality_routes.hpp"
#include "online/references/reference_routes.hpp"
#include "online/reset_routes.hpp"
#include "online/run/config_routes.hpp"
#include "online/run/run_routes.hpp"
#include "online/run/slots_topic.hpp"
#include "online/run/state_routes.hpp"
#include "online/snapshot_routes.hpp"
#include "online/unblinding/unblinding_routes.hpp"

namespace spillgate::online {

void ConsoleSite::add_parts(const ConsoleParts& parts, const config::Console& console) {
    const auto recent = std::make_shared<RecentSpectra>(recent_spills_of(console));
    router_.add(snapshot_routes(
        parts.board, recent, console,
        [this] {
            const HttpServer* const server = server_;
            return server == nullptr ? HttpServer::Counts{} : server->counts();
        },
        [&keeping = parts.keeping] { return keeping.metrics_text(); }));
    router_.add(reset_routes(parts.resets, parts.keeping.keeper()));
    router_.add(run_routes(parts.board, parts.control));
    router_.add(run_state_routes(parts.board));
    router_.add(config_routes(parts.board, parts.configs, parts.worker, parts.runs_dir));
    router_.add(parts.keeping.routes());
    router_.add(reference_routes(
        parts.board, parts.worker,
        std::make_shared<ReferenceList>(
            console,
            ReferencePlaces{parts.runs_dir, checkpoint_directory(parts.board.newest()->config->config),
                            console.reprocessed_dir()})));
    router_.add(parts.scope.routes());
    router_.add(parts.physics.routes());
    router_.add(unblinding_routes(parts.board, parts.worker, parts.keeping.keeper(), parts.runs_dir));
    router_.add(quality_routes(parts.board, parts.worker, console));
    router_.add(good_run_routes(
        parts.board, parts.worker, parts.keeping.keeper(),
        {console.has_good_runs_dir() ? console.good_runs_dir() : parts.runs_dir + "/good-runs",
         parts.runs_dir, parts.board.newest()->config->config.name()}));
    feed_.add(status_topic(parts.board));
    feed_.add(spectra_topic(parts.board, recent));
    feed_.add(trend_topic(parts.board));
    feed_.add(health_topic(parts.board));
    feed_.add(beam_topic(parts.board));
    feed_.add(slots_topic(parts.board));
    for (auto& topic : parts.keeping.topics())
        feed_.add(std::move(topic));
    feed_.add(parts.scope.topic());
}

}  // namespace spillgate::online
