#include "online/keeper/losses.hpp"

#include <string_view>

namespace spillgate::online {

std::vector<Loss> losses_of(const Snapshot& snapshot) {
    std::vector<Loss> losses;
    const auto add = [&](std::string_view where, std::string_view name, std::uint64_t value) {
        if (value > 0) losses.push_back({std::string(where), std::string(name), value});
    };
    for (const auto& daemon : snapshot.daemons) {
        if (!daemon.status) continue;
        const auto& ledger = daemon.status->run().ledger();
        add(daemon.name, "lost-buffer-full", ledger.lost_buffer_full());
        add(daemon.name, "lost-device", ledger.lost_device());
        add(daemon.name, "lost-corrupt", ledger.lost_corrupt());
        add(daemon.name, "lost-disk", ledger.lost_disk());
        add(daemon.name, "truncated", ledger.truncated());
        for (const auto& fault : ledger.faults())
            add(daemon.name, fault.name(), fault.value());
        for (const auto& buffer : daemon.status->buffers())
            add(daemon.name, "dropped: " + buffer.name(), buffer.dropped());
    }
    StreamView all;  // of all daemons
    for (const auto& stream : snapshot.run.streams) {
        all.lost += stream.lost;
        all.missing += stream.missing;
        all.overflows += stream.overflows;
        all.unreadable += stream.unreadable;
    }
    add("online", "lost live", all.lost);
    add("online", "not yet healed", all.missing);
    add("online", "pushed out while waiting", all.overflows);
    add("online", "unreadable", all.unreadable);
    add("online", "bad messages", snapshot.bad_messages);
    return losses;
}

}  // namespace spillgate::online
