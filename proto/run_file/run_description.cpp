#include "proto/run_file/run_description.hpp"

#include <fmt/format.h>
#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/stubs/logging.h>
#include <google/protobuf/text_format.h>

#include "proto/run_file/block.hpp"
#include "proto/run_file/input_file.hpp"
#include "proto/wire.hpp"

namespace spillgate::proto {

namespace {

constexpr std::string_view preamble =
    "# proto-file: proto/schema/run.proto\n# proto-message: spillgate.wire.RunDescription\n";
constexpr std::string_view crc_label = "# crc32c: ";

std::uint32_t crc_of(std::string_view text) {
    return crc32c(std::as_bytes(std::span(text)));
}

// Keeps the first error, and keeps protobuf from printing it.
class FirstError final : public google::protobuf::io::ErrorCollector {
  public:
    void AddError(int line, google::protobuf::io::ColumnNumber column, const std::string& message) override {
        if (text.empty()) text = fmt::format("{}:{}: {}", line + 1, column + 1, message);
    }
    std::string text;
};

}  // namespace

std::string format_run_description(const wire::RunDescription& description) {
    std::string body;
    google::protobuf::TextFormat::PrintToString(description, &body);
    std::string text = std::string(preamble) + body;
    text += fmt::format("{}{:08x}\n", crc_label, crc_of(text));
    return text;
}

Result<wire::RunDescription> parse_run_description(std::string_view text, const std::string& path) {
    const auto label = text.rfind(crc_label);
    if (label == std::string_view::npos)
        return error(ErrorKind::CORRUPT, fmt::format("{} does not end with its checksum", path));
    const auto body = text.substr(0, label);
    const auto stated = fmt::format("{}{:08x}\n", crc_label, crc_of(body));
    if (text.substr(label) != stated)
        return error(ErrorKind::CORRUPT, fmt::format("{} does not match its checksum", path));

    const google::protobuf::LogSilencer quiet;  // what is wrong is said once, in the result
    wire::RunDescription description;
    FirstError first_error;
    google::protobuf::TextFormat::Parser parser;
    parser.AllowUnknownField(true);
    parser.AllowUnknownExtension(true);
    parser.RecordErrorsTo(&first_error);
    if (!parser.ParseFromString(std::string(body), &description))
        return error(ErrorKind::CORRUPT, fmt::format("{}:{}", path, first_error.text));
    if (description.format_major() != run_format_major)
        return error(ErrorKind::UNSUPPORTED,
                     fmt::format("{}: run format {}.{}; this program knows {}.x", path,
                                 description.format_major(), description.format_minor(), run_format_major));
    return description;
}

Result<wire::RunDescription> read_run_description(const std::string& run_directory) {
    const std::string path = fmt::format("{}/{}", run_directory, run_description_name);
    auto text = read_file(path, max_run_description_bytes);
    if (!text) return text.error();
    return parse_run_description(*text, path);
}

}  // namespace spillgate::proto
