#include "online/opened_runs.hpp"

#include "offline/blinding/shown.hpp"

namespace spillgate::online {

bool OpenedRuns::look(std::uint32_t run) {
    const bool open = run_ == run && key_.has_value();
    run_ = run;
    key_ = offline::key_of({&run, 1}, runs_dir_).unsealing;
    return key_.has_value() != open;
}

std::shared_ptr<const offline::Spectra> OpenedRuns::shown(
    std::uint32_t run, std::shared_ptr<const offline::Spectra> spectra) const {
    return run == run_ ? offline::shown(std::move(spectra), key_) : spectra;
}

}  // namespace spillgate::online
