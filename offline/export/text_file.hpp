// A text file that appears whole or not at all.
#pragma once

#include <cstdio>
#include <string>
#include <string_view>

#include "proto/result.hpp"

namespace spillgate::offline {

// Owns a file, written under a temporary name beside `path` and renamed by commit(). The first failure is
// remembered and reported by commit().
class TextFile {
  public:
    // `for_group`: not for everybody else to read.
    explicit TextFile(std::string path, bool for_group = false);
    TextFile(const TextFile&) = delete;
    TextFile& operator=(const TextFile&) = delete;
    ~TextFile();

    void write(std::string_view text);
    // Errors: IO, DISK_FULL.
    proto::Status commit();

  private:
    proto::Status failure(int code);
    std::string path_, temporary_;
    std::FILE* file_ = nullptr;
    int errno_ = 0;
};

}  // namespace spillgate::offline
