#include "offline/verbs/calibration_json.hpp"

#include <boost/json/object.hpp>

namespace spillgate::offline {

namespace {

namespace json = boost::json;

json::object parameter_json(const wire::FitParameter& parameter) {
    return {{"value", parameter.value()}, {"error", parameter.error()}};
}

// What slices of every kind say.
template <class Fit>
json::object slice_json(const Fit& fit) {
    return {{"channel", fit.channel()},
            {"valid_from_utc_ns", fit.valid_from_utc_ns()},
            {"valid_to_utc_ns", fit.valid_to_utc_ns()},
            {"entries", fit.entries()},
            {"fitted", fit.fitted()},
            {"problem", fit.problem()}};
}

json::object line_json(const wire::HpgeLineFit& line) {
    return {{"energy_kev", line.energy_kev()},
            {"position_adc", parameter_json(line.position_adc())},
            {"counts", parameter_json(line.counts())},
            {"fwhm_kev", parameter_json(line.fwhm_kev())},
            {"residual_kev", line.residual_kev()},
            {"chi2", line.chi2()},
            {"ndof", line.ndof()},
            {"used", line.used()}};
}

}  // namespace

json::array slices_json(const wire::SpeCalibration& calibration) {
    json::array slices;
    for (const auto& fit : calibration.slices()) {
        auto object = slice_json(fit);
        if (fit.has_spe_charge_adc()) {
            object["spe_charge_adc"] = parameter_json(fit.spe_charge_adc());
            object["width"] = parameter_json(fit.width());
            object["pedestal_entries"] = parameter_json(fit.pedestal_entries());
            object["pedestal_decay_adc"] = parameter_json(fit.pedestal_decay_adc());
            object["one_pe_entries"] = parameter_json(fit.one_pe_entries());
            object["two_pe_entries"] = parameter_json(fit.two_pe_entries());
            object["three_pe_entries"] = parameter_json(fit.three_pe_entries());
            object["chi2"] = fit.chi2();
            object["ndof"] = fit.ndof();
        }
        slices.push_back(std::move(object));
    }
    return slices;
}

json::array slices_json(const wire::HpgeCalibration& calibration) {
    json::array slices;
    for (const auto& fit : calibration.slices()) {
        auto object = slice_json(fit);
        object["tails"] = fit.tails();
        if (fit.has_decay_ns()) object["decay_ns"] = parameter_json(fit.decay_ns());
        if (fit.fitted()) {
            object["kev_offset"] = parameter_json(fit.kev_offset());
            object["kev_per_adc"] = parameter_json(fit.kev_per_adc());
            object["kev_per_adc2"] = parameter_json(fit.kev_per_adc2());
            object["chi2"] = fit.chi2();
            object["ndof"] = fit.ndof();
        }
        json::array lines;
        for (const auto& line : fit.lines())
            lines.push_back(line_json(line));
        object["lines"] = std::move(lines);
        slices.push_back(std::move(object));
    }
    return slices;
}

}  // namespace spillgate::offline
