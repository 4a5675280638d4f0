// Timestamps as the command line shows them, and the files it reads for them.
#pragma once

#include <string>

#include "crypto/timestamp_token.hpp"
#include "ropenet/answer.hpp"

namespace ropenet::cli {

/// That a node's authority has no better clock than the node.
Words whose_time();

/// Time, accuracy, serial, policy, authority, and whose time it is.
Answer answer_of_facts(const crypto::TimestampFacts& facts);

/// The SHA-256 of the file, or the one given: exactly one of them.
Expected<Hash32, Failure> imprint_of(const std::string& file, const std::string& digest);

/// The first certificate of a PEM file, in the spelling that verifiers take.
Expected<std::string, Failure> read_ca(const std::string& path);

}  // namespace ropenet::cli
