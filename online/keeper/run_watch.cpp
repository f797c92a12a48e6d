#include "online/keeper/run_watch.hpp"

#include "online/keeper/run_entries.hpp"

namespace spillgate::online {

std::vector<RunWatch::Event> RunWatch::look(const wire::RunDescription& run, std::int64_t now_utc_ns) {
    std::vector<Event> events;
    const bool is_new = !run_ || run_->number() != run.number();
    if (is_new) {
        if (run_ && !ended_) events.push_back({end_entry(*run_, now_utc_ns), *run_});
        events.push_back({begin_entry(run, now_utc_ns), run});
        ended_ = false;
    }
    if (!ended_ && run.stop_utc_ns() != 0) {
        events.push_back({end_entry(run, now_utc_ns), run});
        ended_ = true;
    }
    if (is_new) run_ = run;
    return events;
}

}  // namespace spillgate::online
