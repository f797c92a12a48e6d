// plot: spectra, waveforms and calibrations as pictures.
#include <fmt/format.h>

#include "offline/verbs/plot_form.hpp"
#include "offline/verbs/verbs.hpp"

namespace spillgate::offline {

namespace {

class PlotVerb : public Verb {
  public:
    PlotVerb() {
        forms_.push_back({make_plot_spectra(), nullptr});
        forms_.push_back({make_plot_waveform(), nullptr});
        forms_.push_back({make_plot_calibration(), nullptr});
    }

    std::string_view name() const override { return "plot"; }
    std::string_view summary() const override {
        return "Draw spectra, waveforms or calibrations as PNG, SVG or PDF";
    }
    std::string_view example() const override {
        return "spillgate-offline plot spectra spectra-12 --spectrum pe --out pe.png\n"
               "  spillgate-offline plot waveform runs/run-000012 --slot 42 --out slot-42.png\n"
               "  spillgate-offline plot calibration spe-12.txtpb --out spe-12.pdf";
    }

    void add_options(CLI::App& command) override {
        command.require_subcommand(1);
        for (auto& [form, options] : forms_) {
            options = command.add_subcommand(std::string(form->name()), std::string(form->summary()));
            options->fallthrough();  // --json is the verb's
            options->footer(fmt::format("Example:\n  {}", form->example()));
            form->add_options(*options);
            options
                ->add_option("-o,--out", drawing_.out,
                             "picture to write, .png, .svg or .pdf; may be given several times")
                ->required()
                ->allow_extra_args(false);
            options->add_option("--width", drawing_.size.width, "in pixels, or 1/72 inch of a PDF")
                ->check(CLI::Range(300, 10000));
            options->add_option("--height", drawing_.size.height, "in pixels, or 1/72 inch of a PDF")
                ->check(CLI::Range(200, 10000));
        }
    }

    proto::Result<Report> run() override {
        // A wrong file name is said before a run is read.
        for (const auto& path : drawing_.out)
            if (const auto medium = plot::medium_of(path); !medium) return medium.error();
        for (const auto& [form, options] : forms_)
            if (options->parsed()) return draw(*form);
        return proto::error(proto::ErrorKind::CONFIG, "plot what? spectra, waveform or calibration");
    }

  private:
    struct Form {
        std::unique_ptr<PlotForm> form;
        CLI::App* options = nullptr;
    };

    proto::Result<Report> draw(PlotForm& form) const {
        auto pages = form.make();
        if (!pages) return pages.error();
        const auto written = plot::draw(pages->figures, drawing_);
        if (!written) return written.error();
        Report report;
        report.failed = pages->failed;
        report.json = std::move(pages->json);
        report.json["plot"] = form.name();
        report.json["out"] = boost::json::array(written->begin(), written->end());
        report.json["figures"] = figures_json(pages->figures);
        for (const auto& path : *written)
            report.text += fmt::format("{}\n", path);
        report.text += pages->text;
        return report;
    }

    std::vector<Form> forms_;
    plot::Drawing drawing_;
};

}  // namespace

std::unique_ptr<Verb> make_plot_verb() {
    return std::make_unique<PlotVerb>();
}

}  // namespace spillgate::offline
