// plot waveform: the traces of one slot with windows, peaks and candidates.
#include "offline/plot/slot_text.hpp"
#include "offline/plot/waveform_figure.hpp"
#include "offline/verbs/plot_form.hpp"

namespace spillgate::offline {

namespace {

namespace json = boost::json;

class PlotWaveform : public PlotForm {
  public:
    std::string_view name() const override { return "waveform"; }
    std::string_view summary() const override {
        return "The traces of a slot with windows, peaks and candidates";
    }
    std::string_view example() const override {
        return "spillgate-offline plot waveform runs/run-000012 --slot 42 --out slot-42.png\n"
               "  spillgate-offline plot waveform runs/run-000012 --slot 42 --channel csi --from-us -1 "
               "--to-us 4 "
               "--out pulse.pdf";
    }
    void add_options(CLI::App& command) override {
        command.add_option("RUN", run_, "a run directory")->required();
        command.add_option("--slot", slot_, "number of the slot")->required();
        command
            .add_option(
                "--channel", options_.channels,
                "a channel's name, or BOARD:CHANNEL; may be given several times; none: all with traces")
            ->allow_extra_args(false);
        command.add_option("--from-us", options_.time.from_us, "begin, in μs after t0");
        command.add_option("--to-us", options_.time.to_us, "end, in μs after t0");
        command.add_option("--trace", options_.time.trace,
                           "show the n-th trace of the (first) channel, counted from 1");
        command.add_option("--config", config_, "find pulses with this config, not with the run's own");
    }

    proto::Result<PlotPages> make() override {
        const auto view = plot::load_slot_view(run_, slot_, config_);
        if (!view) return view.error();
        auto figure = plot::waveform_figure(*view, options_);
        if (!figure) return figure.error();
        PlotPages pages;
        pages.text = view->sealed.empty() ? std::string() : view->sealed + "\n";
        pages.json = {{"run", view->run.number()},
                      {"slot", view->slot.record.slot},
                      {"simulated", view->run.simulated()},
                      {"candidates", candidates_json(*view)}};
        if (!view->sealed.empty()) pages.json["sealed"] = view->sealed;
        pages.figures.push_back(std::move(*figure));
        return pages;
    }

  private:
    static json::array candidates_json(const plot::SlotView& view) {
        json::array out;
        for (const auto& candidate : view.candidates.candidates) {
            const auto& chain = *view.engine->chain_of(candidate.channel);
            json::object variables;
            for (const auto& variable : chain.variables())
                if (const auto value = plot::value_of(chain, candidate, variable.name))
                    variables[variable.name] = *value;
            json::array quality;
            for (std::size_t bit = 0; bit < chain.quality_names().size(); ++bit)
                if ((candidate.quality >> bit & 1u) != 0) quality.emplace_back(chain.quality_names()[bit]);
            out.push_back(json::object{{"channel", view.config.config.channel(candidate.channel).name()},
                                       {"window", candidate.window},
                                       {"kind", plot::window_text(candidate.kind)},
                                       {"found", candidate.found},
                                       {"variables", std::move(variables)},
                                       {"quality", std::move(quality)}});
        }
        return out;
    }

    std::string run_, config_;
    std::uint64_t slot_ = 0;
    plot::WaveformOptions options_;
};

}  // namespace

std::unique_ptr<PlotForm> make_plot_waveform() {
    return std::make_unique<PlotWaveform>();
}

}  // namespace spillgate::offline
