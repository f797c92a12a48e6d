#include "tests/bench/temporary_folder.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <fmt/format.h>

namespace spillgate::bench {

proto::Result<TemporaryFolder> TemporaryFolder::create(const std::filesystem::path& parent) {
    std::string pattern = (parent / "spillgate-bench-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr)
        return proto::error(
            proto::ErrorKind::IO,
            fmt::format("cannot make a folder in {}: {}", parent.string(), std::strerror(errno)), errno);
    return TemporaryFolder(pattern);
}

TemporaryFolder::TemporaryFolder(TemporaryFolder&& other) noexcept : path_(std::move(other.path_)) {
    other.path_.clear();
}

TemporaryFolder::~TemporaryFolder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

}  // namespace spillgate::bench
