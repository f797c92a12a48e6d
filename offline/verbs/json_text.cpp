#include "offline/verbs/json_text.hpp"

#include <ctime>
#include <numeric>

#include <boost/json/value.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include "offline/export/uhi.hpp"
#include "offline/exposure/residual.hpp"

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
            kinds[kind.name] = json::object{{"entries", entries(kind.counts)},
                                            {"live_ns", kind.exposure->live_ns()},
                                            {"windows", kind.exposure->windows},
                                            {"windows_rejected", kind.exposure->rejected}};
        const auto ratio = alpha(*view.exposure, view.alpha_relative_uncertainty);
        out.push_back(json::object{{"name", view.name},
                                   {"selection", view.selection},
                                   {"channels", view.channels},
                                   {"kinds", std::move(kinds)},
                                   {"alpha", ratio ? json::value(ratio->value) : json::value(nullptr)},
                                   {"live_charge_measured_pc", view.exposure->live_charge_measured_pc},
                                   {"live_charge_estimated_pc", view.exposure->live_charge_estimated_pc}});
    }
    return out;
}

std::string spectra_text(const Engine& engine, const Spectra& spectra) {
    if (spectra.size() == 0) return "  no spectra in the configuration\n";
    std::string text = fmt::format("  {:<24} {:<16} {:>12} {:>12} {:>12} {:>14}\n", "spectrum", "windows",
                                   "entries", "passing", "rejected", "live time/ms");
    for (std::size_t i = 0; i < spectra.size(); ++i) {
        const auto view = spectra.histogram(i);
        for (const auto& kind : shown_kinds(engine, view))
            text += fmt::format("  {:<24} {:<16} {:>12} {:>12} {:>12} {:>14.6g}\n", view.name, kind.name,
                                entries(kind.counts), kind.exposure->windows, kind.exposure->rejected,
                                kind.exposure->live_ns() * 1e-6);
        if (const auto ratio = alpha(*view.exposure, view.alpha_relative_uncertainty))
            text += fmt::format("  {:<24} alpha = {:.6g} +- {:.3g}\n", view.name, ratio->value, ratio->sigma);
    }
    return text;
}

std::string utc_text(std::int64_t utc_ns) {
    if (utc_ns == 0) return "-";
    return fmt::format("{:%Y-%m-%d %H:%M:%S} UTC",
                       fmt::gmtime(static_cast<std::time_t>(utc_ns / 1'000'000'000)));
}

}  // namespace spillgate::offline
