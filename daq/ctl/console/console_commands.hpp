// The command line of the verbs that talk to the console.
#pragma once

#include <string>

#include "daq/ctl/console/command_parts.hpp"
#include "daq/ctl/console/console_verbs.hpp"
#include "daq/ctl/console/text_plot.hpp"

namespace spillgate::daq {

class ConsoleCommands {  // must outlive the parsing of the command line
  public:
    void add_to(CLI::App& app, const AddVerb& verb);

    bool asked() const { return static_cast<bool>(verb_); }
    // Asks the console that the command line names, else the one of `url`. Errors: CONFIG and REFUSED of the
    // token's file, as CONFIG; those of the verb.
    ConsoleResult run(const std::string& url, bool json, double timeout_s) const;
    bool names_console() const { return !console_.empty(); }

  private:
    void add_alarms(const AddVerb& verb);
    void add_logbook(const AddVerb& verb);
    void add_runs(const AddVerb& verb);
    void add_spectra(const AddVerb& verb);
    void add_controls(const AddVerb& verb);
    void add_unblinding(const AddVerb& verb);

    std::string console_;  // its address
    std::string token_file_;
    ConsoleVerb verb_;  // what was asked for

    // Of the verbs.
    bool all_ = false;
    bool force_ = false;
    std::string name_;
    std::string spectrum_;
    std::string text_;
    std::string range_;
    std::string format_ = "csv";
    PlotSize size_{terminal_columns(), 8};
    std::string for_;
    std::uint64_t run_ = 0;
    std::uint64_t log_limit_ = 100;
    LogbookQuestion question_;
    NewEntry entry_;
    RunsQuestion runs_;
    UnblindingAsked unblinding_;
};

}  // namespace spillgate::daq
