// Run files of every format version stay readable. Those of the current version are also written again, byte
// for byte; tests/data/golden/README.md says how they were made.
#include <cstdlib>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "tests/proto/sample_run.hpp"
#include "tests/proto/temporary_directory.hpp"

namespace spillgate::proto::testing {
namespace {

const std::string all_golden = SPILLGATE_SOURCE_DIR "/tests/data/golden/";
const std::string golden = all_golden + "1.2";

std::vector<Message> golden_messages(std::uint32_t run) {
    return sample_messages(6, 150, run);
}

config::Storage golden_storage(bool compressed) {
    auto storage = compressed ? compressed_storage() : plain_storage();
    storage.set_segment_bytes(4000);
    return storage;
}

std::vector<std::string> files_of(const std::string& directory) {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(directory))
        names.push_back(entry.path().filename());
    std::sort(names.begin(), names.end());
    return names;
}

void write_golden(const std::string& runs_dir) {
    write_run(runs_dir, golden_messages(7), golden_storage(false), 7);
    write_run(runs_dir, golden_messages(8), golden_storage(true), 8);
}

}  // namespace

TEST_CASE("run files of all formats read as they did when they were made") {
    const std::string format = GENERATE("1.0", "1.1", "1.2");
    for (const std::uint32_t run : {7u, 8u}) {
        const auto directory =
            fmt::format("{}{}/{}", all_golden, format, run_directory_name(run, "daq", true));
        CAPTURE(directory);
        std::vector<Damage> damage;
        CHECK(read_messages(directory, &damage) == stored(golden_messages(run)));
        CHECK(damage.empty());
        const auto verification = verify_run(directory).value();
        CHECK(verification.valid());
        CHECK(verification.blocks == 12);
        CHECK(verification.description.note() == "beam on, \"first light\"");
        CHECK(verification.description.stop_reason() == "requested");
    }
}

TEST_CASE("run files of the newest format are written byte for byte as they were when they were made") {
    const TemporaryDirectory runs;
    write_golden(runs.path());
    if (const char* to = std::getenv("GOLDEN_DIR")) write_golden(to);  // for a new format version
    for (const auto& file : files_of(golden + "/run-000007")) {
        CAPTURE(file);
        const auto written = fmt::format("{}/run-000007/{}", runs.path(), file);
        CHECK(read_bytes(written) == read_bytes(fmt::format("{}/run-000007/{}", golden, file)));
    }
    // What zstd makes of the samples is its own affair: of the compressed run only the names are compared.
    for (const std::string run : {"/run-000007", "/run-000008"})
        CHECK(files_of(runs.path() + run) == files_of(golden + run));
}

}  // namespace spillgate::proto::testing
