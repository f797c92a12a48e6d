// spillgate-offline VERB: exit status 0 success, 1 failed, 2 wrong usage or config.
#include <cstdio>
#include <iostream>

#include <CLI/CLI.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "offline/export/export.hpp"
#include "offline/verbs/verb.hpp"
#include "proto/software_version.hpp"

namespace {

using namespace spillgate;

constexpr int success = 0;
constexpr int failed = 1;
constexpr int wrong_usage = 2;

struct Command {
    std::unique_ptr<offline::Verb> verb;
    CLI::App* options = nullptr;
};

std::vector<Command> add_commands(CLI::App& program, bool& json) {
    std::vector<Command> commands;
    for (auto& verb : offline::make_verbs()) {
        auto* options = program.add_subcommand(std::string(verb->name()), std::string(verb->summary()));
        options->add_flag("--json", json, "print one JSON object on stdout");
        options->footer(fmt::format("Example:\n  {}", verb->example()));
        verb->add_options(*options);
        commands.push_back({std::move(verb), options});
    }
    return commands;
}

// The first word where a verb must stand, if it is none; CLI11 itself says only that a verb is missing.
std::string unknown_verb(const std::vector<Command>& commands, int argc, char** argv) {
    if (argc < 2 || argv[1][0] == '-') return {};
    std::string known;
    for (const auto& command : commands) {
        if (command.verb->name() == argv[1]) return {};
        known += fmt::format("{}{}", known.empty() ? "" : ", ", command.verb->name());
    }
    return fmt::format("'{}' is no verb; there are: {}", argv[1], known);
}

int run(offline::Verb& verb, bool json) {
    const auto report = verb.run();
    if (!report) {
        std::cerr << "spillgate-offline " << verb.name() << ": " << report.error().message << '\n';
        return report.error().kind == proto::ErrorKind::CONFIG ? wrong_usage : failed;
    }
    std::cout << (json ? boost::json::serialize(report->json) + "\n" : report->text) << std::flush;
    // A full disk or a closed pipe behind stdout is a failure, too.
    return !std::cout || report->failed ? failed : success;
}

int execute(int argc, char** argv) {
    CLI::App program("spillgate-offline: from recorded runs to spectra and tables", "spillgate-offline");
    program.set_version_flag("--version", proto::software_version());
    program.require_subcommand(1);
    program.footer(
        "Example: spillgate-offline inspect runs/run-000012\n"
        "Exit status: 0 success, 1 failed, 2 wrong usage or configuration.");
    bool json = false;
    const auto commands = add_commands(program, json);
    if (const auto wrong = unknown_verb(commands, argc, argv); !wrong.empty()) {
        std::cerr << "spillgate-offline: " << wrong << '\n';
        return wrong_usage;
    }
    try {
        program.parse(argc, argv);
    } catch (const CLI::ParseError& refusal) {
        // CLI11 prints help and version to stdout, refusals to stderr.
        return program.exit(refusal) == 0 ? success : wrong_usage;
    }
    for (const auto& command : commands)
        if (command.options->parsed()) return run(*command.verb, json);
    return wrong_usage;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return execute(argc, argv);
    } catch (const std::exception& unexpected) {
        std::fprintf(stderr, "spillgate-offline: %s\n", unexpected.what());
    } catch (...) {
        std::fputs("spillgate-offline: failed for an unknown reason\n", stderr);
    }
    return failed;
}
