#include "online/logbook/picture.hpp"

#include <filesystem>

#include <catch2/catch.hpp>

#include "tests/online/png_samples.hpp"
#include "tests/proto/temporary_directory.hpp"

using namespace spillgate;
using online::reencode_png;
using proto::ErrorKind;
using proto::testing::TemporaryDirectory;

namespace {

std::span<const std::byte> bytes_of(const std::string& text) {
    return std::as_bytes(std::span(text));
}

}  // namespace

TEST_CASE("a picture keeps its pixels and loses all that is not one") {
    const auto pixels = test::gradient(37, 11);
    const auto plain = test::png_of(pixels, 37, 11);
    const auto packed = test::with_chunk(plain, "tEXt", "Comment\0<script>", 16);
    REQUIRE(packed.find("<script>") != std::string::npos);
    const auto picture = reencode_png(bytes_of(packed)).value();
    CHECK(picture.width == 37);
    CHECK(picture.height == 11);
    CHECK(test::chunks_of(picture.png) == std::vector<std::string>{"IHDR", "IDAT", "IEND"});
    CHECK(test::pixels_of(picture.png) == pixels);
    CHECK(reencode_png(bytes_of(plain)).value().sha256 == picture.sha256);
    CHECK(reencode_png(bytes_of(picture.png)).value().sha256 == picture.sha256);
}

TEST_CASE("what is no plain PNG of bounded size is refused, with the reason") {
    const auto good = test::png_of(test::gradient(8, 8), 8, 8);
    const auto kind = [](const std::string& sent) { return reencode_png(bytes_of(sent)).error().kind; };
    CHECK(kind("") == ErrorKind::UNSUPPORTED);
    CHECK(kind("<svg xmlns=\"http://www.w3.org/2000/svg\"/>") == ErrorKind::UNSUPPORTED);
    CHECK(kind("\xff\xd8\xff\xe0 JFIF") == ErrorKind::UNSUPPORTED);
    CHECK(kind("GIF89a") == ErrorKind::UNSUPPORTED);
    CHECK(kind(good + std::string(online::max_picture_bytes, 'x')) == ErrorKind::REFUSED);
    CHECK(kind(test::with_size(good, 5000, 8)) == ErrorKind::REFUSED);
    CHECK(kind(test::with_size(good, 8, 0xffffffff)) == ErrorKind::REFUSED);
    CHECK(kind(test::with_size(good, 0, 8)) == ErrorKind::CORRUPT);
    CHECK(kind(test::with_size(good, 4096, 4096)) == ErrorKind::CORRUPT);  // its pixels are not there
    CHECK(kind(test::interlaced(good)) == ErrorKind::UNSUPPORTED);
    for (std::size_t cut = 8; cut < good.size(); ++cut) {
        CAPTURE(cut);
        CHECK(kind(good.substr(0, cut)) == ErrorKind::CORRUPT);
    }
    auto wrong = good;
    char& inside = wrong[good.size() - 20];  // of the last IDAT
    inside = static_cast<char>(inside ^ 1);
    CHECK(kind(wrong) == ErrorKind::CORRUPT);
}

TEST_CASE("a kept picture is found by its name and by nothing else") {
    const TemporaryDirectory directory;
    const online::PictureStore store(directory.path() + "/pictures", 0);
    const auto picture = reencode_png(bytes_of(test::png_of(test::gradient(4, 4), 4, 4))).value();
    CHECK(store.load(picture.sha256).error().kind == ErrorKind::NOT_FOUND);
    REQUIRE(store.save(picture).has_value());
    REQUIRE(store.save(picture).has_value());
    CHECK(store.load(picture.sha256).value() == picture.png);
    for (const std::string name : {"", "x", "../pictures", "../../../../etc/passwd"})
        CHECK(store.load(name).error().kind == ErrorKind::NOT_FOUND);
    CHECK(store.load(std::string(64, 'b')).error().kind == ErrorKind::NOT_FOUND);
    const online::PictureStore full(directory.path() + "/full", std::uint64_t{1} << 62);
    CHECK(full.save(picture).error().kind == ErrorKind::DISK_FULL);
}
