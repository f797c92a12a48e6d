#include "tests/online/scratch_directory.hpp"

#include <cstdlib>
#include <filesystem>
#include <stdexcept>

namespace spillgate::test {

ScratchDirectory::ScratchDirectory()
    : path_((std::filesystem::temp_directory_path() / "spillgate-online-XXXXXX").string()) {
    if (::mkdtemp(path_.data()) == nullptr) throw std::runtime_error("no temporary directory");
}
ScratchDirectory::~ScratchDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

}  // namespace spillgate::test
