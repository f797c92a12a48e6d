// What a console answered, field by field, made fit for a terminal. A field that is missing, null or of
// another type is not known, whatever the server says.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

namespace spillgate::daq {

inline constexpr std::string_view not_known = "-";

// One line without control characters, which a terminal might obey; numbers and truths as words; not_known.
std::string word_in(const boost::json::object& object, std::string_view field);
// Empty if it is not known.
std::string text_in(const boost::json::object& object, std::string_view field);
// The texts of a list, each as by text_in; others in it are left out.
std::vector<std::string> texts_in(const boost::json::object& object, std::string_view field);
// The lines of a text, each as by text_in.
std::vector<std::string> lines_in(const boost::json::object& object, std::string_view field);
std::optional<double> number_in(const boost::json::object& object, std::string_view field);
// The numbers of a list; NaN for anything else in it.
std::vector<double> values_in(const boost::json::object& object, std::string_view field);
bool flag_in(const boost::json::object& object, std::string_view field);  // false if it is not known
// UTC in seconds as "2026-11-29 02:15:40"; not_known.
std::string time_in(const boost::json::object& object, std::string_view field);
// "age_s", as by span_text; not_known.
std::string age_in(const boost::json::object& object);

// The objects of a list; others in it are left out. None if it is no list.
std::vector<const boost::json::object*> objects_in(const boost::json::object& object, std::string_view field);
// Null if it is none.
const boost::json::object* object_in(const boost::json::object& object, std::string_view field);

std::string json_line(const boost::json::object& answer);  // all of it, as it came
std::string utc_text(double utc_s);  // "2026-11-29 02:15:40"; not_known if no calendar has it
std::string span_text(double s);     // "12.3 s", "12.3 min", "5.2 h", "3.1 d"; not_known if it is no number

// "name          value"; nothing if the value is empty or not_known.
void add_fact(std::string& out, std::string_view name, const std::string& value);

// Rows under a heading, each column as wide as it must be.
class TextTable {
  public:
    explicit TextTable(std::vector<std::string> heading) { rows_.push_back(std::move(heading)); }
    void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
    std::string text() const;

  private:
    std::vector<std::vector<std::string>> rows_;
};

}  // namespace spillgate::daq
