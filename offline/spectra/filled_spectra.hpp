// The spectra of an engine: plain integer arrays, filled by docs/spectra.md's rules.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "offline/spectra/spectra.hpp"
#include "offline/spectra/spectrum_plan.hpp"
#include "proto/schema/spectra.pb.h"

namespace spillgate::offline {

// What a window counts as. NONE: not whole, unknown, or C-shaped in a slot that is neither a spill nor
// without protons.
enum class WindowClass : std::uint8_t { IN_TIME, ANTI_COINCIDENT, FREE, NO_BEAM, NONE };
inline constexpr std::size_t window_classes = 4;

// Of one window, from its label in the record and its fact in the verdict.
WindowClass classify(const proto::WindowFact& recorded, const proto::WindowFact& judged,
                     const proto::Verdict& verdict);

class FilledSpectra : public Spectra {
  public:
    FilledSpectra(std::shared_ptr<const std::vector<SpectrumPlan>> plans, std::string engine_hash);

    void fill(const SlotCandidates& candidates, const proto::Verdict& verdict) override;
    void fill(const proto::Verdict& verdict) override;
    void merge(const Spectra& other) override;
    std::size_t size() const override { return plans_->size(); }
    HistogramView histogram(std::size_t index) const override;
    std::unique_ptr<const Spectra> unsealed(const proto::Unsealing& key) const override;
    // difference() of this and an earlier state.
    std::unique_ptr<const Spectra> since(const FilledSpectra& before) const;
    std::uint64_t slots() const override { return slots_; }
    std::uint64_t inconsistent_slots() const override { return inconsistent_slots_; }
    std::unique_ptr<Spectra> clone() const override;
    std::string serialise() const override;
    proto::Status restore(std::string_view bytes) override;

  private:
    struct Counts {
        std::array<std::vector<std::uint64_t>, window_classes> of;  // by WindowClass
        std::vector<std::uint64_t> sealed;  // in-time, apart; without entries if nothing is to be sealed
        ExposureSums exposure;
        std::uint64_t in_time_outside = 0;  // of the box, if there is one
        std::uint64_t anti_coincident_outside = 0;
    };
    // One window of the slot being filled.
    struct LabelledWindow {
        WindowClass counts_as = WindowClass::NONE;
        std::int64_t live_ps = 0;
    };

    static void fill_bin(const SpectrumPlan& plan, const ChannelPlan& channel, const Candidate& candidate,
                         WindowClass counts_as, Counts& counts);
    void fill_spectrum(const SpectrumPlan& plan, const SlotCandidates& candidates,
                       const proto::Verdict& verdict, Counts& counts);
    void open();  // what is sealed is shown, too
    void write_state(wire::SpectraState& state) const;
    proto::Status check_state(const wire::SpectraState& state) const;
    void read_state(const wire::SpectraState& state);

    std::shared_ptr<const std::vector<SpectrumPlan>> plans_;
    std::string engine_hash_;
    std::vector<Counts> counts_;
    std::vector<std::vector<std::uint64_t>> opened_;  // in-time with what is sealed; only of an unsealed copy
    std::uint64_t slots_ = 0;
    std::uint64_t inconsistent_slots_ = 0;
    std::vector<LabelledWindow> windows_;  // scratch
    std::vector<std::uint64_t> charged_;   // scratch, by channel: the last stamp that added its charge
    std::uint64_t stamp_ = 0;
};

}  // namespace spillgate::offline
