// A host whose /proc and /sys are folders of a test.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>

#include "daq/doctor/host.hpp"
#include "tests/daq/scratch_directory.hpp"

namespace spillgate::test {

class FakeHost {
  public:
    FakeHost() {
        host_.root = directory_.path();
        host_.clock = [this]() -> proto::Result<daq::doctor::KernelClock> { return clock_; };
    }
    void put(const std::string& path, const std::string& content) const {
        const std::filesystem::path file = directory_.path() + path;
        std::filesystem::create_directories(file.parent_path());
        std::ofstream(file) << content;
    }
    void set_clock(daq::doctor::KernelClock clock) { clock_ = clock; }
    const daq::doctor::Host& host() const { return host_; }
    const std::string& path() const { return directory_.path(); }

  private:
    ScratchDirectory directory_;
    daq::doctor::Host host_;
    daq::doctor::KernelClock clock_;
};

}  // namespace spillgate::test
