#include "tests/online/synthetic_config.hpp"

namespace spillgate::test {

const proto::LoadedConfig& demo_config() {
    static const auto config =
        proto::load_config(SPILLGATE_SOURCE_DIR "/config/demo-simulation.txtpb").value();
    return config;
}

}  // namespace spillgate::test
