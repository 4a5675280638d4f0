// Every limit on what a stranger can size (docs/spec/limits.md).
//
// A limit is the last allowed value. Each has a test at it and one past it.
#pragma once

#include <cstddef>
#include <cstdint>

namespace ropenet {

inline constexpr std::size_t kTxBytesMax = 64 * 1024;
inline constexpr std::int64_t kTxLifetimeMsMax = 300'000;
inline constexpr std::size_t kTxNonceBytes = 16;

inline constexpr std::size_t kBlockBytesMax = 8 * 1024 * 1024;
inline constexpr std::size_t kBlockTxsMax = 20'000;
/// kBlockBytesMax counts the txs; the encoding adds heads and the results.
inline constexpr std::size_t kBlockEncodedBytesMax = kBlockBytesMax + kBlockTxsMax * 5 + 256;
inline constexpr std::uint64_t kBlockGasMax = 2'000'000'000;
inline constexpr std::uint64_t kTxGasMax = 50'000'000;

inline constexpr std::size_t kRecordBytesMax = 64 * 1024 - 1;
inline constexpr std::uint64_t kIntegerMax = (std::uint64_t{1} << 53) - 1;

inline constexpr std::size_t kOriginPartBytesMax = 63;
inline constexpr std::size_t kContractIdBytesMax = 32;
inline constexpr std::size_t kActionBytesMax = 64;

inline constexpr std::size_t kAccountNameBytesMax = 200;
inline constexpr std::size_t kAccountKeysMax = 16;
inline constexpr std::size_t kPlaceCodeBytes = 6;

inline constexpr std::size_t kEvidenceFieldsMax = 64;
inline constexpr std::size_t kEvidenceFieldNameBytesMax = 64;
inline constexpr std::size_t kEvidenceFieldBytesMax = 8 * 1024;
inline constexpr std::size_t kMediaTypeBytesMax = 127;  // RFC 6838 section 4.2: two names of 63

inline constexpr std::size_t kGenesisBytesMax = 1024 * 1024;
inline constexpr std::size_t kGenesisAccountsMax = 1'000;

inline constexpr std::size_t kBatchTxsMax = 512;
inline constexpr std::size_t kPageItems = 30;
inline constexpr std::size_t kPageItemsMax = 100;
inline constexpr std::size_t kPendingTxsMax = 10'000;
inline constexpr std::size_t kPendingBytesMax = 256 * 1024 * 1024;
inline constexpr std::size_t kPendingShareOfOneAccount = 10;  // at most one in ten
inline constexpr std::size_t kIdWindowMax = 16'000'000;

inline constexpr std::size_t kRefusalsPerHourMax = 100;
inline constexpr std::int64_t kRefusalWindowMs = 3'600'000;

inline constexpr std::uint64_t kHistoryHeights = 1'000;
inline constexpr std::int64_t kHistoryMs = 60'000;

}  // namespace ropenet
