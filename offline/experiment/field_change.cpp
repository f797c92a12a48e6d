#include "offline/experiment/field_change.hpp"

#include <charconv>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/text_format.h>

namespace spillgate::offline {

namespace {

namespace pb = google::protobuf;
using proto::error;
using proto::ErrorKind;
using proto::Result;
using proto::Status;

struct FirstProblem : pb::io::ErrorCollector {
    std::string text;
    void AddError(int, int, const std::string& message) override {
        if (text.empty()) text = message;
    }
};

std::string fields_of(const pb::Descriptor& type) {
    std::vector<std::string> names;
    names.reserve(static_cast<std::size_t>(type.field_count()));
    for (int k = 0; k < type.field_count(); ++k)
        names.push_back(type.field(k)->name());
    return fmt::format("{}", fmt::join(names, ", "));
}

// The element of a repeated message that `key` names.
Result<pb::Message*> element(pb::Message& message, const pb::FieldDescriptor* field, std::string_view key,
                             std::string_view change) {
    const auto& reflection = *message.GetReflection();
    const int size = reflection.FieldSize(message, field);
    int index = -1;
    const auto parsed = std::from_chars(key.data(), key.data() + key.size(), index);
    const bool is_index = parsed.ec == std::errc{} && parsed.ptr == key.data() + key.size();
    if (is_index && index >= 0 && index < size)
        return reflection.MutableRepeatedMessage(&message, field, index);
    const auto* name = field->message_type()->FindFieldByName("name");
    std::vector<std::string> there;
    for (int i = 0; name != nullptr && i < size; ++i) {
        auto* inner = reflection.MutableRepeatedMessage(&message, field, i);
        there.push_back(inner->GetReflection()->GetString(*inner, name));
        if (there.back() == key) return inner;
    }
    return error(ErrorKind::CONFIG,
                 fmt::format("--set {}: no {} is '{}'; there are {}", change, field->name(), key,
                             there.empty() ? fmt::format("{}, named by index", size)
                                           : fmt::format("{}", fmt::join(there, ", "))));
}

Status set_value(pb::Message& message, const pb::FieldDescriptor* field, std::string_view value,
                 std::string_view change) {
    message.GetReflection()->ClearField(&message, field);
    const bool text =
        field->cpp_type() == pb::FieldDescriptor::CPPTYPE_STRING && (value.empty() || value.front() != '"');
    const bool inner = field->cpp_type() == pb::FieldDescriptor::CPPTYPE_MESSAGE;
    const auto line = fmt::format("{}{} {}", field->name(), inner ? "" : ":",
                                  text ? fmt::format("\"{}\"", value) : std::string(value));
    FirstProblem problem;
    pb::TextFormat::Parser parser;
    parser.RecordErrorsTo(&problem);
    if (!parser.MergeFromString(line, &message))
        return error(ErrorKind::CONFIG, fmt::format("--set {}: {}", change, problem.text));
    return {};
}

}  // namespace

Status change_field(pb::Message& message, std::string_view change) {
    const auto equals = change.find('=');
    if (equals == std::string_view::npos)
        return error(
            ErrorKind::CONFIG,
            fmt::format("--set {}: no '='; write path.to.field=value, such as target.mass_kg=20", change));
    std::string_view path = change.substr(0, equals);
    const std::string_view value = change.substr(equals + 1);
    const auto next_part = [&path] {
        const auto dot = path.find('.');
        const auto part = path.substr(0, dot);
        path = dot == std::string_view::npos ? std::string_view{} : path.substr(dot + 1);
        return part;
    };
    pb::Message* at = &message;
    while (true) {
        const auto part = next_part();
        const auto* field = at->GetDescriptor()->FindFieldByName(std::string(part));
        if (field == nullptr)
            return error(ErrorKind::CONFIG,
                         fmt::format("--set {}: {} has no '{}'; it has {}", change,
                                     at->GetDescriptor()->name(), part, fields_of(*at->GetDescriptor())));
        if (path.empty()) return set_value(*at, field, value, change);
        if (field->cpp_type() != pb::FieldDescriptor::CPPTYPE_MESSAGE)
            return error(ErrorKind::CONFIG, fmt::format("--set {}: {} has no parts", change, part));
        if (!field->is_repeated()) {
            at = at->GetReflection()->MutableMessage(at, field);
            continue;
        }
        const auto inner = element(*at, field, next_part(), change);
        if (!inner) return inner.error();
        at = *inner;
        if (path.empty())
            return error(ErrorKind::CONFIG, fmt::format("--set {}: it names a whole {}; name a field of it",
                                                        change, at->GetDescriptor()->name()));
    }
}

}  // namespace spillgate::offline
