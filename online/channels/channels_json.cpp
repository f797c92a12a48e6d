#include "online/channels/channels_json.hpp"

#include <cmath>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace spillgate::online {

namespace {

namespace json = boost::json;

json::value number(double value) {
    return std::isfinite(value) ? json::value(value) : json::value(nullptr);
}

json::value level_json(const std::optional<MeasuredLevel>& level) {
    if (!level) return nullptr;
    return json::object{
        {"value", number(level->value)}, {"error", number(level->error)}, {"entries", level->entries}};
}

json::object interval_json(const ChannelInterval& interval) {
    return {{"baseline_adc", level_json(interval.baseline_adc)},
            {"noise_adc", level_json(interval.noise_adc)},
            {"spe_adc", level_json(interval.spe_adc)},
            {"singles", interval.singles}};
}

}  // namespace

json::value channels_json(const ChannelsView& view) {
    json::array out;
    for (const auto& channel : view.channels) {
        auto recent = interval_json(channel.recent);
        recent["levels_s"] = recent_levels_s;
        recent["singles_s"] = recent_singles_s;
        auto run = interval_json(channel.run);
        run["run"] = view.run == 0 ? json::value(nullptr) : json::value(view.run);
        run["since_utc_s"] = view.since_utc_ns == 0
                                 ? json::value(nullptr)
                                 : json::value(static_cast<double>(view.since_utc_ns) * 1e-9);
        out.push_back(json::object{
            {"name", channel.name},
            {"age_s", number(std::floor(channel.age_s))},
            {"fresh", channel.fresh()},
            {"spe_expected_adc",
             channel.spe_expected_adc ? json::value(*channel.spe_expected_adc) : json::value(nullptr)},
            {"spe_needs", fewest_singles},
            {"recent", std::move(recent)},
            {"run", std::move(run)}});
    }
    return out;
}

}  // namespace spillgate::online
