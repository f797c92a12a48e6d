#include "tests/truth/detectors.hpp"

#include "tests/truth/hpge_rows.hpp"
#include "tests/truth/pmt_rows.hpp"

namespace spillgate::truth {

namespace {

auto pmt_comparison(PmtBounds bounds) {
    return [bounds = std::move(bounds)](const SimulatedRun& run, const std::vector<Match>& matches) {
        return pmt_rows(run.config.board(0).simulation().pmt(), matches, bounds);
    };
}

auto hpge_comparison(HpgeBounds bounds) {
    return [bounds = std::move(bounds)](const SimulatedRun& run, const std::vector<Match>& matches) {
        return hpge_rows(run.config.board(0).simulation().hpge(), run.config.chain(0).hpge(), run.tick_ns,
                         matches, bounds);
    };
}

// The threshold of 4 ADC loses small PE, and a candidate begins with the first PE that passes it; from about
// 20 PE on pulses overlap and less is lost.
Detector csi() {
    return {"csi",
            "CsI[Na], one PMT (PMT chain)",
            "pe",
            {.quiet_before_ns = 60'000,
             .quiet_after_ns = 3'100,
             .edge_ns = 200,
             .early_ns = 60,
             .late_ns = 2'000},
            pmt_comparison({.integration_ns = 3000,
                            .bins = {{5, 10, 6, 1.2, 250, 300, 0.98, {}, {}},
                                     {10, 20, 5, 1.2, 130, 150, 0.985, {}, {}},
                                     {20, 40, 5, 1.2, 70, 80, 0.99, {}, {}},
                                     {40, 80, 5, 1.2, 40, 45, 0.99, {}, {}},
                                     {80, 200, 5, 1.2, 25, 30, 0.99, {}, {}}},
                            .light_published = "1: PE statistics (arXiv:1708.01294)",
                            .f90_published = ""})};
}

// A baseline that wanders by 0.3 ADC about a whole code makes up to 5 PE of each PMT's 1500 samples, either
// way: it widens small sizes, and cancels over whole turns of ten minutes only.
Detector lar() {
    return {
        "lar",
        "Liquid argon, two PMTs (LAr chain)",
        "pe",
        {.quiet_before_ns = 12'000, .quiet_after_ns = 6'200, .edge_ns = 200, .early_ns = 60, .late_ns = 500},
        pmt_comparison({.integration_ns = 6000,
                        .bins = {{20, 40, 6, 1.7, 15, 10, 0.97, 0.06, 2.2},
                                 {40, 80, 4, 1.45, 12, 8, 0.99, 0.03, 4},
                                 {80, 160, 3, 1.3, 12, 8, 0.99, 0.02, 5.5},
                                 {160, 400, 3, 1.2, 12, 8, 0.99, 0.02, 8}},
                        .light_published = "",
                        .f90_published = "0.3 and 0.75 (arXiv:2003.10630)"})};
}

Detector nai() {
    return {
        "nai",
        "NaI[Tl], one PMT (PMT chain)",
        "pe",
        {.quiet_before_ns = 8'000, .quiet_after_ns = 1'600, .edge_ns = 200, .early_ns = 60, .late_ns = 500},
        pmt_comparison({.integration_ns = 1500,
                        .bins = {{20, 50, 4, 1.2, 10, 15, 0.985, {}, {}},
                                 {50, 200, 2, 1.2, 8, 8, 0.985, {}, {}},
                                 {200, 1000, 2, 1.2, 8, 8, 0.985, {}, {}},
                                 {1000, 5000, 2, 1.2, 8, 8, 0.985, {}, {}}},
                        .light_published = "",
                        .f90_published = ""})};
}

// Half a sample of decay takes 5·10⁻⁵ of the energy; what is left of a pulse 8 decay times before tilts the
// baseline.
Detector hpge() {
    return {"hpge",
            "HPGe, point contact (HPGe chain)",
            "energy_kev",
            {.quiet_before_ns = 640'000,
             .quiet_after_ns = 20'000,
             .edge_ns = 1'000,
             .early_ns = 500,
             .late_ns = 1'500},
            hpge_comparison({.lines = {{"pulser", 500, 0.06, 1.3, "about 0.1 keV"},
                                       {"line", 10.37, 0.05, 1.3, ""},
                                       {"line", 661.66, 0.15, 1.3, ""},
                                       {"line", 1460.82, 0.27, 1.3, ""},
                                       {"line", 2614.51, 0.45, 1.3, "2 to 3 keV"}},
                             .bins = {{2, 4, 0.05, 450, 260, 0.97},
                                      {4, 10, 0.05, 280, 150, 0.98},
                                      {10, 100, 0.05, 180, 100, 0.98},
                                      {100, 3000, 0.1, 40, 25, 0.98}}})};
}

}  // namespace

const std::vector<Detector>& all_detectors() {
    static const std::vector<Detector> detectors{csi(), lar(), nai(), hpge()};
    return detectors;
}

}  // namespace spillgate::truth
