#include "offline/blinding/unblind.hpp"

#include <algorithm>
#include <filesystem>
#include <set>

#include <fmt/format.h>

#include "offline/export/export.hpp"
#include "proto/config_loader.hpp"
#include "proto/run_file/run_reader.hpp"
#include "proto/software_version.hpp"
#include "proto/time.hpp"

namespace spillgate::offline {

namespace {

using proto::ErrorKind;
namespace fs = std::filesystem;

// What a runs directory says of a range of runs.
struct RunsInRange {
    std::uint32_t newest = 0;     // of all runs that there are
    bool blinded = false;         // any in the range
    std::set<std::string> boxes;  // of their configs, as text
};

proto::Result<RunsInRange> look(const UnblindRequest& request) {
    RunsInRange found;
    std::error_code failed;
    for (fs::directory_iterator entry(request.runs_dir, failed), end; !failed && entry != end;
         entry.increment(failed)) {
        if (!entry->path().filename().string().starts_with("run-")) continue;
        const auto run = proto::RunReader::open(entry->path().string());
        if (!run) continue;  // nothing of it can be shown anyhow
        const auto& about = run->description();
        found.newest = std::max(found.newest, about.number());
        if (!about.blinded() || about.number() < request.first_run || about.number() > request.last_run)
            continue;
        found.blinded = true;
        const auto config = proto::parse_config(about.effective_config(), run->directory() + "/run.txtpb");
        if (!config) return config.error();
        for (const auto& box : config->config.box())
            found.boxes.insert(box.ShortDebugString());
    }
    if (failed)
        return proto::error(ErrorKind::IO,
                            fmt::format("{} cannot be read: {}", request.runs_dir, failed.message()),
                            failed.value());
    return found;
}

proto::Status check(const UnblindRequest& request) {
    const auto wrong = [](std::string what) { return proto::error(ErrorKind::CONFIG, std::move(what)); };
    if (request.first_run == 0 || request.last_run < request.first_run)
        return wrong(
            fmt::format("runs {} to {} are no range; it begins at 1 or above and does not end before",
                        request.first_run, request.last_run));
    if (request.signed_by.empty()) return wrong("an unblinding is signed by a person");
    if (request.reason.empty()) return wrong("an unblinding needs a reason");
    const auto phrase = confirmation_of(request.first_run, request.last_run);
    if (request.confirm != phrase)
        return wrong(
            fmt::format("an unblinding cannot be taken back; whoever means it confirms with \"{}\"", phrase));
    return {};
}

}  // namespace

std::string confirmation_of(std::uint32_t first_run, std::uint32_t last_run) {
    return fmt::format("UNBLIND {}-{}", first_run, last_run);
}

proto::Result<proto::LoggedUnblinding> unblind(const UnblindRequest& request) {
    if (auto ok = check(request); !ok) return ok.error();
    const auto found = look(request);
    if (!found) return found.error();
    const auto refused = [&](const std::string& why) {
        return proto::error(ErrorKind::NOT_FOUND, fmt::format("{}: {}", request.runs_dir, why));
    };
    if (request.last_run > found->newest)
        return refused(
            found->newest == 0
                ? "there is no run"
                : fmt::format("the newest run is {}; what is not taken yet stays blinded", found->newest));
    if (!found->blinded)
        return refused(
            fmt::format("none of the runs {} to {} is blinded", request.first_run, request.last_run));
    auto log = proto::UnblindingLog::open(request.runs_dir);
    if (!log) return log.error();
    wire::Unblinding act;
    act.set_utc_ns(proto::utc_now_ns());
    act.set_signed_by(request.signed_by);
    act.set_reason(request.reason);
    act.set_first_run(request.first_run);
    act.set_last_run(request.last_run);
    act.set_software_version(proto::software_version());
    for (const auto& box : found->boxes)
        act.add_box(box);
    return log->append(std::move(act));
}

}  // namespace spillgate::offline
