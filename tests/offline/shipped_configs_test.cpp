#include <filesystem>

#include <catch2/catch.hpp>

#include "offline/engine.hpp"
#include "proto/config_loader.hpp"

using namespace spillgate;

TEST_CASE("every shipped config makes an engine with spectra") {
    int configs = 0;
    for (const auto& entry : std::filesystem::directory_iterator(SPILLGATE_SOURCE_DIR "/config")) {
        // Emulators have a schema of their own.
        const auto stem = entry.path().stem().string();
        if (entry.path().extension() != ".txtpb" || stem.ends_with("-emulator") || stem.ends_with("-console"))
            continue;
        INFO(entry.path());
        const auto loaded = proto::load_config(entry.path());
        if (!loaded) FAIL(loaded.error().message);
        const auto engine = offline::Engine::make(loaded->config);
        if (!engine) FAIL(engine.error().message);
        CHECK((*engine)->make_spectra()->size() >= 3);
        // What a run stores is what it was started with.
        const auto stored = proto::parse_config(loaded->effective, "stored");
        if (!stored) FAIL(stored.error().message);
        CHECK(stored->sha256 == loaded->sha256);
        const auto again = offline::Engine::make(stored->config);
        REQUIRE(again);
        CHECK((*again)->hash() == (*engine)->hash());
        ++configs;
    }
    CHECK(configs >= 3);
}
