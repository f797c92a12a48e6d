#include "online/references/reference_list.hpp"

#include <algorithm>
#include <charconv>

#include <boost/json/array.hpp>
#include <fmt/format.h>

namespace spillgate::online {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using proto::error;
using proto::ErrorKind;

constexpr std::size_t most_kept = 2;
constexpr std::string_view run_name = "run-";

std::optional<std::uint32_t> run_of(std::string_view name) {
    if (!name.starts_with(run_name)) return std::nullopt;
    name.remove_prefix(run_name.size());
    std::uint32_t number = 0;
    const auto [end, failed] = std::from_chars(name.data(), name.data() + name.size(), number);
    if (failed != std::errc() || end != name.data() + name.size() || number == 0) return std::nullopt;
    return number;
}

}  // namespace

ReferenceList::ReferenceList(const config::Console& console, ReferencePlaces places)
    : references_(console.reference().begin(), console.reference().end()), places_(std::move(places)) {}

proto::Result<std::string> ReferenceList::path_of(const config::Reference& reference) const {
    if (reference.has_run()) return path_of_run(reference.run());
    if (!fs::exists(reference.file()))
        return error(ErrorKind::NOT_FOUND, fmt::format("there is no file {}", reference.file()));
    return reference.file();
}

// What online itself wrote, as the live spectra are filled; else the newest reprocessing.
proto::Result<std::string> ReferenceList::path_of_run(std::uint32_t number) const {
    const std::string directory = fmt::format("run-{:06}", number);
    std::error_code failed;
    const auto exported = fs::path(places_.exports_dir) / directory / "spectra.json";
    if (fs::exists(exported, failed)) return exported.string();
    std::optional<std::pair<fs::file_time_type, std::string>> newest;
    for (fs::directory_iterator at(places_.reprocessed_dir, failed), end; !failed && at != end;
         at.increment(failed)) {
        const std::string name = at->path().filename().string();
        // "run-000812" and "run-000812-second", not "run-0008120"
        if (!name.starts_with(directory) ||
            (name.size() > directory.size() && std::isdigit(name[directory.size()]) != 0))
            continue;
        const auto file = at->path() / "spectra.json";
        std::error_code missing;
        const auto written = fs::last_write_time(file, missing);
        if (!missing && (!newest || written > newest->first)) newest = {written, file.string()};
    }
    if (newest) return newest->second;
    return error(ErrorKind::NOT_FOUND,
                 fmt::format("run {} has no spectra: it has neither been exported at its end nor reprocessed",
                             number));
}

json::object ReferenceList::json() const {
    json::array out;
    for (const auto& reference : references_) {
        const auto path = path_of(reference);
        out.push_back(json::object{
            {"name", reference.name()},
            {"run", reference.has_run() ? json::value(reference.run()) : nullptr},
            {"file",
             reference.has_file() ? json::value(fs::path(reference.file()).filename().string()) : nullptr},
            {"trouble", path ? json::value(nullptr) : json::value(path.error().message)}});
    }
    return {{"references", std::move(out)}};
}

proto::Result<std::shared_ptr<const ReferenceSpectra>> ReferenceList::load(const std::string& name) {
    const auto named = std::ranges::find(references_, name, [](const auto& one) { return one.name(); });
    const auto run = run_of(name);
    if (named == references_.end() && !run)
        return error(ErrorKind::NOT_FOUND, fmt::format("there is no reference \"{}\"", name));
    const auto path = named != references_.end() ? path_of(*named) : path_of_run(*run);
    if (!path) return path.error();
    std::error_code failed;
    const Kept now{*path, fs::last_write_time(*path, failed), fs::file_size(*path, failed), nullptr};
    const auto kept = std::ranges::find_if(kept_, [&](const Kept& one) {
        return one.path == now.path && one.written == now.written && one.bytes == now.bytes;
    });
    // Whether saved spectra are open, their file does not say.
    if (kept != kept_.end() && path->ends_with(".json")) {
        kept_.splice(kept_.begin(), kept_, kept);
        return kept_.front().spectra;
    }
    auto read = read_reference(*path, places_.runs_dir);
    if (!read) return read.error();
    kept_.push_front(now);
    kept_.front().spectra = std::make_shared<const ReferenceSpectra>(std::move(*read));
    if (kept_.size() > most_kept) kept_.pop_back();
    return kept_.front().spectra;
}

}  // namespace spillgate::online
