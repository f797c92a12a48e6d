#include "hw/replay/stretch_order.hpp"

#include <algorithm>

namespace spillgate::hw::replay {

namespace {

// Readings of a later epoch come after all of an earlier one.
bool earlier(const proto::ClockTime& a, const proto::ClockTime& b) {
    return a.epoch != b.epoch ? a.epoch < b.epoch : before(a, b);
}

const proto::ClockTime& time_of(const DeviceTrace& trace) {
    return trace.first;
}
template <class Item>
const proto::ClockTime& time_of(const Item& item) {
    return item.time;
}

template <class Visit>
void for_each_time(const Batch& batch, Visit visit) {
    for (const auto& trace : batch.traces)
        visit(trace.first);
    for (const auto& mark : batch.marks)
        visit(mark.time);
    for (const auto& charge : batch.charges)
        visit(charge.time);
    for (const auto& event : batch.device_events)
        visit(event.time);
}

template <class Item>
void sort(std::vector<Item>& items) {
    const auto less = [](const Item& a, const Item& b) { return earlier(time_of(a), time_of(b)); };
    if (!std::is_sorted(items.begin(), items.end(), less)) std::stable_sort(items.begin(), items.end(), less);
}

// Moves items at or after `time` to the end of `to`.
template <class Item>
void move_from(const proto::ClockTime& time, std::vector<Item>& from, std::vector<Item>& to) {
    const auto first = std::find_if(from.begin(), from.end(),
                                    [&](const Item& item) { return !earlier(time_of(item), time); });
    to.insert(to.end(), std::make_move_iterator(first), std::make_move_iterator(from.end()));
    from.erase(first, from.end());
}

template <class Item>
std::uint64_t erase_before(const proto::ClockTime& time, std::vector<Item>& items) {
    return std::erase_if(items, [&](const Item& item) { return earlier(time_of(item), time); });
}

}  // namespace

void append(Batch& batch, const DeviceTrace& trace, std::span<const std::uint16_t> samples) {
    batch.traces.push_back(trace);
    batch.traces.back().offset = batch.samples.size();
    batch.samples.insert(batch.samples.end(), samples.begin(), samples.end());
}

void sort_by_time(Batch& batch) {
    sort(batch.traces);
    sort(batch.marks);
    sort(batch.charges);
}

std::optional<proto::ClockTime> earliest(const Batch& batch) {
    std::optional<proto::ClockTime> found;
    for_each_time(batch, [&](const proto::ClockTime& time) {
        if (!found || earlier(time, *found)) found = time;
    });
    return found;
}

std::optional<proto::ClockTime> latest(const Batch& batch) {
    std::optional<proto::ClockTime> found;
    for_each_time(batch, [&](const proto::ClockTime& time) {
        if (!found || earlier(*found, time)) found = time;
    });
    return found;
}

void StretchOrder::drop_before(const proto::ClockTime& watermark, Batch& stretch) {
    dropped_ += erase_before(watermark, stretch.traces) + erase_before(watermark, stretch.marks) +
                erase_before(watermark, stretch.charges);
    for (auto& event : stretch.device_events)
        if (earlier(event.time, watermark)) event.time = watermark;
}

std::optional<Batch> StretchOrder::put(Batch&& stretch) {
    sort_by_time(stretch);
    if (watermark_) drop_before(*watermark_, stretch);
    const auto begin = earliest(stretch);
    if (!begin) return std::nullopt;
    if (!held_) {
        held_ = std::move(stretch);
        return std::nullopt;
    }
    Batch given = std::move(*held_);
    const auto given_latest = latest(given);
    if (!earlier(*given_latest, *begin)) {
        // They overlap: what is not before the new stretch waits, merged with it.
        Batch rest;
        move_from(*begin, given.traces, rest.traces);
        move_from(*begin, given.marks, rest.marks);
        move_from(*begin, given.charges, rest.charges);
        for (const DeviceTrace& trace : rest.traces)
            append(stretch, trace, std::span(given.samples).subspan(trace.offset, trace.count));
        stretch.marks.insert(stretch.marks.end(), rest.marks.begin(), rest.marks.end());
        stretch.charges.insert(stretch.charges.end(), rest.charges.begin(), rest.charges.end());
        sort_by_time(stretch);
    }
    if (begin->epoch == given_latest->epoch) {
        given.watermark = *begin;
    } else {
        // The old epoch ends here; nothing more of it will come.
        given.watermark = advanced(*given_latest, 1);
    }
    watermark_ = *begin;
    held_ = std::move(stretch);
    return given;
}

std::optional<Batch> StretchOrder::finish() {
    if (!held_) return std::nullopt;
    Batch given = std::move(*held_);
    held_.reset();
    given.watermark = advanced(*latest(given), 1);
    watermark_ = given.watermark;
    return given;
}

}  // namespace spillgate::hw::replay
