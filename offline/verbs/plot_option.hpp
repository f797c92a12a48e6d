// --plot of the verbs that work on experiments: one picture of what was found.
#pragma once

#include <functional>
#include <string>

#include "offline/plot/figure.hpp"
#include "offline/verbs/verb.hpp"

namespace spillgate::offline {

class PlotOption {
  public:
    // `what`: "draw counts and fit".
    void add(CLI::App& command, const std::string& what);
    // Before any work is done. Errors: CONFIG (an extension).
    proto::Status check() const;
    // If a picture was asked for: makes the figure, draws it, and names the files in the report, also as its
    // JSON's "plot". Errors: those of plot::draw().
    proto::Status draw(const std::function<plot::Figure()>& make, Report& report) const;

  private:
    std::string path_;
};

}  // namespace spillgate::offline
