#include "online/assets.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

namespace spillgate::online {
namespace {

std::string content_type_of(std::string_view path) {
    constexpr std::array<std::array<std::string_view, 2>, 7> types{{
        {".html", "text/html; charset=utf-8"},
        {".js", "text/javascript; charset=utf-8"},
        {".css", "text/css; charset=utf-8"},
        {".svg", "image/svg+xml"},
        {".json", "application/json"},
        {".woff2", "font/woff2"},
        {".png", "image/png"},
    }};
    const auto found = std::ranges::find_if(types, [&](const auto& type) { return path.ends_with(type[0]); });
    return found == types.end() ? "application/octet-stream" : std::string((*found)[1]);
}

class EmbeddedAssets final : public Assets {
  public:
    explicit EmbeddedAssets(std::span<const Asset> assets) : assets_(assets) {}

    std::optional<Found> find(std::string_view path) const override {
        const auto found = std::ranges::find(assets_, path, &Asset::path);
        if (found == assets_.end()) return std::nullopt;
        // Vite puts the content's hash into names below /assets/.
        return Found{content_type_of(path), nullptr, found->content, found->gzipped,
                     path.starts_with("/assets/")};
    }

  private:
    std::span<const Asset> assets_;
};

class DirectoryAssets final : public Assets {
  public:
    explicit DirectoryAssets(const std::string& directory)
        : root_(std::filesystem::weakly_canonical(directory)) {}

    std::optional<Found> find(std::string_view path) const override {
        std::error_code failed;
        const auto file =
            std::filesystem::canonical(root_ / path.substr(std::min<std::size_t>(1, path.size())), failed);
        if (failed || !std::filesystem::is_regular_file(file, failed)) return std::nullopt;
        const auto [end, rest] = std::ranges::mismatch(root_, file);
        if (end != root_.end()) return std::nullopt;
        std::ifstream stream(file, std::ios::binary);
        std::ostringstream text;
        text << stream.rdbuf();
        auto content = std::make_shared<const std::string>(std::move(text).str());
        return Found{content_type_of(path), content, *content, false, false};
    }

  private:
    std::filesystem::path root_;
};

}  // namespace

std::unique_ptr<Assets> embedded_assets(std::span<const Asset> assets) {
    return std::make_unique<EmbeddedAssets>(assets);
}

std::unique_ptr<Assets> directory_assets(const std::string& directory) {
    return std::make_unique<DirectoryAssets>(directory);
}

}  // namespace spillgate::online
