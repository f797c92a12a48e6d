// spillgate-ctl: run control from a shell.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <optional>
#include <string>
#include <thread>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <zmq.hpp>

#include "daq/control_client.hpp"
#include "daq/ctl/module_verb.hpp"
#include "daq/ctl/status_table.hpp"
#include "daq/daemon.hpp"
#include "daq/doctor/doctor.hpp"
#include "daq/doctor/report.hpp"
#include "daq/run_states.hpp"
#include "proto/config_loader.hpp"
#include "proto/endpoints.hpp"
#include "proto/names.hpp"

namespace {

using namespace spillgate;
using Clock = std::chrono::steady_clock;

constexpr int success = 0;
constexpr int failed = 1;
constexpr int wrong_usage = 2;
constexpr auto answer_within = std::chrono::seconds(2);
constexpr auto look_every = std::chrono::milliseconds(50);

struct Options {
    std::string config;
    std::string runtime_dir;
    std::string daemon;
    std::string argument;  // of the verb: run type, file name, reason or text
    std::string note;
    bool json = false;
    double timeout_s = 30;
};

int fail(int status, const std::string& message) {
    fmt::print(stderr, "spillgate-ctl: {}\n", message);
    return status;
}

void show(const wire::DaemonStatus& status, bool json) {
    if (json)
        fmt::print("{}\n", daq::status_json(status));
    else
        fmt::print("{}", daq::status_table(status));
}

// Where the daemon listens: named outright, or by its configuration.
proto::Result<std::string> endpoint_of(const Options& options) {
    std::string runtime_dir = options.runtime_dir;
    std::string daemon = options.daemon;
    if (!options.config.empty()) {
        auto loaded = proto::load_config(options.config);
        if (!loaded) return loaded.error();
        auto part = daq::part_of(loaded->config, daemon);
        if (!part) return part.error();
        daemon = part->daemon;
        if (runtime_dir.empty()) runtime_dir = loaded->config.network().runtime_dir();
    }
    if (runtime_dir.empty()) runtime_dir = config::Network().runtime_dir();
    return proto::control_endpoint(runtime_dir, daemon.empty() ? "daq" : daemon);
}

// Looks at this host for the configuration's sake.
int see_doctor(const Options& options) {
    if (options.config.empty())
        return fail(wrong_usage, "doctor needs --config: what is the host to be good for?");
    auto loaded = proto::load_config(options.config);
    if (!loaded) return fail(wrong_usage, loaded.error().message);
    auto part = daq::part_of(loaded->config, options.daemon);
    if (!part) return fail(wrong_usage, part.error().message);
    const auto& config = loaded->config;
    const auto findings = daq::doctor::examine(
        daq::doctor::Host::real(),
        {config, part->daemon, part->boards,
         options.runtime_dir.empty() ? config.network().runtime_dir() : options.runtime_dir,
         config.storage().runs_dir()});
    if (options.json)
        fmt::print("{}\n", daq::doctor::findings_json(findings));
    else
        fmt::print("{}", daq::doctor::findings_table(findings));
    return daq::doctor::is_any_bad(findings) ? failed : success;
}

bool has_arrived(daq::State state, wire::Request::VerbCase verb) {
    using R = wire::Request;
    switch (verb) {
        case R::kStart:
        case R::kResume:
            return state == wire::RUNNING;
        case R::kPause:
            return state == wire::PAUSED_STATE;
        case R::kStop:
        case R::kConfigure:
            return state == wire::CONFIGURED;
        default:
            return true;
    }
}

// Asks, then waits for the transition to end.
int carry_out(const wire::Request& request, const Options& options) {
    auto endpoint = endpoint_of(options);
    if (!endpoint) return fail(wrong_usage, endpoint.error().message);
    zmq::context_t context(1);
    daq::ControlClient client(context, *endpoint);
    auto reply = client.ask(request, answer_within);
    if (!reply) return fail(failed, fmt::format("{}; is spillgate-daq running?", reply.error().message));
    if (!reply->ok()) {
        if (options.json) show(reply->status(), true);
        return fail(failed, fmt::format("refused: {}", reply->reason()));
    }
    wire::Request ask_status;
    ask_status.set_client("spillgate-ctl");
    ask_status.mutable_status();
    const auto deadline = Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                             std::chrono::duration<double>(options.timeout_s));
    const auto started_run = [&](const wire::DaemonStatus& s) {
        return request.verb_case() == wire::Request::kStart && s.state() == wire::CONFIGURED &&
               s.refusal().empty();
    };
    while (!has_arrived(reply->status().state(), request.verb_case()) ||
           !daq::is_steady(reply->status().state())) {
        const auto& status = reply->status();
        if (daq::is_steady(status.state()) && started_run(status)) break;  // a short replay: begun and ended
        if (daq::is_steady(status.state())) {
            if (options.json) show(status, true);
            const auto& why = status.fault().empty() ? status.refusal() : status.fault();
            return fail(failed, fmt::format("the daemon is {} now{}{}", wire::name_of(status.state()),
                                            why.empty() ? "" : ": ", why));
        }
        if (Clock::now() >= deadline)
            return fail(failed,
                        fmt::format("still {} after {} s", wire::name_of(status.state()), options.timeout_s));
        std::this_thread::sleep_for(look_every);
        reply = client.ask(ask_status, answer_within);
        if (!reply) return fail(failed, reply.error().message);
    }
    if (request.verb_case() == wire::Request::kStatus || options.json) {
        show(reply->status(), options.json);
    } else {
        const auto& run = reply->status().run();
        fmt::print("{}{}\n", wire::name_of(reply->status().state()),
                   run.number() == 0 ? "" : fmt::format(", run {}", run.number()));
    }
    return success;
}

// Talks to modules, not to a daemon.
int carry_out(daq::ModuleVerb verb, const Options& options) {
    verb.config = options.config;
    verb.runtime_dir = options.runtime_dir;
    verb.json = options.json;
    const auto told = daq::run_module_verb(verb);
    if (!told)
        return fail(told.error().kind == proto::ErrorKind::CONFIG ? wrong_usage : failed,
                    told.error().message);
    fmt::print("{}", *told);
    return success;
}

int run(int argc, char** argv) {
    CLI::App app{"Run control of the readout daemon from a shell."};
    app.require_subcommand(1);
    app.fallthrough();
    app.footer(
        "Example: spillgate-ctl --config config/demo.txtpb start physics --note 'first beam'\n"
        "Exit status: 0 success, 1 refused or failed, 2 wrong usage or configuration.");
    Options options;
    app.add_option("--config", options.config, "configuration of the daemon: says where it listens");
    app.add_option("--runtime-dir", options.runtime_dir,
                   "directory of sockets; default: the configuration's");
    app.add_option("--daemon", options.daemon, "name of the daemon; default: the lead");
    app.add_flag("--json", options.json,
                 "print the daemon's status, or the doctor's findings, as one JSON object");
    app.add_option("--timeout", options.timeout_s, "seconds to wait for the transition")
        ->capture_default_str();

    wire::Request request;
    request.set_client("spillgate-ctl");
    std::string wrong;
    std::string verbs;
    const auto verb = [&](const char* name, const char* what, const char* example) {
        verbs += fmt::format("{}{}", verbs.empty() ? "" : ", ", name);
        auto* sub = app.add_subcommand(name, what);
        sub->footer(fmt::format("Example: spillgate-ctl {}", example));
        return sub;
    };
    verb("status", "show state, run, slots, losses and buffers", "--config config/demo.txtpb status")
        ->callback([&] { request.mutable_status(); });
    auto* configure = verb("configure", "read a configuration from the directory of the one given at start",
                           "configure csi-sns.txtpb");
    configure->add_option("name", options.argument, "file name; default: the one given at start");
    configure->callback([&] { request.mutable_configure()->set_name(options.argument); });
    auto* start = verb("start", "start a run", "start physics --note 'first beam'");
    start->add_option("type", options.argument, wire::run_type_names())->required();
    start->add_option("--note", options.note, "what the shift should know of this run");
    start->callback([&] {
        const auto type = wire::run_type_from_name(options.argument);
        if (!type)
            wrong = fmt::format("'{}' is no run type; allowed: {}", options.argument, wire::run_type_names());
        else
            request.mutable_start()->set_type(*type);
        if (!options.note.empty()) request.mutable_start()->set_note(options.note);
    });
    verb("pause", "pause the run: slots are counted, not recorded", "pause")->callback([&] {
        request.mutable_pause();
    });
    verb("resume", "resume the run", "resume")->callback([&] { request.mutable_resume(); });
    auto* stop = verb("stop", "stop the run", "stop --reason 'target change'");
    stop->add_option("--reason", options.argument, "stored with the run; default: requested");
    stop->callback([&] { request.mutable_stop()->set_reason(options.argument); });
    verb("reset", "leave the state fault", "reset")->callback([&] { request.mutable_reset(); });
    auto* note =
        verb("note", "write a note to the run in progress", "note 'HV of channel 3 lowered to 1200 V'");
    note->add_option("text", options.argument, "the note")->required();
    note->callback([&] { request.mutable_note()->set_text(options.argument); });
    bool doctor = false;
    verb("doctor",
         "look at this host and say what to change: buffers, MTU, ARP, clock, disk, processors, limits; "
         "1 if something is bad",
         "--config config/demo.txtpb doctor")
        ->callback([&] { doctor = true; });
    std::optional<daq::ModuleVerb> module_verb;
    daq::ModuleVerb asked;
    auto* module = verb("module", "identify, dump or configure SIS3316 modules, or measure their noise",
                        "--config config/demo.txtpb module identify --board 0");
    module->add_option("action", asked.action, "identify, dump, apply or noise")->required();
    module->add_option("--board", asked.board, "id of the board; default: every SIS3316");
    module->add_option("--triggers", asked.triggers, "forced triggers of noise")->capture_default_str();
    module->callback([&] { module_verb = asked; });
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        // CLI11 says only that a verb is missing, even where an unknown one stands.
        const auto rest = app.remaining();
        const auto word = std::ranges::find_if(rest, [](const auto& w) { return !w.starts_with('-'); });
        if (app.get_subcommands().empty() && word != rest.end())
            return fail(wrong_usage, fmt::format("'{}' is no verb; there are: {}", *word, verbs));
        return app.exit(e) == 0 ? success : wrong_usage;
    }
    if (!wrong.empty()) return fail(wrong_usage, wrong);
    if (doctor) return see_doctor(options);
    if (module_verb) return carry_out(*module_verb, options);
    return carry_out(request, options);
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return run(argc, argv);
    } catch (const std::exception& e) {
        return fail(failed, e.what());
    }
}
