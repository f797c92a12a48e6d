// A real program of this project, run in a scratch directory: spillgate-daq, spillgate-ctl.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "daq/control_client.hpp"
#include "proto/result.hpp"
#include "proto/schema/control.pb.h"

namespace spillgate::test {

// Polls until it holds; false after 120 s: a sanitized program on a loaded machine needs many times its usual
// time.
bool await(const std::function<bool()>& condition);

// Owns a child process; kills it (that one alone) if it still runs at the end.
class Process {
  public:
    // stdout and stderr go to files in `directory`.
    Process(const std::string& directory, const std::string& program,
            const std::vector<std::string>& arguments);
    ~Process();
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    void signal(int number);
    int wait();  // exit status; 128 + signal if a signal ended it; −1 if it did not end within 120 s
    bool running();
    std::string out() const;
    std::string err() const;
    pid_t pid() const { return pid_; }

  private:
    std::string stem_;
    pid_t pid_ = -1;
    int status_ = -1;
    bool ended_ = false;
};

struct Outcome {
    int status = -1;
    std::string out;
    std::string err;
};
Outcome run_program(const std::string& directory, const std::string& program,
                    const std::vector<std::string>& arguments);

// What a simulated detector of a test is like; 60 Hz, one channel and a veto at 50 MS/s.
struct SimulatedConfig {
    std::string directory;                    // of sockets and runs
    std::vector<std::string> daemons{"daq"};  // the first is the lead; each reads one board
    bool as_fast_as_possible = false;
    std::uint64_t stop_after_slots = 0;
    double repetition_hz = 60;
    std::string storage = {};  // more fields of `storage`
    std::string buffers = {};  // fields of `buffers`
    std::string network = {};  // more fields of `network`
};
// Writes <directory>/NAME and returns its path.
std::string write_config(const SimulatedConfig& config, const std::string& name = "test.txtpb");

// Asks a daemon whose sockets are in `directory`.
class Control {
  public:
    explicit Control(const std::string& directory, const std::string& daemon = "daq");
    proto::Result<wire::Reply> ask(const wire::Request& request);
    wire::DaemonStatus status();  // default-made while nobody answers
    bool await_state(wire::State state);
    bool await_status(const std::function<bool(const wire::DaemonStatus&)>& condition);
    wire::Reply start(wire::RunType type = wire::TEST, const std::string& note = "");
    wire::Reply stop();

  private:
    zmq::context_t context_;
    daq::ControlClient client_;
};

}  // namespace spillgate::test
