#include "tests/online/synthetic_config.hpp"

namespace spillgate::test {

const proto::LoadedConfig& demo_config() {
    static const auto config =
        proto::load_config(SPILLGATE_SOURCE_DIR "/config/demo-simulation.txtpb").value();
    return config;
}

config::Config blinded_config(bool with_box) {
    auto config = demo_config().config;
    config.set_blinded(true);
    if (with_box) {
        auto& box = *config.add_box();
        box.set_chain(config.chain(0).name());
        auto& range = *box.add_range();
        range.set_variable("n_peaks");
        range.set_min(0);
        range.set_max(22);
    }
    return config;
}

}  // namespace spillgate::test
