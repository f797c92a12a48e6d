// toys: what simulated experiments say about a fit.
#include <algorithm>

#include <fmt/format.h>

#include "offline/verbs/long_work.hpp"
#include "offline/verbs/plot_option.hpp"
#include "offline/verbs/toy_study.hpp"
#include "offline/verbs/verbs.hpp"

namespace spillgate::offline {

namespace {

using proto::Result;

class ToysVerb : public Verb {
  public:
    ToysVerb() {
        studies_.push_back(make_goodness_of_fit_study());
        studies_.push_back(make_closure_study());
        studies_.push_back(make_feldman_cousins_study());
        what_ = studies_.front()->name();
    }

    std::string_view name() const override { return "toys"; }
    std::string_view summary() const override {
        return "Simulated experiments: goodness of fit, closure, Feldman-Cousins intervals";
    }
    std::string_view example() const override {
        return "spillgate-offline toys --what goodness-of-fit --experiment "
               "config/experiments/coherent-csi-2021.txtpb --data coherent --free R_n\n"
               "  spillgate-offline toys --what closure --experiment config/experiments/csns-lar.txtpb --set "
               "statistic=POISSON --free R_n --toys 500 --seed 7\n"
               "  spillgate-offline toys --what feldman-cousins --experiment "
               "config/experiments/coherent-csi-2021.txtpb --data coherent --parameter R_n=4.4:6.4:11 "
               "--level "
               "0.9 --plot fc.pdf\n"
               "Ctrl-C ends it early and keeps what has been done.";
    }
    void add_options(CLI::App& command) override {
        input_.add_options(command);
        std::vector<std::string> names;
        names.reserve(studies_.size());
        for (const auto& study : studies_)
            names.emplace_back(study->name());
        command.add_option("--what", what_, "what to find out")
            ->check(CLI::IsMember(names))
            ->capture_default_str();
        command.add_option("--toys", toys_.toys, "how many; feldman-cousins: at each tested value")
            ->check(CLI::Range(10, 100'000'000))
            ->capture_default_str();
        command.add_option("--seed", toys_.seed, "equal seeds give equal toys, on any number of threads")
            ->capture_default_str();
        command.add_option("--threads", threads_, "working threads; 0: as many as the machine runs at once")
            ->check(CLI::Range(0, 1024))
            ->capture_default_str();
        for (const auto& study : studies_)
            study->add_options(command);
        plot_.add(command, "draw what was found");
    }

    Result<Report> run() override {
        if (auto status = plot_.check(); !status) return status.error();
        auto& study =
            **std::ranges::find(studies_, std::string_view(what_), [](const auto& s) { return s->name(); });
        if (auto status = study.check(); !status) return status.error();
        const auto problem =
            study.needs_data() ? input_.open(study.frees()) : input_.open_without_data(study.frees());
        if (!problem) return problem.error();
        if (problem->likelihood.statistic() == fit::Statistic::CHI2_COUNTS)
            return proto::error(proto::ErrorKind::CONFIG,
                                fmt::format("{}: toys cannot have this χ², which divides by counts that may "
                                            "be 0; use the Poisson likelihood: --set statistic=POISSON",
                                            problem->experiment().path));
        auto found = simulate(study, *problem);
        if (!found) return found.error();
        auto report = problem->report();
        report.failed = found->failed || found->interrupted;
        report.text += found->text;
        report.json["what"] = what_;
        report.json["toys"] = toys_.toys;
        report.json["seed"] = toys_.seed;
        report.json["interrupted"] = found->interrupted;
        for (auto& [key, value] : found->json)
            report.json[key] = std::move(value);
        const auto figure = [&] {
            auto page = problem->page();
            page.lines.insert(page.lines.end(), found->lines.begin(), found->lines.end());
            page.panels = std::move(found->panels);
            page.width = found->width;
            return page;
        };
        if (found->panels.empty()) return report;
        if (auto status = plot_.draw(figure, report); !status) return status.error();
        return report;
    }

  private:
    Result<ToyFindings> simulate(ToyStudy& study, const FitProblem& problem) const {
        LongWork work("toys", "toys");
        auto toys = toys_;
        toys.parallel = work.parallel(threads_);
        return study.run(problem, toys);
    }

    FitInput input_;
    PlotOption plot_;
    std::vector<std::unique_ptr<ToyStudy>> studies_;
    std::string what_;
    fit::ToyOptions toys_;
    unsigned threads_ = 0;
};

}  // namespace

std::unique_ptr<Verb> make_toys_verb() {
    return std::make_unique<ToysVerb>();
}

}  // namespace spillgate::offline
