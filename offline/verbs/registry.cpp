#include "offline/verbs/verbs.hpp"

namespace spillgate::offline {

std::vector<std::unique_ptr<Verb>> make_verbs() {
    std::vector<std::unique_ptr<Verb>> verbs;
    verbs.push_back(make_inspect_verb());
    verbs.push_back(make_verify_verb());
    verbs.push_back(make_reprocess_verb());
    verbs.push_back(make_merge_verb());
    verbs.push_back(make_export_verb());
    verbs.push_back(make_import_verb());
    verbs.push_back(make_calibrate_verb());
    verbs.push_back(make_predict_verb());
    verbs.push_back(make_fit_verb());
    verbs.push_back(make_scan_verb());
    verbs.push_back(make_contour_verb());
    verbs.push_back(make_sensitivity_verb());
    verbs.push_back(make_toys_verb());
    verbs.push_back(make_plot_verb());
    verbs.push_back(make_unblind_verb());
    return verbs;
}

}  // namespace spillgate::offline
