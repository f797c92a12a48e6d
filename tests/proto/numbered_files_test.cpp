// Files that people sign: whole or not there, and never replaced.
#include "proto/numbered_files.hpp"

#include <cerrno>

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proto/strict_text.hpp"
#include "tests/proto/temporary_directory.hpp"

namespace spillgate::proto::testing {
namespace {

constexpr int died = 9;

// At its sync the program is killed, or the disk fails.
class LastFile final : public WritableFile {
  public:
    LastFile(std::unique_ptr<WritableFile> file, bool dies) : file_(std::move(file)), dies_(dies) {}
    Status append(std::span<const iovec> pieces) override { return file_->append(pieces); }
    Status sync() override {
        if (dies_) ::_exit(died);
        return error(ErrorKind::DISK_FULL, "the disk is full", ENOSPC);
    }
    Status reserve(std::uint64_t bytes) override { return file_->reserve(bytes); }
    Status truncate(std::uint64_t size) override { return file_->truncate(size); }
    Status make_read_only() override { return file_->make_read_only(); }
    std::uint64_t size() const override { return file_->size(); }

  private:
    std::unique_ptr<WritableFile> file_;
    bool dies_;
};

class LastFiles final : public FileLayer {
  public:
    explicit LastFiles(bool dies) : dies_(dies) {}
    Result<std::unique_ptr<WritableFile>> create(const std::string& path) override {
        auto file = files_.create(path);
        if (!file) return file.error();
        return std::make_unique<LastFile>(std::move(*file), dies_);
    }
    Status make_directory(const std::string& path) override { return files_.make_directory(path); }
    Status replace(const std::string& path, std::string_view content) override {
        return files_.replace(path, content);
    }
    Status sync_directory(const std::string& path) override { return files_.sync_directory(path); }
    Status remove(const std::string& path) override { return files_.remove(path); }
    Result<std::uint64_t> free_bytes(const std::string& path) override { return files_.free_bytes(path); }

  private:
    FileLayer& files_ = posix_file_layer();
    bool dies_;
};

std::size_t files_in(const std::string& directory) {
    const std::filesystem::directory_iterator entries(directory);
    return static_cast<std::size_t>(std::distance(begin(entries), end(entries)));
}

}  // namespace

TEST_CASE("numbered files come in the order of their numbers, and the first one makes the directory") {
    const TemporaryDirectory place;
    const std::string directory = place.path() + "/acts";
    CHECK(numbered_names(directory).value().empty());
    for (const std::size_t number : {10'000u, 2u, 9999u})
        REQUIRE(write_numbered(directory, number, "text").has_value());
    CHECK(numbered_names(directory).value() ==
          std::vector<std::string>{"0002.txtpb", "9999.txtpb", "10000.txtpb"});
    const auto rights = std::filesystem::status(directory + "/0002.txtpb").permissions();
    CHECK((rights & std::filesystem::perms::owner_write) == std::filesystem::perms::none);
}

TEST_CASE("a numbered file that is there is not replaced") {
    const TemporaryDirectory place;
    REQUIRE(write_numbered(place.path(), 1, "first").has_value());
    CHECK(write_numbered(place.path(), 1, "second").error().kind == ErrorKind::EXISTS);
    CHECK(read_text(place.path() + "/0001.txtpb").value() == "first");
    CHECK(files_in(place.path()) == 1);
}

TEST_CASE("a program that dies before a numbered file has its name leaves none, and the next one writes it") {
    const TemporaryDirectory place;
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        LastFiles files(true);
        (void)write_numbered(place.path(), 1, "half", files).has_value();
        ::_exit(0);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WEXITSTATUS(status) == died);
    REQUIRE(files_in(place.path()) == 1);  // what it had written, under a name of its own
    CHECK(numbered_names(place.path()).value().empty());
    // As if the next process had the same number.
    std::filesystem::rename(fmt::format("{}/0001.txtpb.{}.new", place.path(), child),
                            fmt::format("{}/0001.txtpb.{}.new", place.path(), ::getpid()));
    REQUIRE(write_numbered(place.path(), 1, "whole").has_value());
    CHECK(read_text(place.path() + "/0001.txtpb").value() == "whole");
    CHECK(files_in(place.path()) == 1);
}

TEST_CASE("a numbered file that the disk has no room for is not there") {
    const TemporaryDirectory place;
    LastFiles files(false);
    CHECK(write_numbered(place.path(), 1, "text", files).error().kind == ErrorKind::DISK_FULL);
    CHECK(files_in(place.path()) == 0);
}

}  // namespace spillgate::proto::testing
