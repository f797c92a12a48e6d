#include "offline/calibration/applied_calibrations.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <vector>

#include <fmt/format.h>
#include <google/protobuf/text_format.h>

#include "offline/reconstruction/pmt/partners.hpp"
#include "proto/utc_text.hpp"

namespace spillgate::offline {

namespace {

std::string print(const config::Config& config) {
    google::protobuf::TextFormat::Printer printer;
    printer.SetUseUtf8StringEscaping(true);
    std::string text;
    printer.PrintToString(config, &text);
    return text;
}

// What differs between the kinds: which chains they are of, and how a slice becomes one of the config.
bool is_of(const wire::SpeCalibration&, const config::Chain& chain) {
    return chain.has_pmt() || chain.has_lar();
}
bool is_of(const wire::HpgeCalibration&, const config::Chain& chain) {
    return chain.has_hpge();
}

std::string_view kind_name(const wire::SpeCalibration&) {
    return "PMT or LAr";
}
std::string_view kind_name(const wire::HpgeCalibration&) {
    return "HPGe";
}

void clear_slices(config::Chain& chain) {
    if (chain.has_pmt()) chain.mutable_pmt()->clear_spe_slice();
    if (chain.has_lar()) chain.mutable_lar()->clear_spe_slice();
    if (chain.has_hpge()) chain.mutable_hpge()->clear_slice();
}

void add_slice(const wire::SpeSliceFit& fit, config::Chain& chain) {
    auto& slice =
        chain.has_lar() ? *chain.mutable_lar()->add_spe_slice() : *chain.mutable_pmt()->add_spe_slice();
    slice.set_channel(fit.channel());
    slice.set_valid_from_utc_ns(fit.valid_from_utc_ns());
    slice.set_valid_to_utc_ns(fit.valid_to_utc_ns());
    slice.set_spe_charge_adc(fit.spe_charge_adc().value());
}

void add_slice(const wire::HpgeSliceFit& fit, config::Chain& chain) {
    auto& slice = *chain.mutable_hpge()->add_slice();
    slice.set_channel(fit.channel());
    slice.set_valid_from_utc_ns(fit.valid_from_utc_ns());
    slice.set_valid_to_utc_ns(fit.valid_to_utc_ns());
    if (fit.has_decay_ns()) slice.set_decay_ns(fit.decay_ns().value());
    slice.set_kev_offset(fit.kev_offset().value());
    slice.set_kev_per_adc(fit.kev_per_adc().value());
    slice.set_kev_per_adc2(fit.kev_per_adc2().value());
}

template <class Message>
proto::Status apply(const std::string& config_path, const Message& calibration,
                    std::set<std::string>& cleared, config::Config& config) {
    const auto chain = std::ranges::find_if(*config.mutable_chain(), [&](const auto& candidate) {
        return candidate.name() == calibration.chain() && is_of(calibration, candidate);
    });
    if (chain == config.mutable_chain()->end())
        return proto::error(proto::ErrorKind::CONFIG,
                            fmt::format("{}: no {} chain '{}', which the calibration is of", config_path,
                                        kind_name(calibration), calibration.chain()));
    if (cleared.insert(chain->name()).second) clear_slices(*chain);
    for (const auto& fit : calibration.slices()) {
        if (!fit.fitted()) continue;
        const bool known = std::ranges::any_of(config.channel(), [&](const auto& channel) {
            return channel.name() == fit.channel() && pmt::is_pmt_of(channel, chain->name(), config);
        });
        if (!known)
            return proto::error(
                proto::ErrorKind::CONFIG,
                fmt::format("{}: no channel '{}' with chain '{}', which the calibration is of", config_path,
                            fit.channel(), chain->name()));
        add_slice(fit, *chain);
    }
    return {};
}

// The slices of one channel in all files: where each begins and ends, and the file that it is from.
struct Validity {
    std::int64_t begin_ns = 0, end_ns = 0;
    std::string path;
};

proto::Status check_channel(const std::string& channel, const std::vector<Validity>& slices,
                            std::span<const std::int64_t> utc_labels) {
    const auto open = [&](std::int64_t utc_ns) {
        return std::ranges::none_of(
            slices, [&](const Validity& slice) { return slice.begin_ns <= utc_ns && utc_ns < slice.end_ns; });
    };
    const auto first = std::ranges::find_if(utc_labels, open);
    if (first == utc_labels.end()) return {};
    const auto after = std::find_if_not(first, utc_labels.end(), open);
    // The file whose slice ends last before the gap, or else the first.
    const auto* nearest = &slices.front();
    for (const auto& slice : slices)
        if (slice.end_ns <= *first && slice.end_ns > nearest->end_ns) nearest = &slice;
    return proto::error(
        proto::ErrorKind::CONFIG,
        fmt::format(
            "{}: no calibration of channel '{}' holds for the run's slots from {} to {} UTC; calibrate "
            "with a longer validity, or add a file for that time",
            nearest->path, channel, proto::utc_text(*first), proto::utc_text(*(after - 1))));
}

}  // namespace

proto::Result<proto::LoadedConfig> with_calibrations(const proto::LoadedConfig& config,
                                                     std::span<const NamedCalibration> calibrations) {
    auto changed = config.config;
    std::set<std::string> cleared;
    for (const auto& named : calibrations) {
        const auto status = std::visit(
            [&](const auto& calibration) { return apply(config.path, calibration, cleared, changed); },
            named.calibration);
        if (!status) return status.error();
    }
    return proto::parse_config(print(changed), config.path);
}

proto::Status check_validity(std::span<const NamedCalibration> calibrations,
                             std::span<const std::int64_t> utc_labels) {
    std::map<std::tuple<std::size_t, std::string, std::string>, std::vector<Validity>> channels;
    for (const auto& named : calibrations)
        std::visit(
            [&](const auto& calibration) {
                for (const auto& fit : calibration.slices()) {
                    auto& slices = channels[{named.calibration.index(), calibration.chain(), fit.channel()}];
                    // A slice that was not fitted names its channel and holds at no time.
                    slices.push_back({fit.valid_from_utc_ns(),
                                      fit.fitted() ? fit.valid_to_utc_ns() : fit.valid_from_utc_ns(),
                                      named.path});
                }
            },
            named.calibration);
    for (const auto& [key, slices] : channels)
        if (auto status = check_channel(std::get<2>(key), slices, utc_labels); !status) return status;
    return {};
}

}  // namespace spillgate::offline
