#include "tests/bench/csi_analysis.hpp"

#include <fmt/format.h>

#include "offline/experiment/observed_counts.hpp"

namespace spillgate::bench {

using namespace spillgate::offline;

namespace {

proto::Result<CsiAnalysis> open(const Options& options) {
    const auto path = options.source_root / "config/experiments/coherent-csi-2021.txtpb";
    const auto loaded = load_experiment(path.string(), {});
    if (!loaded) return loaded.error();
    const DataFolder folder(options.data.string(), loaded->config.data());
    const auto axes = make_axes(loaded->config.axes());
    if (!axes) return axes.error();
    const auto observed = read_counts(loaded->config.data(), *axes, folder);
    if (!observed) return observed.error();
    std::optional<AntiCoincidence> anti_coincidence;
    if (observed->anti_coincidence)
        anti_coincidence = {*observed->anti_coincidence, observed->anti_coincidence_below};
    auto model = ExperimentModel::make(*loaded, folder, anti_coincidence);
    if (!model) return model.error();
    if (auto status = model->set_free({"R_n"}); !status) return status.error();
    auto kept = std::make_unique<const ExperimentModel>(std::move(*model));
    auto likelihood = fit::Likelihood::make(*kept, {observed->coincidence, {}, {}});
    if (!likelihood) return likelihood.error();
    const auto radius = kept->index_of("R_n").value();
    return CsiAnalysis{std::move(kept), std::move(*likelihood), radius};
}

}  // namespace

proto::Result<CsiAnalysis> csi_analysis(const Options& options) {
    auto analysis = open(options);
    if (!analysis)
        return proto::error(analysis.error().kind,
                            fmt::format("{} (--data DIR names another folder)", analysis.error().message));
    return analysis;
}

}  // namespace spillgate::bench
