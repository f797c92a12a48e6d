#include "offline/experiment/arrival_fractions.hpp"

#include "offline/experiment/histogram_table.hpp"

namespace spillgate::offline {

namespace {

using proto::Result;

constexpr double ns_per_us = 1000;

// Further bunches are equal to the first.
std::vector<cevns::Bunch> bunches_of(const config::NeutrinoSource& source) {
    std::vector<cevns::Bunch> bunches{{}};
    for (const double delay : source.bunch_delay_ns())
        bunches.push_back({delay, 1});
    return bunches;
}

Result<cevns::TabulatedPulse> read_pulse(const config::NumberTable& table, const DataFolder& folder) {
    const auto rows = folder.read(table, 2);
    if (!rows) return rows.error();
    cevns::TabulatedPulse pulse;
    for (std::size_t row = 0; row < rows->rows(); ++row) {
        pulse.time_ns.push_back(ns_per_us * rows->at(row, 0));
        pulse.rate.push_back(rows->at(row, 1));
    }
    return pulse;
}

Result<std::vector<double>> read_bins(const config::NumberTable& table, const Axis& t_rec,
                                      const DataFolder& folder) {
    const auto rows = folder.read(table, 2);
    if (!rows) return rows.error();
    const auto histogram = histogram_of(*rows);
    if (!histogram) return histogram.error();
    auto bins = rebinned(*histogram, t_rec.edges);
    const double all = sum_below(*histogram, histogram->end());
    for (auto& bin : bins)
        bin /= all;
    return bins;
}

}  // namespace

cevns::TimeEfficiency time_efficiency_of(const config::DetectorResponse& response) {
    if (!response.has_time_efficiency()) return {};
    const auto& curve = response.time_efficiency();
    return {ns_per_us * curve.flat_until_us(), curve.slope_per_us() / ns_per_us};
}

Result<ArrivalFractions> ArrivalFractions::make(const config::NeutrinoSource& source,
                                                const config::DetectorResponse& response, const Axis& t_rec,
                                                const DataFolder& folder) {
    const auto efficiency = time_efficiency_of(response);
    std::vector<double> edges_ns;
    edges_ns.reserve(t_rec.edges.size());
    for (const double edge : t_rec.edges)
        edges_ns.push_back(ns_per_us * edge);
    const auto of = [&](Result<cevns::ArrivalTime> prompt,
                        Result<cevns::ArrivalTime> delayed) -> Result<ArrivalFractions> {
        if (!prompt) return prompt.error();
        if (!delayed) return delayed.error();
        return ArrivalFractions(Densities{std::move(*prompt), std::move(*delayed)}, efficiency, edges_ns);
    };
    if (source.has_gaussian_pulse()) {
        const auto& gaussian = source.gaussian_pulse();
        const cevns::ProtonPulse pulse{cevns::GaussianPulse{gaussian.mean_ns(), gaussian.sigma_ns()},
                                       bunches_of(source)};
        return of(cevns::ArrivalTime::prompt(pulse), cevns::ArrivalTime::delayed(pulse));
    }
    if (source.has_prompt_table()) {
        auto shape = read_pulse(source.prompt_table().table(), folder);
        if (!shape) return shape.error();
        if (source.prompt_table().contains_time_efficiency())
            *shape = cevns::without_efficiency(std::move(*shape), efficiency);
        return of(cevns::ArrivalTime::make({*shape, bunches_of(source)}, {}),
                  cevns::ArrivalTime::delayed_of_prompt(*shape));
    }
    auto prompt = read_bins(source.arrival_tables().prompt(), t_rec, folder);
    if (!prompt) return prompt.error();
    auto delayed = read_bins(source.arrival_tables().delayed(), t_rec, folder);
    if (!delayed) return delayed.error();
    return ArrivalFractions(Bins{std::move(*prompt), std::move(*delayed)}, efficiency, edges_ns);
}

Fractions ArrivalFractions::room() const {
    const std::vector<double> none(edges_ns_.size() - 1, 0);
    return {none, none, none, none};
}

void ArrivalFractions::fill(double onset_ns, Fractions& out) const {
    if (const auto* bins = std::get_if<Bins>(&shapes_)) {
        out.prompt = bins->prompt;
        out.delayed = bins->delayed;
        return;
    }
    const auto& shapes = std::get<Densities>(shapes_);
    for (std::size_t bin = 0; bin + 1 < edges_ns_.size(); ++bin) {
        const double begin = edges_ns_[bin], end = edges_ns_[bin + 1];
        const auto prompt = shapes.prompt.integral(begin, end, onset_ns, efficiency_);
        const auto delayed = shapes.delayed.integral(begin, end, onset_ns, efficiency_);
        out.prompt[bin] = prompt.value;
        out.delayed[bin] = delayed.value;
        out.prompt_by_onset_per_ns[bin] = prompt.by_onset_per_ns;
        out.delayed_by_onset_per_ns[bin] = delayed.by_onset_per_ns;
    }
}

}  // namespace spillgate::offline
