#include <iostream>
#include <iterator>
#include <utility>

#include <boost/json/parse.hpp>
#include <fmt/format.h>

#include "daq/ctl/console/answer_fields.hpp"
#include "daq/ctl/console/console_verbs.hpp"
#include "proto/strict_text.hpp"

namespace spillgate::daq {

namespace {

namespace json = boost::json;
using proto::error;
using proto::ErrorKind;

ApiPath layout_path(const std::string& name) {
    ApiPath path("/api/layouts");
    path.segment(name);
    return path;
}

// Errors: CONFIG (no such file, or no JSON object in it).
proto::Result<json::object> layout_in(const std::string& file) {
    std::string text;
    if (file == "-") {
        text.assign(std::istreambuf_iterator<char>(std::cin), {});
    } else {
        auto read = proto::read_text(file);
        if (!read) return error(ErrorKind::CONFIG, read.error().message);
        text = std::move(*read);
    }
    boost::system::error_code failed;
    auto value = json::parse(text, failed);
    if (failed || !value.is_object())
        return error(ErrorKind::CONFIG,
                     fmt::format("{} holds no layout: one JSON object, as `layouts show` prints it",
                                 file == "-" ? "stdin" : file));
    return std::move(value.get_object());
}

ConsoleResult told(const proto::Result<json::object>& done, bool as_json, std::string words) {
    if (!done) return done.error();
    return ConsoleAnswer{as_json ? json_line(*done) : std::move(words)};
}

}  // namespace

ConsoleVerb list_layouts() {
    return [](const ConsoleClient& console, bool as_json) -> ConsoleResult {
        const auto known = console.get(ApiPath("/api/layouts"));
        if (!known) return known.error();
        if (as_json) return ConsoleAnswer{json_line(*known)};
        std::string out;
        for (const auto& name : texts_in(*known, "layouts"))
            out += name + '\n';
        return ConsoleAnswer{out.empty() ? "no layouts\n" : out};
    };
}

ConsoleVerb show_layout(std::string name) {
    return [name = std::move(name)](const ConsoleClient& console, bool) -> ConsoleResult {
        const auto layout = console.get(layout_path(name));
        if (!layout) return layout.error();
        return ConsoleAnswer{json_line(*layout)};
    };
}

ConsoleVerb save_layout(std::string name, std::string file) {
    return [name = std::move(name), file = std::move(file)](const ConsoleClient& console,
                                                            bool as_json) -> ConsoleResult {
        const auto layout = layout_in(file);
        if (!layout) return layout.error();
        return told(console.post(layout_path(name), *layout), as_json,
                    fmt::format("layout '{}' is kept\n", name));
    };
}

ConsoleVerb delete_layout(std::string name) {
    return [name = std::move(name)](const ConsoleClient& console, bool as_json) -> ConsoleResult {
        return told(console.post(layout_path(name).segment("delete"), {}), as_json,
                    fmt::format("layout '{}' is deleted\n", name));
    };
}

}  // namespace spillgate::daq
