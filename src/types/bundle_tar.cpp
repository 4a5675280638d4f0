// POSIX ustar (IEEE Std 1003.1, pax, "ustar Interchange Format"), one spelling of each archive:
//
//   tar    = *(header[512] content zeros-to-512) zeros[1024]
//   header = name[100] mode[8] uid[8] gid[8] size[12] mtime[12] checksum[8] "0" linkname[100]
//            "ustar\0" "00" uname[32] gname[32] devmajor[8] devminor[8] prefix[155] zeros[12]
//
// Numbers are octal text ended by NUL; the checksum is six digits, NUL, space.
#include <algorithm>
#include <array>

#include "types/bundle.hpp"

namespace ropenet {
namespace {

constexpr std::size_t kBlock = 512;
constexpr std::size_t kNameBytes = 100;
constexpr std::size_t kSizeAt = 124;
constexpr std::size_t kSizeDigits = 11;

using Header = std::array<std::uint8_t, kBlock>;

void put(Header& header, std::size_t at, std::string_view text) {
    std::copy(text.begin(), text.end(), header.begin() + static_cast<std::ptrdiff_t>(at));
}

std::string octal(std::uint64_t value, std::size_t digits) {
    std::string out(digits, '0');
    for (std::size_t i = digits; i-- > 0; value /= 8)
        out[i] = static_cast<char>('0' + value % 8);
    return out;
}

Header header_of(std::string_view name, std::size_t size) {
    Header header{};
    put(header, 0, name);
    put(header, 100, octal(0644, 7));
    put(header, 108, octal(0, 7));
    put(header, 116, octal(0, 7));
    put(header, kSizeAt, octal(size, kSizeDigits));
    put(header, 136, octal(0, 11));
    put(header, 148, "        ");  // counts as spaces in its own sum
    put(header, 156, "0");
    put(header, 257, "ustar");
    put(header, 263, "00");
    std::uint64_t sum = 0;
    for (const std::uint8_t byte : header)
        sum += byte;
    put(header, 148, octal(sum, 6));
    header[154] = 0;
    return header;
}

bool is_name_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-' || c == '/';
}

/// A relative path of plain parts, so that unpacking stays inside its folder.
bool is_plain_path(std::string_view name) {
    if (name.empty() || name.size() > kNameBytes) return false;
    if (!std::all_of(name.begin(), name.end(), is_name_character)) return false;
    while (true) {
        const std::size_t slash = name.find('/');
        const std::string_view part = name.substr(0, slash);
        if (part.empty() || part == "." || part == "..") return false;
        if (slash == std::string_view::npos) return true;
        name.remove_prefix(slash + 1);
    }
}

std::size_t padding_of(std::size_t size) {
    return (kBlock - size % kBlock) % kBlock;
}

bool is_zero(BytesView bytes) {
    return std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte == 0; });
}

struct Entry {
    std::string name;
    std::size_t size = 0;
};

Expected<Entry, TarError> entry_from(BytesView header) {
    const std::string_view name_field = text_of(header.first(kNameBytes));
    Entry entry{.name = std::string{name_field.substr(0, name_field.find('\0'))}, .size = 0};
    if (!is_plain_path(entry.name)) return Unexpected{TarError::name};
    for (const char digit : text_of(header.subspan(kSizeAt, kSizeDigits))) {
        if (digit < '0' || digit > '7') return Unexpected{TarError::header};
        entry.size = entry.size * 8 + static_cast<std::size_t>(digit - '0');
    }
    if (entry.size > kBundleFileBytesMax) return Unexpected{TarError::oversize};
    if (!equal(header, header_of(entry.name, entry.size))) return Unexpected{TarError::header};
    return entry;
}

}  // namespace

Bytes tar_from_files(const BundleFiles& files) {
    Bytes out;
    for (const auto& [name, content] : files) {
        ROPE_CHECK(is_plain_path(name) && content.size() <= kBundleFileBytesMax);
        append(out, header_of(name, content.size()));
        append(out, content);
        out.resize(out.size() + padding_of(content.size()));
    }
    out.resize(out.size() + 2 * kBlock);
    return out;
}

Expected<BundleFiles, TarError> files_from_tar(BytesView tar) {
    if (tar.size() > kBundleTarBytesMax) return Unexpected{TarError::oversize};
    BundleFiles files;
    while (true) {
        if (tar.size() < kBlock) return Unexpected{TarError::truncated};
        const BytesView header = tar.first(kBlock);
        if (is_zero(header)) break;
        ROPE_TRY(const Entry entry, entry_from(header));
        tar = tar.subspan(kBlock);
        const std::size_t padded = entry.size + padding_of(entry.size);
        if (tar.size() < padded) return Unexpected{TarError::truncated};
        if (!is_zero(tar.subspan(entry.size, padded - entry.size))) {
            return Unexpected{TarError::header};
        }
        if (!files.empty() && files.rbegin()->first >= entry.name) {
            return Unexpected{TarError::name};
        }
        files.emplace(entry.name, to_bytes(tar.first(entry.size)));
        tar = tar.subspan(padded);
    }
    if (tar.size() < 2 * kBlock) return Unexpected{TarError::truncated};
    if (tar.size() != 2 * kBlock || !is_zero(tar)) return Unexpected{TarError::trailing};
    return files;
}

}  // namespace ropenet
