#include "online/keeper/keeper.hpp"

#include <utility>

#include "online/niceness.hpp"
#include "proto/time.hpp"

namespace spillgate::online {

namespace {

constexpr std::size_t queue = 256;

Keeper::Clock host_clock() {
    return [] { return static_cast<double>(proto::utc_now_ns()) * 1e-9; };
}

}  // namespace

Keeper::Keeper(Options options, const SnapshotBoard& snapshots, AlarmBoard& alarms)
    : clock_(options.clock ? std::move(options.clock) : host_clock()),
      records_(std::move(options.records), alarms),
      snapshots_(snapshots),
      worker_({queue, console_niceness, options.period,
               [this] { records_.tick(clock_(), snapshots_.newest().get()); }}) {}

bool Keeper::post(std::function<void(Records&)> task) {
    return worker_.post([this, task = std::move(task)] { task(records_); });
}

void Keeper::answer(const Reply& reply, std::function<Response(Records&, double utc_s)> work) {
    const bool taken =
        worker_.post([this, reply, work = std::move(work)] { reply(work(records_, clock_())); });
    if (!taken) reply(refusal(503, "the console's keeper is too busy; try again in a second"));
}

void Keeper::stop() {
    if (std::exchange(stopped_, true)) return;
    worker_.stop();
    records_.close();
}

Route kept(Keeper& keeper, std::string method, std::string pattern, Need need,
           std::function<Response(Records&, const Request&, double utc_s)> work) {
    Route route;
    route.method = std::move(method);
    route.pattern = std::move(pattern);
    route.need = need;
    route.serve = [&keeper, work = std::move(work)](const Request& request, const Reply& reply) {
        keeper.answer(
            reply, [work, request](Records& records, double now_s) { return work(records, request, now_s); });
    };
    return route;
}

}  // namespace spillgate::online
