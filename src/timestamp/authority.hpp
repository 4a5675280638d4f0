// The RFC 3161 authority of a node: query in, reply out. Its time is the node's clock.
//
// A reply carries a serial that never comes twice and a time that is never behind the last one
// (issue_book.hpp), is signed by one RSA-3072 key, and has signingCertificateV2 and no unsigned
// attributes. Keeps no list of what it stamped. Knows no HTTP and no checkpoint.
//
// Threads: any; at most kStampsAtOnce sign at a time, the next are told to come back.
// Errors:  every query gets a reply; a storage that fails is also told to `on_fatal`, once.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "concurrency/clock.hpp"
#include "storage/file.hpp"
#include "timestamp/authority_files.hpp"
#include "timestamp/issue_book.hpp"
#include "timestamp/query.hpp"

namespace ropenet::timestamp {

inline constexpr int kStampsAtOnce = 2;
/// What a token says of its time: a promise about nothing but the distance to the node's clock.
inline constexpr int kAccuracySeconds = 1;

/// What everybody who is shown a time of this authority must be told with it.
inline constexpr std::string_view kWhoseTime =
    "the time is the node's own clock, not that of a licensed time-stamping authority";
inline constexpr std::string_view kWhoseTimeZh = "时间取自节点时钟，并非持牌时间戳服务机构的时间";

struct AuthorityParts {
    storage::FileSystem& files;  // must outlive the authority, as the clock
    const Clock& clock;
    std::function<void(const Error&)> on_fatal;  // on the thread that met it
};

class Authority {
  public:
    static Result<std::unique_ptr<Authority>> open(const AuthorityFiles& files,
                                                   AuthorityParts parts);
    Authority(const Authority&) = delete;
    Authority& operator=(const Authority&) = delete;

    /// A TimeStampResp, granted or not; absent: too many at once, ask again.
    std::optional<Bytes> answer(BytesView query);
    /// A granted reply over the SHA-256 of `content`, with the certificate; absent when there is
    /// none now.
    std::optional<Bytes> stamp(BytesView content);

    const std::string& ca_pem() const { return keys_.ca_pem; }
    const std::string& policy() const { return keys_.policy; }
    const Hash32& certificate_sha256() const { return keys_.certificate_sha256; }

    /// Nothing is stamped after it.
    Result<void> close() { return book_->close(); }

  private:
    Authority(AuthorityKeys keys, std::unique_ptr<IssueBook> book, AuthorityParts parts);
    Expected<Bytes, QueryRefusal> sign(BytesView query);
    Expected<Ticket, QueryRefusal> ticket();

    const AuthorityKeys keys_;
    const std::unique_ptr<IssueBook> book_;
    const AuthorityParts parts_;
    std::atomic<int> at_once_{0};
    std::atomic<bool> told_{false};
};

}  // namespace ropenet::timestamp
