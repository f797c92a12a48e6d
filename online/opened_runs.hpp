// Whether the run that is followed has been unblinded meanwhile (docs/blinding.md).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "offline/spectra/spectra.hpp"
#include "proto/unblinding_log.hpp"

namespace spillgate::online {

class OpenedRuns {  // single-threaded
  public:
    explicit OpenedRuns(std::string runs_dir) : runs_dir_(std::move(runs_dir)) {}

    // Reads the log of unblindings: some short files. True if what is shown of this run changes by it.
    bool look(std::uint32_t run);
    bool is_open() const { return key_.has_value(); }  // the run that was looked at last
    // Spectra of the run that was looked at last: a copy that is open, if there is a key, else themselves.
    std::shared_ptr<const offline::Spectra> shown(std::uint32_t run,
                                                  std::shared_ptr<const offline::Spectra> spectra) const;

  private:
    std::string runs_dir_;
    std::uint32_t run_ = 0;
    std::optional<proto::Unsealing> key_;
};

}  // namespace spillgate::online
