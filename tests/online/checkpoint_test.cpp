#include "online/checkpoint.hpp"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <random>

#include <catch2/catch.hpp>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/online/synthetic_run.hpp"

using namespace spillgate;
using online::CheckpointKeys;
using proto::ErrorKind;

namespace {

const CheckpointKeys keys{"engine", "config"};

wire::Checkpoint sample(std::uint32_t run) {
    wire::Checkpoint checkpoint;
    checkpoint.mutable_run()->set_number(run);
    auto* calibration = checkpoint.mutable_run()->add_calibrations();
    calibration->set_name("spe");
    calibration->set_sha256("abc");
    auto* stream = checkpoint.add_stream();
    stream->set_daemon("daq");
    stream->set_spectra(std::string(1000, 'x'));
    return checkpoint;
}

std::string written(const std::string& directory, std::uint32_t run = 3) {
    REQUIRE(online::write_checkpoint(directory, keys, sample(run)).has_value());
    return online::checkpoint_path(directory, run);
}

void overwrite(const std::string& path, std::string_view bytes) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

std::string content(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

mode_t mode_of(const std::string& path) {
    struct stat found{};
    REQUIRE(::stat(path.c_str(), &found) == 0);
    return found.st_mode & 07777;
}

}  // namespace

TEST_CASE("a checkpoint comes back as it was written") {
    test::ScratchDirectory scratch;
    const auto read = online::read_checkpoint(written(scratch.path()), keys);
    REQUIRE(read.has_value());
    CHECK(read->run().number() == 3);
    CHECK(read->stream(0).spectra() == std::string(1000, 'x'));
    CHECK(online::read_checkpoint(scratch.path() + "/none", keys).error().kind == ErrorKind::NOT_FOUND);
}

TEST_CASE("a checkpoint of another engine, config or set of calibrations is refused, and says which") {
    test::ScratchDirectory scratch;
    const auto path = written(scratch.path());
    const auto engine = online::read_checkpoint(path, {"other", "config"});
    CHECK(engine.error().kind == ErrorKind::REFUSED);
    CHECK(engine.error().message.find("engine") != std::string::npos);
    const auto config = online::read_checkpoint(path, {"engine", "other"});
    CHECK(config.error().kind == ErrorKind::REFUSED);
    CHECK(config.error().message.find("config") != std::string::npos);
    auto run = sample(3).run();
    const auto before = online::calibrations_sha256(run);
    run.mutable_calibrations(0)->set_sha256("abd");
    CHECK(online::calibrations_sha256(run) != before);
}

TEST_CASE("a checkpoint with any byte changed, or cut anywhere, is corrupt") {
    test::ScratchDirectory scratch;
    const auto path = written(scratch.path());
    const std::string good = content(path);
    std::mt19937 random(1);
    for (std::size_t at = 0; at < good.size(); at += 1 + random() % 5) {
        std::string bad = good;
        bad[at] = static_cast<char>(bad[at] ^ (1 << random() % 8));
        overwrite(path, bad);
        CHECK(online::read_checkpoint(path, keys).error().kind == ErrorKind::CORRUPT);
        overwrite(path, std::string_view(good).substr(0, at));
        CHECK(online::read_checkpoint(path, keys).error().kind == ErrorKind::CORRUPT);
    }
}

TEST_CASE("old checkpoints go, the newest stay, other files are left alone") {
    test::ScratchDirectory scratch;
    for (const std::uint32_t run : {7U, 12U, 9U, 1000000U})
        written(scratch.path(), run);
    overwrite(scratch.path() + "/run-abc.checkpoint", "not ours");
    CHECK(online::checkpointed_runs(scratch.path()) == std::vector<std::uint32_t>{7, 9, 12, 1000000});
    online::remove_old_checkpoints(scratch.path(), 2);
    CHECK(online::checkpointed_runs(scratch.path()) == std::vector<std::uint32_t>{12, 1000000});
    CHECK(std::filesystem::exists(scratch.path() + "/run-abc.checkpoint"));
}

TEST_CASE("a directory that cannot be written is an error that says so, and the old checkpoint stays") {
    const auto failed = online::write_checkpoint("/proc/nowhere", keys, sample(1));
    REQUIRE(failed.has_error());
    CHECK_FALSE(failed.error().message.empty());
}

TEST_CASE("a checkpoint is not for everybody to read, not even one that is half written") {
    test::ScratchDirectory scratch;
    constexpr rlim_t half = 500;
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {  // dies as soon as the file would be longer than half of it
        ::umask(0);
        ::signal(SIGXFSZ, SIG_DFL);
        const rlimit no_core{0, 0};
        const rlimit no_room{half, half};
        ::setrlimit(RLIMIT_CORE, &no_core);
        ::setrlimit(RLIMIT_FSIZE, &no_room);
        (void)online::write_checkpoint(scratch.path(), keys, sample(3)).has_value();
        ::_exit(0);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFSIGNALED(status));
    REQUIRE(WTERMSIG(status) == SIGXFSZ);
    const auto path = online::checkpoint_path(scratch.path(), 3);
    REQUIRE(std::filesystem::file_size(path + ".new") == half);
    CHECK(mode_of(path + ".new") == 0640);

    for (const mode_t mask : {mode_t{0}, mode_t{0077}}) {
        const auto before = ::umask(mask);
        written(scratch.path());
        ::umask(before);
        CHECK(mode_of(path) == 0640);
    }
    CHECK_FALSE(std::filesystem::exists(path + ".new"));
}
