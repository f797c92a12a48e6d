#include "online/reset_routes.hpp"

#include <utility>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "online/json_body.hpp"

namespace spillgate::online {

namespace {

namespace json = boost::json;

LogbookEntry entry_of(const SpectraReset& reset) {
    LogbookEntry entry;
    entry.utc_ns = reset.utc_ns;
    entry.run = reset.run;
    entry.person = reset.person;
    entry.kind = EntryKind::SPECTRA;
    entry.text = fmt::format(
        "Range \"since the reset\" begins anew after {} spills of run {}; its spectra and files stay as they "
        "are",
        reset.spills, reset.run);
    return entry;
}

Response done(const SpectraReset& reset, json::value logbook) {
    return as_json(json::serialize(json::object{{"ok", true},
                                                {"run", reset.run},
                                                {"person", reset.person},
                                                {"utc_s", static_cast<double>(reset.utc_ns) * 1e-9},
                                                {"spills", reset.spills},
                                                {"logbook", std::move(logbook)}}));
}

// The reset stands, whether the logbook can be written or not.
void tell(const SpectraResetPtr& reset, Keeper& keeper, const Reply& reply) {
    const bool taken = keeper.post([reset, reply](Records& records) {
        const auto id = records.write(entry_of(*reset));
        if (!id) spdlog::error("the reset is not in the logbook: {}", id.error().message);
        reply(done(*reset, id ? json::value(*id) : json::value(nullptr)));
    });
    if (!taken) reply(done(*reset, nullptr));
}

void serve(ResetRequests& resets, Keeper& keeper, const Request& request, const Reply& reply) {
    const auto body = body_of(request.body);
    if (!body) return reply(refusal(body.error()));
    if (auto known = only_fields(*body, {}); !known) return reply(refusal(known.error()));
    const bool asked = resets.ask(request.caller.person, [&keeper, reply](const auto& reset) {
        if (!reset) return reply(refusal(reset.error()));
        tell(*reset, keeper, reply);
    });
    if (!asked) reply(refusal(503, "too many resets wait already"));
}

}  // namespace

std::vector<Route> reset_routes(ResetRequests& resets, Keeper& keeper) {
    Route route;
    route.method = "POST";
    route.pattern = "/api/spectra/reset";
    route.need = Need::SHIFT;
    route.controls = true;
    route.serve = [&resets, &keeper](const Request& request, const Reply& reply) {
        serve(resets, keeper, request, reply);
    };
    return {std::move(route)};
}

}  // namespace spillgate::online
