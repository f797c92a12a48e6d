#include "proto/numbered_files.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <span>

#include <fmt/format.h>
#include <unistd.h>

namespace spillgate::proto {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view extension = ".txtpb";

Error system_error(const std::string& what, const std::string& path, int code) {
    const bool full = code == ENOSPC || code == EDQUOT;
    return error(full             ? ErrorKind::DISK_FULL
                 : code == EEXIST ? ErrorKind::EXISTS
                                  : ErrorKind::IO,
                 fmt::format("{} {}: {}", path, what, std::strerror(code)), code);
}

}  // namespace

std::string numbered_name(std::size_t number) {
    return fmt::format("{:04}{}", number, extension);
}

Result<std::vector<std::string>> numbered_names(const std::string& directory) {
    std::vector<std::string> names;
    std::error_code failed;
    if (!fs::exists(directory, failed) && !failed) return names;
    for (fs::directory_iterator entry(directory, failed), end; !failed && entry != end;
         entry.increment(failed)) {
        auto name = entry->path().filename().string();
        if (name.ends_with(extension)) names.push_back(std::move(name));
    }
    if (failed)
        return error(ErrorKind::IO, fmt::format("{} cannot be read: {}", directory, failed.message()),
                     failed.value());
    // By length first: number 10000 comes after 9999.
    std::ranges::sort(names, [](const auto& a, const auto& b) {
        return a.size() != b.size() ? a.size() < b.size() : a < b;
    });
    return names;
}

Status write_numbered(const std::string& directory, std::size_t number, std::string_view text,
                      FileLayer& files) {
    std::error_code failed;
    const bool is_new = fs::create_directories(directory, failed);
    if (failed) return system_error("cannot be made", directory, failed.value());
    const std::string path = directory + "/" + numbered_name(number);
    const std::string fresh = fmt::format("{}.{}.new", path, ::getpid());
    ::unlink(fresh.c_str());  // of a process of the same number that died over it
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
    if (auto synced = files.sync_directory(directory); !synced || !is_new) return synced;
    const auto parent = fs::path(directory).parent_path();
    return files.sync_directory(parent.empty() ? "." : parent.string());
}

}  // namespace spillgate::proto
