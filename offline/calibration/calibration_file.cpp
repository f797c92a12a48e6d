#include "offline/calibration/calibration_file.hpp"

#include <fstream>
#include <sstream>

#include <fmt/format.h>
#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/text_format.h>

#include "proto/run_file/file_layer.hpp"
#include "proto/wire.hpp"

namespace spillgate::offline {

namespace {

std::string print(const google::protobuf::Message& message) {
    google::protobuf::TextFormat::Printer printer;
    printer.SetUseUtf8StringEscaping(true);
    printer.SetUseShortRepeatedPrimitives(true);  // a spectrum's counts on one line
    std::string text;
    printer.PrintToString(message, &text);
    return text;
}

// The line that calibration_text() ends with.
std::string hash_line(std::string_view text) {
    return fmt::format("sha256: \"{}\"\n", proto::sha256_hex(text));
}

// Keeps the parser from printing, and what it says first.
struct FirstProblem : google::protobuf::io::ErrorCollector {
    int line = 0;
    std::string text;
    void AddError(int at_line, int, const std::string& message) override {
        if (!text.empty()) return;
        line = at_line + 1;
        text = message;
    }
};

template <class Message>
proto::Result<Calibration> parse_as(const std::string& text, const std::string& name, std::string_view what) {
    Message calibration;
    FirstProblem problem;
    google::protobuf::TextFormat::Parser parser;
    parser.RecordErrorsTo(&problem);
    if (!parser.ParseFromString(text, &calibration))
        return proto::error(proto::ErrorKind::CORRUPT, fmt::format("{}:{}: is not an {} calibration: {}",
                                                                   name, problem.line, what, problem.text));
    if (calibration.format_major() != calibration_major)
        return proto::error(proto::ErrorKind::UNSUPPORTED,
                            fmt::format("{}: calibration format {}; known: {}", name,
                                        calibration.format_major(), calibration_major));
    // Of the text as it stands, not as this version would print it: older files hold.
    const auto hashed = text.rfind("sha256: ");
    if (hashed == std::string::npos || text.substr(hashed) != hash_line(text.substr(0, hashed)))
        return proto::error(
            proto::ErrorKind::CORRUPT,
            fmt::format("{}: its content does not have the hash that it names: it was changed", name));
    return Calibration(std::move(calibration));
}

// The value of the file's own `kind`, which is on a line of its own; empty if it has none.
std::string kind_of(const std::string& text) {
    constexpr std::string_view field = "\nkind: \"";
    const auto at = text.find(field);
    if (at == std::string::npos) return {};
    const auto begin = at + field.size();
    return text.substr(begin, text.find('"', begin) - begin);
}

}  // namespace

std::string calibration_text(Calibration calibration) {
    return std::visit(
        [](auto& message) {
            message.clear_sha256();
            const auto text = print(message);
            return text + hash_line(text);
        },
        calibration);
}

const std::string& sha256_of(const Calibration& calibration) {
    return std::visit([](const auto& message) -> const std::string& { return message.sha256(); },
                      calibration);
}

proto::Result<Calibration> parse_calibration(const std::string& text, const std::string& name) {
    const auto kind = kind_of(text);
    if (kind.empty()) return parse_as<wire::SpeCalibration>(text, name, "SPE");
    if (kind == "hpge") return parse_as<wire::HpgeCalibration>(text, name, "HPGe");
    return proto::error(
        proto::ErrorKind::UNSUPPORTED,
        fmt::format("{}: calibration of kind '{}'; known: hpge, and SPE files without a kind", name, kind));
}

proto::Result<Calibration> load_calibration(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return proto::error(proto::ErrorKind::NOT_FOUND, fmt::format("{}: cannot be opened", path));
    std::ostringstream text;
    text << file.rdbuf();
    if (file.bad()) return proto::error(proto::ErrorKind::IO, fmt::format("{}: cannot be read", path));
    return parse_calibration(text.str(), path);
}

proto::Status save_calibration(const Calibration& calibration, const std::string& path) {
    return proto::posix_file_layer().replace(path, calibration_text(calibration));
}

}  // namespace spillgate::offline
