#include "online/quality/good_run_routes.hpp"

#include <algorithm>
#include <charconv>
#include <memory>
#include <utility>

#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "offline/exposure/good_run_log.hpp"
#include "online/http/worker_route.hpp"
#include "online/keeper/query_number.hpp"
#include "online/live_spectra.hpp"
#include "online/quality/good_run_json.hpp"
#include "online/quality/good_run_request.hpp"
#include "online/quality/good_runs_at_hand.hpp"
#include "proto/run_catalogue.hpp"
#include "proto/strict_text.hpp"
#include "proto/time.hpp"
#include "proto/wire.hpp"

namespace spillgate::online {

namespace {

namespace json = boost::json;
using offline::GoodRunLog;
using offline::GoodRuns;
using proto::error;
using proto::ErrorKind;

constexpr std::uint64_t usual_versions = 50;
constexpr std::uint64_t max_versions = 200;

const GoodRuns* before(const GoodRunLog& log, const GoodRuns& version) {
    const std::size_t at = version.list.version() - 1;
    return at > 0 ? &log.versions()[at - 1] : nullptr;
}

json::object with_difference(const GoodRunLog& log, const GoodRuns& version) {
    auto out = version_json(version);
    for (auto& [key, value] : difference_json(before(log, version), version))
        out[key] = value;
    return out;
}

// The newest first, each with its difference from the one before; and what is good now.
Response list_of(const GoodRunLog& log, const GoodRunPlaces& places, const Request& request) {
    const auto& versions = log.versions();
    const auto asked = query_number(request, "before", versions.size() + 1);
    if (!asked) return refusal(asked.error());
    const auto limit = query_number(request, "limit", usual_versions);
    if (!limit) return refusal(limit.error());
    json::array rows;
    std::size_t at = std::min<std::size_t>(versions.size(), *asked == 0 ? 0 : *asked - 1);
    for (; at > 0 && rows.size() < std::clamp<std::uint64_t>(*limit, 1, max_versions); --at)
        rows.push_back(with_difference(log, versions[at - 1]));
    const auto good =
        versions.empty() ? offline::GoodStretches() : offline::GoodStretches(versions.back().list);
    return as_json(json::serialize(json::object{
        {"name", versions.empty() ? places.name : versions.back().list.name()},
        {"directory", places.directory},
        {"newest", versions.empty() ? json::value(nullptr) : json::value(versions.size())},
        {"problem", log.chain() ? json::value(nullptr) : json::value(log.chain().error().message)},
        {"good", stretches_json(good.all())},
        {"versions", std::move(rows)},
        {"more", at > 0 ? json::value(at + 1) : json::value(nullptr)}}));
}

proto::Result<const GoodRuns*> version_of(const GoodRunLog& log, std::string_view text) {
    std::size_t number = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    if (read.ec != std::errc{} || read.ptr != text.data() + text.size())
        return error(ErrorKind::CONFIG, fmt::format("'{}' is no number of a version", text));
    if (number < 1 || number > log.versions().size())
        return error(ErrorKind::NOT_FOUND,
                     fmt::format("there is no version {} of the good-run list", number));
    return &log.versions()[number - 1];
}

// One version with all that is good in it, and its difference from another.
Response version_at(const GoodRunLog& log, const GoodRunPlaces&, const Request& request) {
    const auto version = version_of(log, request.values.at("version"));
    if (!version) return refusal(version.error());
    const GoodRuns* other = before(log, **version);
    if (const auto against = request.asked("against")) {
        const auto found = version_of(log, *against);
        if (!found) return refusal(found.error());
        other = *found;
    }
    auto out = version_json(**version);
    out["good"] = stretches_json(offline::GoodStretches((*version)->list).all());
    out["against"] = other != nullptr ? json::value(other->list.version()) : json::value(nullptr);
    for (auto& [key, value] : difference_json(other, **version))
        out[key] = value;
    return as_json(json::serialize(out));
}

// As `--good-runs` takes it.
Response file_of(const GoodRunLog& log, const GoodRunPlaces&, const Request& request) {
    const auto version = version_of(log, request.values.at("version"));
    if (!version) return refusal(version.error());
    auto text = proto::read_text((*version)->path);
    if (!text) return refusal(text.error());
    Response response;
    response.content_type = "text/plain; charset=utf-8";
    response.body = std::move(*text);
    response.headers.emplace_back(
        "Content-Disposition",
        fmt::format("attachment; filename=\"good-runs-{:04}.txtpb\"", (*version)->list.version()));
    return response;
}

LogbookEntry entry_of(const GoodRuns& version, const offline::GoodRunSigning& signing) {
    LogbookEntry entry;
    entry.utc_ns = signing.utc_ns;
    entry.run = signing.flags.back().stretch.last.run;
    entry.person = signing.signed_by;
    entry.kind = EntryKind::GOOD_RUNS;
    entry.text = fmt::format("Good-run list {}, version {} ({:.8}):\n{}", version.list.name(),
                             version.list.version(), version.sha256, version.list.note());
    return entry;
}

Response signed_answer(json::object version, json::value logbook) {
    version["ok"] = true;
    version["logbook"] = std::move(logbook);
    auto response = as_json(json::serialize(version));
    response.status = 201;
    return response;
}

// A broken chain is a refusal: the route itself works.
Response refused(const proto::Error& why) {
    return why.kind == ErrorKind::CORRUPT ? refusal(409, why.message) : refusal(why);
}

bool is_recent(std::int64_t utc_ns, std::int64_t now_ns) {
    constexpr std::int64_t recent_ns = 10'000'000'000;
    return utc_ns > now_ns - recent_ns;
}

// The run that has not ended; 0: none. By the lead; if it has not been heard of late, or its newest run began
// only just now, by its catalogue.
proto::Result<std::uint32_t> going_on(const Snapshot& snapshot, const std::string& runs_dir,
                                      std::int64_t now_ns) {
    const auto lead = std::ranges::find_if(snapshot.daemons, &DaemonView::lead);
    const bool is_known = lead != snapshot.daemons.end() && lead->status;
    if (is_known && takes_data(lead->status->state())) return lead->status->run().number();
    const auto catalogue = proto::RunCatalogue::open_read_only(runs_dir);
    if (!catalogue) return catalogue.error();
    const auto newest = catalogue->page(0, 1);
    if (!newest) return newest.error();
    if (newest->empty()) return 0U;
    const auto& run = newest->front();
    const bool has_ended = run.stop_utc_ns() != 0 || !run.stop_reason().empty();
    const bool is_idle = is_known && is_recent(lead->heard_utc_ns, now_ns);
    return has_ended || (is_idle && !is_recent(run.start_utc_ns(), now_ns)) ? 0U : run.number();
}

proto::Result<GoodRunPlace> place_of(const GoodRunPlaces& places, const Snapshot& snapshot) {
    const std::int64_t now_ns = proto::utc_now_ns();
    const auto run = going_on(snapshot, places.runs_dir, now_ns);
    if (!run) return run.error();
    return GoodRunPlace{places.runs_dir, *run, now_ns};
}

// Which runs and slots lie in a range of UTC.
Response slots_of(const GoodRunPlaces& places, const Snapshot& snapshot, const Request& request) {
    const auto place = place_of(places, snapshot);
    if (!place) return refused(place.error());
    const auto stretches = stretches_asked(request, *place);
    if (!stretches) return refused(stretches.error());
    return as_json(json::serialize(json::object{{"stretches", stretches_json(*stretches)}}));
}

// The version stands once it is written, whether the logbook can be written or not.
void sign(const Request& request, const GoodRunPlaces& places, const Snapshot& snapshot, Keeper& keeper,
          const Reply& reply) {
    const auto place = place_of(places, snapshot);
    if (!place) return reply(refused(place.error()));
    auto signing = signing_of(request, *place);
    if (!signing) return reply(refused(signing.error()));
    signing->name = places.name;
    if (auto there = check_runs(*signing, *place); !there) return reply(refused(there.error()));
    auto log = GoodRunLog::open(places.directory);
    if (!log) return reply(refusal(log.error()));
    const auto version = log->sign(*signing);
    if (!version) return reply(refused(version.error()));
    spdlog::info("{} is written", version->citation());
    auto answer = with_difference(*log, *version);
    const bool taken = keeper.post([answer, entry = entry_of(*version, *signing), reply](Records& records) {
        const auto id = records.write(entry);
        if (!id) spdlog::error("the good-run list is not in the logbook: {}", id.error().message);
        reply(signed_answer(answer, id ? json::value(*id) : json::value(nullptr)));
    });
    if (!taken) reply(signed_answer(std::move(answer), nullptr));
}

}  // namespace

std::vector<Route> good_run_routes(const SnapshotBoard& board, Worker& worker, Keeper& keeper,
                                   const GoodRunPlaces& places) {
    const auto at_hand = std::make_shared<GoodRunsAtHand>(places.directory);  // the worker's
    using Answer = Response (*)(const GoodRunLog&, const GoodRunPlaces&, const Request&);
    const auto reads = [&](std::string pattern, Answer answer) {
        return on_worker(worker, std::move(pattern), [at_hand, places, answer](const Request& request) {
            const auto log = at_hand->log();
            return log ? answer(**log, places, request) : refusal(log.error());
        });
    };
    Route signs;
    signs.method = "POST";
    signs.pattern = "/api/good-runs";
    signs.need = Need::EXPERT;
    signs.serve = [&board, &worker, &keeper, places](const Request& request, const Reply& reply) {
        const bool taken = worker.post([&board, &keeper, places, request, reply] {
            sign(request, places, *board.newest(), keeper, reply);
        });
        if (!taken) reply(refusal(503, "too much waits already; try again in a second"));
    };
    return {reads("/api/good-runs", list_of), std::move(signs), reads("/api/good-runs/{version}", version_at),
            reads("/api/good-runs/{version}/file", file_of),
            on_worker(worker, "/api/good-runs/slots", [&board, places](const Request& request) {
                return slots_of(places, *board.newest(), request);
            })};
}

}  // namespace spillgate::online
