#include "tests/truth/pmt_rows.hpp"

#include <cmath>

#include <fmt/format.h>

namespace spillgate::truth {

namespace {

constexpr double prompt_ns = 90;

bool is_nuclear(const Match& match) {
    return match.kind.starts_with("cevns") || match.kind == "beam-neutron";
}

// Share of a deposit's light within `ns`.
double light_within(const config::SimulatedPmt& pmt, bool nuclear, double ns) {
    const double ratio =
        nuclear && pmt.has_slow_to_fast_nuclear() ? pmt.slow_to_fast_nuclear() : pmt.slow_to_fast();
    return (1 - std::exp(-ns / pmt.fast_ns()) + ratio * (1 - std::exp(-ns / pmt.slow_ns()))) / (1 + ratio);
}

struct Binned {
    std::uint64_t deposits = 0;
    std::vector<double> ratios;  // PE found over PE expected
    std::vector<double> pulls;   // the same about 1, in units of its statistical σ
    std::vector<double> delays;
    std::vector<double> f90[2];  // electrons, nuclear recoils
};

Binned binned(const config::SimulatedPmt& pmt, const std::vector<Match>& matches, const PmtBin& bin,
              double integration_ns) {
    Binned all;
    for (const Match& match : matches) {
        if (match.truth_size < bin.low || match.truth_size >= bin.high) continue;
        ++all.deposits;
        if (!match.found) continue;
        const double share = light_within(pmt, is_nuclear(match), integration_ns);
        const double expected = share * match.truth_size;
        const double variance = expected * (1 - share + 1 / (1 + pmt.spe_polya_m()));
        all.ratios.push_back(match.size / expected);
        all.pulls.push_back((match.size - expected) / std::sqrt(variance));
        all.delays.push_back(match.delay_ns);
        if (!std::isnan(match.f90)) all.f90[is_nuclear(match) ? 1 : 0].push_back(match.f90);
    }
    return all;
}

void add_f90(const config::SimulatedPmt& pmt, const Binned& all, const PmtBin& bin, const PmtBounds& bounds,
             const std::string& of, std::vector<Row>& rows) {
    if (all.f90[0].empty() && all.f90[1].empty()) return;
    for (const bool nuclear : {false, true}) {
        const auto& values = all.f90[nuclear ? 1 : 0];
        const double expected =
            light_within(pmt, nuclear, prompt_ns) / light_within(pmt, nuclear, bounds.integration_ns);
        const Spread seen = spread_of(values);
        const char* what = nuclear ? "nuclear recoils" : "electrons";
        Row mean{
            fmt::format("F90 of {}", what), of, values.size(), seen.middle, "", {}, {}, bounds.f90_published};
        if (bin.f90_bias) {
            mean.least = expected - *bin.f90_bias;
            mean.most = expected + *bin.f90_bias;
        }
        rows.push_back(mean);
        rows.push_back(
            {fmt::format("F90 of {}, spread", what), of, values.size(), seen.sigma, "", {}, {}, ""});
    }
    const Spread electron = spread_of(all.f90[0]), nuclear = spread_of(all.f90[1]);
    rows.push_back({"F90, separation",
                    of,
                    std::min(all.f90[0].size(), all.f90[1].size()),
                    (nuclear.middle - electron.middle) / std::hypot(electron.sigma, nuclear.sigma),
                    "σ",
                    bin.separation,
                    {},
                    ""});
}

}  // namespace

std::vector<Row> pmt_rows(const config::SimulatedPmt& pmt, const std::vector<Match>& matches,
                          const PmtBounds& bounds) {
    std::vector<Row> rows;
    for (const PmtBin& bin : bounds.bins) {
        const Binned all = binned(pmt, matches, bin, bounds.integration_ns);
        const auto of = fmt::format("{:g}–{:g} PE", bin.low, bin.high);
        const std::uint64_t n = all.ratios.size();
        rows.push_back({"light, bias", of, n, 100 * (mean_of(all.ratios) - 1), "%", -bin.bias_percent,
                        bin.bias_percent, ""});
        rows.push_back({"light, spread over statistics",
                        of,
                        n,
                        spread_of(all.pulls).sigma,
                        "",
                        {},
                        bin.spread_ratio,
                        bounds.light_published});
        const Spread delay = spread_of(all.delays);
        rows.push_back({"arrival, delay", of, n, delay.middle, "ns", {}, bin.delay_ns, ""});
        rows.push_back({"arrival, spread", of, n, delay.sigma, "ns", {}, bin.delay_sigma_ns, ""});
        rows.push_back({"efficiency",
                        of,
                        all.deposits,
                        static_cast<double>(n) / static_cast<double>(all.deposits),
                        "",
                        bin.efficiency,
                        {},
                        ""});
        add_f90(pmt, all, bin, bounds, of, rows);
    }
    return rows;
}

}  // namespace spillgate::truth
