#include "daq/gate/dead_time.hpp"

#include <algorithm>
#include <cmath>

#include "proto/time.hpp"

namespace spillgate::daq {

DeadTime::DeadTime(const config::Config& config, const std::vector<std::uint32_t>& boards,
                   double frequency_hz)
    : frequency_hz_(frequency_hz) {
    const auto is_ours = [&](std::uint32_t board) {
        return std::ranges::find(boards, board) != boards.end();
    };
    for (const auto& board : config.board()) {
        if (!is_ours(board.id()) || board.dead_time().model() != config::DeadTime::FIXED) continue;
        const auto ticks = proto::ticks_from_ns(board.dead_time().after_trace_ns(), frequency_hz);
        boards_.push_back({board.id(), ticks, board.dead_time().whole_board()});
        longest_ = std::max(longest_, ticks);
    }
    const bool any_chain = std::ranges::any_of(config.channel(), &config::Channel::has_chain);
    for (const auto& channel : config.channel()) {
        if (!is_ours(channel.board())) continue;
        if (channel.role() == config::Channel::PULSER && channel.pulser_rate_hz() > 0)
            pulsers_.push_back({{channel.board(), channel.channel()},
                                channel.name(),
                                channel.pulser_rate_hz(),
                                channel.pulser_random()});
        if (channel.role() != config::Channel::DETECTOR || (any_chain && !channel.has_chain())) continue;
        auto& detector = detectors_.emplace_back();
        detector.push_back({channel.board(), channel.channel()});
        for (const auto& name : channel.partner())
            for (const auto& other : config.channel())
                if (other.name() == name) detector.push_back({other.board(), other.channel()});
    }
}

const DeadTime::Board* DeadTime::board_of(std::uint32_t board) const {
    const auto found = std::ranges::find(boards_, board, &Board::board);
    return found == boards_.end() ? nullptr : &*found;
}

void DeadTime::trace(std::uint32_t board, std::uint32_t channel, std::int64_t begin, std::int64_t end) {
    traces_.push_back({{board, channel}, begin, end});
}

void DeadTime::dropped(std::uint32_t board, std::int64_t begin, std::int64_t end) {
    drops_.push_back({{board, 0}, begin, end});
}

void DeadTime::add_dead(const Channel& channel, bool but_own) {
    for (const auto& drop : drops_)
        if (drop.of.board == channel.board) stretches_.push_back(drop);
    const auto* board = board_of(channel.board);
    if (board == nullptr) return;
    for (const auto& trace : traces_) {
        if (trace.of.board != channel.board) continue;
        const bool is_own = trace.of.channel == channel.channel;
        if (is_own ? !but_own : board->whole_board)
            stretches_.push_back({trace.of, trace.end, trace.end + board->after_trace});
    }
}

// Of stretches_, which may overlap.
std::int64_t DeadTime::sum_inside(std::int64_t begin, std::int64_t end) {
    std::ranges::sort(stretches_, {}, &Stretch::begin);
    std::int64_t sum = 0;
    std::int64_t upto = begin;
    for (const auto& stretch : stretches_) {
        const auto from = std::max(stretch.begin, upto);
        const auto to = std::min(stretch.end, end);
        if (to <= from) continue;
        sum += to - from;
        upto = to;
    }
    return sum;
}

std::int64_t DeadTime::inside(std::int64_t roi_begin, std::int64_t roi_end) {
    if (detectors_.empty()) return 0;
    std::int64_t sum = 0;
    for (const auto& detector : detectors_) {
        stretches_.clear();
        for (const auto& channel : detector)
            add_dead(channel, false);
        sum += sum_inside(roi_begin, roi_end);
    }
    const auto n = static_cast<std::int64_t>(detectors_.size());
    return (sum + n / 2) / n;
}

void DeadTime::begin_run() {
    for (auto& pulser : pulsers_)
        pulser.found = 0, pulser.roi = 0, pulser.blocked = 0;
}

// A pulse that falls into a trace of its own channel begins none. Periodic pulses never do.
void DeadTime::look_for_pulses(std::int64_t roi_begin, std::int64_t roi_end) {
    for (auto& pulser : pulsers_) {
        stretches_.clear();
        add_dead(pulser.channel, !pulser.random);
        for (const auto& trace : traces_) {
            if (trace.of.board != pulser.channel.board || trace.of.channel != pulser.channel.channel)
                continue;
            if (trace.begin >= roi_begin && trace.begin < roi_end) ++pulser.found;
            if (pulser.random) stretches_.push_back(trace);
        }
        pulser.roi += roi_end - roi_begin;
        pulser.blocked += sum_inside(roi_begin, roi_end);
    }
}

// Binomial for a known number of pulses. A random trigger sends a Poisson number, whose variance adds to
// p (1 − p) / n what makes it p / n.
std::vector<wire::LiveCheck> DeadTime::checks() const {
    std::vector<wire::LiveCheck> checks;
    for (const auto& pulser : pulsers_) {
        if (pulser.roi == 0) continue;
        const auto roi = static_cast<double>(pulser.roi);
        const double sent = pulser.rate_hz * roi / frequency_hz_;
        const double live = static_cast<double>(pulser.found) / sent;
        const double scatter = pulser.random ? live : std::max(live * (1 - live), 0.0);
        auto& check = checks.emplace_back();
        check.set_channel(pulser.name);
        check.set_sent(sent);
        check.set_found(pulser.found);
        check.set_live_fraction(live);
        // Where nothing, or everything, was found, one pulse more or less still might have been.
        check.set_error(std::sqrt(std::max(scatter / sent, 1 / (sent * sent))));
        check.set_ledger_live_fraction(1 - static_cast<double>(pulser.blocked) / roi);
    }
    return checks;
}

}  // namespace spillgate::daq
