#include "offline/cevns/text_table.hpp"

#include <cctype>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#include <fmt/format.h>

namespace spillgate::offline::cevns {

namespace {

constexpr std::uintmax_t largest_file = 256U << 20U;
constexpr std::string_view blanks = " \t\r";

std::string_view trimmed(std::string_view text) {
    const auto begin = text.find_first_not_of(blanks);
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

// Takes the next field off a line: up to a comma, or up to blanks and the comma that may follow them.
std::string_view take_field(std::string_view& line) {
    line = trimmed(line);
    const auto end = std::min(line.find_first_of(", \t"), line.size());
    const auto field = line.substr(0, end);
    line = trimmed(line.substr(end));
    if (line.starts_with(',')) line.remove_prefix(1);
    return field;
}

bool parse(std::string_view field, double& value) {
    const auto* begin = field.data();
    const auto* end = begin + field.size();
    const auto [stop, problem] = std::from_chars(begin, end, value);
    return problem == std::errc() && stop == end && std::isfinite(value);
}

}  // namespace

proto::Result<TextTable> parse_text_table(std::string_view text, std::size_t columns, std::string_view name) {
    TextTable table;
    table.columns.resize(columns);
    for (std::size_t number = 1; !text.empty(); ++number) {
        const auto end = std::min(text.find('\n'), text.size());
        auto line = trimmed(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.empty() || line.starts_with('#')) continue;
        const bool heading = table.rows() == 0 && std::isalpha(static_cast<unsigned char>(line.front())) != 0;
        if (heading) continue;
        for (std::size_t column = 0; column < columns; ++column) {
            const auto field = take_field(line);
            double value = 0;
            if (!parse(field, value))
                return proto::error(
                    proto::ErrorKind::CORRUPT,
                    fmt::format("{}, line {}: column {} of {} is '{}'; it must be a finite number", name,
                                number, column + 1, columns, field));
            table.columns[column].push_back(value);
        }
    }
    if (table.rows() == 0)
        return proto::error(proto::ErrorKind::CORRUPT, fmt::format("{}: there is no row of numbers", name));
    return table;
}

proto::Result<TextTable> read_text_table(const std::string& path, std::size_t columns) {
    std::error_code problem;
    const auto size = std::filesystem::file_size(path, problem);
    if (problem)
        return proto::error(problem == std::errc::no_such_file_or_directory ? proto::ErrorKind::NOT_FOUND
                                                                            : proto::ErrorKind::IO,
                            fmt::format("{}: {}", path, problem.message()), problem.value());
    if (size > largest_file)
        return proto::error(proto::ErrorKind::UNSUPPORTED,
                            fmt::format("{}: {} bytes; a table has at most {}", path, size, largest_file));
    std::ifstream in(path, std::ios::binary);
    const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    if (!in) return proto::error(proto::ErrorKind::IO, fmt::format("{}: cannot be read", path), errno);
    return parse_text_table(text, columns, path);
}

}  // namespace spillgate::offline::cevns
