// Files that were built into the program (cmake/embed.cmake), as answers to GET.
//
// Knows no routes. Pure; any thread.
#pragma once

#include <span>
#include <string_view>

#include "http/message.hpp"

namespace ropenet::http {

/// Both views live as long as the program.
struct StaticFile {
    std::string_view name;  // without folder: "index.html"
    std::string_view content;
};

/// "/" finds index.html and "/name" finds that name; nothing else is a file.
const StaticFile* find_static(std::span<const StaticFile> files, std::string_view path);

/// The file for a GET or HEAD, or 304 if the browser has this very content. Its policy lets a page
/// load nothing from elsewhere and run no inline script.
Response static_response(const StaticFile& file, const Request& request);

}  // namespace ropenet::http
