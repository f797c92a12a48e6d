#include "offline/exposure/good_stretches.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace spillgate::offline {

namespace {

RunSlot after(const RunSlot& place) {
    if (place.slot == last_slot_of_run) return {place.run + 1, 0};
    return {place.run, place.slot + 1};
}

RunSlot before(const RunSlot& place) {
    if (place.slot == 0) return {place.run - 1, last_slot_of_run};
    return {place.run, place.slot - 1};
}

Stretch stretch_of(const config::GoodRuns& good) {
    return {{good.first_run(), good.first_slot()},
            {good.has_last_run() ? good.last_run() : good.first_run(),
             good.has_last_slot() ? good.last_slot() : last_slot_of_run},
            good.note()};
}

// A stretch as entries: a piece of its first run, whole runs, a piece of its last.
std::vector<config::GoodRuns> entries_of(const Stretch& stretch) {
    std::vector<config::GoodRuns> out;
    const auto entry = [&](std::uint32_t first_run, std::uint32_t last_run) -> config::GoodRuns& {
        auto& good = out.emplace_back();
        good.set_first_run(first_run);
        if (last_run != first_run) good.set_last_run(last_run);
        if (!stretch.note.empty()) good.set_note(stretch.note);
        return good;
    };
    RunSlot first = stretch.first;
    const RunSlot last = stretch.last;
    if (first.slot > 0) {
        auto& piece = entry(first.run, first.run);
        piece.set_first_slot(first.slot);
        if (first.run == last.run) {
            if (last.slot != last_slot_of_run) piece.set_last_slot(last.slot);
            return out;
        }
        first = {first.run + 1, 0};
    }
    const bool ends_whole = last.slot == last_slot_of_run;
    if (ends_whole)
        entry(first.run, last.run);
    else if (first.run < last.run)
        entry(first.run, last.run - 1);
    if (!ends_whole) entry(last.run, last.run).set_last_slot(last.slot);
    return out;
}

}  // namespace

GoodStretches::GoodStretches(const config::GoodRunList& list) {
    for (const auto& good : list.good())
        add(stretch_of(good));
}

void GoodStretches::remove(const RunSlot& first, const RunSlot& last) {
    std::vector<Stretch> left;
    for (const Stretch& one : all_) {
        if (one.last < first || one.first > last) {
            left.push_back(one);
            continue;
        }
        if (one.first < first) left.push_back({one.first, before(first), one.note});
        if (one.last > last) left.push_back({after(last), one.last, one.note});
    }
    all_ = std::move(left);
}

void GoodStretches::add(const Stretch& stretch) {
    remove(stretch.first, stretch.last);
    all_.insert(std::ranges::lower_bound(all_, stretch.first, {}, &Stretch::first), stretch);
    std::vector<Stretch> joined;
    for (Stretch& one : all_) {
        if (!joined.empty() && after(joined.back().last) == one.first && joined.back().note == one.note)
            joined.back().last = one.last;
        else
            joined.push_back(std::move(one));
    }
    all_ = std::move(joined);
}

void GoodStretches::write(config::GoodRunList& list) const {
    list.clear_good();
    for (const Stretch& one : all_)
        for (auto& entry : entries_of(one))
            *list.add_good() = std::move(entry);
}

std::vector<Stretch> only_in(const GoodStretches& one, const GoodStretches& other) {
    GoodStretches left = one;
    for (const Stretch& both : other.all())
        left.remove(both.first, both.last);
    return left.all();
}

std::string words_of(const Stretch& stretch) {
    std::string text;
    for (const auto& entry : entries_of(stretch)) {
        if (!text.empty()) text += "; ";
        if (entry.has_last_run()) {
            text += fmt::format("runs {} to {}", entry.first_run(), entry.last_run());
            continue;
        }
        text += fmt::format("run {}", entry.first_run());
        if (entry.has_first_slot() && entry.has_last_slot())
            text += fmt::format(", slots {} to {}", entry.first_slot(), entry.last_slot());
        else if (entry.has_first_slot())
            text += fmt::format(", slots from {}", entry.first_slot());
        else if (entry.has_last_slot())
            text += fmt::format(", slots up to {}", entry.last_slot());
    }
    return text;
}

}  // namespace spillgate::offline
