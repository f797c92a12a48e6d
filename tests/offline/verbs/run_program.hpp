// Runs spillgate-offline as a person would and keeps what it said.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace spillgate::offline::testing {

struct Said {
    int status = -1;  // exit status; −1: it did not exit by itself
    std::string out, err;
};

Said run_program(const std::vector<std::string>& arguments);

// A directory for one test, removed with everything in it.
class TestDirectory {
  public:
    TestDirectory();
    ~TestDirectory();
    TestDirectory(const TestDirectory&) = delete;
    TestDirectory& operator=(const TestDirectory&) = delete;
    std::string path(const std::string& name = "") const { return name.empty() ? path_ : path_ + "/" + name; }

  private:
    std::string path_;
};

std::string content_of(const std::string& path);

}  // namespace spillgate::offline::testing
