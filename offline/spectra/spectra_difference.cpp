#include "offline/spectra/spectra_difference.hpp"

#include <limits>

#include "offline/spectra/filled_spectra.hpp"

namespace spillgate::offline {

namespace {

// False: there was more of it before.
template <class Integer>
bool take_away(Integer& from, Integer what) {
    const bool fits = what <= from;
    from -= what;
    return fits;
}

bool take_away(std::vector<std::uint64_t>& from, const std::vector<std::uint64_t>& what) {
    bool fits = true;
    for (std::size_t i = 0; i < from.size(); ++i)
        fits &= take_away(from[i], what[i]);
    return fits;
}

// A live time that has stopped at the top tells nothing of what came since.
bool take_away(KindExposure& from, const KindExposure& what) {
    const bool stopped =
        from.live_ps == std::numeric_limits<std::int64_t>::max() && from.windows != what.windows;
    const bool live = take_away(from.live_ps, what.live_ps);
    const bool windows = take_away(from.windows, what.windows);
    return take_away(from.rejected, what.rejected) && windows && live && !stopped;
}

bool take_away(ExposureSums& from, const ExposureSums& what) {
    bool fits = take_away(from.in_time, what.in_time);
    fits &= take_away(from.anti_coincident, what.anti_coincident);
    fits &= take_away(from.free, what.free);
    fits &= take_away(from.no_beam, what.no_beam);
    fits &= take_away(from.live_charge_measured_pc, what.live_charge_measured_pc);
    fits &= take_away(from.live_charge_estimated_pc, what.live_charge_estimated_pc);
    fits &= take_away(from.live_charge_missing_slots, what.live_charge_missing_slots);
    return take_away(from.live_charge_uncorrected_slots, what.live_charge_uncorrected_slots) && fits;
}

}  // namespace

std::unique_ptr<const Spectra> difference(const Spectra& now, const Spectra& before) {
    const auto* is = dynamic_cast<const FilledSpectra*>(&now);
    const auto* was = dynamic_cast<const FilledSpectra*>(&before);
    return is == nullptr || was == nullptr ? nullptr : is->since(*was);
}

std::unique_ptr<const Spectra> FilledSpectra::since(const FilledSpectra& before) const {
    if (before.engine_hash_ != engine_hash_) return nullptr;
    auto out = std::make_unique<FilledSpectra>(*this);
    bool fits = take_away(out->slots_, before.slots_);
    fits &= take_away(out->inconsistent_slots_, before.inconsistent_slots_);
    for (std::size_t i = 0; i < counts_.size(); ++i) {
        Counts& to = out->counts_[i];
        const Counts& from = before.counts_[i];
        for (std::size_t k = 0; k < window_classes; ++k)
            fits &= take_away(to.of[k], from.of[k]);
        fits &= take_away(to.sealed, from.sealed);
        fits &= take_away(to.exposure, from.exposure);
        fits &= take_away(to.in_time_outside, from.in_time_outside);
        fits &= take_away(to.anti_coincident_outside, from.anti_coincident_outside);
    }
    if (!fits) return nullptr;
    if (!opened_.empty()) out->open();
    return out;
}

}  // namespace spillgate::offline
