#include "offline/experiment/detector_response.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "offline/cevns/pull.hpp"
#include "offline/experiment/element.hpp"

namespace spillgate::offline {

namespace {

using proto::Result;

cevns::QuenchingModel quenching_model(const config::Quenching& config, const cevns::Nuclide& nuclide) {
    for (const auto& own : config.element())
        if (own.element() == element_of(nuclide.name)) return cevns::ConstantQuenching{own.constant()};
    switch (config.model_case()) {
        case config::Quenching::kConstant:
            return cevns::ConstantQuenching{config.constant()};
        case config::Quenching::kLinear:
            return cevns::LinearQuenching{config.linear().at_zero(), config.linear().per_kevnr()};
        case config::Quenching::kLindhard:
            return cevns::LindhardQuenching{nuclide.z, config.lindhard().k()};
        case config::Quenching::kPolynomial:
            break;
        case config::Quenching::MODEL_NOT_SET:
            return cevns::ConstantQuenching{1};
    }
    cevns::PolynomialQuenching polynomial;
    const auto copy = [](const auto& from, cevns::PolynomialQuenching::Coefficients& to) {
        std::copy_n(from.begin(), std::min<std::size_t>(static_cast<std::size_t>(from.size()), to.size()),
                    to.begin());
    };
    copy(config.polynomial().coefficient(), polynomial.nominal);
    for (auto& component : polynomial.components)
        component = {polynomial.nominal, polynomial.nominal};
    for (int i = 0; i < config.polynomial().component_size(); ++i) {
        auto& component = polynomial.components[static_cast<std::size_t>(i)];
        copy(config.polynomial().component(i).up(), component.plus);
        copy(config.polynomial().component(i).down(), component.minus);
    }
    return polynomial;
}

cevns::SizeResolution resolution_of(const config::DetectorResponse& response) {
    if (response.has_gamma_pe())
        return cevns::GammaPhotoelectrons{response.gamma_pe().rate_kevee(),
                                          response.gamma_pe().shape_per_kevee()};
    if (response.has_poisson_pe())
        return cevns::PoissonPhotoelectrons{response.poisson_pe().pe_per_kevee(),
                                            response.efficiency().has_stepped_logistic()
                                                ? response.efficiency().stepped_logistic().read_at()
                                                : 0.5};
    return cevns::GaussianEnergy{response.gaussian_kevee().constant_kevee(),
                                 response.gaussian_kevee().stochastic(), 0};
}

cevns::SigmoidEfficiency sigmoid_of(const config::LogisticCurve& curve) {
    return {curve.a(), curve.b(), curve.c(), curve.d()};
}

// The nominal curve, and those at +1σ and −1σ if it has a pull.
Result<std::vector<cevns::EfficiencyModel>> efficiency_models(const config::SizeEfficiency& config,
                                                              const DataFolder& folder) {
    std::vector<cevns::EfficiencyModel> models;
    switch (config.curve_case()) {
        case config::SizeEfficiency::kLogistic:
            models.emplace_back(sigmoid_of(config.logistic().nominal()));
            if (config.logistic().has_up()) {
                models.emplace_back(sigmoid_of(config.logistic().up()));
                models.emplace_back(sigmoid_of(config.logistic().down()));
            }
            break;
        case config::SizeEfficiency::kSteppedLogistic: {
            const auto& curve = config.stepped_logistic();
            models.emplace_back(cevns::SteppedSigmoidEfficiency{curve.a(), curve.b(), curve.c(),
                                                                curve.none_below(), curve.half_below()});
            break;
        }
        case config::SizeEfficiency::kTable: {
            const auto table = folder.read(config.table(), 2);
            if (!table) return table.error();
            cevns::TabulatedEfficiency efficiency;
            for (std::size_t row = 0; row < table->rows(); ++row) {
                efficiency.size.push_back(table->at(row, 0));
                efficiency.efficiency.push_back(table->at(row, 1));
            }
            models.emplace_back(std::move(efficiency));
            break;
        }
        case config::SizeEfficiency::kThreshold:
            models.emplace_back(
                cevns::ConstantEfficiency{config.threshold().above(), config.threshold().threshold()});
            break;
        case config::SizeEfficiency::CURVE_NOT_SET:
            models.emplace_back(cevns::ConstantEfficiency{});
            break;
    }
    return models;
}

constexpr std::size_t index_of(DetectorResponse::By by) {
    return static_cast<std::size_t>(by);
}

}  // namespace

Result<DetectorResponse> DetectorResponse::make(const config::Experiment& experiment, const Axes& axes,
                                                const cevns::Nuclide& nuclide, double end_kev,
                                                const DataFolder& folder) {
    const auto quenching = cevns::Quenching::make(quenching_model(experiment.quenching(), nuclide), end_kev);
    if (!quenching) return quenching.error();
    DetectorResponse response(*quenching, axes.size.edges);
    const auto& config = experiment.response();
    const auto models = efficiency_models(config.efficiency(), folder);
    if (!models) return models.error();
    if (config.has_identity()) {
        const auto efficiency = cevns::Efficiency::make(models->front());
        if (!efficiency) return efficiency.error();
        for (std::size_t bin = 0; bin < axes.size.bins(); ++bin)
            response.sharp_efficiency_.push_back(
                efficiency->at((axes.size.edges[bin] + axes.size.edges[bin + 1]) / 2));
        return response;
    }
    // Pulls make a recoil look like more than nominally: room for five standard deviations of any of them.
    double ee_end = 0;
    const double widest = 1 + 5 * experiment.quenching().energy_sigma();
    for (const double first : {-5., 0., 5.})
        for (const double second : {-5., 0., 5.})
            ee_end = std::max(ee_end, quenching->at(end_kev, {0, {first, second}}).ee_kev * widest);
    for (const auto& model : *models) {
        const auto efficiency = cevns::Efficiency::make(model);
        if (!efficiency) return efficiency.error();
        auto size = cevns::SizeResponse::make(resolution_of(config), *efficiency, axes.size.edges, ee_end);
        if (!size) return size.error();
        response.responses_.push_back(std::move(*size));
    }
    return response;
}

DetectorResponse::Scratch DetectorResponse::scratch(const cevns::RecoilGrid& grid) const {
    Scratch scratch;
    if (is_sharp()) {
        scratch.recoil_edges_kev_.resize(edges_.size());
        scratch.at_edges_.resize(edges_.size());
        return scratch;
    }
    const std::size_t entries = grid.size() * (edges_.size() - 1);
    scratch.electron_equivalent_.resize(grid.size());
    for (std::size_t i = 0; i < responses_.size(); ++i)
        scratch.rows_[i] = responses_[i].room(grid.size());
    auto& matrix = scratch.matrix_;
    for (auto* part : {&matrix.probability, &matrix.by_scale})
        part->resize(entries);
    for (auto& part : matrix.by_component)
        part.resize(entries);
    if (has_efficiency_pull()) matrix.by_efficiency.resize(entries);
    return scratch;
}

bool DetectorResponse::prepare(const ResponsePulls& pulls, const cevns::RecoilGrid& grid,
                               Scratch& scratch) const {
    const auto& made = scratch.made_for_;
    if (made && made->efficiency == pulls.efficiency && made->quenching.scale == pulls.quenching.scale &&
        made->quenching.components == pulls.quenching.components)
        return true;
    scratch.made_for_.reset();
    if (!quenching_.check(pulls.quenching)) return false;
    if (is_sharp()) {
        if (!prepare_sharp(pulls, scratch)) return false;
        scratch.made_for_ = pulls;
        return true;
    }
    quenching_.fill(grid.recoil_kev(), pulls.quenching, scratch.electron_equivalent_);
    for (std::size_t i = 0; i < responses_.size(); ++i)
        if (!responses_[i].rows(scratch.electron_equivalent_, scratch.rows_[i])) return false;
    auto& matrix = scratch.matrix_;
    const std::size_t bins = edges_.size() - 1;
    const auto& [nominal, plus, minus] = scratch.rows_;
    for (std::size_t point = 0, entry = 0; point < grid.size(); ++point) {
        const auto& energy = scratch.electron_equivalent_[point];
        for (std::size_t bin = 0; bin < bins; ++bin, ++entry) {
            double probability = nominal.probability[entry], slope = nominal.slope_per_kev[entry];
            if (has_efficiency_pull()) {
                const cevns::Pulled value{probability, minus.probability[entry], plus.probability[entry]};
                const cevns::Pulled steepness{slope, minus.slope_per_kev[entry], plus.slope_per_kev[entry]};
                probability = value.at(pulls.efficiency);
                slope = steepness.at(pulls.efficiency);
                matrix.by_efficiency[entry] = value.slope(pulls.efficiency);
            }
            matrix.probability[entry] = probability;
            matrix.by_scale[entry] = slope * energy.by_scale_kev;
            matrix.by_component[0][entry] = slope * energy.by_component_kev[0];
            matrix.by_component[1][entry] = slope * energy.by_component_kev[1];
        }
    }
    scratch.made_for_ = pulls;
    return true;
}

bool DetectorResponse::prepare_sharp(const ResponsePulls& pulls, Scratch& scratch) const {
    for (std::size_t i = 0; i < edges_.size(); ++i) {
        scratch.recoil_edges_kev_[i] = quenching_.recoil_kev(edges_[i], pulls.quenching);
        scratch.at_edges_[i] = quenching_.at(scratch.recoil_edges_kev_[i], pulls.quenching);
    }
    return true;
}

std::span<const double> DetectorResponse::rows_of(const Scratch& scratch, By by) const {
    const auto& matrix = scratch.matrix_;
    switch (by) {
        case By::SCALE:
            return matrix.by_scale;
        case By::COMPONENT_1:
        case By::COMPONENT_2:
            return matrix.by_component[index_of(by) - index_of(By::COMPONENT_1)];
        case By::EFFICIENCY:
            return matrix.by_efficiency;
        case By::NOTHING:
            break;
    }
    return matrix.probability;
}

void DetectorResponse::add(std::span<const double> per_kev, const cevns::RecoilGrid& grid,
                           const Scratch& scratch, By by, std::span<double> bins) const {
    if (is_sharp()) return add_sharp(per_kev, grid, scratch, by, bins);
    const auto rows = rows_of(scratch, by);
    if (rows.empty()) return;
    for (std::size_t point = 0; point < grid.size(); ++point) {
        const double counts = per_kev[point] * grid.weight_kev()[point];
        const double* row = rows.data() + point * bins.size();
        for (std::size_t bin = 0; bin < bins.size(); ++bin)
            bins[bin] += counts * row[bin];
    }
}

// Counts between two recoil energies; a pull moves those: dT/dp = −(∂E/∂p)/(∂E/∂T) at a fixed edge.
void DetectorResponse::add_sharp(std::span<const double> per_kev, const cevns::RecoilGrid& grid,
                                 const Scratch& scratch, By by, std::span<double> bins) const {
    const auto& edges = scratch.recoil_edges_kev_;
    const auto flow = [&](std::size_t edge) {
        const auto& at = scratch.at_edges_[edge];
        if (!(at.by_recoil > 0)) return 0.0;
        const double by_pull =
            by == By::SCALE ? at.by_scale_kev : at.by_component_kev[index_of(by) - index_of(By::COMPONENT_1)];
        return -grid.interpolated(per_kev, edges[edge]) * by_pull / at.by_recoil;
    };
    if (by == By::EFFICIENCY) return;
    double low = by == By::NOTHING ? 0 : flow(0);
    for (std::size_t bin = 0; bin < bins.size(); ++bin) {
        if (by == By::NOTHING) {
            bins[bin] += sharp_efficiency_[bin] * grid.integral(per_kev, edges[bin], edges[bin + 1]);
            continue;
        }
        const double high = flow(bin + 1);
        bins[bin] += sharp_efficiency_[bin] * (high - low);
        low = high;
    }
}

}  // namespace spillgate::offline
