#include "offline/exposure/good_run_log.hpp"

#include <filesystem>

#include <fmt/format.h>

#include "proto/strict_text.hpp"
#include "proto/wire.hpp"

namespace spillgate::offline {

namespace {

using proto::error;
using proto::ErrorKind;
using proto::numbered_name;
using proto::Result;
using proto::Status;

// As a line of the version's note.
std::string words_of(const GoodRunFlag& flag) {
    return fmt::format("{}: {}: {}", flag.good ? "good" : "not good", words_of(flag.stretch),
                       flag.stretch.note);
}

Status check(const GoodRunSigning& signing) {
    const auto wrong = [](std::string what) { return error(ErrorKind::CONFIG, std::move(what)); };
    if (signing.signed_by.empty()) return wrong("a good-run list is signed by a person");
    if (signing.flags.empty()) return wrong("a new version needs a stretch that is flagged");
    for (const auto& [good, stretch] : signing.flags) {
        if (stretch.first.run == 0) return wrong("runs are numbered from 1 on");
        if (stretch.last < stretch.first)
            return wrong(
                fmt::format("run {} slot {} to run {} slot {} is no stretch: it ends before it "
                            "begins",
                            stretch.first.run, stretch.first.slot, stretch.last.run, stretch.last.slot));
        if (stretch.note.empty()) return wrong(fmt::format("{}: a flag needs a reason", words_of(stretch)));
    }
    return {};
}

proto::Error overtaken(const GoodRuns& newest, std::uint32_t replaces) {
    return error(ErrorKind::EXISTS,
                 fmt::format("version {} has been signed meanwhile, by {}: look at it, then sign again (this "
                             "signing was to follow {})",
                             newest.list.version(), newest.list.signed_by(),
                             replaces == 0 ? "no version" : fmt::format("version {}", replaces)));
}

config::GoodRunList next_version(const GoodRunSigning& signing, const GoodRuns* before) {
    config::GoodRunList list;
    list.set_name(before != nullptr ? before->list.name() : signing.name);
    list.set_version(before != nullptr ? before->list.version() + 1 : 1);
    list.set_signed_by(signing.signed_by);
    list.set_signed_utc_ns(signing.utc_ns);
    if (before != nullptr) list.set_replaces_sha256(before->sha256);
    GoodStretches good = before != nullptr ? GoodStretches(before->list) : GoodStretches();
    std::string note = signing.note;
    for (const GoodRunFlag& flag : signing.flags) {
        if (flag.good)
            good.add(flag.stretch);
        else
            good.remove(flag.stretch.first, flag.stretch.last);
        note += (note.empty() ? "" : "\n") + words_of(flag);
    }
    list.set_note(note);
    good.write(list);
    return list;
}

}  // namespace

Result<GoodRunLog> GoodRunLog::open(const std::string& directory) {
    GoodRunLog log(directory);
    const auto names = proto::numbered_names(directory);
    if (!names) return names.error();
    log.chain_ = log.read_chain(*names);
    return log;
}

Status GoodRunLog::read_chain(const std::vector<std::string>& names) {
    for (const auto& name : names) {
        const std::string path = directory_ + "/" + name;
        const auto broken = [&](const std::string& why) {
            return error(
                ErrorKind::CORRUPT,
                fmt::format("{}: {}; the chain of versions is broken, and none can follow", path, why));
        };
        const std::size_t version = versions_.size() + 1;
        if (name != numbered_name(version))
            return broken(fmt::format("{} should be here", numbered_name(version)));
        auto good = load_good_runs(path);
        if (!good) return broken(good.error().message);
        if (good->list.version() != version)
            return broken(fmt::format("it says that it is version {}", good->list.version()));
        const std::string before = versions_.empty() ? "" : versions_.back().sha256;
        if (good->list.replaces_sha256() != before)
            return broken("it does not follow the one before, which has been changed or replaced");
        versions_.push_back(std::move(*good));
    }
    return {};
}

Result<GoodRuns> GoodRunLog::sign(const GoodRunSigning& signing, proto::FileLayer& files) {
    if (!chain_) return chain_.error();
    if (auto good = check(signing); !good) return good.error();
    const GoodRuns* const before = versions_.empty() ? nullptr : &versions_.back();
    if (signing.replaces > versions_.size())
        return error(ErrorKind::CONFIG, fmt::format("there is no version {}", signing.replaces));
    if (signing.replaces < versions_.size()) return overtaken(*before, signing.replaces);
    GoodRuns next;
    next.list = next_version(signing, before);
    next.path = directory_ + "/" + numbered_name(next.list.version());
    const std::string text = proto::printed(next.list);
    next.sha256 = proto::sha256_hex(text);
    if (auto written = proto::write_numbered(directory_, next.list.version(), text, files); !written) {
        if (written.error().kind != ErrorKind::EXISTS) return written.error();
        const auto faster = load_good_runs(next.path);
        return faster ? overtaken(*faster, signing.replaces) : written.error();
    }
    versions_.push_back(std::move(next));
    return versions_.back();
}

Status check_versions_before(const GoodRuns& good) {
    namespace fs = std::filesystem;
    const fs::path path(good.path);
    if (path.filename() != numbered_name(good.list.version())) return {};
    std::string follows = good.list.replaces_sha256();
    for (std::uint32_t version = good.list.version() - 1; version > 0; --version) {
        const auto before = (path.parent_path() / numbered_name(version)).string();
        std::error_code failed;
        if (!fs::exists(before, failed)) return {};
        const auto loaded = load_good_runs(before);
        if (!loaded || loaded->sha256 != follows)
            return error(ErrorKind::CORRUPT,
                         fmt::format("{}: version {} was not made from this file, which has been changed or "
                                     "replaced since",
                                     before, version + 1));
        follows = loaded->list.replaces_sha256();
    }
    return {};
}

}  // namespace spillgate::offline
