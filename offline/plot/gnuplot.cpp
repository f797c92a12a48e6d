#include "offline/plot/gnuplot.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

namespace spillgate::offline::plot {

namespace {

using proto::ErrorKind;

// Owns a file that exists in memory only. Such files instead of pipes: nobody waits for anybody, and a
// program that dies early breaks nothing.
class MemoryFile {
  public:
    explicit MemoryFile(const char* name) : descriptor_(::memfd_create(name, MFD_CLOEXEC)) {}
    MemoryFile(const MemoryFile&) = delete;
    MemoryFile& operator=(const MemoryFile&) = delete;
    ~MemoryFile() {
        if (descriptor_ >= 0) ::close(descriptor_);
    }

    int descriptor() const { return descriptor_; }

    bool write(std::string_view bytes) const {
        while (!bytes.empty()) {
            const auto written = ::write(descriptor_, bytes.data(), bytes.size());
            if (written < 0 && errno == EINTR) continue;
            if (written <= 0) return false;
            bytes.remove_prefix(static_cast<std::size_t>(written));
        }
        return ::lseek(descriptor_, 0, SEEK_SET) == 0;
    }

    std::string content() const {
        std::string out;
        std::array<char, 65536> piece{};
        for (off_t at = 0;;) {
            const auto read = ::pread(descriptor_, piece.data(), piece.size(), at);
            if (read < 0 && errno == EINTR) continue;
            if (read <= 0) return out;
            out.append(piece.data(), static_cast<std::size_t>(read));
            at += read;
        }
    }

  private:
    int descriptor_;
};

proto::Error failure(std::string_view doing, int code) {
    return proto::error(ErrorKind::IO, fmt::format("{}: {}", doing, std::strerror(code)), code);
}

// What gnuplot says on several lines, as one.
std::string one_line(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const char shown = c == '\n' || c == '\t' ? ' ' : c;
        if (shown != ' ' || (!out.empty() && out.back() != ' ')) out += shown;
    }
    while (!out.empty() && out.back() == ' ')
        out.pop_back();
    return out;
}

// Owns what a spawned program is to find open.
class SpawnFiles {
  public:
    SpawnFiles(const MemoryFile& in, const MemoryFile& out, const MemoryFile& err) {
        ::posix_spawn_file_actions_init(&actions_);
        ::posix_spawn_file_actions_adddup2(&actions_, in.descriptor(), STDIN_FILENO);
        ::posix_spawn_file_actions_adddup2(&actions_, out.descriptor(), STDOUT_FILENO);
        ::posix_spawn_file_actions_adddup2(&actions_, err.descriptor(), STDERR_FILENO);
    }
    SpawnFiles(const SpawnFiles&) = delete;
    SpawnFiles& operator=(const SpawnFiles&) = delete;
    ~SpawnFiles() { ::posix_spawn_file_actions_destroy(&actions_); }
    const posix_spawn_file_actions_t* get() const { return &actions_; }

  private:
    posix_spawn_file_actions_t actions_{};
};

}  // namespace

proto::Result<std::string> run_gnuplot(std::string_view script, const std::string& program) {
    const MemoryFile in("script");
    const MemoryFile out("picture");
    const MemoryFile err("messages");
    if (in.descriptor() < 0 || out.descriptor() < 0 || err.descriptor() < 0 || !in.write(script))
        return failure("no memory for the plot's script", errno);

    std::string name = program;
    std::string no_start_up_files = "-d";
    char* const arguments[] = {name.data(), no_start_up_files.data(), nullptr};
    const SpawnFiles files(in, out, err);
    pid_t child = 0;
    const int refused = ::posix_spawnp(&child, name.c_str(), files.get(), nullptr, arguments, environ);
    if (refused == ENOENT)
        return proto::error(ErrorKind::NOT_FOUND,
                            fmt::format("plots are drawn by the program {}, which is not installed; it is in "
                                        "the Debian package gnuplot-nox",
                                        program));
    if (refused != 0) return failure(fmt::format("cannot start {}", program), refused);
    int status = 0;
    while (::waitpid(child, &status, 0) < 0)
        if (errno != EINTR) return failure(fmt::format("cannot wait for {}", program), errno);
    auto picture = out.content();
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0 && !picture.empty()) return picture;
    const auto said = one_line(err.content());
    const auto how = WIFSIGNALED(status) ? fmt::format("was ended by signal {}", WTERMSIG(status))
                                         : fmt::format("exited with status {}", WEXITSTATUS(status));
    return proto::error(ErrorKind::IO, fmt::format("{} (package gnuplot-nox) drew nothing and {}{}{}",
                                                   program, how, said.empty() ? "" : ": ", said));
}

}  // namespace spillgate::offline::plot
