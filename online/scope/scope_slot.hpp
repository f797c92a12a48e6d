// One slot as the scope keeps it: its record as it came, what was reconstructed of it, its verdict.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <zmq.hpp>

#include "offline/engine.hpp"
#include "offline/spectra/filled_spectra.hpp"
#include "proto/config_loader.hpp"
#include "proto/spill_record.hpp"

namespace spillgate::online {

// What filters look at: one for each detector channel and window of a slot that everybody may see.
struct ScopeMark {
    std::uint16_t channel = 0;  // index into Config.channel
    offline::WindowClass kind = offline::WindowClass::NONE;
    bool found = false;                                      // a pulse
    bool saturated = false;                                  // a sample at an end of the digitizer's range
    bool vetoed = false;                                     // a muon
    double size = std::numeric_limits<double>::quiet_NaN();  // of the pulse, in PE or keV
};

struct ScopeSlot {
    std::uint64_t number = 0;  // goes up as slots come; names it among all of this process
    std::uint32_t run = 0;
    std::uint64_t slot = 0;
    std::string daemon;
    std::int64_t utc_ns = 0;  // as the record says
    std::string header;       // of the record, encoded
    zmq::message_t samples;   // its payload: as it was received, not copied unless it is small
    offline::SlotCandidates candidates;
    proto::Verdict verdict;
    bool sealed = false;  // of a blinded run that nobody had unblinded when the verdict came
    std::vector<ScopeMark> marks;

    std::size_t bytes() const;
    bool facility_vetoed() const { return verdict.facility_veto || verdict.has(proto::SlotQuality::VETOED); }
};
using ScopeSlotPtr = std::shared_ptr<const ScopeSlot>;

// Of the windows that are open: of a sealed slot nothing tells of what its in-time windows hold.
std::vector<ScopeMark> marks_of(const ScopeSlot& slot, const offline::Engine& engine);

// "PE" or "keV": what the sizes of this chain's pulses are in; empty: it has no size.
std::string_view size_unit(const offline::Chain& chain);

// All that there is to look at, at one time.
struct ScopeView {
    std::uint64_t generation = 0;  // goes up with each one
    std::shared_ptr<const proto::LoadedConfig> config;
    std::shared_ptr<const offline::Engine> engine;
    std::vector<ScopeSlotPtr> slots;                 // the newest last
    std::vector<std::vector<ScopeSlotPtr>> largest;  // by index of Config.channel, the largest first
    std::optional<std::uint32_t> opened;             // a blinded run that has been unblinded

    // Whether what the slot's in-time windows hold must not be seen.
    bool sealed(const ScopeSlot& slot) const { return config->config.blinded() && opened != slot.run; }
};

}  // namespace spillgate::online
