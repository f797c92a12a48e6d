#include "offline/plot/calibration_figure.hpp"

#include "offline/plot/hpge_figure.hpp"
#include "offline/plot/spe_figure.hpp"

namespace spillgate::offline::plot {

namespace {

auto figures(const wire::SpeCalibration& calibration, const CalibrationFigureOptions& options) {
    return spe_figures(calibration, options);
}
auto figures(const wire::HpgeCalibration& calibration, const CalibrationFigureOptions& options) {
    return hpge_figures(calibration, options);
}

}  // namespace

proto::Result<std::vector<Figure>> calibration_figures(const Calibration& calibration,
                                                       const CalibrationFigureOptions& options) {
    return std::visit([&](const auto& kind) { return figures(kind, options); }, calibration);
}

}  // namespace spillgate::offline::plot
