// The demo's daemon and console, blinded, with two people, an alarm of every run, a reference, a checklist,
// bands (every run is bad by one of them), a plan and a slow value.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "tests/daq/scratch_directory.hpp"
#include "tests/integration/daemon_process.hpp"

namespace spillgate::test {

class ConsoleLab {  // owns two processes
  public:
    ConsoleLab();

    // spillgate-ctl as the person of the token `who`: "shift" (A. Shift, who may everything) or "guest" (D.
    // Guest, who may nothing). `typed` is what it reads from stdin.
    Outcome ctl(std::vector<std::string> arguments, const std::string& typed = {},
                const std::string& who = "shift") const;
    // What it says on stdout; it must succeed.
    std::string told(const std::vector<std::string>& arguments) const;
    boost::json::object object(std::vector<std::string> arguments) const;  // the same, as JSON
    // Starts a run, with the note "HV at 1300 V", and waits for so many slots of it.
    void take_run(std::uint64_t slots) const;

    Control control() const { return Control(sockets()); }
    const std::string& path() const { return directory_.path(); }
    std::string runs() const { return path() + "/runs"; }
    std::string token(const std::string& who) const { return path() + "/" + who + ".token"; }  // its file
    const std::string& url() const { return url_; }

  private:
    std::string sockets() const { return path() + "/sockets"; }
    void write_configs() const;
    void add_person(const std::string& who, std::vector<std::string> named) const;
    void add_people() const;
    void keep_token(const std::string& who, const std::string& text) const;

    ScratchDirectory directory_;
    std::unique_ptr<Process> daq_;
    std::unique_ptr<Process> online_;
    std::string url_;
};

}  // namespace spillgate::test
