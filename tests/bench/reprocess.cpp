// spillgate-offline reprocess on a run in the page cache, on one core and on two.
#include <chrono>

#include <fmt/format.h>
#include <sched.h>

#include "tests/bench/bench.hpp"
#include "tests/bench/measure.hpp"
#include "tests/bench/nominal_load.hpp"
#include "tests/bench/program.hpp"
#include "tests/bench/recording.hpp"
#include "tests/bench/temporary_folder.hpp"

namespace spillgate::bench {

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr std::uint64_t slots = 7200;  // 8 GB: seconds of work, so that starting the program does not count
constexpr int repetitions = 3;
constexpr std::chrono::seconds patience{600};

// The first two cores that this process is allowed, or the only one.
std::vector<int> two_cores() {
    cpu_set_t allowed;
    sched_getaffinity(0, sizeof allowed, &allowed);
    std::vector<int> cores;
    for (int cpu = 0; cpu < CPU_SETSIZE && cores.size() < 2; ++cpu)
        if (CPU_ISSET(cpu, &allowed)) cores.push_back(cpu);
    return cores;
}

// While it lives, this thread and the programs that it starts run on these cores only.
class Confined {
  public:
    explicit Confined(const std::vector<int>& cores) {
        sched_getaffinity(0, sizeof before_, &before_);
        cpu_set_t now;
        CPU_ZERO(&now);
        for (const int cpu : cores)
            CPU_SET(cpu, &now);
        sched_setaffinity(0, sizeof now, &now);
    }
    Confined(const Confined&) = delete;
    Confined& operator=(const Confined&) = delete;
    ~Confined() { sched_setaffinity(0, sizeof before_, &before_); }

  private:
    cpu_set_t before_{};
};

// Wall time of the whole program with as many threads as cores.
proto::Result<double> seconds_on(const std::vector<int>& cores, const Options& options,
                                 const fs::path& folder, const fs::path& run) {
    const Confined confined(cores);
    const auto begin = Clock::now();
    auto program = Program::start(options.programs / "spillgate-offline",
                                  {"reprocess", run.string(), "--out", (folder / "out").string(), "--threads",
                                   std::to_string(cores.size()), "--no-candidates", "--overwrite"},
                                  folder / "reprocess.log");
    if (!program) return program.error();
    if (auto ended = program->wait(patience); !ended) return ended.error();
    return std::chrono::duration<double>(Clock::now() - begin).count();
}

}  // namespace

proto::Result<std::vector<Row>> reprocess(const Options& options) {
    const fs::path tmpfs = fs::is_directory("/dev/shm") ? "/dev/shm" : fs::temp_directory_path();
    const auto folder = TemporaryFolder::create(tmpfs);
    if (!folder) return folder.error();
    auto loaded = proto::parse_config(nominal_config(), "nominal load");
    if (!loaded) return loaded.error();
    loaded->config.mutable_storage()->set_runs_dir((folder->path() / "runs").string());
    const auto publisher = daq::Publisher::bind("ipc://" + (folder->path() / "data").string(), 1, 1);
    if (!publisher) return publisher.error();
    const auto recording = record(*loaded, slots, **publisher);
    if (!recording) return recording.error();

    // In turns, and alone on each of the cores: a machine's cores are not always equally fast, nor is its
    // time.
    const auto both = two_cores();
    std::vector<double> alone, together;
    for (int i = 0; i < repetitions; ++i) {
        for (const int core : both) {
            const auto seconds = seconds_on({core}, options, folder->path(), recording->directory);
            if (!seconds) return seconds.error();
            alone.push_back(*seconds);
        }
        const auto seconds = seconds_on(both, options, folder->path(), recording->directory);
        if (!seconds) return seconds.error();
        together.push_back(*seconds);
    }
    const auto speed = [&](double seconds) {
        return static_cast<double>(recording->sample_bytes) / seconds / 1e9;
    };
    const double one = speed(median(alone));
    const double two = speed(median(together));
    const auto conditions = fmt::format(
        "the whole program, {} slots of 15 detector channels and a veto with {} samples "
        "each, uncompressed, in memory",
        slots, nominal_trace_samples);
    return std::vector<Row>{
        {"reprocess_1", one, "GB/s", std::nullopt, conditions + ", one core"},
        {"reprocess_2", two, "GB/s", one, conditions + ", two cores; reference: one core"}};
}

}  // namespace spillgate::bench
