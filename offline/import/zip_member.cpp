#include "offline/import/zip_member.hpp"

#include <filesystem>

#include <fmt/format.h>
#include <zip.h>

namespace spillgate::offline {

struct ZipMember::Handles {
    zip_t* archive = nullptr;
    zip_file_t* member = nullptr;
    ~Handles() {
        if (member != nullptr) zip_fclose(member);
        if (archive != nullptr) zip_discard(archive);
    }
};

namespace {

proto::Error archive_error(const std::string& path, int code) {
    zip_error_t error;
    zip_error_init_with_code(&error, code);
    const std::string text = zip_error_strerror(&error);
    zip_error_fini(&error);
    const auto kind = code == ZIP_ER_NOENT  ? proto::ErrorKind::NOT_FOUND
                      : code == ZIP_ER_OPEN ? proto::ErrorKind::IO
                      : code == ZIP_ER_READ ? proto::ErrorKind::IO
                                            : proto::ErrorKind::CORRUPT;
    return proto::error(kind, fmt::format("{}: {}", path, text));
}

}  // namespace

ZipMember::ZipMember(std::string path, std::uint64_t max_bytes, std::unique_ptr<Handles> handles)
    : path_(std::move(path)), max_bytes_(max_bytes), handles_(std::move(handles)) {}
ZipMember::ZipMember(ZipMember&&) noexcept = default;
ZipMember& ZipMember::operator=(ZipMember&&) noexcept = default;
ZipMember::~ZipMember() = default;

proto::Result<ZipMember> ZipMember::open(const std::string& path, std::uint64_t max_bytes) {
    auto handles = std::make_unique<Handles>();
    int code = 0;
    handles->archive = zip_open(path.c_str(), ZIP_RDONLY, &code);
    if (handles->archive == nullptr) return archive_error(path, code);
    const auto stem = std::filesystem::path(path).stem().string();
    auto index = zip_name_locate(handles->archive, stem.c_str(), 0);
    const auto members = zip_get_num_entries(handles->archive, 0);
    if (index < 0 && members == 1) index = 0;
    if (index < 0)
        return proto::error(
            proto::ErrorKind::CORRUPT,
            fmt::format("{}: {} members, none named '{}'; a minute file has one, named like itself", path,
                        members, stem));
    zip_stat_t stat;
    zip_stat_init(&stat);
    if (zip_stat_index(handles->archive, static_cast<zip_uint64_t>(index), 0, &stat) == 0 &&
        (stat.valid & ZIP_STAT_SIZE) != 0 && stat.size > max_bytes)
        return proto::error(
            proto::ErrorKind::CORRUPT,
            fmt::format("{}: its member claims {} bytes; allowed: {}", path, stat.size, max_bytes));
    handles->member = zip_fopen_index(handles->archive, static_cast<zip_uint64_t>(index), 0);
    if (handles->member == nullptr)
        return proto::error(proto::ErrorKind::UNSUPPORTED, fmt::format("{}: its member cannot be opened: {}",
                                                                       path, zip_strerror(handles->archive)));
    return ZipMember(path, max_bytes, std::move(handles));
}

proto::Result<std::size_t> ZipMember::read(std::span<std::byte> into) {
    std::size_t done = 0;
    while (done < into.size()) {
        const auto got = zip_fread(handles_->member, into.data() + done, into.size() - done);
        if (got < 0)
            return proto::error(proto::ErrorKind::CORRUPT,
                                fmt::format("{}: its member is damaged after {} bytes: {}", path_,
                                            bytes_read_, zip_file_strerror(handles_->member)));
        if (got == 0) break;
        done += static_cast<std::size_t>(got);
        bytes_read_ += static_cast<std::uint64_t>(got);
        if (bytes_read_ > max_bytes_)
            return proto::error(proto::ErrorKind::CORRUPT,
                                fmt::format("{}: its member holds more than {} bytes", path_, max_bytes_));
    }
    return done;
}

}  // namespace spillgate::offline
