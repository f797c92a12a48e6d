#include "offline/import/input_bytes.hpp"

#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

namespace spillgate::offline {

namespace {

proto::Error system_error(const std::string& path, std::string_view what, int code) {
    const auto kind = code == ENOENT ? proto::ErrorKind::NOT_FOUND : proto::ErrorKind::IO;
    return proto::error(kind, fmt::format("{}: {}: {}", path, what, std::strerror(code)), code);
}

std::uint64_t little(const std::byte* at, int bytes) {
    std::uint64_t value = 0;
    for (int i = bytes - 1; i >= 0; --i)
        value = value << 8 | std::to_integer<std::uint64_t>(at[i]);
    return value;
}

}  // namespace

proto::Result<InputBytes> InputBytes::open(const std::string& path) {
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return system_error(path, "cannot be opened", errno);
    InputBytes file(path, descriptor, 0);
    struct stat status{};
    if (::fstat(descriptor, &status) != 0) return system_error(path, "cannot be examined", errno);
    if (!S_ISREG(status.st_mode))
        return proto::error(proto::ErrorKind::IO, fmt::format("{}: is not a regular file", path));
    file.size_ = static_cast<std::uint64_t>(status.st_size);
    return file;
}

InputBytes::InputBytes(std::string path, int descriptor, std::uint64_t size)
    : path_(std::move(path)), descriptor_(descriptor), size_(size) {}

InputBytes::InputBytes(InputBytes&& other) noexcept
    : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)), size_(other.size_) {}

InputBytes& InputBytes::operator=(InputBytes&& other) noexcept {
    std::swap(path_, other.path_);
    std::swap(descriptor_, other.descriptor_);
    std::swap(size_, other.size_);
    return *this;
}

InputBytes::~InputBytes() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

std::string InputBytes::name() const {
    return std::filesystem::path(path_).filename().string();
}

proto::Status InputBytes::read(std::uint64_t offset, std::span<std::byte> into) const {
    std::size_t done = 0;
    while (done < into.size()) {
        const auto got =
            ::pread(descriptor_, into.data() + done, into.size() - done, static_cast<off_t>(offset + done));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return system_error(path_, "cannot be read", errno);
        if (got == 0)
            return proto::error(proto::ErrorKind::TRUNCATED,
                                fmt::format("{}: ends at byte {}, {} bytes were to follow", path_,
                                            offset + done, into.size() - done));
        done += static_cast<std::size_t>(got);
    }
    return {};
}

proto::Result<std::string> InputBytes::sha256() const {
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr);
    std::vector<std::byte> buffer(std::size_t{1} << 20);
    for (std::uint64_t offset = 0; offset < size_;) {
        const auto bytes = static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), size_ - offset));
        if (auto status = read(offset, std::span(buffer).first(bytes)); !status) return status.error();
        EVP_DigestUpdate(context.get(), buffer.data(), bytes);
        offset += bytes;
    }
    std::array<unsigned char, 32> digest{};
    EVP_DigestFinal_ex(context.get(), digest.data(), nullptr);
    std::string text;
    for (const auto byte : digest)
        text += fmt::format("{:02x}", byte);
    return text;
}

std::uint16_t little_u16(const std::byte* at) {
    return static_cast<std::uint16_t>(little(at, 2));
}
std::uint32_t little_u32(const std::byte* at) {
    return static_cast<std::uint32_t>(little(at, 4));
}
double little_f64(const std::byte* at) {
    return std::bit_cast<double>(little(at, 8));
}
std::uint32_t big_u32(const std::byte* at) {
    std::uint32_t value = 0;
    for (int i = 0; i < 4; ++i)
        value = value << 8 | std::to_integer<std::uint32_t>(at[i]);
    return value;
}

}  // namespace spillgate::offline
