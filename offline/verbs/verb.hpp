// One verb of spillgate-offline. A verb adds its options to a CLI11 subcommand, does its work in run() and
// hands back what to print: main.cpp prints and chooses the exit status. A new verb is one file that defines
// make_<name>_verb() and one line in registry.cpp.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>
#include <boost/json/object.hpp>

#include "proto/result.hpp"

namespace spillgate::offline {

// What a verb has to say, once for programs and once for people. Both go to stdout; logs and progress go to
// stderr.
struct Report {
    boost::json::object json;  // printed with --json
    std::string text;          // printed otherwise; ends with a newline
    bool failed = false;       // the work was done and found something wrong: exit status 1
};

class Verb {
  public:
    virtual ~Verb() = default;
    virtual std::string_view name() const = 0;     // "inspect"
    virtual std::string_view summary() const = 0;  // one line
    virtual std::string_view example() const = 0;  // shown by --help, one or more whole command lines
    // Options are bound to members of the verb. --help and --json are added by the caller.
    virtual void add_options(CLI::App& command) = 0;
    // An error of kind CONFIG ends the program with exit status 2, any other with 1.
    virtual proto::Result<Report> run() = 0;
};

// All verbs in the order that --help lists them.
std::vector<std::unique_ptr<Verb>> make_verbs();

}  // namespace spillgate::offline
