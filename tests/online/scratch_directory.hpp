// A place for a test's files.
#pragma once

#include <string>

namespace spillgate::test {

// Owns a directory below the system's temporary one; removes it.
class ScratchDirectory {
  public:
    ScratchDirectory();
    ~ScratchDirectory();
    ScratchDirectory(const ScratchDirectory&) = delete;
    ScratchDirectory& operator=(const ScratchDirectory&) = delete;
    const std::string& path() const { return path_; }

  private:
    std::string path_;
};

}  // namespace spillgate::test
