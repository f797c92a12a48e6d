#include "hw/beam/service/key_file.hpp"

#include <algorithm>
#include <sstream>

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/strict_text.hpp"

namespace spillgate::hw::beam {

using proto::error;
using proto::ErrorKind;

namespace {

constexpr std::size_t key_characters = 40;
constexpr std::string_view z85 =
    "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";

bool is_key(const std::string& line) {
    return line.size() == key_characters &&
           std::ranges::all_of(line, [](char c) { return z85.find(c) != std::string_view::npos; });
}

}  // namespace

proto::Result<std::vector<std::string>> read_key_file(const std::string& path, std::size_t count) {
    auto text = proto::read_text(path);
    if (!text) return text.error();
    struct stat found{};
    if (::stat(path.c_str(), &found) != 0 || !S_ISREG(found.st_mode) || found.st_uid != ::geteuid())
        return error(ErrorKind::REFUSED, fmt::format("key file {}: not a plain file of our own", path));
    if ((found.st_mode & 0077) != 0)
        return error(ErrorKind::REFUSED,
                     fmt::format("key file {} has mode {:04o}; allowed is 0600 or narrower", path,
                                 found.st_mode & 07777));
    std::vector<std::string> keys;
    std::istringstream lines(*text);
    for (std::string line; std::getline(lines, line);)
        if (!line.empty()) keys.push_back(line);
    if (keys.size() != count || !std::ranges::all_of(keys, is_key))
        return error(ErrorKind::CONFIG, fmt::format("key file {}: allowed are {} lines of {} Z85 characters",
                                                    path, count, key_characters));
    return keys;
}

}  // namespace spillgate::hw::beam
