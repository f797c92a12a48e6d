// Which references there are, and where their spectra lie: those that the console's configuration names, and
// each ended run as "run-812".
#pragma once

#include <cstdint>
#include <filesystem>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

#include "online/references/reference_spectra.hpp"
#include "proto/schema/console.pb.h"

namespace spillgate::online {

struct ReferencePlaces {
    std::string runs_dir;         // of the log of unblindings
    std::string exports_dir;      // where online writes run-NNNNNN/spectra.json
    std::string reprocessed_dir;  // of reprocessings, run-NNNNNN…; empty: none
};

class ReferenceList {  // one thread at a time
  public:
    ReferenceList(const config::Console& console, ReferencePlaces places);

    // {"references": [{"name", "run", "file", "trouble"}]}: those of the configuration. `trouble` says why
    // there is nothing; else null.
    boost::json::object json() const;
    // Errors: NOT_FOUND, those of read_reference(). The last few that were read are kept, as long as their
    // files stay as they were.
    proto::Result<std::shared_ptr<const ReferenceSpectra>> load(const std::string& name);

  private:
    struct Kept {
        std::string path;
        std::filesystem::file_time_type written;
        std::uintmax_t bytes = 0;
        std::shared_ptr<const ReferenceSpectra> spectra;
    };
    proto::Result<std::string> path_of(const config::Reference& reference) const;
    proto::Result<std::string> path_of_run(std::uint32_t number) const;

    std::vector<config::Reference> references_;
    ReferencePlaces places_;
    std::list<Kept> kept_;  // asked for last first
};

}  // namespace spillgate::online
