// Differences of two configurations by protobuf's own comparison, with paths that people can find.
#include <set>

#include <fmt/format.h>
#include <google/protobuf/text_format.h>
#include <google/protobuf/util/message_differencer.h>

#include "online/run/config_list.hpp"

namespace spillgate::online {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::TextFormat;
using google::protobuf::util::MessageDifferencer;

// Entries with a name are the same entry wherever they stand.
void compare_by_names(const Descriptor& type, MessageDifferencer& differencer,
                      std::set<const Descriptor*>& known) {
    if (!known.insert(&type).second) return;
    for (int i = 0; i < type.field_count(); ++i) {
        const FieldDescriptor* const field = type.field(i);
        if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
        const FieldDescriptor* const key = field->message_type()->FindFieldByName("name");
        if (field->is_repeated() && key != nullptr && key->cpp_type() == FieldDescriptor::CPPTYPE_STRING)
            differencer.TreatAsMap(field, key);
        compare_by_names(*field->message_type(), differencer, known);
    }
}

class Changes final : public MessageDifferencer::Reporter {
  public:
    using Path = std::vector<MessageDifferencer::SpecificField>;

    void ReportAdded(const Message&, const Message& is, const Path& path) override {
        changes_.push_back({text_of(path), "", value_of(is, path, false)});
    }
    void ReportDeleted(const Message& was, const Message&, const Path& path) override {
        changes_.push_back({text_of(path), value_of(was, path, true), ""});
    }
    void ReportModified(const Message& was, const Message& is, const Path& path) override {
        // What has changed inside a message is reported by itself.
        if (path.back().field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) return;
        changes_.push_back({text_of(path), value_of(was, path, true), value_of(is, path, false)});
    }

    std::vector<ConfigChange> take() { return std::move(changes_); }

  private:
    static std::string text_of(const Path& path) {
        std::string text;
        for (const auto& step : path) {
            if (!text.empty()) text += '.';
            text += step.field->name();
            const int index = step.index >= 0 ? step.index : step.new_index;
            if (index >= 0) text += fmt::format("[{}]", index);
        }
        return text;
    }

    // The reporter is given the messages that hold the last step.
    static std::string value_of(const Message& holder, const Path& path, bool old) {
        const auto& last = path.back();
        std::string text;
        const int index = last.field->is_repeated() ? (old ? last.index : last.new_index) : -1;
        TextFormat::Printer printer;
        printer.SetSingleLineMode(true);
        printer.PrintFieldValueToString(holder, last.field, index, &text);
        while (text.ends_with(' '))
            text.pop_back();
        return text;
    }

    std::vector<ConfigChange> changes_;
};

}  // namespace

std::vector<ConfigChange> differences(const config::Config& was, const config::Config& is) {
    MessageDifferencer differencer;
    std::set<const Descriptor*> known;
    compare_by_names(*config::Config::descriptor(), differencer, known);
    Changes changes;
    differencer.ReportDifferencesTo(&changes);
    differencer.Compare(was, is);
    return changes.take();
}

}  // namespace spillgate::online
