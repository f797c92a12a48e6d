#include "offline/fit/toys.hpp"

#include <cmath>
#include <memory>

#include <boost/random/mersenne_twister.hpp>
#include <boost/random/normal_distribution.hpp>
#include <boost/random/poisson_distribution.hpp>
#include <boost/random/seed_seq.hpp>
#include <fmt/format.h>

#include "offline/fit/profile.hpp"

namespace spillgate::offline::fit {

using proto::ErrorKind;

MinimiserOptions toy_precision() {
    MinimiserOptions options;
    options.tolerance = 1e-4;
    return options;
}

proto::Result<ToySource> ToySource::make(const Likelihood& likelihood, std::span<const double> truth,
                                         std::uint64_t seed) {
    if (likelihood.statistic() == Statistic::CHI2_COUNTS)
        return proto::error(
            ErrorKind::REFUSED,
            "χ² divides by the counts, and toys have bins without: use the Poisson likelihood");
    if (truth.size() != likelihood.parameters().size())
        return proto::error(ErrorKind::REFUSED, fmt::format("{} true values for {} parameters", truth.size(),
                                                            likelihood.parameters().size()));
    for (std::size_t i = 0; i < truth.size(); ++i)
        if (auto fine = check_grid(likelihood.parameters()[i], truth.subspan(i, 1)); !fine)
            return fine.error();
    auto expectation = asimov(likelihood, truth);
    if (!expectation) return expectation.error();
    ToySource source;
    source.truth_.assign(truth.begin(), truth.end());
    source.expected_ = std::move(expectation->counts);
    source.seed_ = seed;
    return source;
}

void ToySource::draw(std::uint64_t number, Likelihood& toy) const {
    const auto word = [](std::uint64_t value, int shift) {
        return static_cast<std::uint32_t>(value >> shift);
    };
    boost::random::seed_seq sequence{word(seed_, 0), word(seed_, 32), word(number, 0), word(number, 32)};
    boost::random::mt19937_64 generator(sequence);
    boost::random::normal_distribution<double> normal;
    const auto bins = toy.bins();
    std::vector<double> counts(bins), centres = toy.observed().centres;
    for (std::size_t bin = 0; bin < bins; ++bin) {
        const double mu = expected_[bin];
        if (toy.statistic() == Statistic::CHI2_SIGMA)
            counts[bin] = mu + toy.observed().sigma[bin] * normal(generator);
        else if (mu > 0)
            counts[bin] =
                static_cast<double>(boost::random::poisson_distribution<std::int64_t>(mu)(generator));
    }
    for (const auto i : toy.varied()) {
        const auto& pull = toy.parameters()[i].pull;
        if (!pull) continue;
        const double z = normal(generator);
        centres[i] = truth_[i] - z * (z < 0 ? pull->sigma_minus : pull->sigma_plus);
    }
    toy.observe(counts, centres);
}

std::uint64_t for_each_toy(const Likelihood& likelihood, const ToySource& source, const ToyOptions& options,
                           const std::function<void(std::uint64_t, ToyWorker&)>& visit) {
    return work_in_parallel(options.toys, options.parallel, [&]() -> Piece {
        auto worker = std::make_shared<ToyWorker>(likelihood);
        return [worker, &source, &visit](std::uint64_t number) {
            source.draw(number, worker->likelihood);
            visit(number, *worker);
        };
    });
}

double Fraction::value() const {
    return all > 0 ? static_cast<double>(passed) / static_cast<double>(all) : 0;
}

double Fraction::error() const {
    if (all == 0) return 1;
    const auto n = static_cast<double>(all);
    const double p = (static_cast<double>(passed) + 0.5) / (n + 1);
    return std::sqrt(p * (1 - p) / n);
}

}  // namespace spillgate::offline::fit
