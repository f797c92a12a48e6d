#include "offline/blinding/second_config.hpp"

#include <algorithm>

#include "proto/strict_text.hpp"

namespace spillgate::offline {

namespace {

// As text, in which all defaults are written out.
template <class Messages>
bool same(const Messages& a, const Messages& b) {
    return std::ranges::equal(
        a, b, [](const auto& x, const auto& y) { return proto::printed(x) == proto::printed(y); });
}

}  // namespace

proto::Result<SecondConfig> second_config(const proto::LoadedConfig& own, const proto::LoadedConfig& given,
                                          bool recalibrated) {
    SecondConfig out{given, false};
    auto& config = out.config.config;
    const bool same_reading = same(own.config.chain(), config.chain()) &&
                              same(own.config.channel(), config.channel()) &&
                              proto::printed(own.config.gate()) == proto::printed(config.gate());
    out.leaves_out_in_time = !same_reading;
    const bool same_box = same_reading && !recalibrated && same(own.config.box(), config.box());
    if (same_box && config.blinded()) return out;
    config.set_blinded(true);
    if (!same_box) config.clear_box();
    auto loaded = proto::parse_config(proto::printed(config), given.path);
    if (!loaded) return loaded.error();
    out.config = std::move(*loaded);
    return out;
}

}  // namespace spillgate::offline
