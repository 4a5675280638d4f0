#include "http/static_files.hpp"

#include <cstdint>
#include <string>

namespace ropenet::http {
namespace {

std::string_view content_type_of(std::string_view name) {
    if (name.ends_with(".html")) return "text/html; charset=utf-8";
    if (name.ends_with(".js")) return "text/javascript; charset=utf-8";
    if (name.ends_with(".css")) return "text/css; charset=utf-8";
    if (name.ends_with(".svg")) return "image/svg+xml";
    if (name.ends_with(".yaml")) return "application/yaml";
    return "application/octet-stream";
}

/// FNV-1a: tells the builds of one file apart; nothing depends on it being hard to forge.
std::string entity_tag(std::string_view content) {
    std::uint64_t hash = 0xcbf29ce484222325U;
    for (const char c : content) {
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
    }
    Bytes bytes;
    append_be64(bytes, hash);
    return '"' + hex(bytes) + '"';
}

}  // namespace

const StaticFile* find_static(std::span<const StaticFile> files, std::string_view path) {
    if (!path.starts_with('/')) return nullptr;
    const std::string_view name = path == "/" ? "index.html" : path.substr(1);
    for (const StaticFile& file : files) {
        if (file.name == name) return &file;
    }
    return nullptr;
}

Response static_response(const StaticFile& file, const Request& request) {
    const std::string tag = entity_tag(file.content);
    const bool fresh = request.find_header("If-None-Match") == std::string_view{tag};
    Response response = make_response(fresh ? 304 : 200, content_type_of(file.name),
                                      fresh ? std::string_view{} : file.content);
    response.headers.emplace_back("ETag", tag);
    response.headers.emplace_back("Cache-Control", "no-cache");
    response.headers.emplace_back("Content-Security-Policy",
                                  "default-src 'none'; script-src 'self'; style-src 'self'; "
                                  "img-src 'self'; connect-src 'self'; base-uri 'none'; "
                                  "form-action 'none'; frame-ancestors 'none'");
    response.headers.emplace_back("X-Content-Type-Options", "nosniff");
    response.headers.emplace_back("Referrer-Policy", "no-referrer");
    return response;
}

}  // namespace ropenet::http
