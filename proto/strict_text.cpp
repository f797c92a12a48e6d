#include "proto/strict_text.hpp"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <fstream>
#include <sstream>

#include <fmt/format.h>
#include <google/protobuf/io/tokenizer.h>

#include "proto/config_words.hpp"
#include "proto/schema/options.pb.h"

namespace spillgate::proto {

namespace {

namespace pb = google::protobuf;
using Tree = pb::TextFormat::ParseInfoTree;
using Location = pb::TextFormat::ParseLocation;

// Nothing that a person wrote is longer.
constexpr std::size_t max_text_bytes = std::size_t{4} << 20;

using Position = StrictText::Position;

std::string at(const std::string& name, Position p, std::string_view text) {
    return fmt::format("{}:{}:{}: {}", name, p.line + 1, p.column + 1, text);
}

// Keeps the first refusal of the parser, with its place in `file`.
class FirstError : public pb::io::ErrorCollector {
  public:
    FirstError(const std::string& name, const std::string& file) : name_(name), file_(file) {}
    void AddError(int line, pb::io::ColumnNumber column, const std::string& message) override {
        if (!text_.empty()) return;
        Position where{std::max(line, 0), std::max(column, 0)};
        const auto refused = explain_refused_word(message);
        if (!refused.word.empty()) where = last_of(refused.word, where);
        text_ = at(name_, where, refused.word.empty() ? message : refused.text);
    }
    const std::string& text() const { return text_; }

  private:
    // The parser may point at what follows the word that it refuses, even if that is lines below.
    Position last_of(const std::string& word, Position reported) const {
        std::size_t offset = 0;
        for (int line = 0; line < reported.line && offset != std::string::npos; ++line)
            offset = file_.find('\n', offset) + 1;
        const auto found = file_.rfind(word, offset + static_cast<std::size_t>(reported.column));
        if (found == std::string::npos) return reported;
        const auto before = std::string_view(file_).substr(0, found);
        const auto line_begin = before.rfind('\n') + 1;  // 0 without one
        return {static_cast<int>(std::ranges::count(before, '\n')), static_cast<int>(found - line_begin)};
    }

    const std::string& name_;
    const std::string& file_;
    std::string text_;
};

double number(const pb::Message& m, const pb::FieldDescriptor* f, int i) {
    const auto& r = *m.GetReflection();
    const bool many = f->is_repeated();
    switch (f->cpp_type()) {
        case pb::FieldDescriptor::CPPTYPE_INT32:
            return many ? r.GetRepeatedInt32(m, f, i) : r.GetInt32(m, f);
        case pb::FieldDescriptor::CPPTYPE_UINT32:
            return many ? r.GetRepeatedUInt32(m, f, i) : r.GetUInt32(m, f);
        case pb::FieldDescriptor::CPPTYPE_INT64:
            return static_cast<double>(many ? r.GetRepeatedInt64(m, f, i) : r.GetInt64(m, f));
        case pb::FieldDescriptor::CPPTYPE_UINT64:
            return static_cast<double>(many ? r.GetRepeatedUInt64(m, f, i) : r.GetUInt64(m, f));
        case pb::FieldDescriptor::CPPTYPE_DOUBLE:
            return many ? r.GetRepeatedDouble(m, f, i) : r.GetDouble(m, f);
        case pb::FieldDescriptor::CPPTYPE_FLOAT:
            return static_cast<double>(many ? r.GetRepeatedFloat(m, f, i) : r.GetFloat(m, f));
        default:
            return 0;
    }
}

bool is_number(const pb::FieldDescriptor* f) {
    switch (f->cpp_type()) {
        case pb::FieldDescriptor::CPPTYPE_STRING:
        case pb::FieldDescriptor::CPPTYPE_MESSAGE:
        case pb::FieldDescriptor::CPPTYPE_ENUM:
        case pb::FieldDescriptor::CPPTYPE_BOOL:
            return false;
        default:
            return true;
    }
}

// What is wrong with one number, or nothing.
std::string number_problem(const pb::FieldDescriptor* f, double value) {
    if (!std::isfinite(value)) return fmt::format("{} is {}; it must be a finite number", f->name(), value);
    if (!f->options().HasExtension(config::range)) return {};
    const auto& range = f->options().GetExtension(config::range);
    const bool low =
        range.has_min() && (value < range.min() || (range.min_excluded() && value == range.min()));
    const bool high = range.has_max() && value > range.max();
    if (!low && !high) return {};
    return fmt::format(
        "{} is {}; allowed is {} to {}", f->name(), value,
        range.has_min() ? fmt::format("{}{}", range.min_excluded() ? "above " : "", range.min()) : "any",
        range.has_max() ? fmt::format("{}", range.max()) : "any");
}

}  // namespace

// Notes the place of every message, and checks every field's own rules. Returns the first problem, in file
// order of messages, or an empty text.
std::string StrictText::check_fields(const pb::Message& message, Tree* tree, Position begin) {
    places_[&message] = {tree, begin};
    const auto& reflection = *message.GetReflection();
    const auto& type = *message.GetDescriptor();
    for (int k = 0; k < type.field_count(); ++k) {
        const auto* field = type.field(k);
        const int n = field->is_repeated() ? reflection.FieldSize(message, field)
                                           : (reflection.HasField(message, field) ? 1 : 0);
        if (n == 0 && field->options().GetExtension(config::needed))
            return at(name_, begin, fmt::format("{} is missing; {} needs it", field->name(), type.name()));
        for (int i = 0; i < n; ++i) {
            const auto where = place_of(message, field, i);
            if (is_number(field)) {
                auto problem = number_problem(field, number(message, field, i));
                if (!problem.empty()) return at(name_, where, problem);
            } else if (field->cpp_type() == pb::FieldDescriptor::CPPTYPE_MESSAGE) {
                const auto& inner = field->is_repeated() ? reflection.GetRepeatedMessage(message, field, i)
                                                         : reflection.GetMessage(message, field);
                auto* inner_tree =
                    tree == nullptr ? nullptr : tree->GetTreeForNested(field, field->is_repeated() ? i : -1);
                auto problem = check_fields(inner, inner_tree, where);
                if (!problem.empty()) return problem;
            }
        }
    }
    return {};
}

Position StrictText::place_of(const pb::Message& message, const pb::FieldDescriptor* field, int index) const {
    const auto found = places_.find(&message);
    if (found == places_.end()) return {};
    const auto& [tree, begin] = found->second;
    if (tree == nullptr || field == nullptr) return begin;
    const int i = field->is_repeated() ? std::max(index, 0) : -1;
    const auto where = tree->GetLocation(field, i);
    return where.line < 0 ? begin : Position{where.line, where.column};
}

Result<StrictText> StrictText::parse(const std::string& text, const std::string& name, pb::Message& message) {
    if (text.size() > max_text_bytes)
        return error(ErrorKind::CONFIG, fmt::format("{}: {} bytes; a configuration has at most {}", name,
                                                    text.size(), max_text_bytes));
    StrictText parsed(name);
    FirstError errors(name, text);
    pb::TextFormat::Parser parser;
    parser.RecordErrorsTo(&errors);
    parser.WriteLocationsTo(parsed.tree_.get());
    if (!parser.ParseFromString(text, &message))
        return error(ErrorKind::CONFIG,
                     errors.text().empty() ? at(name, {}, "not a configuration") : errors.text());
    const auto problem = parsed.check_fields(message, parsed.tree_.get(), {});
    if (!problem.empty()) return error(ErrorKind::CONFIG, problem);
    return parsed;
}

Error StrictText::refusal(const pb::Message& message, const std::string& field, int index,
                          std::string_view text) const {
    const auto* descriptor = message.GetDescriptor()->FindFieldByName(field);
    return error(ErrorKind::CONFIG, at(name_, place_of(message, descriptor, index), text));
}

Result<std::string> read_text(const std::string& path) {
    errno = 0;
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    if (file) text << file.rdbuf();
    // Reading a directory, or nothing at all, leaves the stream bad without having thrown.
    if (!file || (text.str().empty() && errno != 0)) {
        const int code = errno;
        return error(
            code == ENOENT ? ErrorKind::NOT_FOUND : ErrorKind::IO,
            fmt::format("{}:1:1: cannot be read: {}", path, code != 0 ? std::strerror(code) : "not a file"),
            code);
    }
    return text.str();
}

namespace {

bool has_needed_field(const pb::Descriptor& type) {
    for (int k = 0; k < type.field_count(); ++k)
        if (type.field(k)->options().GetExtension(config::needed)) return true;
    return false;
}

void set_default(pb::Message& message, const pb::FieldDescriptor* f) {
    const auto& r = *message.GetReflection();
    switch (f->cpp_type()) {
        case pb::FieldDescriptor::CPPTYPE_INT32:
            r.SetInt32(&message, f, f->default_value_int32());
            break;
        case pb::FieldDescriptor::CPPTYPE_UINT32:
            r.SetUInt32(&message, f, f->default_value_uint32());
            break;
        case pb::FieldDescriptor::CPPTYPE_INT64:
            r.SetInt64(&message, f, f->default_value_int64());
            break;
        case pb::FieldDescriptor::CPPTYPE_UINT64:
            r.SetUInt64(&message, f, f->default_value_uint64());
            break;
        case pb::FieldDescriptor::CPPTYPE_DOUBLE:
            r.SetDouble(&message, f, f->default_value_double());
            break;
        case pb::FieldDescriptor::CPPTYPE_FLOAT:
            r.SetFloat(&message, f, f->default_value_float());
            break;
        case pb::FieldDescriptor::CPPTYPE_BOOL:
            r.SetBool(&message, f, f->default_value_bool());
            break;
        case pb::FieldDescriptor::CPPTYPE_ENUM:
            r.SetEnum(&message, f, f->default_value_enum());
            break;
        case pb::FieldDescriptor::CPPTYPE_STRING:
            r.SetString(&message, f, f->default_value_string());
            break;
        case pb::FieldDescriptor::CPPTYPE_MESSAGE:
            break;
    }
}

}  // namespace

void write_defaults(pb::Message& message) {
    const auto& reflection = *message.GetReflection();
    const auto& type = *message.GetDescriptor();
    for (int k = 0; k < type.field_count(); ++k) {
        const auto* field = type.field(k);
        const bool is_message = field->cpp_type() == pb::FieldDescriptor::CPPTYPE_MESSAGE;
        if (field->is_repeated()) {
            for (int i = 0; is_message && i < reflection.FieldSize(message, field); ++i)
                write_defaults(*reflection.MutableRepeatedMessage(&message, field, i));
        } else if (is_message) {
            const bool present = reflection.HasField(message, field);
            const bool may_create =
                field->containing_oneof() == nullptr && !has_needed_field(*field->message_type());
            if (present || may_create) write_defaults(*reflection.MutableMessage(&message, field));
        } else if (field->has_default_value() && !reflection.HasField(message, field)) {
            set_default(message, field);
        }
    }
}

std::string printed(const pb::Message& message) {
    pb::TextFormat::Printer printer;
    printer.SetUseUtf8StringEscaping(true);
    std::string text;
    printer.PrintToString(message, &text);
    return text;
}

}  // namespace spillgate::proto
