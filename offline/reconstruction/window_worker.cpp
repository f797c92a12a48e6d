#include "offline/reconstruction/window_worker.hpp"

#include <limits>

namespace spillgate::offline {

void WindowWorker::reconstruct(const ChannelSlot& slot, std::vector<Candidate>& out) {
    analyse(slot);
    veto_.search(slot);
    for (std::size_t w = 0; w < slot.record.windows.size(); ++w) {
        const auto& window = slot.record.windows[w];
        auto& candidate = out.emplace_back();
        candidate.channel = slot.channel;
        candidate.window = static_cast<std::uint16_t>(w);
        candidate.kind = window.kind;
        candidate.value.fill(std::numeric_limits<double>::quiet_NaN());
        candidate.found = fill(slot.record, window, candidate);
        fill_muons(slot.record, window, candidate);
    }
}

void WindowWorker::fill_muons(const proto::SpillRecord& record, const proto::Window& window,
                              Candidate& candidate) const {
    auto& value = candidate.value;
    const auto muons = veto_.muons(record, window);
    value[places_.count] = static_cast<double>(muons.count);
    value[places_.first_us] = muons.first_us;
    value[places_.last_us] = muons.last_us;
    if (muons.count > 0) candidate.quality |= places_.quality;
    if (candidate.found) value[places_.since_us] = veto_.since_us(record, window, value[places_.t_rec_ns]);
}

}  // namespace spillgate::offline
