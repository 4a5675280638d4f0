// What a stranger on the network may cost: every size, count and time the server grants.
//
// Defaults of ServerConfig and ClientConfig; tests stand at each limit and one past it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace ropenet::http {

/// Request line and all fields, with the empty line that ends them.
inline constexpr std::uint32_t kHeaderBytesMax = 8 * 1024;
inline constexpr std::uint64_t kBodyBytesMax = 1024 * 1024;
/// For a server that accepts contract modules.
inline constexpr std::uint64_t kDeployBodyBytesMax = 3 * 512 * 1024;
inline constexpr std::size_t kQueryPairsMax = 64;

inline constexpr std::size_t kConnectionsMax = 512;
inline constexpr std::size_t kConnectionsPerAddressMax = 32;
/// Everything on this machine shares one address.
inline constexpr std::size_t kConnectionsLoopbackMax = 512;
/// Connections that are being told why they are refused. More than these are closed without a word.
inline constexpr std::size_t kRefusalsMax = 64;

/// From the connection to the end of the TLS handshake.
inline constexpr std::chrono::milliseconds kHandshakeTime{5'000};
inline constexpr std::chrono::milliseconds kHeaderReadTime{5'000};
inline constexpr std::chrono::milliseconds kIdleTime{60'000};
/// The whole body, however small its pieces.
inline constexpr std::chrono::milliseconds kBodyReadTime{30'000};
/// Without a byte taken by the reader.
inline constexpr std::chrono::milliseconds kWriteStallTime{30'000};
/// One response, however steadily its reader takes single bytes.
inline constexpr std::chrono::milliseconds kWriteTime{600'000};
/// After an early refusal: how long and how much we still read, so that the peer sees the answer.
inline constexpr std::chrono::milliseconds kLingerTime{1'000};
inline constexpr std::uint64_t kLingerBytesMax = 4 * 1024 * 1024;
/// How long stop() lets requests finish that have begun.
inline constexpr std::chrono::milliseconds kStopGrace{1'000};

/// Of a body that arises over time: without a piece for so long, something is written all the same,
/// so that both ends and what lies between see that the other is there.
inline constexpr std::chrono::milliseconds kHeartbeatTime{15'000};
/// What a peer may send while it receives such a body; nobody reads it.
inline constexpr std::uint64_t kIgnoredBytesMax = 64 * 1024;

inline constexpr std::uint64_t kResponseBytesMax = 64 * 1024 * 1024;
inline constexpr std::chrono::milliseconds kConnectTime{5'000};
inline constexpr std::chrono::milliseconds kRequestTime{60'000};

}  // namespace ropenet::http
