#include "offline/reconstruction/lar/pmt_light.hpp"

#include "offline/reconstruction/lar/lar_variables.hpp"
#include "offline/reconstruction/sample_bounds.hpp"

namespace spillgate::offline::lar {

void PmtLight::analyse(const proto::SpillRecord& record, std::uint16_t channel,
                       std::span<const std::uint32_t> indices, LightFinder& finder) {
    channel_ = channel;
    if (analysed_.size() < indices.size()) analysed_.resize(indices.size());
    used_ = indices.size();
    for (std::size_t i = 0; i < used_; ++i) {
        analysed_[i].index = indices[i];
        finder(record, record.traces[indices[i]], analysed_[i].light);
    }
}

void PmtLight::enter(const proto::SpillRecord& record, const proto::Window& window) {
    traces_.clear();
    for (const auto& analysed : std::span(analysed_).first(used_)) {
        if (!has_trace(window, analysed.index)) continue;
        const auto& trace = record.traces[analysed.index];
        traces_.push_back({&trace, &analysed.light, proto::sample_position(record, trace, window.roi_begin)});
    }
}

bool PmtLight::is_whole(const WindowTrace& trace) const {
    return (trace.light->quality & REDUCED_TRACE) == 0;
}

Stretch PmtLight::sum(std::int64_t from, std::int64_t until) const {
    Stretch stretch;
    for_each_sample(from, until, [&](std::int64_t, std::int32_t x) {
        stretch.charge += x;
        ++stretch.samples;
    });
    return stretch;
}

}  // namespace spillgate::offline::lar
