// The published analyses, done again on the published data: what this engine gives, against an independent
// implementation on the same inputs, and against the papers.
#include <cmath>
#include <numeric>

#include <catch2/catch.hpp>

#include "offline/fit/fit.hpp"
#include "offline/fit/significance.hpp"
#include "tests/offline/experiment/experiment_data.hpp"

using namespace spillgate::offline;

namespace {

struct Fitted {
    fit::FitResult result;
    double null_sigma = 0;  // of no CEvNS, where that was asked for

    const fit::FittedParameter& operator[](std::string_view name) const {
        for (const auto& parameter : result.parameters)
            if (parameter.parameter.name == name) return parameter;
        FAIL("no parameter " << name);
        return result.parameters.front();
    }
};

Fitted fitted(const test::Analysis& analysis, const std::string& free) {
    auto model = analysis.model;
    REQUIRE(model.set_free({free}));
    const auto likelihood = fit::Likelihood::make(model, {analysis.observed.coincidence, {}, {}}).value();
    Fitted out{fit::fit(likelihood).value()};
    REQUIRE(out.result.minimum.converged);
    if (free != "cevns") return out;
    fit::Workspace workspace(likelihood);
    out.null_sigma = fit::significance(likelihood, out.result.minimum, 0, 0, workspace).value().sigmas;
    return out;
}

double sum_of(const std::vector<double>& counts) {
    return std::accumulate(counts.begin(), counts.end(), 0.0);
}

double predicted(const test::Analysis& analysis) {
    return sum_of(analysis.model.component("cevns", analysis.model.starts()));
}

Approx near(double value, double margin) {
    return Approx(value).margin(margin);
}

}  // namespace

TEST_CASE("CsI 2021: prediction, yield, cross section and neutron radius are those of the published data") {
    const auto data = test::published_data();
    if (data.empty()) return;
    const auto csi = test::analysis("coherent-csi-2021", data);
    CHECK(sum_of(csi.observed.coincidence) == 1567);
    CHECK(predicted(csi) == near(342.7, 3.427));

    const auto yield = fitted(csi, "cevns");
    CHECK(yield["cevns"].value == near(308, 2));
    CHECK(*yield["cevns"].hesse == near(31.5, 2));
    CHECK(yield["ssb"].value == near(1270, 3));
    CHECK(yield["brn"].value == near(17.2, 0.5));
    CHECK(yield["nin"].value == near(5.5, 0.3));
    CHECK(yield["onset_ns"].value == near(80, 10));
    CHECK(yield.null_sigma == near(11.57, 0.10));
    CHECK(yield.result.chi2 - yield.result.chi2_pulls == near(90, 2));

    const auto radius = fitted(csi, "R_n");
    CHECK(radius["R_n"].value == near(5.40, 0.03));
    CHECK(radius["R_n"].error_minus.value() == near(0.42, 0.03));
    CHECK(radius["R_n"].error_plus.value() == near(0.40, 0.03));

    const auto cross_section = fitted(csi, "cross_section_1e-40_cm2");
    CHECK(cross_section["cross_section_1e-40_cm2"].value == near(166, 3));
    CHECK(cross_section["cross_section_1e-40_cm2"].error_minus.value() == near(25, 3));
    CHECK(cross_section["cross_section_1e-40_cm2"].error_plus.value() == near(30, 3));
}

TEST_CASE("CsI 2017: prediction, yield and neutron radius, and nothing without beam") {
    const auto data = test::published_data();
    if (data.empty()) return;
    const auto csi = test::analysis("coherent-csi-2017", data);
    CHECK(predicted(csi) == near(170.4, 2));
    const auto yield = fitted(csi, "cevns");
    CHECK(yield["cevns"].value == near(130, 2));
    CHECK(*yield["cevns"].hesse == near(23, 2));
    CHECK(yield.null_sigma == near(6.25, 0.1));
    const auto radius = fitted(csi, "R_n");
    CHECK(radius["R_n"].value == near(5.82, 0.05));
    CHECK(radius["R_n"].error_minus.value() == near(0.94, 0.05));
    CHECK(radius["R_n"].error_plus.value() == near(0.90, 0.05));

    const double without = sum_of(csi.observed.off_coincidence.value());
    const double anti = sum_of(csi.observed.off_anti_coincidence.value());
    CHECK(std::abs(without - anti) < 2 * std::sqrt(without + anti));

    // Read at n - 1/2, as the release's words have it, the efficiency is lower.
    const auto lower =
        test::analysis("coherent-csi-2017", data, {"response.efficiency.stepped_logistic.read_at=-0.5"});
    CHECK(predicted(lower) == near(150, 3));
}

TEST_CASE("LAr 2020: the three-dimensional fit gives the published yields") {
    const auto data = test::published_data();
    if (data.empty()) return;
    const auto lar = test::analysis("coherent-lar-2020", data);
    CHECK(sum_of(lar.observed.coincidence) == 3752);
    CHECK(predicted(lar) == near(125, 3));
    const auto yield = fitted(lar, "cevns");
    CHECK(yield["cevns"].value == near(160, 2));
    CHECK(*yield["cevns"].hesse == near(43, 2));
    CHECK(yield["brn"].value == near(552, 2));
    CHECK(*yield["brn"].hesse == near(34, 2));
    CHECK(yield["delayed_brn"].value == near(11, 2));
    CHECK(*yield["delayed_brn"].hesse == near(11, 2));
    CHECK(yield["ssb"].value == near(3131, 2));
    CHECK(*yield["ssb"].hesse == near(24, 2));
    CHECK(yield.null_sigma == near(3.88, 0.05));
}

TEST_CASE(
    "Ge 2024: the prediction is the independent one, the figures' counts carry a signal compatible with it") {
    const auto data = test::published_data();
    if (data.empty()) return;
    const auto ge = test::analysis("coherent-ge-2024", data);
    CHECK(sum_of(ge.observed.coincidence) == 236);
    CHECK(sum_of(ge.observed.anti_coincidence.value()) == 212);
    CHECK(predicted(ge) == near(34.9, 1));
    const auto yield = fitted(ge, "cevns");
    CHECK(yield["cevns"].value == near(20.6, 7));
}
