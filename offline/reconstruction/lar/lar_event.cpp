#include "offline/reconstruction/lar/lar_event.hpp"

#include <algorithm>

#include "offline/reconstruction/pmt/settings.hpp"

namespace spillgate::offline::lar {

namespace {

// Where the summed light first passes the fraction of its maximum. If first light has passed it already, the
// start is where that unbroken stretch begins, inside the roi.
std::int64_t start_of(const SummedLight& light, std::int64_t first_light, std::int64_t peak,
                      const EventRule& rule) {
    if (rule.start == config::LarChain::LEADING_EDGE || peak <= 0) return first_light;
    const double level = rule.start_fraction * static_cast<double>(peak);
    const auto passes = [&](std::int64_t position) {
        return static_cast<double>(light.at(position)) >= level;
    };
    std::int64_t start = first_light;
    while (!passes(start))  // ends at the maximum at the latest: the fraction is at most 1
        ++start;
    if (start != first_light) return start;
    const auto earliest = std::max<std::int64_t>(0, first_light - rule.maximum_within);
    while (start > earliest && passes(start - 1))
        --start;
    return start;
}

}  // namespace

EventRule EventRule::of(const config::LarChain& chain, double sample_period_ns, std::int64_t longest) {
    const auto samples = [&](double ns, std::uint32_t least) {
        return std::min<std::int64_t>(pmt::samples_of_ns(ns, sample_period_ns, least), longest);
    };
    EventRule rule;
    rule.start = chain.start();
    rule.start_fraction = chain.start_fraction();
    rule.pile_up_fraction = chain.pile_up_fraction();
    rule.maximum_within = samples(chain.maximum_within_ns(), 1);
    rule.pre = std::min(samples(chain.pre_ns(), 0), longest - 1);
    rule.integration = std::min(samples(chain.integration_ns(), 1), longest - rule.pre);
    rule.prompt = std::min(samples(chain.prompt_ns(), 1), rule.integration);
    rule.pile_up_after = samples(chain.pile_up_after_ns(), 0);
    return rule;
}

LarEvent measure(const SummedLight& light, std::int64_t first_light, const EventRule& rule) {
    LarEvent event;
    event.peak = light.highest(first_light, first_light + rule.maximum_within);
    event.start = start_of(light, first_light, event.peak, rule);
    const std::int64_t begin = event.start - rule.pre;
    const std::int64_t end = event.start + rule.integration;
    event.total = light.sum(begin, end);
    event.prompt = light.sum(begin, event.start + rule.prompt);
    event.has_later = rule.pile_up_after < rule.integration;
    if (!event.has_later) return event;
    event.later_peak = light.highest(event.start + rule.pile_up_after, end);
    event.pile_up = event.peak > 0 && static_cast<double>(event.later_peak) >=
                                          rule.pile_up_fraction * static_cast<double>(event.peak);
    return event;
}

}  // namespace spillgate::offline::lar
