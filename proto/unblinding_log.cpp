#include "proto/unblinding_log.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include "proto/run_file/file_layer.hpp"
#include "proto/strict_text.hpp"
#include "proto/wire.hpp"

namespace spillgate::proto {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view extension = ".txtpb";
constexpr std::size_t cited_digits = 8;  // of a hash

std::string name_of_number(std::size_t number) {
    return fmt::format("{:04}{}", number, extension);
}

Status check(const wire::Unblinding& act) {
    const auto missing = [](std::string_view what) {
        return error(ErrorKind::CONFIG, fmt::format("an unblinding needs {}", what));
    };
    if (act.signed_by().empty()) return missing("who signs it");
    if (act.reason().empty()) return missing("a reason");
    if (act.first_run() == 0) return missing("a first run, from 1 on");
    if (act.last_run() < act.first_run())
        return error(ErrorKind::CONFIG, fmt::format("the last run, {}, is before the first, {}",
                                                    act.last_run(), act.first_run()));
    return {};
}

bool opens(const LoggedUnblinding& logged, std::uint32_t run) {
    return logged.act.first_run() <= run && run <= logged.act.last_run();
}

Error system_error(const std::string& what, const std::string& path, int code) {
    const bool full = code == ENOSPC || code == EDQUOT;
    return error(full             ? ErrorKind::DISK_FULL
                 : code == EEXIST ? ErrorKind::EXISTS
                                  : ErrorKind::IO,
                 fmt::format("{} {}: {}", path, what, std::strerror(code)), code);
}

// Whole and durable under `path`, or not there at all; never replaces a file.
Status write_once(const std::string& path, std::string_view text) {
    auto& files = posix_file_layer();
    const std::string fresh = fmt::format("{}.{}.new", path, ::getpid());
    auto file = files.create(fresh);
    if (!file) return file.error();
    const iovec piece{const_cast<char*>(text.data()), text.size()};
    Status status = (*file)->append(std::span(&piece, 1));
    if (status) status = (*file)->make_read_only();
    if (status) status = (*file)->sync();
    // Unlike a rename, a link fails if the name is taken.
    if (status && ::link(fresh.c_str(), path.c_str()) != 0)
        status = system_error("cannot be made", path, errno);
    ::unlink(fresh.c_str());
    if (!status) return status;
    return files.sync_directory(fs::path(path).parent_path().string());
}

}  // namespace

std::string citation_of(const LoggedUnblinding& logged) {
    return fmt::format("unblinding {} ({}), signed by {}", logged.act.number(),
                       logged.sha256.substr(0, cited_digits), logged.act.signed_by());
}

bool Unsealing::covers(std::uint32_t run) const {
    return std::ranges::any_of(acts_, [&](const auto& logged) { return opens(logged, run); });
}

std::string Unsealing::citation() const {
    std::vector<std::string> texts;
    texts.reserve(acts_.size());
    for (const auto& logged : acts_)
        texts.push_back(citation_of(logged));
    return fmt::format("{}", fmt::join(texts, "; "));
}

std::string UnblindingLog::directory_of(const std::string& runs_dir) {
    return runs_dir + "/unblindings";
}

Result<UnblindingLog> UnblindingLog::open(const std::string& runs_dir) {
    UnblindingLog log(directory_of(runs_dir));
    std::error_code failed;
    if (!fs::exists(log.directory_, failed) && !failed) return log;
    std::vector<std::string> names;
    for (fs::directory_iterator entry(log.directory_, failed), end; !failed && entry != end;
         entry.increment(failed)) {
        auto name = entry->path().filename().string();
        if (name.ends_with(extension)) names.push_back(std::move(name));
    }
    if (failed)
        return error(ErrorKind::IO, fmt::format("{} cannot be read: {}", log.directory_, failed.message()),
                     failed.value());
    // By length first: number 10000 comes after 9999.
    std::ranges::sort(names, [](const auto& a, const auto& b) {
        return a.size() != b.size() ? a.size() < b.size() : a < b;
    });
    log.chain_ = log.read_chain(names);
    return log;
}

Status UnblindingLog::read_chain(const std::vector<std::string>& names) {
    std::string previous;
    for (const auto& name : names) {
        const std::string path = directory_ + "/" + name;
        const auto broken = [&](const std::string& why) {
            return error(
                ErrorKind::CORRUPT,
                fmt::format("{}: {}; the chain of unblindings is broken, and none of them holds", path, why));
        };
        const std::size_t number = acts_.size() + 1;
        if (name != name_of_number(number))
            return broken(fmt::format("{} should be here", name_of_number(number)));
        const auto text = read_text(path);
        if (!text) return broken(text.error().message);
        LoggedUnblinding logged;
        if (!StrictText::parse(*text, path, logged.act)) return broken("this is no unblinding");
        if (logged.act.number() != number)
            return broken(fmt::format("it says that it is number {}", logged.act.number()));
        if (logged.act.previous_sha256() != previous)
            return broken("it does not follow the one before, which has been changed or replaced");
        if (const auto complete = check(logged.act); !complete) return broken(complete.error().message);
        logged.sha256 = sha256_hex(*text);
        previous = logged.sha256;
        acts_.push_back(std::move(logged));
    }
    return {};
}

std::optional<Unsealing> UnblindingLog::grant(std::span<const std::uint32_t> runs) const {
    if (!chain_ || runs.empty()) return std::nullopt;
    std::vector<LoggedUnblinding> used;
    for (const auto& logged : acts_)
        if (std::ranges::any_of(runs, [&](std::uint32_t run) { return opens(logged, run); }))
            used.push_back(logged);
    Unsealing key(std::move(used));
    if (!std::ranges::all_of(runs, [&](std::uint32_t run) { return key.covers(run); })) return std::nullopt;
    return key;
}

Result<LoggedUnblinding> UnblindingLog::append(wire::Unblinding act) {
    if (!chain_) return chain_.error();
    if (const auto complete = check(act); !complete) return complete.error();
    std::error_code failed;
    fs::create_directories(directory_, failed);
    if (failed) return system_error("cannot be made", directory_, failed.value());
    const std::size_t number = acts_.size() + 1;
    act.set_number(static_cast<std::uint32_t>(number));
    act.set_previous_sha256(acts_.empty() ? std::string() : acts_.back().sha256);
    const std::string text = printed(act);
    if (const auto written = write_once(directory_ + "/" + name_of_number(number), text); !written)
        return written.error();
    acts_.push_back({std::move(act), sha256_hex(text)});
    return acts_.back();
}

}  // namespace spillgate::proto
