// Two runs of one number that differ in what is in the box, and in nothing else: nothing that a program says
// or writes of one may differ from that of the other.
#pragma once

#include <string>
#include <vector>

#include "tests/offline/verbs/run_program.hpp"

namespace spillgate::offline::testing {

// Lines of a config.
inline const std::string blinded = "blinded: true\n";
inline const std::string box =
    "box { chain: \"csi\" range { variable: \"t_rec_us\" min: 0.3 max: 1.2 }\n"
    "  range { variable: \"pe\" min: 0 max: 1000 } }\n";

// That of run_config() with spectra along the box, beside it, of windows, and one for a fit; `more` is added.
std::string twin_config(const std::string& more);

// "one" and "other", run 12 of 240 slots in the directory runs of each.
class Twins {
  public:
    explicit Twins(const std::string& more);
    // Of a whole config, with signals that partly overflow.
    static Twins overflowing(const std::string& config) { return Twins(config, true); }

    std::string path(const std::string& name) const { return directory_.path(name); }
    void write(const std::string& name, const std::string& text) const;
    // What the program says and writes of one of them; @ stands for its directory, # for that of both.
    Said ask(const std::string& name, std::vector<std::string> arguments) const;
    // Checks that it says the same of both, and returns that.
    Said ask_both(const std::vector<std::string>& arguments) const;
    bool same_file(const std::string& name) const;
    void unblind() const;  // both

  private:
    Twins(const std::string& config, bool overflowing_signals);

    TestDirectory directory_;
};

}  // namespace spillgate::offline::testing
