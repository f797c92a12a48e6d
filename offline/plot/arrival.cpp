#include "offline/plot/arrival.hpp"

#include "offline/plot/slot_text.hpp"
#include "offline/plot/slot_times.hpp"

namespace spillgate::offline::plot {

std::optional<double> arrival_us(const SlotView& view, const Candidate& candidate) {
    const auto& record = view.slot.record;
    const auto t_rec = value_of(*view.engine->chain_of(candidate.channel), candidate, "t_rec_ns");
    if (!t_rec || candidate.window >= record.windows.size()) return std::nullopt;
    const auto& config = view.config.config;
    const auto& channel = config.channel(candidate.channel);
    double delay = 0;
    for (const auto& one : config.chain())
        if (one.name() == channel.chain()) delay = beam_delay_ns(one);
    return roi_of(record, record.windows[candidate.window]).begin + 1e-3 * (*t_rec + delay);
}

}  // namespace spillgate::offline::plot
