// The verbs, one file each.
#pragma once

#include <memory>

#include "offline/verbs/verb.hpp"

namespace spillgate::offline {

std::unique_ptr<Verb> make_inspect_verb();
std::unique_ptr<Verb> make_verify_verb();
std::unique_ptr<Verb> make_reprocess_verb();
std::unique_ptr<Verb> make_merge_verb();
std::unique_ptr<Verb> make_export_verb();
std::unique_ptr<Verb> make_import_verb();
std::unique_ptr<Verb> make_calibrate_verb();
std::unique_ptr<Verb> make_predict_verb();
std::unique_ptr<Verb> make_fit_verb();
std::unique_ptr<Verb> make_scan_verb();
std::unique_ptr<Verb> make_contour_verb();
std::unique_ptr<Verb> make_sensitivity_verb();
std::unique_ptr<Verb> make_toys_verb();
std::unique_ptr<Verb> make_plot_verb();
std::unique_ptr<Verb> make_unblind_verb();

}  // namespace spillgate::offline
