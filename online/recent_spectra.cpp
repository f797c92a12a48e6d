#include "online/recent_spectra.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "offline/spectra/spectra_difference.hpp"
#include "online/spectrum_bins.hpp"

namespace spillgate::online {
namespace {

constexpr std::size_t most_parts = 20;
constexpr std::size_t least_parts = 4;
constexpr std::size_t kept_bytes = 128 << 20;

std::size_t parts_of(const offline::Spectra& spectra, std::size_t ranges) {
    return std::clamp(kept_bytes / ranges / std::max<std::size_t>(1, bytes_of(spectra)), least_parts,
                      most_parts);
}

std::uint32_t number_of(const Snapshot& snapshot) {
    return snapshot.run.description ? snapshot.run.description->number() : 0;
}

// Nobody's: what was before the run.
bool is_whole_run(const Snapshot& snapshot) {
    return !snapshot.run.checkpoint_used;
}

}  // namespace

RecentSpectra::RecentSpectra(const std::vector<std::uint32_t>& spills) {
    ranges_.push_back({"hour", 0, std::chrono::hours(1)});
    for (const std::uint32_t n : spills)
        ranges_.push_back({fmt::format("spills:{}", n), n});
}

std::vector<std::string> RecentSpectra::names() const {
    std::vector<std::string> out{std::string(whole_run)};
    for (const Range& range : ranges_)
        out.push_back(range.name);
    out.push_back(since_reset_.name);
    return out;
}

bool RecentSpectra::knows(std::string_view range) const {
    return range == whole_run || range == since_reset ||
           std::ranges::find(ranges_, range, &Range::name) != ranges_.end();
}

std::string RecentSpectra::not_known(std::string_view range) const {
    return fmt::format("range \"{}\" is not known; allowed are {}", range, fmt::join(names(), ", "));
}

bool RecentSpectra::is_another_run(const Snapshot& newest) const {
    return !newest_ || newest.config != newest_->config || number_of(newest) != number_of(*newest_) ||
           newest.run.checkpoint_used != newest_->run.checkpoint_used;
}

// What begins before the run's first slot stays true whatever was taken back of the run.
void RecentSpectra::forget(const Snapshot& newest, Clock::time_point now, bool another_run) {
    for (Range& range : ranges_) {
        std::erase_if(range.marks, [&](const Mark& mark) { return another_run || mark.spectra; });
        if (another_run && is_whole_run(newest)) range.marks.push_back({nullptr, 0, 0, now});
    }
}

void RecentSpectra::take(const SnapshotPtr& newest, Clock::time_point now) {
    if (!newest || newest == newest_) return;
    const bool another_run = is_another_run(*newest);
    const bool taken_back = another_run || newest->run.taken_back != newest_->run.taken_back;
    const bool changed = taken_back || newest->spectra != newest_->spectra ||
                         newest->run.reset != newest_->run.reset ||
                         newest->run.reset_reached != newest_->run.reset_reached;
    if (taken_back) forget(*newest, now, another_run);
    newest_ = newest;
    const Mark mark{newest->spectra, newest->run.spills_filled, newest->utc_ns, now};
    const std::size_t parts = parts_of(*newest->spectra, ranges_.size());
    bool moved = false;
    for (Range& range : ranges_)
        moved |= advance(range, mark, parts);
    if (changed || moved) version_ = newest->version;
}

bool RecentSpectra::advance(Range& range, const Mark& newest, std::size_t parts) {
    auto& marks = range.marks;
    const auto is_before = [&](const Mark& mark) {
        return (range.spills != 0 && newest.spills - mark.spills > range.spills) ||
               (range.time.count() != 0 && newest.at - mark.at > range.time);
    };
    const std::size_t before = marks.size();
    while (!marks.empty() && is_before(marks.front()))
        marks.pop_front();
    const bool moved = marks.size() != before || marks.empty();
    const auto passed = [&](const Mark& mark) {
        const auto part = static_cast<std::int64_t>(parts);
        return range.spills != 0
                   ? newest.spills - mark.spills >= std::max<std::uint64_t>(1, range.spills / parts)
                   : newest.at - mark.at >= range.time / part;
    };
    if (marks.empty() || passed(marks.back())) marks.push_back(newest);
    return moved;
}

SnapshotPtr RecentSpectra::of(std::string_view name) {
    if (name == whole_run || !newest_) return newest_;
    Range& range = name == since_reset ? since_reset_ : *std::ranges::find(ranges_, name, &Range::name);
    if (range.shown && range.shown_version == version_) return range.shown;
    range.shown = name == since_reset ? make_since_reset() : make(range, range.marks.front(), {});
    range.shown_version = version_;
    return range.shown;
}

SnapshotPtr RecentSpectra::make_since_reset() const {
    const RunView& run = newest_->run;
    if (!run.reset) return make(since_reset_, {}, {});
    Mark begin{run.reset->spectra, run.reset->spills, run.reset->utc_ns};
    if (!run.reset_reached) {
        begin.spectra = newest_->spectra;
        begin.spills = run.spills_filled;
    }
    return make(since_reset_, begin, run.reset->person);
}

SnapshotPtr RecentSpectra::make(const Range& range, const Mark& begin, const std::string& person) const {
    const std::uint64_t spills = newest_->run.spills_filled;
    auto made = std::make_shared<Snapshot>();
    made->version = newest_->version;
    made->utc_ns = newest_->utc_ns;
    made->config = newest_->config;
    made->run.phase = newest_->run.phase;
    made->run.description = newest_->run.description;
    made->newest_slot_utc_ns = newest_->newest_slot_utc_ns;
    made->spectra = begin.spectra ? offline::difference(*newest_->spectra, *begin.spectra) : newest_->spectra;
    made->range = RangeView{range.name, spills - std::min(spills, begin.spills), begin.utc_ns, person};
    // What was taken back is noticed before; should spectra ever be less than they were, nothing is shown of
    // them.
    if (!made->spectra) made->spectra = offline::difference(*newest_->spectra, *newest_->spectra);
    made->changed.assign(made->spectra->size(), version_);
    const bool comparable = range.shown && range.shown->config == made->config &&
                            range.shown->range->begin_utc_ns == begin.utc_ns;
    for (std::size_t i = 0; comparable && i < made->changed.size(); ++i) {
        if (same_counts(range.shown->spectra->histogram(i), made->spectra->histogram(i)))
            made->changed[i] = range.shown->changed[i];
    }
    return made;
}

std::vector<std::uint32_t> recent_spills_of(const config::Console& console) {
    if (console.recent_spills().empty()) return {600, 3600, 36000};
    return {console.recent_spills().begin(), console.recent_spills().end()};
}

}  // namespace spillgate::online
