#include "offline/reconstruction/veto/veto.hpp"

#include <algorithm>

#include "offline/reconstruction/pmt/settings.hpp"

namespace spillgate::offline::veto {

VetoSettings settings_of(const config::VetoPulses& veto, double beam_delay_ns) {
    return {veto.positive_pulses(),   veto.baseline_ns(),         veto.threshold_adc(),
            veto.min_width_samples(), config::PmtChain::IDENTITY, beam_delay_ns};
}

VetoSettings settings_of(const config::PmtChain& chain) {
    return {chain.positive_pulses(),        chain.baseline_ns(), chain.muon_threshold_adc(),
            chain.muon_min_width_samples(), chain.veto_codes(),  chain.beam_delay_ns()};
}

VetoSearch::VetoSearch(const VetoSettings& settings) : settings_(settings), codes_(settings.codes) {}

void VetoSearch::search(const ChannelSlot& slot) {
    used_ = 0;
    for (const auto& veto : slot.vetoes)
        for (const auto index : veto.indices) {
            if (used_ == traces_.size()) traces_.emplace_back();
            traces_[used_].index = index;
            search_trace(slot.record, traces_[used_++]);
        }
}

void VetoSearch::search_trace(const proto::SpillRecord& record, SearchedTrace& searched) {
    const auto& trace = record.traces[searched.index];
    const auto words = record.samples_of(trace);
    const pmt::WordOrder order(trace.encoding, codes_);
    const std::size_t first = std::min<std::size_t>(
        words.size(), pmt::samples_of_ns(settings_.baseline_ns, proto::sample_period_ns(record, trace)));
    const auto baseline = pmt::median_code(words.first(first), order);
    searched.onsets.clear();
    runs_(
        words, order,
        {baseline, settings_.threshold_adc, settings_.min_width_samples, settings_.positive_pulses},
        [&](std::size_t begin, std::size_t) { searched.onsets.push_back(static_cast<std::int64_t>(begin)); });
}

template <class Visit>
void VetoSearch::for_each_onset(const proto::SpillRecord& record, const proto::Window& window,
                                Visit&& visit) const {
    for (const auto& searched : std::span(traces_).first(used_)) {
        if (searched.onsets.empty() ||
            std::ranges::find(window.traces, searched.index) == window.traces.end())
            continue;
        const auto& trace = record.traces[searched.index];
        const auto roi_begin = proto::sample_position(record, trace, window.roi_begin);
        const double period = proto::sample_period_ns(record, trace);
        for (const auto onset : searched.onsets)
            visit(static_cast<double>(onset - roi_begin) * period - settings_.beam_delay_ns);
    }
}

Muons VetoSearch::muons(const proto::SpillRecord& record, const proto::Window& window) const {
    Muons muons;
    for_each_onset(record, window, [&](double onset_ns) {
        const double onset_us = onset_ns * 1e-3;
        muons.first_us = muons.count == 0 ? onset_us : std::min(muons.first_us, onset_us);
        muons.last_us = muons.count == 0 ? onset_us : std::max(muons.last_us, onset_us);
        ++muons.count;
    });
    return muons;
}

double VetoSearch::since_us(const proto::SpillRecord& record, const proto::Window& window,
                            double t_rec_ns) const {
    double since_ns = std::numeric_limits<double>::infinity();
    for_each_onset(record, window, [&](double onset_ns) {
        if (t_rec_ns >= onset_ns) since_ns = std::min(since_ns, t_rec_ns - onset_ns);
    });
    return since_ns * 1e-3;
}

}  // namespace spillgate::offline::veto
