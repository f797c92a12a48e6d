#include "hw/beam/feed.hpp"

#include <fmt/format.h>

#include "hw/beam/adara/adara_feed.hpp"
#include "hw/beam/charge_file/charge_file.hpp"
#include "hw/beam/epics/epics_feed.hpp"
#include "hw/beam/service/service_feed.hpp"

namespace spillgate::hw::beam {

proto::Result<std::unique_ptr<Feed>> make_feed(const config::BeamSource& source,
                                               const config::Facility& facility) {
    switch (source.source_case()) {
        case config::BeamSource::kService:
            return make_service_feed(source);
        case config::BeamSource::kFile:
            return make_file_feed(source.file().path());
        case config::BeamSource::kAdara:
            return make_adara_feed(source, facility);
        case config::BeamSource::kEpics:
            return make_epics_feed(source);
        case config::BeamSource::SOURCE_NOT_SET:
            break;
    }
    return proto::error(
        proto::ErrorKind::CONFIG,
        fmt::format("beam source '{}' says nothing; allowed are service, file, adara and epics",
                    source.name()));
}

}  // namespace spillgate::hw::beam
