#include "tests/offline/spectra/window_chain.hpp"

#include <catch2/catch.hpp>
#include <google/protobuf/text_format.h>

namespace spillgate::offline::testing {

config::Config window_config(const std::string& text) {
    const std::string head = R"(
        name: "test" facility { name: "nowhere" repetition_hz: 60 } gate { mode: BEAM_TRIGGERED }
        chain { name: "w" }
        channel { name: "a" board: 0 channel: 0 chain: "w" veto: "v" }
        channel { name: "b" board: 1 channel: 0 chain: "w" }
        channel { name: "v" board: 0 channel: 1 role: VETO }
    )";
    config::Config config;
    REQUIRE(google::protobuf::TextFormat::ParseFromString(head + text, &config));
    return config;
}

std::shared_ptr<const Engine> window_engine(const config::Config& config) {
    auto engine = Engine::make(config, {std::make_shared<WindowChain>()});
    if (!engine) FAIL(engine.error().message);
    return *engine;
}

proto::Result<std::shared_ptr<const Engine>> try_window_engine(const std::string& text) {
    return Engine::make(window_config(text), {std::make_shared<WindowChain>()});
}

}  // namespace spillgate::offline::testing
