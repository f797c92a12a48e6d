// Protobuf's own JSON turns 64-bit integers into strings; people's scripts want numbers.
#include <boost/json.hpp>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include "daq/ctl/status_table.hpp"

namespace spillgate::daq {

namespace {

namespace json = boost::json;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

json::object object_of(const Message& message);

json::value value_of(const Message& message, const FieldDescriptor& field, int index) {
    const auto& r = *message.GetReflection();
    const bool repeated = index >= 0;
    switch (field.cpp_type()) {
        case FieldDescriptor::CPPTYPE_INT32:
            return repeated ? r.GetRepeatedInt32(message, &field, index) : r.GetInt32(message, &field);
        case FieldDescriptor::CPPTYPE_INT64:
            return repeated ? r.GetRepeatedInt64(message, &field, index) : r.GetInt64(message, &field);
        case FieldDescriptor::CPPTYPE_UINT32:
            return repeated ? r.GetRepeatedUInt32(message, &field, index) : r.GetUInt32(message, &field);
        case FieldDescriptor::CPPTYPE_UINT64:
            return repeated ? r.GetRepeatedUInt64(message, &field, index) : r.GetUInt64(message, &field);
        case FieldDescriptor::CPPTYPE_DOUBLE:
            return repeated ? r.GetRepeatedDouble(message, &field, index) : r.GetDouble(message, &field);
        case FieldDescriptor::CPPTYPE_FLOAT:
            return repeated ? r.GetRepeatedFloat(message, &field, index) : r.GetFloat(message, &field);
        case FieldDescriptor::CPPTYPE_BOOL:
            return repeated ? r.GetRepeatedBool(message, &field, index) : r.GetBool(message, &field);
        case FieldDescriptor::CPPTYPE_ENUM: {
            const auto number =
                repeated ? r.GetRepeatedEnumValue(message, &field, index) : r.GetEnumValue(message, &field);
            const auto* known = field.enum_type()->FindValueByNumber(number);
            return known ? json::value(known->name()) : json::value(number);
        }
        case FieldDescriptor::CPPTYPE_STRING:
            return json::value(repeated ? r.GetRepeatedString(message, &field, index)
                                        : r.GetString(message, &field));
        case FieldDescriptor::CPPTYPE_MESSAGE:
            return object_of(repeated ? r.GetRepeatedMessage(message, &field, index)
                                      : r.GetMessage(message, &field));
    }
    return nullptr;
}

// Plain numbers are given even when zero; a message or an optional field that is absent is left out.
json::object object_of(const Message& message) {
    json::object object;
    const auto& descriptor = *message.GetDescriptor();
    const auto& r = *message.GetReflection();
    for (int i = 0; i < descriptor.field_count(); ++i) {
        const auto& field = *descriptor.field(i);
        if (field.is_repeated()) {
            json::array array;
            for (int k = 0; k < r.FieldSize(message, &field); ++k)
                array.push_back(value_of(message, field, k));
            object[field.name()] = std::move(array);
        } else if (!field.has_presence() || r.HasField(message, &field)) {
            object[field.name()] = value_of(message, field, -1);
        }
    }
    return object;
}

}  // namespace

std::string status_json(const wire::DaemonStatus& status) {
    return json::serialize(object_of(status));
}

}  // namespace spillgate::daq
