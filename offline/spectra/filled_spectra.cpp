#include "offline/spectra/filled_spectra.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace spillgate::offline {

namespace {

constexpr std::size_t index_of(WindowClass c) {
    return static_cast<std::size_t>(c);
}

// Sum of non-negative terms that stops at the top instead of wrapping; independent of their order.
std::int64_t saturating_sum(std::int64_t a, std::int64_t b) {
    std::int64_t sum = 0;
    return __builtin_add_overflow(a, b, &sum) ? std::numeric_limits<std::int64_t>::max() : sum;
}

KindExposure& exposure_of(ExposureSums& sums, WindowClass c) {
    switch (c) {
        case WindowClass::IN_TIME:
            return sums.in_time;
        case WindowClass::ANTI_COINCIDENT:
            return sums.anti_coincident;
        case WindowClass::FREE:
            return sums.free;
        default:
            return sums.no_beam;
    }
}

void add(KindExposure& to, const KindExposure& from) {
    to.live_ps = saturating_sum(to.live_ps, from.live_ps);
    to.windows += from.windows;
    to.rejected += from.rejected;
}

void add_charge(ExposureSums& sums, const proto::Verdict& verdict) {
    switch (verdict.charge_state) {
        case wire::CHARGE_MEASURED:
            sums.live_charge_measured_pc += verdict.charge_pc;
            break;
        case wire::CHARGE_ESTIMATED:
            sums.live_charge_estimated_pc += verdict.charge_pc;
            break;
        case wire::CHARGE_UNCORRECTED:
            ++sums.live_charge_uncorrected_slots;
            break;
        default:
            ++sums.live_charge_missing_slots;
    }
}

std::int64_t live_ps_of(const proto::WindowFact& fact, double frequency_hz) {
    const std::int64_t live = fact.roi_ticks - fact.dead_ticks;
    if (live <= 0 || !(frequency_hz > 0)) return 0;
    const double ps = std::round(static_cast<double>(live) * (1e12 / frequency_hz));
    return ps < 9e18 ? static_cast<std::int64_t>(ps) : std::numeric_limits<std::int64_t>::max();
}

std::size_t bin_of(const SpectrumPlan& plan, const ChannelPlan& channel, const Candidate& candidate) {
    std::size_t bin = 0;
    for (std::size_t i = 0; i < plan.binning.size(); ++i) {
        const double value = candidate.value[channel.axis_variable[i]];
        bin = bin * (plan.axes[i].bins + 2u) + static_cast<std::size_t>(plan.binning[i].index(value) + 1);
    }
    return bin;
}

}  // namespace

WindowClass classify(const proto::WindowFact& recorded, const proto::WindowFact& judged,
                     const proto::Verdict& verdict) {
    if (recorded.kind != judged.kind || recorded.truncated || judged.truncated) return WindowClass::NONE;
    switch (judged.kind) {
        case wire::ANTI_COINCIDENT:
            return WindowClass::ANTI_COINCIDENT;
        case wire::FREE:
            return WindowClass::FREE;
        case wire::IN_TIME:
            break;
        default:
            return WindowClass::NONE;
    }
    if (verdict.is_spill()) return WindowClass::IN_TIME;
    using enum proto::SlotQuality;
    const bool protons_somewhere =
        verdict.has(VETOED) || verdict.has(VETOED_WITH_CHARGE) || verdict.has(OTHER_TARGET);
    return verdict.has(NO_BEAM) && !protons_somewhere ? WindowClass::NO_BEAM : WindowClass::NONE;
}

FilledSpectra::FilledSpectra(std::shared_ptr<const std::vector<SpectrumPlan>> plans, std::string engine_hash)
    : plans_(std::move(plans)), engine_hash_(std::move(engine_hash)), counts_(plans_->size()) {
    std::size_t channels = 0;
    for (std::size_t i = 0; i < plans_->size(); ++i) {
        for (auto& array : counts_[i].of)
            array.assign((*plans_)[i].bins, 0);
        if ((*plans_)[i].sealing != Sealing::NONE) counts_[i].sealed.assign((*plans_)[i].bins, 0);
        channels = std::max(channels, (*plans_)[i].channels.size());
    }
    charged_.assign(channels, 0);
}

void FilledSpectra::fill(const proto::Verdict&) {
    ++slots_;
}

void FilledSpectra::fill(const SlotCandidates& candidates, const proto::Verdict& verdict) {
    ++slots_;
    if (verdict.disposition != wire::COMPLETE && verdict.disposition != wire::TRUNCATED) return;
    if (verdict.windows.size() != candidates.windows.size()) {
        ++inconsistent_slots_;
        return;
    }
    windows_.resize(verdict.windows.size());
    for (std::size_t i = 0; i < windows_.size(); ++i)
        windows_[i] = {classify(candidates.windows[i], verdict.windows[i], verdict),
                       live_ps_of(verdict.windows[i], verdict.frequency_hz)};
    for (std::size_t i = 0; i < plans_->size(); ++i)
        fill_spectrum((*plans_)[i], candidates, verdict, counts_[i]);
}

void FilledSpectra::fill_spectrum(const SpectrumPlan& plan, const SlotCandidates& candidates,
                                  const proto::Verdict& verdict, Counts& counts) {
    ++stamp_;
    const std::uint32_t rejecting = verdict.quality & plan.reject_slot_quality;
    for (const auto& candidate : candidates.candidates) {
        if (candidate.channel >= plan.channels.size() || candidate.window >= windows_.size()) continue;
        const auto& channel = plan.channels[candidate.channel];
        const auto& window = windows_[candidate.window];
        if (!channel.included || window.counts_as == WindowClass::NONE) continue;

        auto& exposure = exposure_of(counts.exposure, window.counts_as);
        // Being without beam is what NO_BEAM windows are, so that bit cannot reject them.
        const std::uint32_t slot_rejects = window.counts_as == WindowClass::NO_BEAM
                                               ? rejecting & ~proto::bit(proto::SlotQuality::NO_BEAM)
                                               : rejecting;
        if (slot_rejects != 0 || (candidate.quality & channel.reject_quality) != 0 ||
            !passes_all(channel.exposure_cuts, candidate)) {
            ++exposure.rejected;
            continue;
        }
        ++exposure.windows;
        exposure.live_ps = saturating_sum(exposure.live_ps, window.live_ps);
        if (window.counts_as == WindowClass::IN_TIME && charged_[candidate.channel] != stamp_) {
            charged_[candidate.channel] = stamp_;
            add_charge(counts.exposure, verdict);
        }
        if ((candidate.found || channel.fills_every_window) && passes_all(channel.efficiency_cuts, candidate))
            fill_bin(plan, channel, candidate, window.counts_as, counts);
    }
}

void FilledSpectra::fill_bin(const SpectrumPlan& plan, const ChannelPlan& channel, const Candidate& candidate,
                             WindowClass counts_as, Counts& counts) {
    const bool inside = !plan.box.empty() && passes_all(channel.box, candidate);
    if (!plan.box.empty() && !inside) {
        if (counts_as == WindowClass::IN_TIME) ++counts.in_time_outside;
        if (counts_as == WindowClass::ANTI_COINCIDENT) ++counts.anti_coincident_outside;
    }
    const bool seals = plan.sealing == Sealing::ALL || (plan.sealing == Sealing::BOX && inside);
    auto& into = seals && counts_as == WindowClass::IN_TIME ? counts.sealed : counts.of[index_of(counts_as)];
    ++into[bin_of(plan, channel, candidate)];
}

void FilledSpectra::merge(const Spectra& other) {
    const auto* from = dynamic_cast<const FilledSpectra*>(&other);
    if (from == nullptr || from->engine_hash_ != engine_hash_)
        throw std::logic_error("spectra of different engines cannot be merged");
    for (std::size_t i = 0; i < counts_.size(); ++i) {
        for (std::size_t k = 0; k < window_classes; ++k) {
            auto& to = counts_[i].of[k];
            std::transform(to.begin(), to.end(), from->counts_[i].of[k].begin(), to.begin(), std::plus<>());
        }
        auto& sealed = counts_[i].sealed;
        std::transform(sealed.begin(), sealed.end(), from->counts_[i].sealed.begin(), sealed.begin(),
                       std::plus<>());
        counts_[i].in_time_outside += from->counts_[i].in_time_outside;
        counts_[i].anti_coincident_outside += from->counts_[i].anti_coincident_outside;
        auto& to = counts_[i].exposure;
        const auto& sums = from->counts_[i].exposure;
        add(to.in_time, sums.in_time);
        add(to.anti_coincident, sums.anti_coincident);
        add(to.free, sums.free);
        add(to.no_beam, sums.no_beam);
        to.live_charge_measured_pc += sums.live_charge_measured_pc;
        to.live_charge_estimated_pc += sums.live_charge_estimated_pc;
        to.live_charge_missing_slots += sums.live_charge_missing_slots;
        to.live_charge_uncorrected_slots += sums.live_charge_uncorrected_slots;
    }
    slots_ += from->slots_;
    inconsistent_slots_ += from->inconsistent_slots_;
}

HistogramView FilledSpectra::histogram(std::size_t index) const {
    const auto& plan = (*plans_)[index];
    const auto& counts = counts_[index];
    const bool open = !opened_.empty();
    return {plan.name,
            plan.title,
            plan.selection,
            plan.axes,
            open ? opened_[index] : counts.of[index_of(WindowClass::IN_TIME)],
            counts.of[index_of(WindowClass::ANTI_COINCIDENT)],
            counts.of[index_of(WindowClass::FREE)],
            counts.of[index_of(WindowClass::NO_BEAM)],
            &counts.exposure,
            plan.channel_count,
            plan.alpha_relative_uncertainty,
            open ? Sealing::NONE : plan.sealing,
            plan.box,
            counts.in_time_outside,
            counts.anti_coincident_outside};
}

std::unique_ptr<const Spectra> FilledSpectra::unsealed(const proto::Unsealing&) const {
    auto copy = std::make_unique<FilledSpectra>(*this);
    copy->open();
    return copy;
}

void FilledSpectra::open() {
    opened_.clear();
    for (const auto& counts : counts_) {
        auto& sum = opened_.emplace_back(counts.of[index_of(WindowClass::IN_TIME)]);
        std::transform(counts.sealed.begin(), counts.sealed.end(), sum.begin(), sum.begin(), std::plus<>());
    }
}

std::unique_ptr<Spectra> FilledSpectra::clone() const {
    auto copy = std::make_unique<FilledSpectra>(*this);
    copy->opened_.clear();
    return copy;
}

}  // namespace spillgate::offline
