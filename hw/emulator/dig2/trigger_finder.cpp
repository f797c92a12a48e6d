#include "hw/emulator/dig2/trigger_finder.hpp"

#include <algorithm>
#include <utility>

namespace spillgate::hw::emulator::dig2 {

void TriggerFinder::begin(std::int64_t tick, bool external, std::vector<SelfTrigger> self) {
    pending_.clear();
    begin_ = tick;
    external_ = external;
    self_ = std::move(self);
    active_ = true;
    feed_.move_to(tick);
    load();
}

std::optional<Trigger> TriggerFinder::next(std::int64_t tick) {
    while (active_) {
        if (!pending_.empty() && pending_.begin()->tick <= std::min(tick, feed_.cycle_end() - 1)) {
            const Trigger found = *pending_.begin();
            pending_.erase(pending_.begin());
            return found;
        }
        if (tick < feed_.cycle_end()) return std::nullopt;
        feed_.move_to(feed_.cycle_end());
        load();
    }
    return std::nullopt;
}

void TriggerFinder::load() {
    if (external_)
        for (const FacilityPulse& pulse : feed_.pulses())
            if (pulse.kind != Mark::Kind::BEAM_ON && pulse.tick + delay_ >= begin_)
                pending_.insert({pulse.tick + delay_, Trigger::Kind::EXTERNAL, 0});
    for (const SelfTrigger& self : self_) {
        rises_.clear();
        feed_.rises(self.channel, self.threshold_adc, rises_);
        for (const std::int64_t tick : rises_)
            if (tick >= begin_) pending_.insert({tick, Trigger::Kind::SELF, self.channel});
    }
}

}  // namespace spillgate::hw::emulator::dig2
