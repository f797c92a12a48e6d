#include "offline/spectra/spectra_state.hpp"

#include <cstdint>
#include <cstring>
#include <numeric>
#include <span>

#include <fmt/format.h>

#include "offline/spectra/filled_spectra.hpp"
#include "proto/wire.hpp"

namespace spillgate::offline {

namespace {

constexpr std::size_t frame_bytes = 16;

using proto::ErrorKind;
using proto::Status;

proto::Error corrupt(std::string what) {
    return proto::error(ErrorKind::CORRUPT, "saved spectra: " + std::move(what));
}

std::uint32_t checksum(std::string_view bytes) {
    return proto::crc32c(std::as_bytes(std::span(bytes)));
}

bool any_of(const std::vector<std::uint64_t>& counts) {
    std::uint64_t any = 0;
    for (const auto n : counts)
        any |= n;
    return any != 0;
}

void write(wire::KindState& to, const std::vector<std::uint64_t>& counts, const KindExposure& exposure) {
    if (any_of(counts)) to.mutable_counts()->Add(counts.begin(), counts.end());
    to.set_live_ps(exposure.live_ps);
    to.set_windows(exposure.windows);
    to.set_rejected(exposure.rejected);
}

void read(const wire::KindState& from, std::vector<std::uint64_t>& counts) {
    if (from.counts().empty())
        counts.assign(counts.size(), 0);
    else
        counts.assign(from.counts().begin(), from.counts().end());
}

void read(const wire::KindState& from, std::vector<std::uint64_t>& counts, KindExposure& exposure) {
    read(from, counts);
    exposure = {from.live_ps(), from.windows(), from.rejected()};
}

// What must be sealed is not open, and the other way round.
Status check_sealing(const wire::SpectrumState& spectrum, const SpectrumPlan& plan) {
    const bool open = spectrum.in_time().counts_size() != 0;
    const auto sealed = static_cast<std::size_t>(spectrum.sealed().counts_size());
    const bool seals = plan.sealing != Sealing::NONE;
    const bool outside = spectrum.in_time_outside() != 0 || spectrum.anti_coincident_outside() != 0;
    if ((sealed != 0 && (!seals || sealed != plan.bins)) || (plan.sealing == Sealing::ALL && open) ||
        (plan.box.empty() && outside))
        return corrupt(fmt::format("spectrum \"{}\" is not sealed as its config says", plan.name));
    return {};
}

}  // namespace

std::string frame(std::string_view magic, std::string_view body) {
    std::string out(magic);
    for (const std::uint32_t word : {state_version, checksum(body)})
        for (int shift = 0; shift < 32; shift += 8)
            out.push_back(static_cast<char>((word >> shift) & 0xffu));
    out += body;
    return out;
}

proto::Result<std::string_view> unframe(std::string_view magic, std::string_view bytes) {
    if (bytes.size() < frame_bytes || bytes.substr(0, magic.size()) != magic)
        return corrupt(fmt::format("this does not begin with {}", magic));
    const auto word_at = [&](std::size_t at) {
        std::uint32_t word = 0;
        for (std::size_t i = 0; i < 4; ++i)
            word |= static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[at + i])) << (8 * i);
        return word;
    };
    if (word_at(8) != state_version)
        return proto::error(
            ErrorKind::UNSUPPORTED,
            fmt::format("saved spectra of version {}; this program knows {}", word_at(8), state_version));
    const auto body = bytes.substr(frame_bytes);
    if (checksum(body) != word_at(12)) return corrupt("the checksum does not fit the content");
    return body;
}

void FilledSpectra::write_state(wire::SpectraState& state) const {
    state.set_engine_hash(engine_hash_);
    state.set_slots(slots_);
    state.set_inconsistent_slots(inconsistent_slots_);
    for (std::size_t i = 0; i < counts_.size(); ++i) {
        auto& to = *state.add_spectrum();
        const auto& [of, sealed, sums, in_time_outside, anti_coincident_outside] = counts_[i];
        to.set_name((*plans_)[i].name);
        write(*to.mutable_in_time(), of[0], sums.in_time);
        write(*to.mutable_anti_coincident(), of[1], sums.anti_coincident);
        write(*to.mutable_free(), of[2], sums.free);
        write(*to.mutable_no_beam(), of[3], sums.no_beam);
        if (any_of(sealed)) to.mutable_sealed()->mutable_counts()->Add(sealed.begin(), sealed.end());
        to.set_in_time_outside(in_time_outside);
        to.set_anti_coincident_outside(anti_coincident_outside);
        to.set_live_charge_measured_pc(sums.live_charge_measured_pc);
        to.set_live_charge_estimated_pc(sums.live_charge_estimated_pc);
        to.set_live_charge_missing_slots(sums.live_charge_missing_slots);
        to.set_live_charge_uncorrected_slots(sums.live_charge_uncorrected_slots);
    }
}

Status FilledSpectra::check_state(const wire::SpectraState& state) const {
    if (state.engine_hash() != engine_hash_)
        return proto::error(ErrorKind::REFUSED,
                            fmt::format("saved spectra are of another engine or config (hash {}; here {})",
                                        state.engine_hash(), engine_hash_));
    if (state.spectrum_size() != static_cast<int>(plans_->size()))
        return corrupt(fmt::format("{} spectra instead of {}", state.spectrum_size(), plans_->size()));
    for (int i = 0; i < state.spectrum_size(); ++i) {
        const auto& plan = (*plans_)[static_cast<std::size_t>(i)];
        const auto& spectrum = state.spectrum(i);
        if (spectrum.name() != plan.name)
            return corrupt(fmt::format("spectrum \"{}\" where \"{}\" belongs", spectrum.name(), plan.name));
        for (const auto* kind :
             {&spectrum.in_time(), &spectrum.anti_coincident(), &spectrum.free(), &spectrum.no_beam()})
            if ((kind->counts_size() != 0 && static_cast<std::size_t>(kind->counts_size()) != plan.bins) ||
                kind->live_ps() < 0)
                return corrupt(fmt::format("impossible counts or live time of spectrum \"{}\"", plan.name));
        if (auto ok = check_sealing(spectrum, plan); !ok) return ok;
    }
    return {};
}

void FilledSpectra::read_state(const wire::SpectraState& state) {
    slots_ = state.slots();
    inconsistent_slots_ = state.inconsistent_slots();
    for (std::size_t i = 0; i < counts_.size(); ++i) {
        const auto& from = state.spectrum(static_cast<int>(i));
        auto& [of, sealed, sums, in_time_outside, anti_coincident_outside] = counts_[i];
        read(from.in_time(), of[0], sums.in_time);
        read(from.anti_coincident(), of[1], sums.anti_coincident);
        read(from.free(), of[2], sums.free);
        read(from.no_beam(), of[3], sums.no_beam);
        read(from.sealed(), sealed);
        in_time_outside = from.in_time_outside();
        anti_coincident_outside = from.anti_coincident_outside();
        sums.live_charge_measured_pc = from.live_charge_measured_pc();
        sums.live_charge_estimated_pc = from.live_charge_estimated_pc();
        sums.live_charge_missing_slots = from.live_charge_missing_slots();
        sums.live_charge_uncorrected_slots = from.live_charge_uncorrected_slots();
    }
}

std::string FilledSpectra::serialise() const {
    wire::SpectraState state;
    write_state(state);
    return frame(spectra_magic, state.SerializeAsString());
}

Status FilledSpectra::restore(std::string_view bytes) {
    const auto body = unframe(spectra_magic, bytes);
    if (!body) return body.error();
    wire::SpectraState state;
    if (!state.ParseFromArray(body->data(), static_cast<int>(body->size())))
        return corrupt("the content is not a spectra state");
    if (auto ok = check_state(state); !ok) return ok;
    read_state(state);
    return {};
}

}  // namespace spillgate::offline
