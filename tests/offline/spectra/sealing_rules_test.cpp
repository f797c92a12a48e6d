// What a config may ask of boxes and blinding, and that no state of spectra gets around it.
#include <catch2/catch.hpp>

#include "offline/spectra/spectra_state.hpp"
#include "proto/schema/spectra.pb.h"
#include "proto/wire.hpp"
#include "tests/offline/spectra/window_chain.hpp"

using namespace spillgate;
using namespace spillgate::offline;
using namespace spillgate::offline::testing;

namespace {

const char* const the_box = R"(
    box { chain: "w" range { variable: "x" min: 1 max: 4.5 } range { variable: "y" min: 0 max: 5 } })";

std::shared_ptr<const Engine> engine_of(const std::string& text) {
    return window_engine(window_config(text));
}

}  // namespace

TEST_CASE("a state whose counts are open where they must be sealed is refused") {
    const auto text =
        std::string(selection_all) +
        R"(spectrum { name: "x" selection: "all" axis { variable: "x" bins: 2 min: 0 max: 2 } })";
    const auto blinded = engine_of(text + "blinded: true");
    const auto open = engine_of(text);
    const auto state_of = [](const Engine& engine, bool sealed) {
        wire::SpectraState state;
        state.set_engine_hash(engine.hash());
        auto& spectrum = *state.add_spectrum();
        spectrum.set_name("x");
        auto& kind = sealed ? *spectrum.mutable_sealed() : *spectrum.mutable_in_time();
        for (const std::uint64_t n : {0u, 1u, 2u, 0u})
            kind.add_counts(n);
        return frame(spectra_magic, state.SerializeAsString());
    };
    CHECK(blinded->make_spectra()->restore(state_of(*blinded, true)).has_value());
    CHECK(open->make_spectra()->restore(state_of(*open, false)).has_value());
    for (const auto& [engine, sealed] : {std::pair{blinded, false}, std::pair{open, true}}) {
        const auto refused = engine->make_spectra()->restore(state_of(*engine, sealed));
        REQUIRE_FALSE(refused.has_value());
        CHECK(refused.error().kind == proto::ErrorKind::CORRUPT);
    }
}

TEST_CASE("the hash of an engine says what is sealed, and is what it was where nothing is") {
    const std::string text = selection_all;
    const auto plain = engine_of(text)->hash();
    CHECK(engine_of(text + "blinded: false")->hash() == plain);
    // As it was before anything could be sealed.
    const auto config = window_config(text);
    config::Config deciding;
    *deciding.mutable_chain() = config.chain();
    *deciding.mutable_channel() = config.channel();
    *deciding.mutable_selection() = config.selection();
    deciding.mutable_gate()->set_mode(config.gate().mode());
    CHECK(plain == proto::sha256_hex("spillgate engine 1\n" + deciding.SerializePartialAsString()));
    const auto blinded = engine_of(text + "blinded: true")->hash();
    const auto boxed = engine_of(text + the_box)->hash();
    CHECK(blinded != plain);
    CHECK(boxed != plain);
    CHECK(engine_of(text + "blinded: true" + the_box)->hash() != blinded);
    CHECK(engine_of(text + "blinded: true" + the_box)->hash() != boxed);
}

TEST_CASE("a box of variables that the chain has not, or that every window has, is refused") {
    const auto refusal = [](const std::string& text) {
        const auto engine = try_window_engine(std::string(selection_all) + text);
        REQUIRE_FALSE(engine.has_value());
        CHECK(engine.error().kind == proto::ErrorKind::CONFIG);
        return engine.error().message;
    };
    using Catch::Contains;
    CHECK_THAT(refusal("box { chain: \"w\" range { variable: \"z\" min: 0 max: 1 } }"),
               Contains("\"z\"") && Contains("x, y, peaks, level") && Contains("box of chain \"w\""));
    CHECK_THAT(refusal("box { chain: \"w\" range { variable: \"peaks\" min: 0 max: 1 } }"),
               Contains("\"peaks\" exists for every window"));
    CHECK_THAT(refusal("box { chain: \"v\" range { variable: \"x\" min: 0 max: 1 } }"),
               Contains("there is no such chain"));
}

TEST_CASE("where channels trigger themselves, live time of blinded runs may not say that one did") {
    const std::string cut = R"(selection { name: "s" cut { variable: "level" min: 1 cost: EXPOSURE } })";
    auto config = window_config(cut + "blinded: true");
    const auto chains = [] {
        return std::vector<std::shared_ptr<const Chain>>{std::make_shared<WindowChain>()};
    };
    CHECK(Engine::make(config, chains()).has_value());
    config.mutable_gate()->set_mode(config::Gate::SELF_TRIGGERED);
    const auto refused = Engine::make(config, chains());
    REQUIRE_FALSE(refused.has_value());
    CHECK_THAT(refused.error().message, Catch::Contains("\"level\" cannot cost EXPOSURE"));
    config.set_blinded(false);
    CHECK(Engine::make(config, chains()).has_value());
}
