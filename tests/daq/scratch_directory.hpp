// A directory of mode 0750 for one test, removed with everything in it.
#pragma once

#include <array>
#include <filesystem>
#include <stdexcept>
#include <string>

#include <stdlib.h>
#include <sys/stat.h>

namespace spillgate::test {

class ScratchDirectory {
  public:
    ScratchDirectory() {
        auto pattern = (std::filesystem::temp_directory_path() / "spillgate-test-XXXXXX").string();
        if (!::mkdtemp(pattern.data())) throw std::runtime_error("cannot make a directory for the test");
        path_ = pattern;
        ::chmod(path_.c_str(), 0750);
    }
    ~ScratchDirectory() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    ScratchDirectory(const ScratchDirectory&) = delete;
    ScratchDirectory& operator=(const ScratchDirectory&) = delete;
    const std::string& path() const { return path_; }

  private:
    std::string path_;
};

}  // namespace spillgate::test
