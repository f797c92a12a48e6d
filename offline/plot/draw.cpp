#include "offline/plot/draw.hpp"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "offline/export/text_file.hpp"
#include "offline/plot/gnuplot.hpp"

namespace spillgate::offline::plot {

namespace {

// A PDF carries the time at which it was drawn. Blanked in place: the file's own table of offsets stays true.
void blank_creation_time(std::string& pdf) {
    constexpr std::string_view key = "/CreationDate (";
    for (auto at = pdf.find(key); at != std::string::npos; at = pdf.find(key, at + 1)) {
        const auto end = pdf.find(')', at);
        if (end == std::string::npos) return;
        std::fill(pdf.begin() + static_cast<std::ptrdiff_t>(at),
                  pdf.begin() + static_cast<std::ptrdiff_t>(end) + 1, ' ');
    }
}

std::string numbered(const std::string& path, std::size_t page) {
    const std::filesystem::path whole(path);
    const auto name = fmt::format("{}-{}{}", whole.stem().string(), page + 1, whole.extension().string());
    return (whole.parent_path() / name).string();
}

proto::Status draw_file(std::span<const Figure> pages, Medium medium, const Drawing& drawing,
                        const std::string& path) {
    auto picture = run_gnuplot(gnuplot_script(pages, medium, drawing.size), drawing.program);
    if (!picture) return picture.error();
    if (medium == Medium::PDF) blank_creation_time(*picture);
    TextFile file(path);
    file.write(*picture);
    return file.commit();
}

}  // namespace

proto::Result<Medium> medium_of(const std::string& path) {
    const auto extension = std::filesystem::path(path).extension();
    if (extension == ".png") return Medium::PNG;
    if (extension == ".svg") return Medium::SVG;
    if (extension == ".pdf") return Medium::PDF;
    return proto::error(
        proto::ErrorKind::CONFIG,
        fmt::format("{}: pictures are .png, .svg or .pdf, and the file's name says which", path));
}

proto::Result<std::vector<std::string>> draw(std::span<const Figure> pages, const Drawing& drawing) {
    std::vector<Medium> media;
    for (const auto& path : drawing.out) {
        const auto medium = medium_of(path);
        if (!medium) return medium.error();
        media.push_back(*medium);
    }
    std::vector<std::string> written;
    for (std::size_t i = 0; i < media.size(); ++i) {
        const auto& path = drawing.out[i];
        if (media[i] == Medium::PDF || pages.size() == 1) {
            if (auto ok = draw_file(pages, media[i], drawing, path); !ok) return ok.error();
            written.push_back(path);
            continue;
        }
        for (std::size_t page = 0; page < pages.size(); ++page) {
            written.push_back(numbered(path, page));
            if (auto ok = draw_file(pages.subspan(page, 1), media[i], drawing, written.back()); !ok)
                return ok.error();
        }
    }
    return written;
}

}  // namespace spillgate::offline::plot
