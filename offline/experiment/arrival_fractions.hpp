// Which part of the prompt and of the delayed neutrinos' signal falls into each bin of t_rec.
#pragma once

#include <memory>
#include <variant>
#include <vector>

#include "offline/cevns/arrival_time.hpp"
#include "offline/experiment/axes.hpp"
#include "offline/experiment/data_folder.hpp"

namespace spillgate::offline {

// Per bin of t_rec, and their derivatives by the onset.
struct Fractions {
    std::vector<double> prompt, delayed;
    std::vector<double> prompt_by_onset_per_ns, delayed_by_onset_per_ns;
};

class ArrivalFractions {
  public:
    // Errors: as DataFolder; CONFIG (a pulse that is none).
    static proto::Result<ArrivalFractions> make(const config::NeutrinoSource& source,
                                                const config::DetectorResponse& response, const Axis& t_rec,
                                                const DataFolder& folder);

    Fractions room() const;
    // With the signal later by `onset_ns`, and the efficiency in time. Allocates nothing.
    void fill(double onset_ns, Fractions& out) const;
    // Released bins stand where they are.
    bool can_shift() const { return std::holds_alternative<Densities>(shapes_); }

  private:
    struct Densities {
        cevns::ArrivalTime prompt, delayed;
    };
    struct Bins {
        std::vector<double> prompt, delayed;
    };
    ArrivalFractions(std::variant<Densities, Bins> shapes, const cevns::TimeEfficiency& efficiency,
                     std::vector<double> edges_ns)
        : shapes_(std::move(shapes)), efficiency_(efficiency), edges_ns_(std::move(edges_ns)) {}

    std::variant<Densities, Bins> shapes_;
    cevns::TimeEfficiency efficiency_;
    std::vector<double> edges_ns_;
};

// That of an experiment's response; 1 everywhere if it has none.
cevns::TimeEfficiency time_efficiency_of(const config::DetectorResponse& response);

}  // namespace spillgate::offline
