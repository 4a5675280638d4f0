// A body that arises over time, piece by piece, such as a stream of events.
//
// The session asks for a piece when the last one is written, so a slow reader costs no memory: what
// it has not taken was never made. The connection ends with the body (RFC 9112 section 6.3).
// Threads: as each class says. Errors: none; a source that cannot go on gives a last piece.
#pragma once

#include <memory>
#include <string>

#include "base/bytes.hpp"

namespace ropenet::http {

struct Piece {
    Bytes bytes;
    bool last = false;  // nothing follows
};

/// The way back to the session that asked for a piece. Copies answer the same asking, once; when
/// the last is gone without an answer, the body ends. Any thread; may outlive the session.
class PieceSink {
  public:
    class Slot;
    explicit PieceSink(std::shared_ptr<Slot> slot) : slot_{std::move(slot)} {}

    void give(Piece piece) const;

  private:
    std::shared_ptr<Slot> slot_;
};

class PieceSource {
  public:
    virtual ~PieceSource() = default;
    /// Asks for the next piece. On an I/O thread: must not block, and may answer later. Not asked
    /// again before it has answered.
    virtual void next(PieceSink sink) = 0;
};

struct BodyStream {
    /// Destroyed when the connection ends, whatever ended it.
    std::shared_ptr<PieceSource> source;
    /// Written whenever no piece has come for kHeartbeatTime.
    std::string heartbeat;
};

}  // namespace ropenet::http
