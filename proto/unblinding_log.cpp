#include "proto/unblinding_log.hpp"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "proto/numbered_files.hpp"
#include "proto/strict_text.hpp"
#include "proto/wire.hpp"

namespace spillgate::proto {

namespace {

constexpr std::size_t cited_digits = 8;  // of a hash

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
    const auto names = numbered_names(log.directory_);
    if (!names) return names.error();
    log.chain_ = log.read_chain(*names);
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
        if (name != numbered_name(number))
            return broken(fmt::format("{} should be here", numbered_name(number)));
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
    const std::size_t number = acts_.size() + 1;
    act.set_number(static_cast<std::uint32_t>(number));
    act.set_previous_sha256(acts_.empty() ? std::string() : acts_.back().sha256);
    const std::string text = printed(act);
    if (const auto written = write_numbered(directory_, number, text); !written) return written.error();
    acts_.push_back({std::move(act), sha256_hex(text)});
    return acts_.back();
}

}  // namespace spillgate::proto
