// plot spectra: spectra of saved outputs, or of a run that is reprocessed in memory.
#include <algorithm>

#include "offline/blinding/shown.hpp"
#include "offline/plot/spectrum_figure.hpp"
#include "offline/verbs/json_text.hpp"
#include "offline/verbs/plot_form.hpp"
#include "offline/verbs/spectra_input.hpp"

namespace spillgate::offline {

namespace {

class PlotSpectra : public PlotForm {
  public:
    std::string_view name() const override { return "spectra"; }
    std::string_view summary() const override {
        return "C, exposure-scaled AC and the residual of a spectrum";
    }
    std::string_view example() const override {
        return "spillgate-offline plot spectra spectra-12 --spectrum pe --out pe.png --out pe.pdf\n"
               "  spillgate-offline plot spectra runs/run-000012 --spectrum pe_t_rec --out pe_t_rec.svg";
    }
    void add_options(CLI::App& command) override {
        input_.add_options(command);
        command
            .add_option("-s,--spectrum", names_,
                        "name of a spectrum of the config; several: one page each; none: all")
            ->allow_extra_args(false);
        command.add_flag("--log", logarithmic_, "counts on a logarithmic axis, or colour scale");
    }

    proto::Result<PlotPages> make() override {
        auto input = input_.load();
        if (!input) return input.error();
        const auto& saved = input->saved;
        PlotPages pages;
        pages.failed = !input->damage.empty();
        pages.text = blinding_text(saved) + damage_text(input->damage);
        pages.json["damage"] = damage_json(input->damage);
        auto names = names_;
        for (std::size_t i = 0; names_.empty() && i < saved.shown().size(); ++i)
            names.emplace_back(saved.shown().histogram(i).name);
        if (names.empty())
            return proto::error(proto::ErrorKind::NOT_FOUND, "the configuration has no spectra");
        for (const auto& name : names) {
            auto figure = plot::spectrum_figure(saved, name, logarithmic_);
            if (!figure) return figure.error();
            pages.figures.push_back(std::move(*figure));
        }
        boost::json::array spectra;
        for (auto& spectrum : spectra_json(*saved.engine, saved.shown()))
            if (std::find(names.begin(), names.end(), spectrum.at("name").as_string()) != names.end())
                spectra.push_back(std::move(spectrum));
        pages.json["runs"] = boost::json::array(saved.provenance.runs.begin(), saved.provenance.runs.end());
        pages.json["simulated"] = saved.provenance.simulated;
        pages.json["blinded"] = saved.provenance.blinded;
        if (!saved.provenance.unblinding.empty()) pages.json["unblinding"] = saved.provenance.unblinding;
        pages.json["spectra"] = std::move(spectra);
        return pages;
    }

  private:
    SpectraInput input_;
    std::vector<std::string> names_;
    bool logarithmic_ = false;
};

}  // namespace

std::unique_ptr<PlotForm> make_plot_spectra() {
    return std::make_unique<PlotSpectra>();
}

}  // namespace spillgate::offline
