#include "daq/slow_control/csv_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/number_text.hpp"

namespace spillgate::daq {

namespace {

constexpr std::size_t longest_line = 65536;

class Descriptor {  // owns a file descriptor
  public:
    explicit Descriptor(const std::string& path)
        : file_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
    ~Descriptor() {
        if (file_ >= 0) ::close(file_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int get() const { return file_; }

  private:
    int file_;
};

// Bytes [begin, end) as far as they are still there.
std::optional<std::string> read(int file, std::int64_t begin, std::int64_t end) {
    std::string bytes(static_cast<std::size_t>(end - begin), '\0');
    std::size_t got = 0;
    while (got < bytes.size()) {
        const auto n = ::pread(file, bytes.data() + got, bytes.size() - got, begin + static_cast<off_t>(got));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return std::nullopt;
        if (n == 0) break;
        got += static_cast<std::size_t>(n);
    }
    bytes.resize(got);
    return bytes;
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blanks = " \t\r";
    const auto begin = text.find_first_not_of(blanks);
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

std::vector<std::string> fields_of(std::string_view line) {
    std::vector<std::string> fields(1);
    bool quoted = false;
    for (const char c : line) {
        if (c == '"') quoted = !quoted;
        if (c == ',' && !quoted)
            fields.emplace_back();
        else if (c != '"')
            fields.back().push_back(c);
    }
    for (auto& field : fields)
        field = std::string(trimmed(field));
    return fields;
}

// The last line of `bytes` that has its end and is not blank. `whole`: bytes begin with a line.
std::optional<std::string_view> last_line(std::string_view bytes, bool whole) {
    auto end = bytes.rfind('\n');
    while (end != std::string_view::npos) {
        const auto before = end == 0 ? std::string_view::npos : bytes.rfind('\n', end - 1);
        if (before == std::string_view::npos && !whole) return std::nullopt;
        const auto begin = before == std::string_view::npos ? 0 : before + 1;
        const auto line = bytes.substr(begin, end - begin);
        if (!trimmed(line).empty()) return line;
        end = before;
    }
    return std::nullopt;
}

bool has_number(const std::vector<std::string>& fields) {
    return std::ranges::any_of(fields, [](const auto& field) { return number_of(field).has_value(); });
}

}  // namespace

std::optional<double> number_of(std::string_view text) {
    text = trimmed(text);
    if (text.starts_with('+') && !text.starts_with("+-"))
        text.remove_prefix(1);  // which from_chars does not know
    return proto::number_in<double>(text);
}

proto::Result<CsvRow> CsvFile::newest() {
    const auto failure = [this](proto::ErrorKind kind, std::string_view what, int code = 0) {
        return proto::error(kind, fmt::format("{}: {}", path_, what), code);
    };
    const Descriptor file(path_);
    struct stat status{};
    if (file.get() < 0 || ::fstat(file.get(), &status) != 0)
        return failure(errno == ENOENT ? proto::ErrorKind::NOT_FOUND : proto::ErrorKind::IO,
                       std::strerror(errno), errno);
    if (!S_ISREG(status.st_mode)) return failure(proto::ErrorKind::IO, "not a plain file");
    const std::int64_t size = status.st_size;
    constexpr auto reach = static_cast<std::int64_t>(longest_line);
    const auto head = read(file.get(), 0, std::min(size, reach));
    const auto tail_begin = std::max<std::int64_t>(0, size - reach);
    const auto tail = read(file.get(), tail_begin, size);
    if (!head || !tail) return failure(proto::ErrorKind::IO, std::strerror(errno), errno);
    const auto first_end = head->find('\n');
    if (first_end == std::string::npos)
        return size < reach ? failure(proto::ErrorKind::NOT_FOUND, "no whole line yet")
                            : failure(proto::ErrorKind::CORRUPT, "a line of more than 64 KiB");

    auto first = fields_of(std::string_view(*head).substr(0, first_end));
    const bool is_cut = first.size() == columns_.size() && first != columns_ && has_number(first);
    if (!is_cut) columns_ = std::move(first);
    const auto line = last_line(*tail, tail_begin == 0);
    if (!line && tail_begin > 0) return failure(proto::ErrorKind::CORRUPT, "a line of more than 64 KiB");
    const bool is_first = line && tail_begin == 0 && line->data() == tail->data();
    if (!line || (is_first && !is_cut))
        return failure(proto::ErrorKind::NOT_FOUND, "no whole line below the names of the columns yet");
    return CsvRow{columns_, fields_of(*line),
                  std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec};
}

}  // namespace spillgate::daq
