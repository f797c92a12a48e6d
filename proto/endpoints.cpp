#include "proto/endpoints.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace spillgate::proto {

namespace {

// A socket's path with its terminating zero must fit sockaddr_un.
constexpr std::size_t max_socket_path = sizeof(sockaddr_un::sun_path) - 1;
// The longest name that a daemon may have, so that every socket in an accepted directory fits.
constexpr std::size_t longest_socket_name = sizeof("/daemon-name-of-24-chars.control") - 1;

}  // namespace

std::string data_endpoint(std::string_view runtime_dir, std::string_view daemon) {
    return fmt::format("ipc://{}/{}.data", runtime_dir, daemon);
}

std::string control_endpoint(std::string_view runtime_dir, std::string_view daemon) {
    return fmt::format("ipc://{}/{}.control", runtime_dir, daemon);
}

Status prepare_runtime_dir(const std::string& runtime_dir) {
    if (runtime_dir.size() + longest_socket_name > max_socket_path)
        return error(ErrorKind::REFUSED,
                     fmt::format("runtime_dir '{}' is {} characters long; sockets in it need at most {}",
                                 runtime_dir, runtime_dir.size(), max_socket_path - longest_socket_name));
    if (::mkdir(runtime_dir.c_str(), 0750) == 0) return {};
    if (errno != EEXIST)
        return error(ErrorKind::IO, fmt::format("runtime_dir '{}': {}", runtime_dir, std::strerror(errno)),
                     errno);
    struct stat found{};
    if (::lstat(runtime_dir.c_str(), &found) != 0)
        return error(ErrorKind::IO, fmt::format("runtime_dir '{}': {}", runtime_dir, std::strerror(errno)),
                     errno);
    if (!S_ISDIR(found.st_mode))
        return error(ErrorKind::REFUSED, fmt::format("runtime_dir '{}' is not a directory", runtime_dir));
    if (found.st_uid != ::geteuid())
        return error(ErrorKind::REFUSED, fmt::format("runtime_dir '{}' belongs to user {}, not to us ({})",
                                                     runtime_dir, found.st_uid, ::geteuid()));
    if ((found.st_mode & 0027) != 0)
        return error(ErrorKind::REFUSED,
                     fmt::format("runtime_dir '{}' has mode {:04o}; allowed is 0750 or narrower", runtime_dir,
                                 found.st_mode & 07777));
    return {};
}

Status prepare_dir_of(std::string_view endpoint) {
    constexpr std::string_view scheme = "ipc://";
    if (!endpoint.starts_with(scheme)) return {};
    const auto folder = std::filesystem::path(endpoint.substr(scheme.size())).parent_path();
    std::error_code ignored;
    if (folder.empty() || std::filesystem::exists(folder, ignored)) return {};
    return prepare_runtime_dir(folder.string());
}

}  // namespace spillgate::proto
