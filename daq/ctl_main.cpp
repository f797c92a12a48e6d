// spillgate-ctl: run control, and what the console shows, from a shell.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <optional>
#include <string>

#include <CLI/CLI.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "daq/ctl/console/console_commands.hpp"
#include "daq/ctl/control_verb.hpp"
#include "daq/ctl/limit_options.hpp"
#include "daq/ctl/login_name.hpp"
#include "daq/ctl/module_verb.hpp"
#include "daq/daemon.hpp"
#include "daq/doctor/doctor.hpp"
#include "daq/doctor/report.hpp"
#include "proto/config_loader.hpp"
#include "proto/endpoints.hpp"
#include "proto/names.hpp"
#include "proto/software_version.hpp"

namespace {

using namespace spillgate;
namespace json = boost::json;

constexpr int success = 0;
constexpr int failed = 1;
constexpr int wrong_usage = 2;

struct Options {
    std::string config;
    std::string runtime_dir;
    std::string daemon;
    std::string argument;  // of the verb: run type, file name, reason or text
    std::string note;
    std::string on_shift;  // the operator of a run
    bool json = false;
    double timeout_s = 30;
};

int fail(int status, const std::string& message) {
    fmt::print(stderr, "spillgate-ctl: {}\n", message);
    return status;
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

// Asks, then waits for the transition to end.
int carry_out(wire::Request request, const Options& options) {
    auto endpoint = endpoint_of(options);
    if (!endpoint) return fail(wrong_usage, endpoint.error().message);
    daq::ControlVerb verb;
    verb.request = std::move(request);
    verb.endpoint = std::move(*endpoint);
    verb.timeout = std::chrono::duration<double>(options.timeout_s);
    verb.json = options.json;
    const auto answer = daq::run_control_verb(verb);
    if (!answer) return fail(failed, answer.error().message);
    fmt::print("{}", answer->told);
    return answer->done ? success : fail(failed, answer->why);
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

// Where the console of the configuration is, as spillgate-online reads it. Errors: CONFIG, NOT_FOUND …
proto::Result<std::string> console_of(const Options& options) {
    config::Network network;
    if (!options.config.empty()) {
        auto loaded = proto::load_config(options.config);
        if (!loaded) return loaded.error();
        network = loaded->config.network();
    }
    const auto& address = network.http_address();
    if (network.http_port() == 0)
        return proto::error(proto::ErrorKind::CONFIG,
                            "network.http_port is 0, any free port: say --console http://127.0.0.1:PORT");
    const bool is_v6 = address.find(':') != std::string::npos;
    return fmt::format("http://{}{}{}:{}", is_v6 ? "[" : "", address, is_v6 ? "]" : "", network.http_port());
}

// Talks to the console, not to a daemon.
int carry_out(const daq::ConsoleCommands& commands, const Options& options) {
    std::string url;
    if (!commands.names_console()) {
        auto place = console_of(options);
        if (!place) return fail(wrong_usage, place.error().message);
        url = std::move(*place);
    }
    const auto answer = commands.run(url, options.json, options.timeout_s);
    if (!answer) {
        const auto& why = answer.error();
        if (options.json)
            fmt::print("{}\n", json::serialize(json::object{{"ok", false}, {"reason", why.message}}));
        return fail(why.kind == proto::ErrorKind::CONFIG ? wrong_usage : failed, why.message);
    }
    fmt::print("{}", answer->told);
    return answer->why.empty() ? success : fail(failed, answer->why);
}

// What stands where a verb, or an action of one, should; empty if nothing does. CLI11 says only that
// something is missing, or too much.
std::string unknown_word(const CLI::App& app) {
    const auto rest = app.remaining(true);
    const auto word = std::ranges::find_if(rest, [](const auto& w) { return !w.starts_with('-'); });
    const CLI::App* verb = &app;
    while (!verb->get_subcommands().empty())
        verb = verb->get_subcommands().front();
    const auto all = verb->get_subcommands([](const CLI::App*) { return true; });
    // Behind an option that is not known it may be that one's value.
    if (word == rest.end() || all.empty() || (verb != &app && word != rest.begin())) return {};
    std::string names;
    for (const auto* one : all)
        names += fmt::format("{}{}", names.empty() ? "" : ", ", one->get_name());
    return fmt::format("'{}' is no {}; there are: {}", *word,
                       verb == &app ? "verb" : fmt::format("action of {}", verb->get_name()), names);
}

int run(int argc, char** argv) {
    CLI::App app{"Run control of the readout daemon, and what the console shows, from a shell.",
                 "spillgate-ctl"};
    app.set_version_flag("--version", proto::software_version());
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
    app.add_flag(
        "--json", options.json,
        "print the daemon's status, the doctor's findings or the console's answer as one JSON object");
    app.add_option("--timeout", options.timeout_s, "seconds to wait for the transition, or for the console")
        ->capture_default_str();

    wire::Request request;
    request.set_client("spillgate-ctl");
    request.set_person(daq::login_name());
    std::string wrong;
    const auto verb = [&](const char* name, const char* what, const char* example) {
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
    daq::LimitOptions limits;
    auto* start = verb("start", "start a run", "start physics --note 'first beam' --for 8h --restart");
    start->add_option("type", options.argument, wire::run_type_names())->required();
    start->add_option("--note", options.note, "what the shift should know of this run");
    start->add_option("--operator", options.on_shift, "who is on shift");
    limits.add_to(*start);
    start->callback([&] {
        const auto type = wire::run_type_from_name(options.argument);
        if (!type)
            wrong = fmt::format("'{}' is no run type; allowed: {}", options.argument, wire::run_type_names());
        else
            request.mutable_start()->set_type(*type);
        auto& asked = *request.mutable_start();
        asked.set_note(options.note);
        asked.set_operator_(options.on_shift);
        asked.set_restart(limits.restart);
        if (auto parsed = limits.parse(); !parsed)
            wrong = parsed.error().message;
        else if (limits.any())
            *asked.mutable_limits() = *parsed;
    });
    daq::LimitOptions changed;
    auto* limit = verb("limits", "say when the run in progress is to end; replaces what was said before",
                       "limits --for 2h --pot 1e18");
    changed.add_to(*limit);
    limit->add_flag("--none", changed.none, "it ends when somebody stops it");
    limit->callback([&] {
        auto& asked = *request.mutable_limit();
        asked.set_restart(changed.restart);
        if (changed.any() == changed.none)
            wrong = "limits wants --for, --spills, --pot or --bytes; or --none";
        if (auto parsed = changed.parse(); !parsed)
            wrong = parsed.error().message;
        else
            *asked.mutable_limits() = *parsed;
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
    daq::ConsoleCommands console;
    console.add_to(app, verb);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        if (const auto unknown = unknown_word(app); !unknown.empty()) return fail(wrong_usage, unknown);
        return app.exit(e) == 0 ? success : wrong_usage;
    }
    if (!wrong.empty()) return fail(wrong_usage, wrong);
    if (doctor) return see_doctor(options);
    if (module_verb) return carry_out(*module_verb, options);
    if (console.asked()) return carry_out(console, options);
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
