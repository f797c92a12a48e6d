// Protobuf text format that a person wrote, read strictly: every refusal says file, line, column, what was
// found and what is allowed; ranges and needed fields as the schema's options (options.proto) say.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include <google/protobuf/text_format.h>

#include "proto/result.hpp"

namespace spillgate::proto {

// A parsed message and where each part of it stands. The message must stay where it is as long as this is
// asked.
class StrictText {
  public:
    struct Position {
        int line = 0;
        int column = 0;
    };

    // Fills `message` from `text`; `name` stands for the file in messages. Errors: CONFIG.
    static Result<StrictText> parse(const std::string& text, const std::string& name,
                                    google::protobuf::Message& message);

    // "FILE:LINE:COLUMN: text", pointing at a field of a message inside the parsed one (index −1 unless
    // repeated).
    Error refusal(const google::protobuf::Message& message, const std::string& field, int index,
                  std::string_view text) const;

  private:
    using Tree = google::protobuf::TextFormat::ParseInfoTree;
    struct Place {
        Tree* tree = nullptr;
        Position begin;
    };

    explicit StrictText(std::string name) : name_(std::move(name)), tree_(std::make_unique<Tree>()) {}
    std::string check_fields(const google::protobuf::Message& message, Tree* tree, Position begin);
    Position place_of(const google::protobuf::Message& message,
                      const google::protobuf::FieldDescriptor* field, int index) const;

    std::string name_;
    std::unique_ptr<Tree> tree_;
    std::map<const google::protobuf::Message*, Place> places_;
};

// Reads a whole file of text. Errors: NOT_FOUND, IO.
Result<std::string> read_text(const std::string& path);

// Writes every default out, so that a stored text means the same after a default has changed. A part that a
// person must write (it has needed fields), and an alternative not chosen, stay absent.
void write_defaults(google::protobuf::Message& message);

// The same content gives the same text.
std::string printed(const google::protobuf::Message& message);

}  // namespace spillgate::proto
