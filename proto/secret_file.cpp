#include "proto/secret_file.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include "proto/strict_text.hpp"

namespace spillgate::proto {

Result<std::string> read_secret(const std::string& path) {
    auto text = read_text(path);
    if (!text) return text.error();
    struct stat found{};
    if (::stat(path.c_str(), &found) != 0 || (found.st_mode & 0077) != 0)
        return error(ErrorKind::REFUSED, fmt::format("{} has mode {:04o}; allowed is 0600 or narrower", path,
                                                     found.st_mode & 07777));
    while (!text->empty() && (text->back() == '\n' || text->back() == '\r'))
        text->pop_back();
    if (text->empty()) return error(ErrorKind::CONFIG, fmt::format("{} holds no secret", path));
    return text;
}

}  // namespace spillgate::proto
