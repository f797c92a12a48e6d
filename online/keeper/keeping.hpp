// All that the console writes down and how it is asked for, put together: keeper, webhooks, pictures, run
// list.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "online/alarms/webhooks.hpp"
#include "online/feed/topic.hpp"
#include "online/keeper/keeper.hpp"
#include "online/logbook/picture.hpp"
#include "online/runs/run_list.hpp"
#include "online/shift/shift_routes.hpp"
#include "online/worker.hpp"
#include "proto/console_loader.hpp"
#include "proto/schema/config.pb.h"

namespace spillgate::online {

class Keeping {  // owns three threads; stops within 2 s, unless a name service keeps a webhook
  public:
    // `worker` writes pictures anew. It and `snapshots` must outlive this. Errors: of Webhooks::start; a
    // database that cannot be opened is none.
    static proto::Result<std::unique_ptr<Keeping>> start(const config::Config& config,
                                                         const proto::LoadedConsole& loaded,
                                                         const SnapshotBoard& snapshots, Worker& worker);

    std::vector<Route> routes();
    std::vector<std::unique_ptr<Topic>> topics();  // "alarms", "logbook", "shift"
    // Called on the keeper's thread whenever there is something new of these, to wake the feed. May be set at
    // any time; empty: nobody.
    void wake(std::function<void()> changed);
    const AlarmBoard& alarms() const { return alarms_; }
    Keeper& keeper() { return *keeper_; }
    const Webhooks& webhooks() const { return *webhooks_; }
    std::string metrics_text() const;  // of keeper, alarms and webhooks, for /metrics

  private:
    Keeping(Worker& worker, const SnapshotBoard& snapshots) : worker_(worker), snapshots_(snapshots) {}

    Worker& worker_;
    const SnapshotBoard& snapshots_;
    std::mutex mutex_;
    std::function<void()> changed_;
    AlarmBoard alarms_;
    KeeperBoard account_;
    LogbookBoard logbook_;
    ShiftBoard shift_changes_;
    config::ShiftPage shift_page_;
    std::unique_ptr<Webhooks> webhooks_;
    std::shared_ptr<const PictureStore> pictures_;
    std::shared_ptr<const RunList> runs_;
    std::string exports_dir_;
    std::unique_ptr<Keeper> keeper_;  // destroyed first: it tells the others
};

}  // namespace spillgate::online
