// Pieces of the command lines of the verbs that talk to the console. What they read must outlive the parsing.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "daq/ctl/console/console_verbs.hpp"

namespace CLI {  // NOLINT(readability-identifier-naming): the library's own name
class App;
class Option;
}  // namespace CLI

namespace spillgate::daq {

// A verb of the program: its name, what it does, and an example without the program's name.
using AddVerb = std::function<CLI::App*(const char* name, const char* what, const char* example)>;

// An action of a verb; the example is without the verb.
CLI::App* action(CLI::App& verb, const char* name, const char* what, const char* example);
// What a bare verb does; its actions, whose callbacks come first, do something else.
void usually(CLI::App& verb, ConsoleVerb& chosen, std::function<ConsoleVerb()> make);
CLI::Option* add_number(CLI::App& verb, const char* name, std::uint64_t& number, const char* what);
void add_range(CLI::App& verb, AskedRange& range, std::string& last);  // --from, --to and --last
void add_size(CLI::App& verb, PlotSize& size);                         // --width and --height

// Read here, so that a wrong one is wrong usage. Throws CLI::ValidationError.
double duration(const char* option, const std::string& text);

// The verbs of what is watched: health, beam, history, trend, scope, physics.
void add_watching(const AddVerb& verb, ConsoleVerb& chosen);
// Those of what people write down and judge: shift, quality, good runs, configurations, layouts.
void add_desk(const AddVerb& verb, ConsoleVerb& chosen);

}  // namespace spillgate::daq
