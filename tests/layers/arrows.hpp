// The rooms and which other rooms each may include (docs/architecture.md, "Rooms").
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace spillgate::layers {

// An #include, or a CMake link, of a room that may not be used from there.
struct WrongArrow {
    std::string file;  // relative to the root
    int line = 0;
    std::string from;  // room
    std::string to;    // room
};

// Every include of one room by another, in the room folders under `root`, that runs against the road.
// Generated headers count as the room that they are generated for.
std::vector<WrongArrow> wrong_includes(const std::filesystem::path& root);

// The same for target_link_libraries and spillgate_room in the rooms' CMakeLists.txt.
std::vector<WrongArrow> wrong_links(const std::filesystem::path& root);

// How many files of the rooms were looked at by the two above: a check of nothing would prove nothing.
std::size_t files_looked_at(const std::filesystem::path& root);

}  // namespace spillgate::layers
