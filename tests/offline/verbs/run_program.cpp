#include "tests/offline/verbs/run_program.hpp"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include <sys/wait.h>

namespace spillgate::offline::testing {

namespace {

std::string quoted(const std::string& text) {
    std::string out(1, '\'');
    for (const char c : text) {
        if (c == '\'')
            out.append("'\\''");
        else
            out.push_back(c);
    }
    out.push_back('\'');
    return out;
}

}  // namespace

TestDirectory::TestDirectory() {
    auto pattern = (std::filesystem::temp_directory_path() / "spillgate-offline-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr)
        throw std::runtime_error("cannot make a directory for the test");
    path_ = pattern;
}

TestDirectory::~TestDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

std::string content_of(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) throw std::runtime_error("cannot read " + path);
    return {std::istreambuf_iterator<char>(in), {}};
}

Said run_program(const std::vector<std::string>& arguments) {
    const TestDirectory scratch;
    std::string command = quoted(std::string(SPILLGATE_BIN_DIR) + "/spillgate-offline");
    for (const auto& argument : arguments)
        command.append(" ").append(quoted(argument));
    command.append(" >").append(quoted(scratch.path("out")));
    command.append(" 2>").append(quoted(scratch.path("err"))).append(" </dev/null");
    const int status = std::system(command.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, content_of(scratch.path("out")),
            content_of(scratch.path("err"))};
}

}  // namespace spillgate::offline::testing
