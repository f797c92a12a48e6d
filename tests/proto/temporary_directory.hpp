// A directory for one test, removed with everything in it; in memory if the machine has such a place, since
// some tests write many thousand small files.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace spillgate::proto::testing {

class TemporaryDirectory {  // owns the directory
  public:
    TemporaryDirectory() {
        for (const auto& place :
             {std::filesystem::path("/dev/shm"), std::filesystem::temp_directory_path()}) {
            path_ = place / "spillgate-test-XXXXXX";
            if (::mkdtemp(path_.data()) != nullptr) return;
        }
        throw std::runtime_error("no temporary directory");
    }
    ~TemporaryDirectory() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
    const std::string& path() const { return path_; }

  private:
    std::string path_;
};

}  // namespace spillgate::proto::testing
