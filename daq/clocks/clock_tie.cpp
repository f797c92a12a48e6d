#include "daq/clocks/clock_tie.hpp"

#include <algorithm>
#include <cmath>

namespace spillgate::daq {

using proto::ClockTime;
using proto::ticks_between;

namespace {

constexpr std::size_t most_marks = 1024;  // kept for a search: 17 s at 60 Hz
// A clock that was heard for longer than so many marks before the reference came is taken to be at its
// newest.
constexpr std::size_t longest_head_start = 64;
constexpr unsigned marks_per_search = 8;  // a pattern is sought at every eighth
constexpr int unfit_to_step = 4;
constexpr int missed_to_doubt = 2;
constexpr double least_deviation = 0.3;  // ticks: 1/√12, what rounding to a tick leaves
constexpr double clip = 4;               // standard deviations by which one mark may pull
// A crystal's frequency wanders by this much within seconds, and by more within minutes.
constexpr double wander = 1e-8;
constexpr double wander_per_s = 1e-9;

void trim(std::vector<SeenMark>& marks, std::size_t most) {
    if (marks.size() > 2 * most) marks.erase(marks.begin(), marks.end() - static_cast<std::ptrdiff_t>(most));
}

}  // namespace

ClockTieSettings ClockTieSettings::from(const config::Config& config, double here_hz, double there_hz) {
    const auto& tie = config.clock_tie();
    ClockTieSettings settings;
    settings.here_hz = here_hz;
    settings.there_hz = there_hz;
    settings.period_s = 1 / config.facility().repetition_hz();
    settings.averaging_s = tie.averaging_s();
    settings.history = config.buffers().open_slots() + 8;
    settings.search.nominal_ratio = there_hz / here_hz;
    settings.search.max_frequency_error = tie.max_frequency_error_ppm() * 1e-6;
    settings.search.residual_limit = tie.residual_limit_ns() * 1e-9 * there_hz;
    settings.search.pairing_distance =
        std::max(tie.residual_limit_ns(), config.facility().mark_tolerance_ns()) * 1e-9 * there_hz;
    settings.search.marks = tie.marks_to_lock();
    return settings;
}

void ClockTie::anchor_at(const ClockTime& here) {
    anchor(here, theres_.size() > longest_head_start ? theres_.size() - 1 : 0);
}

void ClockTie::anchor(const ClockTime& here, std::size_t there) {
    anchor_here_ = here;
    anchored_ = there < theres_.size();
    if (anchored_) relation_ = {here, theres_[there].time, settings_.search.nominal_ratio};
}

void ClockTie::take_marks(const ClockTie& before) {
    theres_ = before.theres_;
    if (!before.locked_) return;
    const ClockTime last = shifted(before.relation_.there, settings_.period_s * settings_.there_hz / 2);
    std::erase_if(theres_, [&](const SeenMark& m) { return earlier(m.time, last); });
}

void ClockTie::there(const SeenMark& mark) {
    if (theres_.size() >= 2 * most_marks) {
        theres_.erase(theres_.begin(), theres_.begin() + most_marks);
        judged_ -= std::min(judged_, most_marks);
    }
    theres_.push_back(mark);
    if (!anchored_ && anchor_here_) anchor(*anchor_here_, 0);
}

void ClockTie::unusable_before(const ClockTime& reading) {
    if (usable_from_ && earlier(*usable_from_, reading)) usable_from_ = reading;
}

double ClockTie::reach() const {
    return std::ceil(settings_.search.pairing_distance / settings_.search.nominal_ratio) + 2;
}

ClockTie::Settled ClockTie::settle(const SeenMark& mark) {
    Settled settled;
    heres_.push_back(mark);
    trim(heres_, most_marks);
    if (!anchored_) return settled;
    settled.outcome = locked_ ? track(mark, settled) : search(mark);
    return settled;
}

ClockTie::Outcome ClockTie::search(const SeenMark& mark) {
    // Only marks that are there for certain: what is found must not depend on what else has arrived.
    const ClockTime upto = relation_.to_there(shifted(mark.time, reach()));
    const auto end = std::ranges::find_if(theres_, [&](const SeenMark& m) { return earlier(upto, m.time); });
    const auto known = std::span(theres_).first(static_cast<std::size_t>(end - theres_.begin()));
    const auto recent = known.last(std::min(known.size(), most_marks));
    const auto recent_here = std::span(heres_).last(std::min(heres_.size(), most_marks));
    auto found = find_by_cycle(recent_here.last(std::min(recent_here.size(), settings_.search.marks)), recent,
                               settings_.search);
    if (!found && ++marks_waited_ % marks_per_search == 0)
        found = find_by_pattern(recent_here, recent, settings_.search);
    if (!found) return Outcome::UNTIED;

    usable_from_ = upto;
    relation_ = found->relation;
    variance_ = std::max(found->rms, least_deviation) * std::max(found->rms, least_deviation);
    locked_ = true;
    ++locks_;
    updates_ = static_cast<double>(found->pairs);
    unfit_ = 0;
    missed_ = 0;
    const ClockTime expected = relation_.to_there(mark.time);
    judged_ = 0;
    while (judged_ < theres_.size() &&
           ticks_between(theres_[judged_].time, expected) < -settings_.search.pairing_distance)
        ++judged_;
    Settled ignored;
    track(mark, ignored);
    return Outcome::LOCKED;
}

// The mark there that is nearest to `expected`, if within `distance`; it and all up to `distance` after
// `expected` are judged.
std::optional<std::size_t> ClockTie::take_nearest(const ClockTime& expected, double distance,
                                                  std::uint32_t& strays) {
    std::optional<std::size_t> best;
    double best_off = distance;
    for (; judged_ < theres_.size(); ++judged_) {
        const double off = ticks_between(theres_[judged_].time, expected);
        if (off > distance) break;
        ++strays;
        if (std::abs(off) > best_off || (best && std::abs(off) == best_off)) continue;
        best = judged_;
        best_off = std::abs(off);
    }
    if (best) --strays;
    return best;
}

ClockTie::Outcome ClockTie::track(const SeenMark& mark, Settled& settled) {
    const ClockTime expected = relation_.to_there(mark.time);
    const auto found = take_nearest(expected, settings_.search.pairing_distance, settled.strays);
    if (found) {
        const SeenMark& partner = theres_[*found];
        const double residual = ticks_between(partner.time, expected);
        if (std::abs(residual) <= settings_.search.residual_limit) {
            unfit_ = 0;
            missed_ = 0;
            adjust(mark, expected, residual);
            ++pairs_;
            keep(mark.time,
                 {partner.time, partner.uncertainty_ns, settings_.here_hz * relation_.ratio, false});
            return Outcome::PAIRED;
        }
    }
    if (uncertainty_ns(mark.time) * 1e-9 * settings_.there_hz > settings_.search.residual_limit)
        return give_up(Outcome::FADED);
    keep(mark.time, predicted(mark.time, found.has_value() || is_in_doubt()));
    if (!found) ++missed_;
    if (!found && settled.strays == 0) return Outcome::MISSED;
    if (unfit_++ == 0) {
        first_unfit_ = mark.time;
        first_unfit_there_ = theres_[judged_ - 1].time;
    }
    if (unfit_ >= unfit_to_step) return give_up(Outcome::STEPPED);
    return found ? Outcome::DOUBTED : Outcome::MISSED;
}

// Marks that do not fit, or that stay away: they may come at other readings by now.
bool ClockTie::is_in_doubt() const {
    return unfit_ > 0 || missed_ >= missed_to_doubt;
}

void ClockTie::adjust(const SeenMark& mark, const ClockTime& expected, double residual) {
    const double elapsed = ticks_between(mark.time, relation_.here);
    const double theta = std::exp(-std::max(elapsed, 0.0) / settings_.here_hz / settings_.averaging_s);
    const double deviation = std::max(std::sqrt(variance_), least_deviation);
    variance_ += (1 - theta) * (residual * residual - variance_);
    residual = std::clamp(residual, -clip * deviation, clip * deviation);
    updates_ += 1;
    const double n = updates_;
    const double phase = std::max(1 - theta * theta, 2 * (2 * n - 1) / (n * (n + 1)));
    const double frequency = std::max((1 - theta) * (1 - theta), 6 / (n * (n + 1)));
    // Less apart than two spills, the two say nothing of the frequency.
    if (elapsed > settings_.period_s * settings_.here_hz / 2)
        relation_.ratio += frequency * residual / elapsed;
    relation_.here = mark.time;
    relation_.there = shifted(expected, phase * residual);
}

// What was seen before a step belongs to the clock as it was.
ClockTie::Outcome ClockTie::give_up(Outcome why) {
    locked_ = false;
    unfit_ = 0;
    judged_ = 0;
    if (why != Outcome::STEPPED) return why;
    std::erase_if(heres_, [&](const SeenMark& m) { return earlier(m.time, first_unfit_); });
    std::erase_if(theres_, [&](const SeenMark& m) { return earlier(m.time, first_unfit_there_); });
    anchor(first_unfit_, 0);
    return why;
}

std::optional<SeenMark> ClockTie::supply(const ClockTime& time, double tolerance) {
    if (!locked_ || !time.comparable(relation_.here)) return std::nullopt;
    const double own = uncertainty_ns(time);
    if (own * 1e-9 * settings_.there_hz > settings_.search.residual_limit) return std::nullopt;
    std::uint32_t ignored = 0;
    const auto found = take_nearest(relation_.to_there(time), tolerance * relation_.ratio, ignored);
    if (!found) return std::nullopt;
    const SeenMark& seen = theres_[*found];
    SeenMark mark = seen;
    mark.time = relation_.to_here(seen.time);
    mark.uncertainty_ns = std::hypot(own, seen.uncertainty_ns);
    keep(mark.time, {seen.time, seen.uncertainty_ns, settings_.here_hz * relation_.ratio, false});
    return mark;
}

void ClockTie::keep(const ClockTime& here, const TiedTime& there) {
    if (entries_.size() < settings_.history) {
        entries_.push_back({here, there});
        return;
    }
    entries_[next_entry_] = {here, there};
    next_entry_ = (next_entry_ + 1) % entries_.size();
}

double ClockTie::uncertainty_ns(const ClockTime& time) const {
    const double deviation = std::max(std::sqrt(variance_), least_deviation) / settings_.there_hz;
    const double elapsed = std::abs(ticks_between(time, relation_.here)) / settings_.here_hz;
    const double n = std::min(updates_, settings_.averaging_s / settings_.period_s);
    const double slope =
        deviation * std::sqrt(12 / n) / (n * settings_.period_s) + wander + wander_per_s * elapsed;
    return std::hypot(deviation, slope * elapsed) * 1e9;
}

TiedTime ClockTie::predicted(const ClockTime& time, bool suspect) const {
    return {relation_.to_there(time), uncertainty_ns(time), settings_.here_hz * relation_.ratio, suspect};
}

std::optional<TiedTime> ClockTie::at(const ClockTime& time, std::int64_t begin) const {
    if (!usable_from_ || !time.comparable(relation_.here)) return std::nullopt;
    std::optional<TiedTime> result;
    for (const auto& entry : entries_)
        if (entry.here == time) result = entry.there;
    if (!result && locked_) {
        result = predicted(time, is_in_doubt());
        if (result->uncertainty_ns * 1e-9 * settings_.there_hz > settings_.search.residual_limit)
            return std::nullopt;
    }
    if (!result) return std::nullopt;
    const double reach_there = static_cast<double>(begin) * settings_.search.nominal_ratio;
    if (ticks_between(result->time, *usable_from_) + reach_there < 0) return std::nullopt;
    return result;
}

ClockTime ClockTie::passed(const ClockTime& reading) const {
    const double margin = settings_.search.residual_limit / settings_.search.nominal_ratio + 2;
    return shifted(relation_.to_here(reading), -margin);
}

ClockTime ClockTie::begins(const ClockTime& time) const {
    return shifted(relation_.to_there(time), -settings_.search.residual_limit - 2);
}

double ClockTie::frequency_error() const {
    return locks_ == 0 ? 0 : relation_.ratio / settings_.search.nominal_ratio - 1;
}

double ClockTie::residual_rms_ns() const {
    return std::sqrt(variance_) * 1e9 / settings_.there_hz;
}

}  // namespace spillgate::daq
