#include "daq/gate/losses.hpp"

namespace spillgate::daq {

using proto::ClockTime;
using proto::Disposition;

Losses::Losses(const std::vector<std::uint32_t>& boards) {
    fronts_.reserve(boards.size());
    for (const auto board : boards)
        fronts_.push_back({board, std::nullopt});
}

void Losses::dropped(std::uint32_t board, const ClockTime& begin, const ClockTime& end, Disposition reason) {
    // A stretch that continues the last one does not need an entry of its own, so a long overload stays
    // small.
    if (!stretches_.empty()) {
        auto& last = stretches_.back();
        if (last.board == board && last.reason == reason && last.end && last.end->comparable(begin) &&
            !earlier(begin, last.begin) && !earlier(*last.end, begin)) {
            if (earlier(*last.end, end)) last.end = end;
            return;
        }
    }
    stretches_.push_back({board, begin, end, reason});
}

void Losses::gone(std::uint32_t board, const ClockTime& begin) {
    for (const auto& stretch : stretches_)
        if (stretch.board == board && !stretch.end) return;
    stretches_.push_back({board, begin, std::nullopt, wire::LOST_DEVICE});
}

void Losses::readopted(std::uint32_t board, const ClockTime& time) {
    for (auto& stretch : stretches_)
        if (stretch.board == board && !stretch.end) stretch.end = time;
}

void Losses::delivered(std::uint32_t board, const ClockTime& watermark) {
    for (auto& front : fronts_)
        if (front.board == board) front.watermark = watermark;
}

std::optional<Disposition> Losses::lost(std::uint32_t board, const ClockTime& begin,
                                        const ClockTime& end) const {
    for (const auto& stretch : stretches_) {
        if (stretch.board != board || !earlier(stretch.begin, end)) continue;
        if (!stretch.end || earlier(begin, *stretch.end)) return stretch.reason;
        // "around `time`": an empty stretch touches what contains it.
        if (*stretch.end == stretch.begin && !earlier(stretch.begin, begin)) return stretch.reason;
    }
    for (const auto& front : fronts_)
        if (front.board == board && (!front.watermark || earlier(*front.watermark, end)))
            return wire::LOST_BUFFER_FULL;
    return std::nullopt;
}

}  // namespace spillgate::daq
