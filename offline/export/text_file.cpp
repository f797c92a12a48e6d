#include "offline/export/text_file.hpp"

#include <cerrno>
#include <cstring>
#include <utility>

#include <fmt/format.h>
#include <sys/stat.h>

namespace spillgate::offline {

TextFile::TextFile(std::string path, bool for_group)
    : path_(std::move(path)), temporary_(path_ + ".part"), file_(std::fopen(temporary_.c_str(), "wb")) {
    if (file_ == nullptr || (for_group && ::fchmod(::fileno(file_), 0640) != 0)) errno_ = errno;
}

TextFile::~TextFile() {
    if (file_ == nullptr) return;
    std::fclose(file_);
    std::remove(temporary_.c_str());
}

void TextFile::write(std::string_view text) {
    if (errno_ == 0 && std::fwrite(text.data(), 1, text.size(), file_) != text.size()) errno_ = errno;
}

proto::Status TextFile::failure(int code) {
    const bool full = code == ENOSPC || code == EDQUOT;
    return proto::error(full ? proto::ErrorKind::DISK_FULL : proto::ErrorKind::IO,
                        fmt::format("cannot write {}: {}", path_, std::strerror(code)), code);
}

proto::Status TextFile::commit() {
    if (errno_ != 0) return failure(errno_);
    const bool closed = std::fclose(std::exchange(file_, nullptr)) == 0;
    if (closed && std::rename(temporary_.c_str(), path_.c_str()) == 0) return {};
    const int code = errno;
    std::remove(temporary_.c_str());
    return failure(code);
}

}  // namespace spillgate::offline
