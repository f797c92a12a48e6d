#include "daq/source_queue.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace spillgate::daq {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t waiting_depth = 8;      // batches ahead of the pipeline, for sources that can wait
constexpr std::size_t spare_batches = 16;     // kept for reuse
constexpr std::size_t most_merged = 1 << 16;  // marks, charges or events in one batch, of dropped ones too
constexpr double largest_lead_s = 0.1;        // device time by which one stream may be ahead of another
constexpr auto patience = std::chrono::seconds(1);  // a lane silent for longer is not waited for

constexpr auto buffer_full = "buffer-full";

// As far as there is room; returns how many have found none.
template <class T>
std::size_t move_behind(std::vector<T>& to, std::vector<T>& from) {
    const auto room = most_merged - std::min(most_merged, to.size());
    const auto over = from.size() - std::min(room, from.size());
    from.erase(from.end() - static_cast<std::ptrdiff_t>(over), from.end());
    to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
    return over;
}

}  // namespace

// Everything here is guarded by the queue's mutex.
class SourceQueue::Lane final : public hw::Sink {
    friend class SourceQueue;

  public:
    Lane(SourceQueue& queue, const hw::SourceInfo& info) : info_(info), queue_(queue) {
        last_put_ = Clock::now();
    }

    hw::Batch empty() override {
        const std::lock_guard lock(queue_.mutex_);
        if (queue_.spare_.empty()) return {};
        hw::Batch batch = std::move(queue_.spare_.back());
        queue_.spare_.pop_back();
        return batch;
    }

    bool wait_and_put(hw::Batch&& batch) override {
        std::unique_lock lock(queue_.mutex_);
        waits_ = true;
        queue_.emptied_.wait(lock, [&] {
            return queue_.closed_ || batches_.size() < std::min(queue_.capacity_, waiting_depth);
        });
        if (queue_.closed_) return false;
        push(std::move(batch));
        return true;
    }

    bool put_or_drop(hw::Batch&& batch) override {
        const std::lock_guard lock(queue_.mutex_);
        drops_ = true;
        if (batches_.size() < queue_.capacity_) {
            push(std::move(batch));
            return true;
        }
        drop_traces(batch);
        return false;
    }

    hw::Batch pop() {
        hw::Batch batch = std::move(batches_.front());
        batches_.pop_front();
        if (batch.last) ended_ = true;
        taken_ = batch.watermark;
        has_taken_ = true;
        return batch;
    }

  private:
    void push(hw::Batch&& batch) {
        newest_ = batch.watermark;
        has_newest_ = true;
        batches_.push_back(std::move(batch));
        high_water_ = std::max(high_water_, batches_.size());
        last_put_ = Clock::now();
        queue_.filled_.notify_one();
    }

    void drop_traces(hw::Batch& batch) {
        ++dropped_batches_;
        auto begin = has_newest_ && newest_.comparable(batch.watermark) ? newest_ : batch.watermark;
        // A batch may hold traces that lie behind its watermark.
        auto end = batch.watermark;
        for (const auto& trace : batch.traces) {
            if (trace.first.comparable(begin) && before(trace.first, begin)) begin = trace.first;
            const auto length = static_cast<std::int64_t>(trace.count) * trace.ticks_per_sample;
            const auto after = proto::advanced(trace.first, length);
            if (after.comparable(end) && before(end, after)) end = after;
        }
        const std::uint64_t traces = batch.traces.size();
        batch.traces.clear();
        batch.samples.clear();

        // Another epoch cannot share a batch; an end must not be lost either. Both are rare and without
        // samples.
        auto& tail = batches_.back();
        if (batch.last || !tail.watermark.comparable(batch.watermark)) {
            note_drop(batch, begin, end, traces);
            push(std::move(batch));
            return;
        }
        dropped_marks_ += move_behind(tail.marks, batch.marks);
        dropped_charges_ += move_behind(tail.charges, batch.charges);
        dropped_events_ += move_behind(tail.device_events, batch.device_events);
        tail.watermark = batch.watermark;
        newest_ = batch.watermark;
        last_put_ = Clock::now();
        note_drop(tail, begin, end, traces);
        batch.clear();
        if (queue_.spare_.size() < spare_batches) queue_.spare_.push_back(std::move(batch));
    }

    static void note_drop(hw::Batch& batch, const proto::ClockTime& begin, const proto::ClockTime& end,
                          std::uint64_t traces) {
        using Kind = hw::DeviceEvent::Kind;
        if (!batch.device_events.empty()) {
            auto& event = batch.device_events.back();
            if (event.kind == Kind::DROPPED && event.name == buffer_full && event.until.comparable(begin) &&
                !before(event.until, begin) && !before(begin, event.time)) {
                if (before(event.until, end)) event.until = end;
                event.count += traces;
                return;
            }
        }
        hw::DeviceEvent event;
        event.kind = Kind::DROPPED;
        event.time = begin;
        event.until = end;
        event.name = buffer_full;
        event.count = traces;
        batch.device_events.push_back(std::move(event));
    }

    hw::SourceInfo info_;
    SourceQueue& queue_;
    std::deque<hw::Batch> batches_;
    Clock::time_point last_put_;
    proto::ClockTime newest_;  // watermark of the newest batch
    proto::ClockTime taken_;   // and of the last one taken
    bool has_newest_ = false;
    bool has_taken_ = false;
    bool ended_ = false;
    bool waits_ = false;
    bool drops_ = false;
    std::size_t high_water_ = 0;
    std::uint64_t dropped_batches_ = 0;
    std::uint64_t dropped_marks_ = 0;
    std::uint64_t dropped_charges_ = 0;
    std::uint64_t dropped_events_ = 0;
};

SourceQueue::SourceQueue(std::size_t capacity_batches)
    : capacity_(std::max<std::size_t>(1, capacity_batches)), opened_(Clock::now()) {
    spare_.reserve(spare_batches);
}

SourceQueue::~SourceQueue() = default;

hw::Sink& SourceQueue::add_lane(const hw::SourceInfo& info) {
    const std::lock_guard lock(mutex_);
    lanes_.push_back(std::make_unique<Lane>(*this, info));
    return *lanes_.back();
}

// Device time of what was taken from a lane, in seconds since the first reading of its clock in this queue;
// nothing for a clock that has not been seen yet.
std::optional<double> SourceQueue::known_position_s(const Lane& lane) const {
    if (!lane.has_taken_ || lane.info_.frequency_hz <= 0) return 0;
    for (const auto& origin : origins_)
        if (origin.domain == lane.taken_.domain && origin.epoch == lane.taken_.epoch)
            return origin.s + static_cast<double>(lane.taken_.ticks - origin.ticks) / lane.info_.frequency_hz;
    return std::nullopt;
}

// A clock that begins anew goes on where the furthest stream is by then: the gap was as long for all.
double SourceQueue::position_s(const Lane& lane) {
    if (const auto known = known_position_s(lane)) return *known;
    const bool begins_anew = std::ranges::any_of(
        origins_, [&](const Origin& origin) { return origin.domain == lane.taken_.domain; });
    double s = 0;
    if (begins_anew)
        for (const auto& other : lanes_)
            s = std::max(s, known_position_s(*other).value_or(0));
    origins_.push_back({lane.taken_.domain, lane.taken_.epoch, lane.taken_.ticks, s});
    return s;
}

SourceQueue::Lane* SourceQueue::pick(Clock::time_point now, Clock::duration& wait) {
    Lane* best = nullptr;
    double best_s = 0;
    for (const auto& lane : lanes_) {
        if (lane->batches_.empty()) continue;
        const double s = position_s(*lane);
        if (!best || s < best_s) best = lane.get(), best_s = s;
    }
    if (!best || closed_) return best;
    for (const auto& lane : lanes_) {
        if (lane->ended_ || !lane->batches_.empty() || best_s - position_s(*lane) <= largest_lead_s) continue;
        const auto until = std::max(lane->last_put_, opened_) + patience;
        if (until > now) {
            wait = std::min<Clock::duration>(wait, until - now);
            return nullptr;
        }
    }
    return best;
}

std::optional<hw::Batch> SourceQueue::take(std::chrono::milliseconds timeout) {
    const auto deadline = Clock::now() + timeout;
    std::unique_lock lock(mutex_);
    for (;;) {
        const auto now = Clock::now();
        Clock::duration wait = deadline - now;
        if (auto* lane = pick(now, wait)) {
            auto batch = lane->pop();
            emptied_.notify_all();
            return batch;
        }
        if (now >= deadline) return std::nullopt;
        filled_.wait_for(lock, wait);
    }
}

void SourceQueue::give_back(hw::Batch&& batch) {
    batch.clear();
    const std::lock_guard lock(mutex_);
    if (spare_.size() < spare_batches) spare_.push_back(std::move(batch));
}

void SourceQueue::close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    emptied_.notify_all();
    filled_.notify_all();
}

bool SourceQueue::drained() const {
    const std::lock_guard lock(mutex_);
    return std::ranges::all_of(
        lanes_, [&](const auto& lane) { return lane->batches_.empty() && (closed_ || lane->ended_); });
}

bool SourceQueue::all_ended() const {
    const std::lock_guard lock(mutex_);
    return std::ranges::all_of(lanes_, [](const auto& lane) { return lane->ended_; });
}

bool SourceQueue::sources_wait() const {
    const std::lock_guard lock(mutex_);
    bool any = false;
    for (const auto& lane : lanes_) {
        if (lane->drops_) return false;
        any = any || lane->waits_;
    }
    return any;
}

std::vector<LaneLevel> SourceQueue::levels() const {
    const std::lock_guard lock(mutex_);
    std::vector<LaneLevel> levels;
    levels.reserve(lanes_.size());
    for (const auto& lane : lanes_)
        levels.push_back({lane->info_.name, lane->batches_.size(), lane->high_water_, capacity_,
                          lane->dropped_batches_, lane->dropped_marks_, lane->dropped_charges_,
                          lane->dropped_events_});
    return levels;
}

}  // namespace spillgate::daq
