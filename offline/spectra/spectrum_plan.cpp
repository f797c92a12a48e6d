#include "offline/spectra/spectrum_plan.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "offline/spectra/chain_variables.hpp"
#include "offline/spectra/exposure_rules.hpp"
#include "proto/quality.hpp"

namespace spillgate::offline {

namespace {

using proto::Error;
using proto::ErrorKind;
using proto::Result;
using proto::Status;

Error refused(std::string message) {
    return proto::error(ErrorKind::CONFIG, std::move(message));
}

template <class Messages>
Status check_names(const Messages& messages, std::string_view what) {
    std::set<std::string_view> seen;
    for (const auto& message : messages) {
        if (auto ok = check_name(message.name(), what); !ok) return ok;
        if (!seen.insert(message.name()).second)
            return refused(
                fmt::format("{} \"{}\" is defined twice; each name may be used once", what, message.name()));
    }
    return {};
}

class SpectrumPlanner {
  public:
    SpectrumPlanner(const config::Config& config, const std::vector<std::shared_ptr<const Chain>>& chains,
                    const std::vector<BoxPlan>& boxes)
        : config_(config), chains_(chains), boxes_(boxes) {}

    Result<SpectrumPlan> plan(const config::Spectrum& spectrum) const {
        const std::string where = fmt::format("spectrum \"{}\"", spectrum.name());
        SpectrumPlan out;
        out.name = spectrum.name();
        out.title = spectrum.title();
        if (auto ok = add_axes(spectrum, where, out); !ok) return ok.error();

        const auto selection = std::find_if(config_.selection().begin(), config_.selection().end(),
                                            [&](const auto& s) { return s.name() == spectrum.selection(); });
        if (selection == config_.selection().end())
            return refused(fmt::format("{}: there is no selection \"{}\"; defined: {}", where,
                                       spectrum.selection(), selection_names()));
        out.selection = selection->name();
        out.alpha_relative_uncertainty = selection->alpha_relative_uncertainty();
        auto slot_mask = slot_quality_mask(*selection);
        if (!slot_mask) return slot_mask.error();
        out.reject_slot_quality = *slot_mask;

        auto wanted = channels_of(spectrum, where);
        if (!wanted) return wanted.error();
        out.channels.resize(chains_.size());
        for (const std::size_t channel : *wanted) {
            auto plan = plan_channel(spectrum, *selection, *chains_[channel], where);
            if (!plan) return plan.error();
            plan->box = box_of(config_, boxes_, channel).inside;
            out.channels[channel] = std::move(*plan);
            ++out.channel_count;
            label_axes(*chains_[channel], out);
        }
        seal(out);
        return out;
    }

    // A selection that no spectrum uses is checked too.
    Status check(const config::Selection& selection) const {
        if (auto mask = slot_quality_mask(selection); !mask) return mask.error();
        for (const auto& chain : chains_) {
            if (!chain) continue;
            ChannelPlan plan;
            if (auto ok = add_selection(selection, *chain, plan); !ok) return ok;
        }
        return {};
    }

  private:
    std::string selection_names() const {
        std::vector<std::string> names;
        for (const auto& s : config_.selection())
            names.push_back(s.name());
        return names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", "));
    }

    static Status add_axes(const config::Spectrum& spectrum, const std::string& where, SpectrumPlan& out) {
        if (spectrum.axis_size() < 1 || spectrum.axis_size() > 2)
            return refused(
                fmt::format("{} has {} axes; a spectrum has one or two", where, spectrum.axis_size()));
        out.bins = 1;
        for (const auto& axis : spectrum.axis()) {
            if (!std::isfinite(axis.min()) || !std::isfinite(axis.max()) || !(axis.min() < axis.max()) ||
                !std::isfinite(axis.max() - axis.min()))
                return refused(
                    fmt::format("{}, axis {}: min {} and max {}; min must be less than max, both finite",
                                where, axis.variable(), axis.min(), axis.max()));
            if (axis.bins() < 1 || axis.bins() > 100000)
                return refused(fmt::format("{}, axis {}: {} bins; allowed: 1 to 100000", where,
                                           axis.variable(), axis.bins()));
            out.axes.push_back(
                {axis.variable(), axis.label(), axis.unit(), axis.bins(), axis.min(), axis.max()});
            out.binning.emplace_back(axis.bins(), axis.min(), axis.max());
            out.bins *= axis.bins() + 2u;
        }
        if (out.bins > max_spectrum_bins)
            return refused(fmt::format("{} has {} bins with under- and overflow; allowed: {} in all", where,
                                       out.bins, max_spectrum_bins));
        return {};
    }

    static Result<std::uint32_t> slot_quality_mask(const config::Selection& selection) {
        std::uint32_t mask = 0;
        for (const auto& name : selection.reject_slot_quality()) {
            const auto quality = proto::slot_quality_from_name(name);
            if (!quality)
                return refused(
                    fmt::format("selection \"{}\": reject_slot_quality \"{}\" is no quality of a slot; "
                                "allowed: {}",
                                selection.name(), name, fmt::join(proto::slot_quality_names, ", ")));
            mask |= proto::bit(*quality);
        }
        return mask;
    }

    Result<std::vector<std::size_t>> channels_of(const config::Spectrum& spectrum,
                                                 const std::string& where) const {
        std::vector<std::size_t> found;
        std::vector<std::string> allowed;
        for (std::size_t i = 0; i < chains_.size(); ++i)
            if (chains_[i]) allowed.push_back(config_.channel(static_cast<int>(i)).name());
        const std::string allowed_text = allowed.empty() ? "none: no detector channel names a chain"
                                                         : fmt::format("{}", fmt::join(allowed, ", "));
        if (allowed.empty())
            return refused(
                fmt::format("{}: there is nothing to fill it; channels allowed: {}", where, allowed_text));
        if (spectrum.channel().empty()) {
            for (std::size_t i = 0; i < chains_.size(); ++i)
                if (chains_[i]) found.push_back(i);
            return found;
        }
        for (const auto& name : spectrum.channel()) {
            std::size_t i = 0;
            while (i < chains_.size() && !(chains_[i] && config_.channel(static_cast<int>(i)).name() == name))
                ++i;
            if (i == chains_.size())
                return refused(fmt::format("{}: \"{}\" is no detector channel with a chain; allowed: {}",
                                           where, name, allowed_text));
            if (std::find(found.begin(), found.end(), i) != found.end())
                return refused(fmt::format(
                    "{}: channel \"{}\" is named twice; once is enough, or none for all", where, name));
            found.push_back(i);
        }
        return found;
    }

    Result<ValueCut> cut_of(const config::Cut& cut, const Chain& chain, const std::string& where,
                            bool costs_exposure) const {
        auto variable = variable_of(chain, cut.variable(), where);
        if (!variable) return variable.error();
        if (costs_exposure)
            if (auto ok = may_cost_exposure(config_, **variable, chain, where); !ok) return ok.error();
        if (!cut.has_min() && !cut.has_max())
            return refused(fmt::format("{}: the cut on \"{}\" has neither min nor max; give at least one",
                                       where, cut.variable()));
        if (std::isnan(cut.min()) || std::isnan(cut.max()) ||
            (cut.has_min() && cut.has_max() && !(cut.min() < cut.max())))
            return refused(
                fmt::format("{}: the cut on \"{}\" keeps {} ≤ x < {}, which is nothing; min must be less "
                            "than max",
                            where, cut.variable(), cut.min(), cut.max()));
        return ValueCut{index_in(chain, *variable), cut.has_min(), cut.has_max(), cut.min(), cut.max()};
    }

    Status add_selection(const config::Selection& selection, const Chain& chain, ChannelPlan& plan) const {
        const std::string where = fmt::format("selection \"{}\"", selection.name());
        for (const auto& name : selection.reject_quality()) {
            const auto names = chain.quality_names();
            const auto found = std::find(names.begin(), names.end(), name);
            if (found == names.end())
                return refused(
                    fmt::format("{}: reject_quality \"{}\" is no quality of the chain \"{}\"; allowed: {}",
                                where, name, chain.kind(), fmt::join(names, ", ")));
            if (auto ok = may_reject(config_, name, where); !ok) return ok;
            plan.reject_quality |= 1u << (found - names.begin());
        }
        for (const auto& cut : selection.cut()) {
            const bool exposure = cut.cost() == config::Cut::EXPOSURE;
            auto value_cut = cut_of(cut, chain, where, exposure);
            if (!value_cut) return value_cut.error();
            (exposure ? plan.exposure_cuts : plan.efficiency_cuts).push_back(*value_cut);
        }
        return {};
    }

    Result<ChannelPlan> plan_channel(const config::Spectrum& spectrum, const config::Selection& selection,
                                     const Chain& chain, const std::string& where) const {
        ChannelPlan plan;
        plan.included = true;
        plan.fills_every_window = true;
        const auto variables = chain.variables();
        for (int i = 0; i < spectrum.axis_size(); ++i) {
            auto variable = variable_of(chain, spectrum.axis(i).variable(), where);
            if (!variable) return variable.error();
            plan.axis_variable[static_cast<std::size_t>(i)] = index_in(chain, *variable);
            plan.fills_every_window = plan.fills_every_window && (*variable)->of_window;
        }
        if (auto ok = add_selection(selection, chain, plan); !ok) return ok.error();
        for (const auto& cut : spectrum.cut()) {
            if (cut.cost() == config::Cut::EXPOSURE)
                return refused(
                    fmt::format("{}: the cut on \"{}\" says EXPOSURE; a spectrum's own cuts cost "
                                "EFFICIENCY, cuts that cost EXPOSURE belong into its selection",
                                where, cut.variable()));
            auto value_cut = cut_of(cut, chain, where, false);
            if (!value_cut) return value_cut.error();
            plan.efficiency_cuts.push_back(*value_cut);
        }
        for (const auto& cut : plan.efficiency_cuts)
            plan.fills_every_window = plan.fills_every_window && variables[cut.variable].of_window;
        return plan;
    }

    // Labels and units that the config leaves out are the chain's own.
    static void label_axes(const Chain& chain, SpectrumPlan& out) {
        for (auto& axis : out.axes) {
            const auto* variable = find_variable(chain, axis.variable);
            if (axis.label.empty()) axis.label = variable->name;
            if (axis.unit.empty()) axis.unit = variable->unit;
        }
    }

    // A box of some of its channels' chains would not be one of the sum.
    void seal(SpectrumPlan& out) const {
        bool boxed = true;
        std::set<std::string> listed;
        for (std::size_t i = 0; i < out.channels.size(); ++i) {
            const auto& plan = out.channels[i];
            if (!plan.included) continue;
            boxed = boxed && !plan.box.empty() && !plan.fills_every_window;
            if (!listed.insert(config_.channel(static_cast<int>(i)).chain()).second) continue;
            const auto& ranges = box_of(config_, boxes_, i).ranges;
            out.box.insert(out.box.end(), ranges.begin(), ranges.end());
        }
        if (!boxed) out.box.clear();
        if (config_.blinded()) out.sealing = boxed ? Sealing::BOX : Sealing::ALL;
    }

    const config::Config& config_;
    const std::vector<std::shared_ptr<const Chain>>& chains_;
    const std::vector<BoxPlan>& boxes_;
};

}  // namespace

Status check_name(const std::string& name, std::string_view what) {
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
               c == '-' || c == '+' || (c == '.');
    };
    if (name.empty() || name.front() == '.' || !std::all_of(name.begin(), name.end(), allowed))
        return refused(
            fmt::format("{} name \"{}\": allowed are letters, digits and _ - + . (not first)", what, name));
    return {};
}

Result<std::vector<SpectrumPlan>> plan_spectra(const config::Config& config,
                                               const std::vector<std::shared_ptr<const Chain>>& chains,
                                               const std::vector<BoxPlan>& boxes) {
    if (auto ok = check_names(config.selection(), "selection"); !ok) return ok.error();
    if (auto ok = check_names(config.spectrum(), "spectrum"); !ok) return ok.error();
    const SpectrumPlanner planner(config, chains, boxes);
    for (const auto& selection : config.selection())
        if (auto ok = planner.check(selection); !ok) return ok.error();
    std::vector<SpectrumPlan> plans;
    for (const auto& spectrum : config.spectrum()) {
        auto plan = planner.plan(spectrum);
        if (!plan) return plan.error();
        plans.push_back(std::move(*plan));
    }
    return plans;
}

}  // namespace spillgate::offline
