// A folder of its own, removed with all that is in it.
#pragma once

#include <filesystem>

#include "proto/result.hpp"

namespace spillgate::bench {

class TemporaryFolder {
  public:
    // Inside `parent`. Errors: IO.
    static proto::Result<TemporaryFolder> create(const std::filesystem::path& parent);
    TemporaryFolder(TemporaryFolder&& other) noexcept;
    TemporaryFolder& operator=(TemporaryFolder&&) = delete;
    ~TemporaryFolder();
    const std::filesystem::path& path() const { return path_; }

  private:
    explicit TemporaryFolder(std::filesystem::path path) : path_(std::move(path)) {}
    std::filesystem::path path_;
};

}  // namespace spillgate::bench
