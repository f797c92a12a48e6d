#include "proto/config_loader.hpp"

#include "proto/ruled_text.hpp"
#include "proto/wire.hpp"

namespace spillgate::proto {

namespace {

namespace pb = google::protobuf;

void drop_secrets(pb::Message& message) {
    const auto& reflection = *message.GetReflection();
    std::vector<const pb::FieldDescriptor*> fields;
    reflection.ListFields(message, &fields);
    for (const auto* field : fields) {
        if (field->options().GetExtension(config::secret)) {
            reflection.ClearField(&message, field);
        } else if (field->cpp_type() == pb::FieldDescriptor::CPPTYPE_MESSAGE) {
            const int n = field->is_repeated() ? reflection.FieldSize(message, field) : 1;
            for (int i = 0; i < n; ++i)
                drop_secrets(field->is_repeated() ? *reflection.MutableRepeatedMessage(&message, field, i)
                                                  : *reflection.MutableMessage(&message, field));
        }
    }
}

}  // namespace

Result<LoadedConfig> parse_config(const std::string& text, const std::string& name) {
    LoadedConfig loaded;
    loaded.path = name;
    if (const auto read = read_ruled(text, name, loaded.config, contradictions); !read) return read.error();
    if (loaded.config.daemon().empty()) {
        auto* daemon = loaded.config.add_daemon();
        daemon->set_name("daq");
        daemon->set_lead(true);
    }
    write_defaults(loaded.config);
    config::Config shown = loaded.config;
    drop_secrets(shown);
    loaded.effective = printed(shown);
    loaded.sha256 = sha256_hex(loaded.effective);
    return loaded;
}

Result<LoadedConfig> load_config(const std::string& path) {
    const auto text = read_text(path);
    if (!text) return text.error();
    return parse_config(*text, path);
}

}  // namespace spillgate::proto
