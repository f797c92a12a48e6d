#include "offline/verbs/json_text.hpp"

#include <numeric>

#include <boost/json/value.hpp>
#include <fmt/format.h>

#include "offline/blinding/sideband.hpp"
#include "offline/export/uhi.hpp"
#include "offline/exposure/residual.hpp"
#include "proto/utc_text.hpp"

namespace spillgate::offline {

namespace {

namespace json = boost::json;
using google::protobuf::FieldDescriptor;

json::value number(const google::protobuf::Message& message, const FieldDescriptor& field) {
    const auto& access = *message.GetReflection();
    switch (field.cpp_type()) {
        case FieldDescriptor::CPPTYPE_UINT64:
            return json::value(access.GetUInt64(message, &field));
        case FieldDescriptor::CPPTYPE_INT64:
            return json::value(access.GetInt64(message, &field));
        case FieldDescriptor::CPPTYPE_DOUBLE:
            return json::value(access.GetDouble(message, &field));
        default:
            return nullptr;
    }
}

std::uint64_t entries(std::span<const std::uint64_t> counts) {
    return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

json::object kind_json(json::value entered, const KindExposure& exposure) {
    return {{"entries", std::move(entered)},
            {"live_ns", exposure.live_ns()},
            {"windows", exposure.windows},
            {"windows_rejected", exposure.rejected}};
}

std::string kind_line(std::string_view spectrum, std::string_view kind, std::string_view entered,
                      const KindExposure& exposure) {
    return fmt::format("  {:<24} {:<20} {:>12} {:>12} {:>12} {:>14.6g}\n", spectrum, kind, entered,
                       exposure.windows, exposure.rejected, exposure.live_ns() * 1e-6);
}

// Of a spectrum with a box, or of one of which something is sealed.
void add_blinding(const HistogramView& view, json::object& out) {
    if (view.sealed != Sealing::NONE) out["sealed"] = view.sealed == Sealing::BOX ? "box" : "all";
    if (view.box.empty()) return;
    out["box"] = box_text(view);
    const auto outside = sideband(view);
    out["sideband"] = outside ? json::value{{"in_time", outside->in_time},
                                            {"anti_coincident", outside->anti_coincident},
                                            {"ratio", outside->ratio},
                                            {"sigma", outside->sigma}}
                              : json::value(nullptr);
}

}  // namespace

json::object ledger_json(const wire::LedgerTotals& ledger) {
    json::object out;
    const auto& type = *ledger.GetDescriptor();
    for (int i = 0; i < type.field_count(); ++i) {
        const auto& field = *type.field(i);
        if (!field.is_repeated()) {
            out[field.name()] = number(ledger, field);
            continue;
        }
        json::object counts;
        const auto& list = field.name() == "quality" ? ledger.quality() : ledger.faults();
        for (const auto& count : list)
            counts[count.name()] = count.value();
        out[field.name()] = std::move(counts);
    }
    return out;
}

std::string ledger_text(const wire::LedgerTotals& l) {
    const auto lost = l.lost_buffer_full() + l.lost_device() + l.lost_corrupt() + l.lost_disk();
    std::string text = fmt::format(
        "  slots {}: complete {}, truncated {}, paused {}, mark missed {}, lost {}\n"
        "  spills {}, charge delivered {:.6g} uC measured, {:.6g} uC estimated, missing in {} slots\n"
        "  charge recorded {:.6g} uC\n",
        l.slots(), l.complete(), l.truncated(), l.paused(), l.mark_missed(), lost, l.spills(),
        static_cast<double>(l.charge_measured_pc()) * 1e-6,
        static_cast<double>(l.charge_estimated_pc()) * 1e-6, l.charge_missing_slots(),
        static_cast<double>(l.charge_recorded_pc()) * 1e-6);
    for (const auto& [title, list] : {std::pair{"quality", &l.quality()}, std::pair{"faults", &l.faults()}}) {
        std::string line;
        for (const auto& count : *list)
            if (count.value() > 0)
                line += fmt::format("{} {} {}", line.empty() ? "" : ",", count.name(), count.value());
        if (!line.empty()) text += fmt::format("  {}:{}\n", title, line);
    }
    return text;
}

json::array damage_json(const std::vector<proto::Damage>& damage) {
    json::array out;
    for (const auto& d : damage)
        out.push_back(json::object{{"file", d.file},
                                   {"offset", d.offset},
                                   {"kind", proto::name_of(d.error.kind)},
                                   {"message", d.error.message}});
    return out;
}

std::string damage_text(const std::vector<proto::Damage>& damage) {
    std::string text;
    for (const auto& d : damage)
        text += fmt::format("  damaged: {} at byte {}: {} ({})\n", d.file, d.offset, d.error.message,
                            proto::name_of(d.error.kind));
    return text;
}

json::array spectra_json(const Engine& engine, const Spectra& spectra) {
    json::array out;
    for (std::size_t i = 0; i < spectra.size(); ++i) {
        const auto view = spectra.histogram(i);
        json::object kinds;
        for (const auto& kind : shown_kinds(engine, view))
            kinds[kind.name] = kind_json(entries(kind.counts), *kind.exposure);
        if (view.sealed == Sealing::ALL) kinds["in_time"] = kind_json(nullptr, view.exposure->in_time);
        const auto ratio = alpha(*view.exposure, view.alpha_relative_uncertainty);
        out.push_back(json::object{{"name", view.name},
                                   {"selection", view.selection},
                                   {"channels", view.channels},
                                   {"kinds", std::move(kinds)},
                                   {"alpha", ratio ? json::value(ratio->value) : json::value(nullptr)},
                                   {"live_charge_measured_pc", view.exposure->live_charge_measured_pc},
                                   {"live_charge_estimated_pc", view.exposure->live_charge_estimated_pc}});
        add_blinding(view, out.back().as_object());
    }
    return out;
}

std::string spectra_text(const Engine& engine, const Spectra& spectra) {
    if (spectra.size() == 0) return "  no spectra in the configuration\n";
    std::string text = fmt::format("  {:<24} {:<20} {:>12} {:>12} {:>12} {:>14}\n", "spectrum", "windows",
                                   "entries", "passing", "rejected", "live time/ms");
    for (std::size_t i = 0; i < spectra.size(); ++i) {
        const auto view = spectra.histogram(i);
        for (const auto& kind : shown_kinds(engine, view))
            text += kind_line(view.name, kind.name, fmt::format("{}", entries(kind.counts)), *kind.exposure);
        if (view.sealed == Sealing::ALL)
            text += kind_line(view.name, "in_time", "sealed", view.exposure->in_time);
        if (const auto ratio = alpha(*view.exposure, view.alpha_relative_uncertainty))
            text += fmt::format("  {:<24} alpha = {:.6g} +- {:.3g}\n", view.name, ratio->value, ratio->sigma);
        if (!view.box.empty()) text += fmt::format("  {:<24} box {}\n", view.name, box_text(view));
        if (const auto outside = sideband(view))
            text += fmt::format("  {:<24} outside it C/(alpha AC) = {:.6g} +- {:.3g}\n", view.name,
                                outside->ratio, outside->sigma);
    }
    return text;
}

std::string utc_text(std::int64_t utc_ns) {
    if (utc_ns == 0) return "-";
    return proto::utc_text(utc_ns) + " UTC";
}

}  // namespace spillgate::offline
