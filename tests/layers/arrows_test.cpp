#include "tests/layers/arrows.hpp"

#include <fstream>

#include <catch2/catch.hpp>
#include <unistd.h>

namespace fs = std::filesystem;
using namespace spillgate::layers;

namespace {

// A small tree of rooms in a folder of its own, removed at the end.
class PlantedTree {
  public:
    PlantedTree() {
        std::string pattern = (fs::temp_directory_path() / "spillgate-layers-XXXXXX").string();
        REQUIRE(mkdtemp(pattern.data()) != nullptr);
        root_ = pattern;
    }
    ~PlantedTree() { fs::remove_all(root_); }
    PlantedTree(const PlantedTree&) = delete;
    PlantedTree& operator=(const PlantedTree&) = delete;

    void write(const std::string& path, const std::string& text) const {
        fs::create_directories((root_ / path).parent_path());
        std::ofstream(root_ / path) << text;
    }
    const fs::path& root() const { return root_; }

  private:
    fs::path root_;
};

void report(const std::vector<WrongArrow>& wrong) {
    for (const auto& arrow : wrong) {
        UNSCOPED_INFO(arrow.file << ":" << arrow.line << ": " << arrow.from << " may not use " << arrow.to);
    }
}

}  // namespace

TEST_CASE("no include of this project runs against the road") {
    REQUIRE(files_looked_at(SPILLGATE_SOURCE_DIR) > 20);
    const auto wrong = wrong_includes(SPILLGATE_SOURCE_DIR);
    report(wrong);
    CHECK(wrong.empty());
}

TEST_CASE("no link of this project runs against the road") {
    const auto wrong = wrong_links(SPILLGATE_SOURCE_DIR);
    report(wrong);
    CHECK(wrong.empty());
}

TEST_CASE("a planted include against the road is found, with its file and line") {
    const PlantedTree tree;
    tree.write("hw/source.hpp", "#pragma once\n#include \"proto/time.hpp\"\n");
    tree.write("daq/gate.cpp",
               "#include <vector>\n#include \"hw/source.hpp\"\n#include \"proto/time.hpp\"\n");
    CHECK(wrong_includes(tree.root()).empty());

    tree.write("hw/simulation/beam.cpp", "#include \"proto/time.hpp\"\n  #  include \"daq/gate.hpp\"\n");
    tree.write("proto/time.hpp", "#include <offline/engine.hpp>\n");
    tree.write("proto/schema/run.proto", "import \"online/status.proto\";\n");
    tree.write("offline/engine.cpp", "#include \"../tests/data/golden.hpp\"\n");
    const auto wrong = wrong_includes(tree.root());
    report(wrong);
    REQUIRE(wrong.size() == 4);
    CHECK(wrong[0].file == "hw/simulation/beam.cpp");
    CHECK(wrong[0].line == 2);
    CHECK(wrong[0].to == "daq");
    CHECK(wrong[1].to == "tests");
    CHECK(wrong[2].to == "online");
    CHECK(wrong[3].to == "offline");
}

TEST_CASE("a planted link against the road is found") {
    const PlantedTree tree;
    tree.write("daq/CMakeLists.txt",
               "spillgate_room(daq proto hw)\ntarget_link_libraries(d PRIVATE spillgate_daq)\n");
    CHECK(wrong_links(tree.root()).empty());

    tree.write("hw/CMakeLists.txt", "spillgate_room(hw\n    proto daq)\n");
    tree.write("offline/CMakeLists.txt", "target_link_libraries(spillgate-offline PRIVATE spillgate_hw)\n");
    const auto wrong = wrong_links(tree.root());
    report(wrong);
    REQUIRE(wrong.size() == 2);
    CHECK(wrong[0].from == "offline");
    CHECK(wrong[1].from == "hw");
    CHECK(wrong[1].to == "daq");
}
