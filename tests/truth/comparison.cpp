#include "tests/truth/comparison.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <thread>
#include <utility>

#include <fmt/format.h>

namespace spillgate::truth {

namespace {

namespace fs = std::filesystem;

// A folder for truth lists, gone at the end.
class Scratch {
  public:
    explicit Scratch(fs::path path) : path_(std::move(path)) {}
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    ~Scratch() {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    const fs::path& path() const { return path_; }

  private:
    fs::path path_;
};

struct Compared {
    SimulatedRun run;
    std::vector<Match> matches;
};

}  // namespace

proto::Result<DetectorReport> compare(const Detector& detector, double seconds, unsigned threads,
                                      std::uint64_t seed) {
    auto folder = (fs::temp_directory_path() / "spillgate-truth-XXXXXX").string();
    if (::mkdtemp(folder.data()) == nullptr)
        return proto::error(proto::ErrorKind::IO,
                            fmt::format("{} cannot be made: {}", folder, std::strerror(errno)), errno);
    const Scratch scratch(folder);
    const auto config =
        fs::path(SPILLGATE_SOURCE_DIR) / "tests/truth" / fmt::format("{}.txtpb", detector.name);
    std::vector<proto::Result<Compared>> shares(threads, Compared{});
    {
        std::vector<std::jthread> workers;
        for (unsigned i = 0; i < threads; ++i)
            workers.emplace_back([&, i] {
                auto run =
                    simulate(config, std::string(detector.size), seconds / threads, seed + i, scratch.path());
                if (!run) {
                    shares[i] = run.error();
                    return;
                }
                auto matches = match(*run, detector.rule);
                shares[i] = Compared{std::move(*run), std::move(matches)};
            });
    }
    DetectorReport report{detector.name, detector.title, seconds, 0, {}};
    std::vector<Match> matches;
    for (auto& share : shares) {
        if (!share) return share.error();
        report.slots += share->run.slots;
        matches.insert(matches.end(), share->matches.begin(), share->matches.end());
    }
    report.rows = detector.rows(shares.front()->run, matches);
    return report;
}

}  // namespace spillgate::truth
