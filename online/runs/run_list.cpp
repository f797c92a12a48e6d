#include "online/runs/run_list.hpp"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <utility>

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include "online/run_exports.hpp"
#include "online/snapshot_json.hpp"
#include "proto/names.hpp"

namespace spillgate::online {

namespace {

namespace json = boost::json;
using proto::ErrorKind;
using proto::Result;

constexpr std::size_t read_at_once = 200;

std::string lower(std::string text) {
    std::ranges::transform(text, text.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

bool fits(const wire::RunDescription& run, const RunQuery& query, const std::string& text) {
    if (query.type && run.type() != *query.type) return false;
    if (text.empty()) return true;
    const auto all = lower(fmt::format("{}\n{}\n{}", run.note(), run.operator_(), run.stop_reason()));
    return all.find(text) != std::string::npos;
}

json::value text_or_null(const std::string& text) {
    return text.empty() ? json::value(nullptr) : json::value(text);
}

json::value time_or_null(std::int64_t utc_ns) {
    return utc_ns == 0 ? json::value(nullptr) : json::value(static_cast<double>(utc_ns) * 1e-9);
}

json::value number_or_null(const std::optional<double>& value) {
    return value ? json::value(*value) : json::value(nullptr);
}

std::string_view state_of(const wire::RunDescription& run, const RunGoingOn& going_on) {
    if (run.stop_utc_ns() != 0 || !run.stop_reason().empty()) return "ended";
    return run.number() == going_on.number ? "running" : "aborted";
}

// Directories run-NNNNNN… of `parent`: what reprocessings of the run wrote.
json::array reprocessings(const std::string& parent, std::uint32_t number) {
    json::array found;
    if (parent.empty()) return found;
    const auto begins = fmt::format("run-{:06}", number);
    std::error_code failed;
    std::vector<std::string> names;
    for (std::filesystem::directory_iterator entries(parent, failed);
         !failed && entries != std::filesystem::directory_iterator{}; entries.increment(failed)) {
        const auto name = entries->path().filename().string();
        if (name.starts_with(begins) && std::filesystem::exists(entries->path() / "spectra.saved", failed))
            names.push_back(name);
    }
    std::ranges::sort(names);
    for (const auto& name : names)
        found.push_back(json::object{{"directory", name}});
    return found;
}

template <class Row>
std::map<std::uint32_t, std::vector<Row>> by_run(std::vector<Row> rows) {
    std::map<std::uint32_t, std::vector<Row>> sorted;
    for (Row& row : rows)
        sorted[row.run].push_back(std::move(row));
    return sorted;
}

// Adds what the desk database knows of the runs first … last to their rows.
proto::Status add_judgements(Database& desk, std::map<std::uint32_t, json::object*>& rows) {
    if (rows.empty()) return {};
    RunRecords records(desk);
    const std::uint32_t first = rows.begin()->first;
    const std::uint32_t last = rows.rbegin()->first;
    auto quality = records.quality(first, last);
    if (!quality) return quality.error();
    auto sideband = records.sideband(first, last);
    if (!sideband) return sideband.error();
    auto notes = records.notes(first, last);
    if (!notes) return notes.error();
    auto qualities = by_run(std::move(*quality));
    auto sidebands = by_run(std::move(*sideband));
    auto notes_of = by_run(std::move(*notes));
    for (auto& [number, row] : rows) {
        for (auto& [key, value] : judgement_json(qualities[number], sidebands[number], notes_of[number]))
            (*row)[key] = value;
    }
    return {};
}

// The worst of them; null: nothing was judged.
json::value verdict_of(const std::vector<QualityRow>& quality) {
    for (const char* verdict : {"bad", "doubtful", "unknown", "good"}) {
        if (std::ranges::any_of(quality, [&](const QualityRow& row) { return row.verdict == verdict; }))
            return verdict;
    }
    return nullptr;
}

}  // namespace

json::object judgement_json(const std::vector<QualityRow>& quality, const std::vector<SidebandRow>& sideband,
                            const std::vector<RunNote>& notes) {
    json::array judged;
    for (const QualityRow& row : quality)
        judged.push_back(json::object{{"quantity", row.quantity},
                                      {"value", number_or_null(row.value)},
                                      {"error", number_or_null(row.error)},
                                      {"unit", row.unit},
                                      {"band", row.band},
                                      {"verdict", row.verdict},
                                      {"reason", row.reason},
                                      {"console_sha256", row.console_sha256}});
    json::array bands;
    for (const SidebandRow& row : sideband)
        bands.push_back(json::object{{"spectrum", row.spectrum},
                                     {"c", row.c},
                                     {"ac", row.ac},
                                     {"alpha", number_or_null(row.alpha)},
                                     {"ratio", number_or_null(row.ratio)},
                                     {"sigma", number_or_null(row.sigma)}});
    json::array noted;
    for (const RunNote& note : notes)
        noted.push_back(
            json::object{{"utc_s", time_or_null(note.utc_ns)}, {"person", note.person}, {"text", note.text}});
    return {{"verdict", verdict_of(quality)},
            {"quality", std::move(judged)},
            {"sideband", std::move(bands)},
            {"notes", std::move(noted)}};
}

json::object RunList::row(const wire::RunDescription& run, const RunGoingOn& going_on) const {
    const auto exports = fmt::format("{}/run-{:06}", exports_dir_, run.number());
    std::error_code failed;
    const auto state = state_of(run, going_on);
    const bool so_far = state == "running" && going_on.so_far && going_on.so_far->number() == run.number();
    json::array files;
    for (const auto file : exported_files(exports_dir_, run.number()))
        files.emplace_back(file);
    return {{"run", run.number()},
            {"type", wire::name_of(run.type())},
            {"state", state},
            {"simulated", run.simulated()},
            {"blinded", run.blinded()},
            {"operator", text_or_null(run.operator_())},
            {"note", run.note()},
            {"start_utc_s", time_or_null(run.start_utc_ns())},
            {"stop_utc_s", time_or_null(run.stop_utc_ns())},
            {"stop_reason", text_or_null(run.stop_reason())},
            {"stopped_by", text_or_null(run.stopped_by())},
            {"restarted_from",
             run.restarted_from() == 0 ? json::value(nullptr) : json::value(run.restarted_from())},
            {"repaired", run.repaired()},
            {"imported_from", text_or_null(run.imported_from())},
            {"config_sha256", run.config_sha256()},
            {"software_version", run.software_version()},
            {"ledger", so_far ? ledger_json(*going_on.so_far) : ledger_json(run)},
            {"so_far", so_far},
            {"exports",
             std::filesystem::is_directory(exports, failed) ? json::value(exports) : json::value(nullptr)},
            {"export_files", std::move(files)},
            {"reprocessed", reprocessings(reprocessed_dir_, run.number())}};
}

Result<json::object> RunList::page(const RunQuery& query, Database* desk, const RunGoingOn& going_on) const {
    const auto catalogue = proto::RunCatalogue::open_read_only(runs_dir_);
    json::array rows;
    json::value more = nullptr;
    if (!catalogue && catalogue.error().kind != ErrorKind::NOT_FOUND) return catalogue.error();
    const std::string text = lower(query.text);
    const std::size_t limit = std::clamp<std::size_t>(query.limit, 1, max_limit);
    std::uint32_t before = query.before;
    std::size_t seen = 0;
    for (bool left = catalogue.has_value(); left;) {
        const auto runs = catalogue->page(before, read_at_once);
        if (!runs) return runs.error();
        for (const auto& run : *runs) {
            if (rows.size() >= limit) break;
            before = run.number();
            ++seen;
            if (fits(run, query, text)) rows.push_back(row(run, going_on));
        }
        const bool rest = runs->size() == read_at_once || (!runs->empty() && runs->back().number() < before);
        left = rest && rows.size() < limit && seen < looked_at;
        if (rest && !left) more = before;
    }
    if (desk != nullptr) {
        std::map<std::uint32_t, json::object*> by_number;
        for (auto& one : rows)
            by_number[one.at("run").to_number<std::uint32_t>()] = &one.get_object();
        if (auto added = add_judgements(*desk, by_number); !added) return added.error();
    }
    return json::object{{"runs", std::move(rows)}, {"more", std::move(more)}};
}

Result<json::object> RunList::run(std::uint32_t number, Database* desk, const RunGoingOn& going_on) const {
    const auto catalogue = proto::RunCatalogue::open_read_only(runs_dir_);
    if (!catalogue) return catalogue.error();
    const auto found = catalogue->run(number);
    if (!found) return found.error();
    auto out = row(*found, going_on);
    if (desk != nullptr) {
        std::map<std::uint32_t, json::object*> one{{number, &out}};
        if (auto added = add_judgements(*desk, one); !added) return added.error();
    }
    return out;
}

Result<std::string> RunList::config(std::uint32_t number) const {
    const auto catalogue = proto::RunCatalogue::open_read_only(runs_dir_);
    if (!catalogue) return catalogue.error();
    const auto found = catalogue->run(number);
    if (!found) return found.error();
    return found->effective_config();
}

}  // namespace spillgate::online
