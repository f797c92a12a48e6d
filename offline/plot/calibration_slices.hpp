// Which slices of a calibration are meant, and what is said of each alike.
#pragma once

#include <string>
#include <vector>

#include <fmt/format.h>

#include "offline/plot/calibration_figure.hpp"
#include "offline/plot/origin_text.hpp"
#include "proto/result.hpp"
#include "proto/schema/calibration.pb.h"
#include "proto/utc_text.hpp"

namespace spillgate::offline::plot {

// Value ± error; an error of 0 means that it was not varied, for the reason given.
inline std::string value_text(const wire::FitParameter& parameter, int decimals,
                              std::string_view not_varied) {
    if (parameter.error() == 0) return fmt::format("{:.{}f} ({})", parameter.value(), decimals, not_varied);
    return fmt::format("{:.{}f} ± {:.{}f}", parameter.value(), decimals, parameter.error(), decimals);
}

template <class Calibration>
std::string run_line(const Calibration& calibration) {
    const std::vector<std::uint32_t> runs(calibration.runs().begin(), calibration.runs().end());
    return fmt::format("{} · chain {}", runs_text(runs), calibration.chain());
}

template <class Slice>
std::string validity_text(const Slice& slice) {
    return fmt::format("valid from {} to {} UTC", proto::utc_text(slice.valid_from_utc_ns()),
                       proto::utc_text(slice.valid_to_utc_ns()));
}

// Pointers to the calibration's slices. Errors: NOT_FOUND, with what there is.
template <class Calibration>
auto choose_slices(const Calibration& calibration, const CalibrationFigureOptions& options) {
    using Slice = std::decay_t<decltype(calibration.slices(0))>;
    using Chosen = std::vector<const Slice*>;
    Chosen chosen;
    std::string known;
    for (const auto& fit : calibration.slices()) {
        if (options.channel.empty() || fit.channel() == options.channel) chosen.push_back(&fit);
        if (known.find(fit.channel()) == std::string::npos)
            known += (known.empty() ? "" : ", ") + fit.channel();
    }
    const auto not_found = [](std::string what) -> proto::Result<Chosen> {
        return proto::error(proto::ErrorKind::NOT_FOUND, std::move(what));
    };
    if (chosen.empty())
        return not_found(options.channel.empty()
                             ? std::string("the calibration has no slices")
                             : fmt::format("the calibration has no channel '{}'; it has: {}", options.channel,
                                           known.empty() ? "none" : known));
    if (!options.slice) return proto::Result<Chosen>(std::move(chosen));
    if (*options.slice < 1 || *options.slice > chosen.size())
        return not_found(fmt::format("there is no slice {}; there are {}, numbered from 1", *options.slice,
                                     chosen.size()));
    return proto::Result<Chosen>(Chosen{chosen[*options.slice - 1]});
}

}  // namespace spillgate::offline::plot
