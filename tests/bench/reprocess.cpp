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

constexpr std::uint64_t slots = 3600;  // 4 GB: seconds of work, so that starting the program does not count
constexpr int repetitions = 3;
constexpr std::chrono::seconds patience{600};

// While it lives, this thread and the programs that it starts run on the first `cores` cores that they were
// allowed.
class Cores {
  public:
    explicit Cores(int cores) {
        sched_getaffinity(0, sizeof before_, &before_);
        cpu_set_t fewer;
        CPU_ZERO(&fewer);
        for (int cpu = 0; cpu < CPU_SETSIZE && cores > 0; ++cpu)
            if (CPU_ISSET(cpu, &before_)) {
                CPU_SET(cpu, &fewer);
                --cores;
            }
        sched_setaffinity(0, sizeof fewer, &fewer);
    }
    Cores(const Cores&) = delete;
    Cores& operator=(const Cores&) = delete;
    ~Cores() { sched_setaffinity(0, sizeof before_, &before_); }

  private:
    cpu_set_t before_{};
};

// Wall time of the whole program with as many threads as cores, median.
proto::Result<double> seconds_of(const Options& options, const fs::path& folder, const fs::path& run,
                                 int cores) {
    const Cores confined(cores);
    std::vector<double> seconds;
    for (int i = 0; i < repetitions; ++i) {
        const auto begin = Clock::now();
        auto program = Program::start(options.programs / "spillgate-offline",
                                      {"reprocess", run.string(), "--out", (folder / "out").string(),
                                       "--threads", std::to_string(cores), "--no-candidates", "--overwrite"},
                                      folder / "reprocess.log");
        if (!program) return program.error();
        if (auto ended = program->wait(patience); !ended) return ended.error();
        seconds.push_back(std::chrono::duration<double>(Clock::now() - begin).count());
    }
    return median(seconds);
}

}  // namespace

proto::Result<std::vector<Row>> reprocess(const Options& options) {
    const fs::path tmpfs = fs::is_directory("/dev/shm") ? "/dev/shm" : fs::temp_directory_path();
    const auto folder = TemporaryFolder::create(tmpfs);
    if (!folder) return folder.error();
    const auto loaded = proto::parse_config(nominal_config(folder->path()), "nominal load");
    if (!loaded) return loaded.error();
    const auto publisher = daq::Publisher::bind("ipc://" + (folder->path() / "data").string(), 1, 1);
    if (!publisher) return publisher.error();
    const auto recording = record(*loaded, slots, **publisher);
    if (!recording) return recording.error();

    const auto one = seconds_of(options, folder->path(), recording->directory, 1);
    if (!one) return one.error();
    const auto two = seconds_of(options, folder->path(), recording->directory, 2);
    if (!two) return two.error();
    const auto speed = [&](double seconds) {
        return static_cast<double>(recording->sample_bytes) / seconds / 1e9;
    };
    const auto conditions = fmt::format(
        "the whole program, {} slots of 15 detector channels and a veto with {} samples "
        "each, uncompressed, in memory",
        slots, nominal_trace_samples);
    return std::vector<Row>{
        {"reprocess_1", speed(*one), "GB/s", std::nullopt, conditions + ", one core"},
        {"reprocess_2", speed(*two), "GB/s", speed(*one), conditions + ", two cores; reference: one core"}};
}

}  // namespace spillgate::bench
