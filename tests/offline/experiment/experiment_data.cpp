#include "tests/offline/experiment/experiment_data.hpp"

#include <filesystem>
#include <iostream>

#include <catch2/catch.hpp>

namespace spillgate::offline::test {

LoadedExperiment experiment(const std::string& name, const std::vector<std::string>& changes) {
    const auto path = std::string(SPILLGATE_SOURCE_DIR) + "/config/experiments/" + name + ".txtpb";
    auto loaded = load_experiment(path, changes);
    INFO((loaded ? std::string() : loaded.error().message));
    REQUIRE(loaded.has_value());
    return *loaded;
}

std::string published_data() {
    const auto path = std::filesystem::path(SPILLGATE_SOURCE_DIR) / ".." / "shared" / "data" / "coherent";
    if (std::filesystem::exists(path)) return path.string();
    std::cout << "SKIPPED: the published data are not there (../shared/data/coherent)\n";
    return {};
}

std::optional<ExperimentModel> model_of(const std::string& name, const std::vector<std::string>& changes) {
    const auto loaded = experiment(name, changes);
    if (!loaded.config.data().record().empty()) {
        const auto data = published_data();
        if (data.empty()) return std::nullopt;
        return analysis(name, data, changes).model;
    }
    auto model = ExperimentModel::make(loaded, DataFolder({}, loaded.config.data()), std::nullopt);
    INFO((model ? std::string() : model.error().message));
    REQUIRE(model.has_value());
    return *model;
}

Analysis analysis(const std::string& name, const std::string& data, const std::vector<std::string>& changes) {
    auto loaded = experiment(name, changes);
    const DataFolder folder(data, loaded.config.data());
    const auto axes = make_axes(loaded.config.axes()).value();
    auto observed = read_counts(loaded.config.data(), axes, folder).value();
    std::optional<AntiCoincidence> anti;
    if (observed.anti_coincidence) anti = {*observed.anti_coincidence, observed.anti_coincidence_below};
    auto model = ExperimentModel::make(loaded, folder, anti).value();
    return {std::move(loaded), std::move(observed), std::move(model)};
}

}  // namespace spillgate::offline::test
