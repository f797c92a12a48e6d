// The fuzz targets without libFuzzer: their seeds, every input in corpus/ that once broke something, and
// mutations of the seeds from a fixed random sequence.
#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

#include <catch2/catch.hpp>

#include "tests/fuzz/fuzz_targets.hpp"

namespace spillgate::fuzz {
namespace {

using Target = void (*)(const std::uint8_t*, std::size_t);
using Random = std::mt19937_64;

void run(Target target, const std::string& input) {
    target(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
}

std::size_t below(Random& random, std::size_t end) {
    return end == 0 ? 0 : random() % end;
}

// Overwrites bytes with a value at which arithmetic tends to break.
void set_number(Random& random, std::string& input) {
    constexpr std::array<std::uint64_t, 10> numbers{
        0, 1, 0x7f, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0xffffffff, 0x7fffffffffffffff, 0xffffffffffffffff};
    const std::uint64_t number = numbers[below(random, numbers.size())] + below(random, 3) - 1;
    const std::size_t width = std::size_t{1} << below(random, 4);
    if (input.size() < width) return;
    const std::size_t at = below(random, input.size() - width + 1);
    for (std::size_t i = 0; i < width; ++i)
        input[at + i] = static_cast<char>(number >> 8 * i);
}

std::string mutated(Random& random, std::string input, const std::string& other) {
    for (std::size_t times = 1 + below(random, 4); times > 0; --times) {
        const std::size_t at = below(random, input.size());
        switch (below(random, 6)) {
            case 0:
                if (!input.empty()) input[at] = static_cast<char>(input[at] ^ (1 << below(random, 8)));
                break;
            case 1:
                if (!input.empty()) input[at] = static_cast<char>(random());
                break;
            case 2:
                set_number(random, input);
                break;
            case 3:
                input.erase(at, 1 + below(random, 80));
                break;
            case 4:
                input.insert(at, other.substr(below(random, other.size()), below(random, 200)));
                break;
            default:
                input.resize(at);
                break;
        }
    }
    return input;
}

void check(Target target, const std::vector<std::string>& seeds, const std::string& name) {
    for (const auto& seed : seeds)
        run(target, seed);
    const std::string corpus = SPILLGATE_SOURCE_DIR "/tests/fuzz/corpus/" + name;
    std::error_code none;
    for (const auto& entry : std::filesystem::directory_iterator(corpus, none)) {
        std::ifstream in(entry.path(), std::ios::binary);
        run(target, std::string(std::istreambuf_iterator<char>(in), {}));
    }
    Random random(20261122);
    for (int round = 0; round < 30'000; ++round)
        run(target, mutated(random, seeds[below(random, seeds.size())], seeds[below(random, seeds.size())]));
    SUCCEED("a target that breaks a promise aborts");
}

}  // namespace

TEST_CASE("any bytes as a Spill record or verdict are refused or give a record that can be used") {
    check(decode_spill, decode_spill_seeds(), "decode_spill");
}

TEST_CASE("any bytes as a segment are read to an end") {
    check(read_segment, read_segment_seeds(), "read_segment");
}

TEST_CASE("any bytes as a foreign recording are refused or give events that lie inside the file") {
    check(import_recording, import_recording_seeds(), "import_recording");
}

TEST_CASE("any bytes as a picture are refused or give one that holds nothing but pixels") {
    check(png_reencode, png_reencode_seeds(), "png_reencode");
}

}  // namespace spillgate::fuzz
