#include "tests/layers/arrows.hpp"

#include <algorithm>
#include <fstream>
#include <functional>
#include <map>
#include <regex>
#include <set>

namespace spillgate::layers {

namespace {

namespace fs = std::filesystem;

const std::map<std::string, std::set<std::string>>& allowed() {
    static const std::map<std::string, std::set<std::string>> rooms{
        {"proto", {}},
        {"hw", {"proto"}},
        {"daq", {"proto", "hw"}},
        {"offline", {"proto"}},
        {"online", {"proto", "offline"}},
    };
    return rooms;
}

bool may_use(const std::string& from, const std::string& to) {
    if (from == to) return true;
    // Rooms never use the tests; what is no room at all (a library's header) is not an arrow.
    if (to != "tests" && !allowed().contains(to)) return true;
    return allowed().at(from).contains(to);
}

bool is_source(const fs::path& path) {
    static const std::set<std::string> endings{".hpp", ".cpp", ".h", ".cc", ".proto"};
    return endings.contains(path.extension().string());
}

bool is_cmake(const fs::path& path) {
    return path.filename() == "CMakeLists.txt";
}

std::vector<fs::path> files_of(const fs::path& room, const std::function<bool(const fs::path&)>& wanted) {
    std::vector<fs::path> files;
    if (!fs::is_directory(room)) return files;
    for (auto it = fs::recursive_directory_iterator(room); it != fs::recursive_directory_iterator(); ++it) {
        if (it->is_directory() && it->path().filename() == "node_modules") {
            it.disable_recursion_pending();
        } else if (it->is_regular_file() && wanted(it->path())) {
            files.push_back(it->path());
        }
    }
    std::sort(files.begin(), files.end());
    return files;
}

// Calls `visit(room, file, line, room named there)` for each match of `pattern` in the wanted files.
std::vector<WrongArrow> search(const fs::path& root, const std::function<bool(const fs::path&)>& wanted,
                               const std::regex& pattern) {
    std::vector<WrongArrow> wrong;
    for (const auto& [room, uses] : allowed()) {
        for (const auto& path : files_of(root / room, wanted)) {
            std::ifstream in(path);
            std::string line;
            for (int number = 1; std::getline(in, line); ++number) {
                for (std::sregex_iterator match(line.begin(), line.end(), pattern), end; match != end;
                     ++match) {
                    const std::string to = (*match)[1];
                    if (!may_use(room, to)) {
                        wrong.push_back({fs::relative(path, root).generic_string(), number, room, to});
                    }
                }
            }
        }
    }
    return wrong;
}

}  // namespace

std::vector<WrongArrow> wrong_includes(const fs::path& root) {
    // Includes are written from the repository's root, so the first folder is the room; a path that climbs
    // out of its folder is followed by its first named folder.
    static const std::regex include(
        R"re(^\s*(?:#\s*include\s*[<"]|import\s+(?:public\s+)?")(?:\.\.?/)*([a-z_]+)/)re");
    return search(root, is_source, include);
}

std::vector<WrongArrow> wrong_links(const fs::path& root) {
    // spillgate_NAME as a target, and NAME as a bare word after spillgate_room(ROOM …).
    auto wrong = search(root, is_cmake, std::regex(R"(\bspillgate_(proto|hw|daq|offline|online|tests)\b)"));
    for (const auto& [room, uses] : allowed()) {
        for (const auto& path : files_of(root / room, is_cmake)) {
            std::ifstream in(path);
            const std::string text((std::istreambuf_iterator<char>(in)), {});
            static const std::regex call(R"(spillgate_room\(([^)]*)\))");
            static const std::regex word(R"([a-z]+)");
            for (std::sregex_iterator match(text.begin(), text.end(), call), end; match != end; ++match) {
                const std::string names = (*match)[1];
                const auto line = 1 + std::count(text.begin(), text.begin() + match->position(), '\n');
                for (std::sregex_iterator name(names.begin(), names.end(), word); name != end; ++name) {
                    if (!may_use(room, name->str())) {
                        wrong.push_back({fs::relative(path, root).generic_string(), static_cast<int>(line),
                                         room, name->str()});
                    }
                }
            }
        }
    }
    return wrong;
}

std::size_t files_looked_at(const fs::path& root) {
    std::size_t n = 0;
    for (const auto& [room, uses] : allowed()) {
        n += files_of(root / room, is_source).size() + files_of(root / room, is_cmake).size();
    }
    return n;
}

}  // namespace spillgate::layers
