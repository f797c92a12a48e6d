#include "online/access/people_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include <fcntl.h>
#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include "online/request_guard.hpp"
#include "proto/console_loader.hpp"
#include "proto/strict_text.hpp"
#include "proto/wire.hpp"

namespace spillgate::online {
namespace {

constexpr auto look_period = std::chrono::seconds(1);
constexpr mode_t others = S_IRWXG | S_IRWXO;

proto::Status judge_mode(const std::string& path, const struct stat& found) {
    if ((found.st_mode & others) == 0) return {};
    return proto::error(
        proto::ErrorKind::REFUSED,
        fmt::format("{} has mode {:04o}; it must be 0600: chmod 600 {}", path, found.st_mode & 07777U, path));
}

std::string state_of(const struct stat& found) {
    return fmt::format("{}.{}.{}.{}.{}.{}", found.st_ino, found.st_size, found.st_mode, found.st_mtim.tv_sec,
                       found.st_mtim.tv_nsec, found.st_ctim.tv_nsec);
}

bool write_all(int file, std::string_view text) {
    while (!text.empty()) {
        const auto written = write(file, text.data(), text.size());
        if (written < 0) return false;
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    return fsync(file) == 0;
}

proto::Status replace(const std::string& path, const std::string& text) {
    const auto failure = [&] {
        return proto::error(proto::ErrorKind::IO, fmt::format("cannot write {}: {}", path, strerror(errno)),
                            errno);
    };
    const std::string beside = path + ".new";
    const int file = open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (file < 0) return failure();
    const bool written = fchmod(file, 0600) == 0 && write_all(file, text);
    if (!written) {
        auto failed = failure();
        close(file);
        unlink(beside.c_str());
        return failed;
    }
    close(file);
    if (rename(beside.c_str(), path.c_str()) != 0) return failure();
    return {};
}

}  // namespace

proto::Result<config::People> load_people(const std::string& path) {
    struct stat found{};
    if (stat(path.c_str(), &found) != 0) {
        return proto::error(errno == ENOENT ? proto::ErrorKind::NOT_FOUND : proto::ErrorKind::IO,
                            fmt::format("{}: {}", path, strerror(errno)), errno);
    }
    if (auto fine = judge_mode(path, found); !fine) return fine.error();
    const auto text = proto::read_text(path);
    if (!text) return text.error();
    return proto::parse_people(*text, path);
}

proto::Result<std::string> add_person(const std::string& path, const std::string& name,
                                      const std::vector<config::Person::Role>& roles,
                                      std::optional<std::int64_t> expires_utc_s) {
    auto people = load_people(path);
    if (!people && people.error().kind != proto::ErrorKind::NOT_FOUND) return people.error();
    config::People all = people ? std::move(*people) : config::People();
    const auto taken = [&](const config::Person& person) { return person.name() == name; };
    if (std::ranges::any_of(all.person(), taken))
        return proto::error(proto::ErrorKind::EXISTS, fmt::format("{} has {} already", path, name));
    std::string token = make_token();
    config::Person& person = *all.add_person();
    person.set_name(name);
    for (const auto role : roles)
        person.add_role(role);
    person.set_token_sha256(proto::sha256_hex(token));
    if (expires_utc_s) person.set_expires_utc_s(*expires_utc_s);
    const std::string text = proto::printed(all);
    // What would not be read again is not written.
    if (const auto again = proto::parse_people(text, path); !again) return again.error();
    if (auto written = replace(path, text); !written) return written.error();
    return token;
}

void People::look() {
    if (path_.empty()) return;
    const auto now = std::chrono::steady_clock::now();
    if (looked_ != std::chrono::steady_clock::time_point{} && now - looked_ < look_period) return;
    looked_ = now;
    struct stat found{};
    std::string state = stat(path_.c_str(), &found) == 0 ? state_of(found) : "absent";
    if (state == seen_) return;
    seen_ = std::move(state);
    auto people = load_people(path_);
    if (people) {
        people_ = std::move(*people);
        trouble_.clear();
        spdlog::info("{} people may act ({})", people_.person_size(), path_);
    } else {
        // Half a list might lack whom it was to lock out.
        people_.Clear();
        trouble_ = "nobody may act: " + people.error().message;
        spdlog::error("{}", trouble_);
    }
}

const config::Person* People::by_token(std::string_view token, std::int64_t utc_s) {
    return by_hash(proto::sha256_hex(token), utc_s);
}

const config::Person* People::by_hash(std::string_view token_sha256, std::int64_t utc_s) {
    look();
    const config::Person* found = nullptr;
    for (const auto& person : people_.person()) {
        if (tokens_equal(person.token_sha256(), token_sha256)) found = &person;
    }
    if (found != nullptr && found->has_expires_utc_s() && found->expires_utc_s() <= utc_s) return nullptr;
    return found;
}

}  // namespace spillgate::online
