#include "online/scope/scope_routes.hpp"

#include <charconv>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "online/keeper/query_number.hpp"
#include "online/scope/scope_choice.hpp"
#include "online/scope/scope_holds.hpp"
#include "online/scope/scope_list.hpp"
#include "online/scope/scope_picture.hpp"

namespace spillgate::online {

namespace {

namespace json = boost::json;
using proto::ErrorKind;

struct Asked {
    ScopeWish wish;
    std::size_t channel = 0;  // that the filter goes by
};

proto::Result<Asked> asked_of(const ScopeView& view, const Request& request) {
    auto wish = scope_wish(request);
    if (!wish) return wish.error();
    const std::string name = wish->channels.empty() ? "" : wish->channels.front();
    const auto channel = scope_channel(view.config->config, name);
    if (!channel) return proto::error(ErrorKind::NOT_FOUND, fmt::format("there is no channel \"{}\"", name));
    return Asked{std::move(*wish), *channel};
}

Response list(const ScopeView& view, const std::string& hold, const Request& request, std::size_t kept) {
    const auto asked = asked_of(view, request);
    if (!asked) return refusal(asked.error());
    json::array slots;
    for (const auto& slot : chosen_slots(view, asked->channel, asked->wish.filter))
        slots.push_back(scope_entry(view, *slot, asked->channel));
    return as_json(
        json::serialize(json::object{{"kept", kept},
                                     {"hold", hold.empty() ? json::value(nullptr) : json::value(hold)},
                                     {"channels", scope_channels(view)},
                                     {"slots", std::move(slots)}}));
}

// "latest": the last that passes the filter.
proto::Result<ScopeSlotPtr> slot_of(const ScopeView& view, const Request& request, const Asked& asked) {
    const std::string& name = request.values.find("slot")->second;
    if (name == "latest") {
        const auto slots = chosen_slots(view, asked.channel, asked.wish.filter);
        if (slots.empty())
            return proto::error(ErrorKind::NOT_FOUND, "none of the last slots passes this filter");
        return slots.back();
    }
    std::uint64_t number = 0;
    const auto read = std::from_chars(name.data(), name.data() + name.size(), number);
    if (read.ec != std::errc{} || read.ptr != name.data() + name.size())
        return proto::error(ErrorKind::CONFIG, "a slot is its number, or \"latest\"");
    const auto run = query_number(request, "run", 0);
    if (!run) return run.error();
    if (*run > std::numeric_limits<std::uint32_t>::max())
        return proto::error(ErrorKind::CONFIG, fmt::format("run = {} is no run", *run));
    auto slot = slot_at(view, asked.channel, static_cast<std::uint32_t>(*run), number);
    if (!slot)
        return proto::error(ErrorKind::NOT_FOUND,
                            fmt::format("slot {} is not among those that are kept", number));
    return slot;
}

Response picture(const ScopeView& view, const Request& request) {
    const auto asked = asked_of(view, request);
    if (!asked) return refusal(asked.error());
    const auto slot = slot_of(view, request, *asked);
    if (!slot) return refusal(slot.error());
    return as_json(json::serialize(scope_picture(view, **slot, asked->wish)));
}

Route on_worker(Worker& worker, std::string pattern, std::function<Response(const Request&)> answer) {
    Route route;
    route.method = "GET";
    route.pattern = std::move(pattern);
    route.serve = [&worker, answer = std::move(answer)](const Request& request, const Reply& reply) {
        const bool posted = worker.post([request, reply, answer] { reply(answer(request)); });
        if (!posted) reply(refusal(503, "too many requests are waiting already"));
    };
    return route;
}

// The view that is asked for; for "hold=new" the newest one, which is held from now on. On the worker alone.
class Views {
  public:
    explicit Views(const ScopeRing& ring) : ring_(ring) {}

    struct View {
        std::shared_ptr<const ScopeView> view;
        std::string hold;  // empty: not held
    };
    proto::Result<View> of(const Request& request, bool may_hold) {
        const auto now = ScopeHolds::Clock::now();
        holds_.forget(now);
        View view{ring_.newest(), request.asked("hold").value_or("")};
        if (view.hold == "new" && may_hold && view.view) {
            view.hold = holds_.add(view.view, now);
        } else if (!view.hold.empty()) {
            view.view = holds_.find(view.hold, now);
            if (!view.view)
                return proto::error(ErrorKind::NOT_FOUND, "these slots are not held any more: hold again");
        }
        if (!view.view) return proto::error(ErrorKind::NOT_FOUND, "no configuration is followed yet");
        return view;
    }

  private:
    const ScopeRing& ring_;
    ScopeHolds holds_;
};

}  // namespace

std::vector<Route> scope_routes(const ScopeRing& ring, Worker& worker, std::size_t kept) {
    const auto views = std::make_shared<Views>(ring);
    return {on_worker(worker, "/api/scope",
                      [views, kept](const Request& request) {
                          const auto view = views->of(request, true);
                          return view ? list(*view->view, view->hold, request, kept) : refusal(view.error());
                      }),
            on_worker(worker, "/api/scope/{slot}", [views](const Request& request) {
                const auto view = views->of(request, false);
                return view ? picture(*view->view, request) : refusal(view.error());
            })};
}

}  // namespace spillgate::online
