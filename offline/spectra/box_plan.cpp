#include "offline/spectra/box_plan.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "offline/spectra/chain_variables.hpp"

namespace spillgate::offline {

namespace {

proto::Result<ValueCut> range_of(const config::BoxRange& range, const Chain& chain,
                                 const std::string& where) {
    const auto variable = variable_of(chain, range.variable(), where);
    if (!variable) return variable.error();
    if ((*variable)->of_window)
        return proto::error(
            proto::ErrorKind::CONFIG,
            fmt::format(
                "{}: \"{}\" exists for every window, candidate or not, so what is missing outside the "
                "box would count what is inside; a box has ranges of candidates",
                where, range.variable()));
    return ValueCut{index_in(chain, *variable), true, true, range.min(), range.max()};
}

}  // namespace

proto::Result<std::vector<BoxPlan>> plan_boxes(const config::Config& config,
                                               const std::vector<std::shared_ptr<const Chain>>& chains) {
    std::vector<BoxPlan> plans(chains.size());
    for (const auto& box : config.box()) {
        const std::string where = fmt::format("box of chain \"{}\"", box.chain());
        const auto chain =
            std::ranges::find_if(config.chain(), [&](const auto& one) { return one.name() == box.chain(); });
        if (chain == config.chain().end())
            return proto::error(proto::ErrorKind::CONFIG, fmt::format("{}: there is no such chain", where));
        const auto index = static_cast<std::size_t>(chain - config.chain().begin());
        for (const auto& range : box.range()) {
            const auto cut = range_of(range, *chains[index], where);
            if (!cut) return cut.error();
            plans[index].inside.push_back(*cut);
            plans[index].ranges.push_back({box.chain(), range.variable(), range.min(), range.max()});
        }
    }
    return plans;
}

const BoxPlan& box_of(const config::Config& config, const std::vector<BoxPlan>& boxes, std::size_t channel) {
    const auto& name = config.channel(static_cast<int>(channel)).chain();
    const auto chain =
        std::ranges::find_if(config.chain(), [&](const auto& one) { return one.name() == name; });
    return boxes[static_cast<std::size_t>(chain - config.chain().begin())];
}

}  // namespace spillgate::offline
