#include "online/scope/scope_picture.hpp"

#include <algorithm>
#include <cmath>

#include <boost/json/array.hpp>

#include "offline/blinding/sealed_record.hpp"
#include "offline/plot/arrival.hpp"
#include "offline/plot/pulse_marks.hpp"
#include "offline/plot/slot_channels.hpp"
#include "offline/plot/slot_text.hpp"
#include "offline/plot/slot_times.hpp"
#include "offline/plot/slot_view.hpp"
#include "online/scope/thinned_trace.hpp"
#include "proto/wire.hpp"

namespace spillgate::online {

namespace {

namespace json = boost::json;
namespace plot = offline::plot;

json::array names_of_bits(std::uint32_t bits, std::span<const std::string_view> names) {
    json::array out;
    for (std::size_t bit = 0; bit < names.size(); ++bit)
        if ((bits >> bit & 1u) != 0) out.emplace_back(names[bit]);
    return out;
}

json::array span_json(const plot::Span& span) {
    return {span.begin, span.end};
}

std::string_view charge_state(const proto::Verdict& verdict) {
    switch (verdict.charge_state) {
        case wire::CHARGE_MEASURED:
            return "measured";
        case wire::CHARGE_ESTIMATED:
            return "estimated";
        case wire::CHARGE_UNCORRECTED:
            return "uncorrected";
        default:
            return "missing";
    }
}

// One slot, once its record is decoded and what is sealed is out of it.
class Picture {
  public:
    Picture(const ScopeView& view, const ScopeSlot& slot, const ScopeWish& wish, proto::SpillRecord&& record)
        : slot_(slot), wish_(wish), config_(view.config->config), sealed_(view.sealed(slot)) {
        shown_.config = *view.config;
        shown_.engine = view.engine;
        shown_.slot.record = std::move(record);
        shown_.slot.verdict = slot.verdict;
        shown_.candidates = slot.candidates;
        if (sealed_) plot::seal(config_, shown_);
    }

    json::object make() const {
        json::array windows;
        for (std::size_t i = 0; i < record().windows.size(); ++i)
            windows.push_back(window(i));
        json::array channels;
        const auto there = plot::channels_of(config_, record());
        for (const std::string& name : names()) {
            const auto found = std::ranges::find(there, name, &plot::SlotChannel::name);
            channels.push_back(channel(name, found == there.end() ? nullptr : &*found));
        }
        const auto& verdict = slot_.verdict;
        const bool charged = verdict.charge_state != wire::CHARGE_MISSING;
        return {{"number", slot_.number},
                {"run", slot_.run},
                {"slot", slot_.slot},
                {"daemon", slot_.daemon},
                {"utc_s", static_cast<double>(slot_.utc_ns) * 1e-9},
                {"simulated", verdict.has(proto::SlotQuality::SIMULATED)},
                {"disposition", plot::disposition_text(verdict.disposition)},
                {"quality", names_of_bits(verdict.quality & ~proto::bit(proto::SlotQuality::SIMULATED),
                                          proto::slot_quality_names)},
                {"facility_veto", slot_.facility_vetoed()},
                {"charge_uc", charged ? json::value(static_cast<double>(verdict.charge_pc) * 1e-6) : nullptr},
                {"charge_state", charge_state(verdict)},
                {"sealed", shown_.sealed.empty() ? json::value(nullptr) : json::value(shown_.sealed)},
                {"windows", std::move(windows)},
                {"channels", std::move(channels)}};
    }

  private:
    const proto::SpillRecord& record() const { return shown_.slot.record; }

    std::vector<std::string> names() const {
        if (!wish_.channels.empty()) return wish_.channels;
        return {config_.channel_size() > 0 ? config_.channel(0).name() : std::string()};
    }

    json::object window(std::size_t index) const {
        const auto& one = record().windows[index];
        const auto& facts = slot_.candidates.windows;
        const bool judged = index < slot_.verdict.windows.size();
        const auto kind = judged
                              ? offline::classify(facts[index], slot_.verdict.windows[index], slot_.verdict)
                              : offline::WindowClass::NONE;
        return {{"kind", name_of(kind)},
                {"recorded_as", plot::window_text(one.kind)},
                {"pretrace_us", span_json(plot::pretrace_of(record(), one))},
                {"roi_us", span_json(plot::roi_of(record(), one))},
                {"strobe", one.strobe},
                {"truncated", one.truncated},
                {"sealed", sealed_ && offline::is_sealed(record(), index, &slot_.verdict)}};
    }

    json::object channel(const std::string& name, const plot::SlotChannel* there) const {
        json::array traces;
        if (there != nullptr)
            for (const auto* trace : there->traces)
                traces.push_back(this->trace(*there, *trace));
        json::array candidates;
        const auto index = scope_channel(config_, name);
        for (const auto& candidate : shown_.candidates.candidates)
            if (index == candidate.channel) candidates.push_back(this->candidate(candidate));
        return {{"name", name}, {"traces", std::move(traces)}, {"candidates", std::move(candidates)}};
    }

    json::object trace(const plot::SlotChannel& channel, const proto::Trace& trace) const {
        const auto codes = plot::codes_of(config_, channel.config, record(), trace);
        const auto times = plot::sample_times(record(), trace);
        const std::size_t open =
            sealed_ ? offline::open_samples(record(), trace, &slot_.verdict, config_) : codes.size();
        const auto first = wish_.from_us ? std::floor((*wish_.from_us - times.first) / times.period) : 0;
        const auto last = wish_.to_us ? std::ceil((*wish_.to_us - times.first) / times.period) : 1e18;
        const auto sample = [&](double at) {
            return static_cast<std::size_t>(std::clamp(at, 0.0, static_cast<double>(open)));
        };
        const auto part =
            thinned(std::span(codes).first(open), sample(first), sample(last + 1), wish_.points);
        auto [type, base64] = packed(part.values);
        json::object out{{"first_us", times.first},
                         {"period_us", times.period},
                         {"samples", codes.size()},
                         {"open_samples", open},
                         {"from", part.from},
                         {"count", part.samples},
                         {"step", part.step},
                         {"type", type},
                         {"data", std::move(base64)},
                         {"bits", trace.encoding.bits},
                         {"truncated", (trace.flags & proto::TRACE_TRUNCATED) != 0},
                         {"reduced", (trace.flags & proto::TRACE_REDUCED) != 0},
                         {"baseline", nullptr},
                         {"threshold", nullptr},
                         {"pulses", nullptr}};
        if (channel.config != nullptr)
            if (const auto marks = plot::find_pulses(config_, *channel.config, record(), trace))
                add(*marks, times, open, out);
        return out;
    }

    static void add(const plot::PulseMarks& marks, const plot::SampleTimes& times, std::size_t open,
                    json::object& out) {
        out["baseline"] = marks.baseline;
        if (marks.threshold) out["threshold"] = *marks.threshold;
        json::array pulses;
        for (std::size_t i = 0; i < marks.regions.size(); ++i) {
            const auto [begin, end] = marks.regions[i];
            if (begin >= static_cast<std::int64_t>(open)) continue;
            pulses.push_back(json::object{{"begin", begin},
                                          {"end", end},
                                          {"onset_us", times.of(begin)},
                                          {"area_pe", marks.areas_pe[i]}});
        }
        out["pulses"] = std::move(pulses);
    }

    json::object candidate(const offline::Candidate& one) const {
        const auto& chain = *shown_.engine->chain_of(one.channel);
        json::object variables;
        for (const auto& variable : chain.variables())
            if (const auto value = plot::value_of(chain, one, variable.name))
                variables[variable.name] = *value;
        const auto arrival = one.found ? plot::arrival_us(shown_, one) : std::nullopt;
        json::array quality;
        for (std::size_t bit = 0; bit < chain.quality_names().size(); ++bit)
            if ((one.quality >> bit & 1u) != 0) quality.emplace_back(chain.quality_names()[bit]);
        return {{"window", one.window},
                {"found", one.found},
                {"arrival_us", arrival ? json::value(*arrival) : json::value(nullptr)},
                {"variables", std::move(variables)},
                {"quality", std::move(quality)}};
    }

    const ScopeSlot& slot_;
    const ScopeWish& wish_;
    const config::Config& config_;
    const bool sealed_;
    plot::SlotView shown_;
};

}  // namespace

json::object no_scope_picture(std::string why) {
    return {{"slot", nullptr}, {"why", std::move(why)}};
}

json::object scope_picture(const ScopeView& view, const ScopeSlot& slot, const ScopeWish& wish) {
    proto::SpillRecord record;
    const auto samples = std::as_bytes(std::span(slot.samples.data<char>(), slot.samples.size()));
    if (const auto read = proto::decode_spill(std::as_bytes(std::span(slot.header)), samples, record); !read)
        return no_scope_picture(read.error().message);
    return Picture(view, slot, wish, std::move(record)).make();
}

}  // namespace spillgate::online
