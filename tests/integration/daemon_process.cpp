#include "tests/integration/daemon_process.hpp"

#include <atomic>
#include <csignal>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proto/endpoints.hpp"

extern char** environ;

namespace spillgate::test {

using namespace std::chrono_literals;

namespace {

std::string content(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

}  // namespace

bool await(const std::function<bool()>& condition) {
    const auto deadline = std::chrono::steady_clock::now() + 120s;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > deadline) return false;
        std::this_thread::sleep_for(5ms);
    }
    return true;
}

Process::Process(const std::string& directory, const std::string& program,
                 const std::vector<std::string>& arguments) {
    static std::atomic<int> number = 0;
    stem_ = fmt::format("{}/{}-{}", directory, program, ++number);
    const std::string path = fmt::format("{}/{}", SPILLGATE_BIN_DIR, program);
    std::vector<char*> argv{const_cast<char*>(path.c_str())};
    for (const auto& argument : arguments)
        argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_addopen(&actions, 1, (stem_ + ".out").c_str(), O_WRONLY | O_CREAT | O_TRUNC,
                                       0640);
    ::posix_spawn_file_actions_addopen(&actions, 2, (stem_ + ".err").c_str(), O_WRONLY | O_CREAT | O_TRUNC,
                                       0640);
    const int error = ::posix_spawn(&pid_, path.c_str(), &actions, nullptr, argv.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    if (error != 0) throw std::runtime_error(fmt::format("cannot run {}: errno {}", path, error));
}

Process::~Process() {
    if (!running()) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
}

void Process::signal(int number) {
    if (running()) ::kill(pid_, number);
}

bool Process::running() {
    if (ended_) return false;
    int status = 0;
    if (::waitpid(pid_, &status, WNOHANG) != pid_) return true;
    ended_ = true;
    status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return false;
}

int Process::wait() {
    return await([&] { return !running(); }) ? status_ : -1;
}

std::string Process::out() const {
    return content(stem_ + ".out");
}

std::string Process::err() const {
    return content(stem_ + ".err");
}

Outcome run_program(const std::string& directory, const std::string& program,
                    const std::vector<std::string>& arguments) {
    Process process(directory, program, arguments);
    const int status = process.wait();
    return {status, process.out(), process.err()};
}

std::string write_config(const SimulatedConfig& config, const std::string& name) {
    std::string text =
        fmt::format(R"(name: "test"
facility {{ name: "SNS" repetition_hz: {0} charge_offset: -1 our_flavour: 1 mark_tolerance_ns: 200000 charge_deadline_s: 0.2 }}
network {{ runtime_dir: "{1}" {4} }}
storage {{ runs_dir: "{1}/runs" {2} }}
buffers {{ {3} }}
gate {{
  mode: BEAM_TRIGGERED
  reference: RECORD_BEGIN
  mark_position_ns: 54950
  anti_coincident {{ pretrace_begin_ns: 500   pretrace_end_ns: 39900 roi_begin_ns: 39900 roi_end_ns: 54950 }}
  in_time         {{ pretrace_begin_ns: 15550 pretrace_end_ns: 54950 roi_begin_ns: 54950 roi_end_ns: 70000 }}
}}
chain {{ name: "csi" pmt {{ baseline_ns: 40000 threshold_adc: 4 integration_ns: 3000 }} }}
)",
                    config.repetition_hz, config.directory, config.storage, config.buffers, config.network);
    for (std::size_t board = 0; board < config.daemons.size(); ++board) {
        text += fmt::format("daemon {{ name: \"{}\" lead: {} board: {} }}\n", config.daemons[board],
                            board == 0, board);
        text += fmt::format(R"(board {{
  id: {0} name: "board {0}" sample_rate_mhz: 50 bits: 14
  simulation {{ seed: {1} as_fast_as_possible: {2} stop_after_slots: {3} record_ns: 70000 mark_position_ns: 54950
    beam {{ repetition_hz: {4} }} pmt {{ baseline_adc: 8000 }} }}
}}
channel {{ name: "csi{0}" board: {0} channel: 0 role: DETECTOR chain: "csi" veto: "muon{0}" }}
channel {{ name: "muon{0}" board: {0} channel: 1 role: VETO }}
)",
                            board, board + 1, config.as_fast_as_possible, config.stop_after_slots,
                            config.repetition_hz);
    }
    const auto path = fmt::format("{}/{}", config.directory, name);
    std::ofstream(path) << text;
    return path;
}

Control::Control(const std::string& directory, const std::string& daemon)
    : client_(context_, proto::control_endpoint(directory, daemon)) {}

proto::Result<wire::Reply> Control::ask(const wire::Request& request) {
    return client_.ask(request, 20s);
}

wire::DaemonStatus Control::status() {
    wire::Request request;
    request.mutable_status();
    auto reply = ask(request);
    return reply ? reply->status() : wire::DaemonStatus();
}

bool Control::await_state(wire::State state) {
    return await_status([state](const auto& status) { return status.state() == state; });
}

bool Control::await_status(const std::function<bool(const wire::DaemonStatus&)>& condition) {
    return await([&] { return condition(status()); });
}

wire::Reply Control::start(wire::RunType type, const std::string& note) {
    wire::Request request;
    request.mutable_start()->set_type(type);
    request.mutable_start()->set_note(note);
    auto reply = ask(request);
    return reply ? *reply : wire::Reply();
}

wire::Reply Control::stop() {
    wire::Request request;
    request.mutable_stop();
    auto reply = ask(request);
    return reply ? *reply : wire::Reply();
}

}  // namespace spillgate::test
