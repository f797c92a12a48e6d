// plot calibration: the fits that a calibration file holds.
#include <fmt/format.h>

#include "offline/calibration/calibration_file.hpp"
#include "offline/plot/calibration_figure.hpp"
#include "offline/plot/spe_figure.hpp"
#include "offline/verbs/plot_form.hpp"

namespace spillgate::offline {

namespace {

class PlotCalibration : public PlotForm {
  public:
    std::string_view name() const override { return "calibration"; }
    std::string_view summary() const override { return "The fits of a calibration file, or their trend"; }
    std::string_view example() const override {
        return "spillgate-offline plot calibration spe-12.txtpb --out spe-12.pdf\n"
               "  spillgate-offline plot calibration spe-12.txtpb --trend --out spe-trend.png";
    }
    void add_options(CLI::App& command) override {
        command.add_option("FILE", file_, "a file that `calibrate` wrote")->required();
        command.add_option("--channel", options_.channel, "only this detector channel");
        command.add_option("--slice", options_.slice, "only the n-th time slice, counted from 1");
        command.add_flag("--log", options_.logarithmic, "counts on a logarithmic axis");
        command.add_flag("--trend", trend_, "the SPE charge over time, instead of each fit");
    }

    proto::Result<PlotPages> make() override {
        const auto calibration = load_calibration(file_);
        if (!calibration) return calibration.error();
        PlotPages pages;
        pages.json = {
            {"calibration_sha256", sha256_of(*calibration)},
            {"simulated", std::visit([](const auto& kind) { return kind.simulated(); }, *calibration)}};
        if (trend_) {
            const auto* spe = std::get_if<wire::SpeCalibration>(&*calibration);
            if (spe == nullptr)
                return proto::error(proto::ErrorKind::CONFIG,
                                    fmt::format("{}: --trend is of SPE calibrations", file_));
            auto figure = plot::spe_trend(*spe, options_);
            if (!figure) return figure.error();
            pages.figures.push_back(std::move(*figure));
            return pages;
        }
        auto figures = plot::calibration_figures(*calibration, options_);
        if (!figures) return figures.error();
        pages.figures = std::move(*figures);
        return pages;
    }

  private:
    std::string file_;
    plot::CalibrationFigureOptions options_;
    bool trend_ = false;
};

}  // namespace

std::unique_ptr<PlotForm> make_plot_calibration() {
    return std::make_unique<PlotCalibration>();
}

}  // namespace spillgate::offline
