#include "offline/cevns/efficiency.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "offline/cevns/pull.hpp"

namespace spillgate::offline::cevns {

namespace {

double logistic(double a, double b, double c, double x) {
    return a / (1 + std::exp(-b * (x - c)));
}

double curve(const SigmoidEfficiency& m, double x) {
    return std::fmax(0, logistic(m.a, m.b, m.c, x) + m.d);
}

double curve(const SteppedSigmoidEfficiency& m, double x) {
    if (x < m.step_begin) return 0;
    return logistic(m.a, m.b, m.c, x) * (x < m.step_end ? 0.5 : 1);
}

double curve(const TabulatedEfficiency& m, double x) {
    const auto next = std::ranges::upper_bound(m.size, x) - m.size.begin();
    if (next == 0) return 0;
    if (next == std::ssize(m.size)) return m.efficiency.back();
    const auto i = static_cast<std::size_t>(next);
    const double part = (x - m.size[i - 1]) / (m.size[i] - m.size[i - 1]);
    return m.efficiency[i - 1] + part * (m.efficiency[i] - m.efficiency[i - 1]);
}

double curve(const ConstantEfficiency& m, double x) {
    return x < m.threshold ? 0 : m.value;
}

std::optional<std::string> problem(const SigmoidEfficiency& m) {
    if (!(m.a >= 0 && m.b >= 0) || !std::isfinite(m.a + m.b + m.c + m.d))
        return "its a and b must not be negative";
    if (m.d > 1 || m.a + m.d > 1) return fmt::format("it reaches {}", m.a + m.d);
    return {};
}

std::optional<std::string> problem(const SteppedSigmoidEfficiency& m) {
    if (!(m.a >= 0 && m.b >= 0) || !std::isfinite(m.a + m.b + m.c)) return "its a and b must not be negative";
    if (m.a > 1) return fmt::format("it reaches {}", m.a);
    if (!(m.step_end >= m.step_begin)) return "its step ends before it begins";
    return {};
}

std::optional<std::string> problem(const TabulatedEfficiency& m) {
    if (m.size.empty() || m.size.size() != m.efficiency.size())
        return fmt::format("it has {} sizes and {} values", m.size.size(), m.efficiency.size());
    for (std::size_t i = 0; i < m.size.size(); ++i) {
        if (!std::isfinite(m.size[i]) || (i > 0 && !(m.size[i] > m.size[i - 1])))
            return "its sizes must rise";
        if (!(m.efficiency[i] >= 0 && m.efficiency[i] <= 1))
            return fmt::format("it is {} at {}", m.efficiency[i], m.size[i]);
    }
    return {};
}

std::optional<std::string> problem(const ConstantEfficiency& m) {
    if (!(m.value >= 0 && m.value <= 1)) return fmt::format("it is {}", m.value);
    return {};
}

std::vector<double> kinks_of(const SigmoidEfficiency& m) {
    // Where a/(1 + exp(−b(x − c))) = −d.
    if (!(m.d < 0) || !(m.a > -m.d) || !(m.b > 0)) return {};
    return {m.c - std::log(m.a / -m.d - 1) / m.b};
}
std::vector<double> kinks_of(const SteppedSigmoidEfficiency& m) {
    return {m.step_begin, m.step_end};
}
std::vector<double> kinks_of(const TabulatedEfficiency& m) {
    return m.size;
}
std::vector<double> kinks_of(const ConstantEfficiency& m) {
    return {m.threshold};
}

}  // namespace

SigmoidEfficiency pulled(const SigmoidEfficiency& nominal, const SigmoidEfficiency& minus,
                         const SigmoidEfficiency& plus, double pull) {
    const auto at = [pull](double n, double m, double p) { return Pulled{n, m, p}.at(pull); };
    return {at(nominal.a, minus.a, plus.a), at(nominal.b, minus.b, plus.b), at(nominal.c, minus.c, plus.c),
            at(nominal.d, minus.d, plus.d)};
}

proto::Result<Efficiency> Efficiency::make(EfficiencyModel model) {
    const auto bad = std::visit([](const auto& m) { return problem(m); }, model);
    if (bad)
        return proto::error(
            proto::ErrorKind::CONFIG,
            fmt::format("an efficiency cannot be used: {}; it must be between 0 and 1", *bad));
    return Efficiency(std::move(model));
}

double Efficiency::at(double size) const {
    return std::visit([size](const auto& m) { return curve(m, size); }, model_);
}

std::vector<double> Efficiency::kinks() const {
    return std::visit([](const auto& m) { return kinks_of(m); }, model_);
}

}  // namespace spillgate::offline::cevns
