#include "online/keeper/keeping.hpp"

#include <iterator>
#include <utility>

#include "online/alarms/alarm_routes.hpp"
#include "online/checkpoint.hpp"
#include "online/history/history_routes.hpp"
#include "online/keeper/keeper_metrics.hpp"
#include "online/keeper/layout_routes.hpp"
#include "online/logbook/logbook_routes.hpp"
#include "online/runs/run_list_routes.hpp"

namespace spillgate::online {

proto::Result<std::unique_ptr<Keeping>> Keeping::start(const config::Config& config,
                                                       const proto::LoadedConsole& loaded,
                                                       const SnapshotBoard& snapshots, Worker& worker) {
    const config::Console& console = loaded.console;
    std::unique_ptr<Keeping> keeping(new Keeping(worker, snapshots));
    const auto wake = [made = keeping.get()] {
        const std::lock_guard lock(made->mutex_);
        if (made->changed_) made->changed_();
    };
    keeping->alarms_.notify(wake);
    keeping->logbook_.notify(wake);
    keeping->shift_changes_.notify(wake);
    keeping->shift_page_ = console.shift();
    auto webhooks = Webhooks::start(console);
    if (!webhooks) return webhooks.error();
    keeping->webhooks_ = std::move(*webhooks);
    const std::string checkpoints = checkpoint_directory(config);
    const auto& storage = config.storage();
    Keeper::Options options;
    options.records.directory = checkpoints + "/console";
    options.records.runs_dir = storage.runs_dir();
    options.records.console = console;
    options.records.console_sha256 = loaded.sha256;
    options.records.warn_below_bytes = storage.warn_below_bytes();
    // The last of the disk is for the end of the run, not for trends.
    options.records.history_needs_bytes = 2 * storage.stop_below_bytes();
    options.records.tell = [hooks = keeping->webhooks_.get()](const Transition& moved) {
        hooks->tell(moved);
    };
    options.records.tell_run_end = [hooks = keeping->webhooks_.get()](const wire::RunDescription& run) {
        hooks->tell_run_end(run);
    };
    options.records.tell_entry = [board = &keeping->logbook_](std::int64_t id) {
        board->publish(std::make_shared<const std::int64_t>(id));
    };
    options.records.tell_account = [board = &keeping->account_](const KeeperAccount& account) {
        board->publish(std::make_shared<const KeeperAccount>(account));
    };
    keeping->pictures_ = std::make_shared<const PictureStore>(options.records.directory + "/pictures",
                                                              2 * storage.stop_below_bytes());
    keeping->exports_dir_ = checkpoints;
    keeping->runs_ =
        std::make_shared<const RunList>(storage.runs_dir(), checkpoints, console.reprocessed_dir());
    keeping->keeper_ = std::make_unique<Keeper>(std::move(options), snapshots, keeping->alarms_);
    return keeping;
}

std::vector<Route> Keeping::routes() {
    std::vector<Route> all;
    const auto add = [&](std::vector<Route> some) {
        all.insert(all.end(), std::make_move_iterator(some.begin()), std::make_move_iterator(some.end()));
    };
    add(alarm_routes(*keeper_));
    add(history_routes(*keeper_));
    add(logbook_routes(*keeper_));
    add(picture_routes(worker_, pictures_));
    add(layout_routes(*keeper_));
    add(shift_routes({*keeper_, snapshots_, shift_changes_}, shift_page_));
    add(run_list_routes(*keeper_, snapshots_, runs_));
    add(run_export_routes(worker_, exports_dir_));
    return all;
}

std::string Keeping::metrics_text() const {
    const auto account = account_.newest();
    const auto alarms = alarms_.newest();
    return keeper_metrics_text({account.get(), alarms.get(), keeper_->counts(), webhooks_->counts()},
                               keeper_->utc_s());
}

void Keeping::wake(std::function<void()> changed) {
    const std::lock_guard lock(mutex_);
    changed_ = std::move(changed);
}

std::vector<std::unique_ptr<Topic>> Keeping::topics() {
    std::vector<std::unique_ptr<Topic>> all;
    all.push_back(alarm_topic(alarms_));
    all.push_back(logbook_topic(logbook_));
    all.push_back(shift_topic(shift_changes_));
    return all;
}

}  // namespace spillgate::online
