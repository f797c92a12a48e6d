#include "online/quality/judgement.hpp"

#include <optional>

#include <fmt/format.h>

namespace spillgate::online {

namespace {

std::string with_unit(double value, const std::string& unit) {
    return fmt::format("{:.6g}{}{}", value, unit.empty() ? "" : " ", unit);
}

// "8 to 12 Hz", "at least 8 Hz", "at most 12 Hz"; empty without bounds.
std::string range_words(std::optional<double> low, std::optional<double> high, const std::string& unit) {
    if (low && high) return fmt::format("{:.6g} to {}", *low, with_unit(*high, unit));
    if (low) return "at least " + with_unit(*low, unit);
    if (high) return "at most " + with_unit(*high, unit);
    return "";
}

// "doubtful outside 9 to 11 Hz", "doubtful below 9 Hz"; empty without bounds.
std::string warning_words(std::optional<double> low, std::optional<double> high, const std::string& unit) {
    if (low && high) return "doubtful outside " + range_words(low, high, unit);
    if (low) return "doubtful below " + with_unit(*low, unit);
    if (high) return "doubtful above " + with_unit(*high, unit);
    return "";
}

struct Bounds {
    std::optional<double> low, high, warn_low, warn_high;

    explicit Bounds(const config::QualityBand& band) {
        if (band.has_low()) low = band.low();
        if (band.has_high()) high = band.high();
        if (band.has_warn_low()) warn_low = band.warn_low();
        if (band.has_warn_high()) warn_high = band.warn_high();
    }
};

// How far outside, and past which bound.
struct Outside {
    double by = 0;
    std::string words;
};

std::optional<Outside> outside(double value, std::optional<double> low, std::optional<double> high,
                               const std::string& unit) {
    if (low && value < *low) return Outside{*low - value, "below " + with_unit(*low, unit)};
    if (high && value > *high) return Outside{value - *high, "above " + with_unit(*high, unit)};
    return std::nullopt;
}

}  // namespace

Judgement judgement_of(const RunQuantity& quantity, const config::QualityBand& band) {
    if (!quantity.value) return {"unknown", quantity.reason};
    const Bounds bounds(band);
    const std::string more = quantity.reason.empty() ? "" : "; " + quantity.reason;
    if (const auto far = outside(*quantity.value, bounds.low, bounds.high, quantity.unit)) {
        if (far->by > quantity.error.value_or(0)) return {"bad", far->words + more};
        return {"doubtful", far->words + " by less than its error" + more};
    }
    if (const auto far = outside(*quantity.value, bounds.warn_low, bounds.warn_high, quantity.unit))
        return {"doubtful", far->words + more};
    if (!quantity.reason.empty()) return {"unknown", "inside its band, but " + quantity.reason};
    return {"good", ""};
}

std::string words_of(const config::QualityBand& band, const std::string& unit) {
    const Bounds bounds(band);
    const auto range = range_words(bounds.low, bounds.high, unit);
    const auto warning = warning_words(bounds.warn_low, bounds.warn_high, unit);
    return range.empty() || warning.empty() ? range + warning : range + ", " + warning;
}

std::string words_of(const RunQuantity& quantity) {
    if (!quantity.value) return "not known";
    const std::string unit = quantity.unit.empty() ? "" : " " + quantity.unit;
    if (!quantity.error) return fmt::format("{:.4g}{}", *quantity.value, unit);
    return fmt::format("{:.4g} ± {:.2g}{}", *quantity.value, *quantity.error, unit);
}

}  // namespace spillgate::online
