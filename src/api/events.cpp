// Events: recorded transactions as a stream that a client can leave and enter again.
//
// The place of a client is the cursor `height.index` of the last record that it knows. Each piece
// is read from the ledger behind that place when the client has taken the piece before, so nothing
// is queued for it and nothing is lost: history and what is new are one list.
#include <utility>

#include "api/event_place.hpp"
#include "api/handlers.hpp"
#include "api/page.hpp"
#include "api/render.hpp"
#include "http/event_stream.hpp"
#include "types/record.hpp"

namespace ropenet::api {
namespace {

/// Per node. One address may hold no more connections than the server grants it.
constexpr std::size_t kEventStreamsMax = 256;
constexpr std::size_t kEventsAtOnce = 128;
constexpr std::string_view kRetry = "retry: 1000\n";

/// Where the request wants to begin; a client that connects again says it in a header.
OrRefused<EventPlace> place_of(const Call& call, const ledger::ReadView& newest) {
    auto text = call.request.find_header("Last-Event-ID");
    if (!text || text->empty()) text = call.request.find_query("after");
    if (!text) return EventPlace{.height = newest.height(), .index = newest.log_size() - 1};
    const auto place = event_place_from_text(*text);
    if (!place) return Unexpected{bad_request("after", "<height>.<index>", "须为 <高度>.<序号>")};
    const auto bytes = call.rope->reader.record_at(place->index);
    if (!bytes) return Unexpected{problem(bytes.error())};
    if (*bytes) {
        const auto record = decode_record(**bytes);
        if (record && record->height == place->height) return *place;
    }
    return Unexpected{problem("events.cursor", {.object = std::string{*text}})};
}

class EventStream final : public http::PieceSource,
                          public std::enable_shared_from_this<EventStream> {
  public:
    EventStream(const Call& call, ledger::TxFilter filter, const EventPlace& place)
        : services_{call.services},
          rope_{*call.rope},
          request_{call.request},
          filter_{std::move(filter)},
          place_{place},
          next_{place.index + 1} {}

    ~EventStream() override {
        if (ticket_) rope_.commits.cancel(*ticket_);
        --*services_.event_streams;
    }
    EventStream(const EventStream&) = delete;
    EventStream& operator=(const EventStream&) = delete;

    void next(http::PieceSink sink) override {
        if (!std::exchange(opened_, true)) return open(sink);
        run([sink = std::move(sink)](EventStream& self) { self.produce(sink, Why::asked); });
    }

  private:
    enum class Why : std::uint8_t { asked, woken };
    using Task = std::function<void(EventStream&)>;

    /// At once, so that who leaves before the first event knows where to enter again.
    void open(const http::PieceSink& sink) const {
        std::string out{kRetry};
        http::append_event_id(out, place_.text());
        sink.give({.bytes = to_bytes(view_of(out)), .last = false});
    }

    /// On a worker. When too much waits for one, the sink goes, and with it the connection.
    void run(Task task) {
        const auto self = weak_from_this().lock();
        if (!self) return;
        [[maybe_unused]] const bool taken =
            services_.run_elsewhere([self, task = std::move(task)] { task(*self); });
    }

    void produce(const http::PieceSink& sink, Why why) {
        const Call call{services_, request_, {}, &rope_};
        while (true) {
            const auto view = readable_view(call, {.kind = execution::ObjectKind::list});
            if (!view) return end(sink, "denied");
            const std::uint64_t size = (*view)->log_size();
            if (why == Why::woken) {
                backlog_.note_woken(size);
            } else if (backlog_.is_slow(next_, size)) {
                return end_with_gap(sink, size);
            }
            if (next_ < size) return give_events(sink, **view);
            backlog_.note_live();
            if (wait(sink, size)) return;
        }
    }

    /// False when there is something already.
    bool wait(const http::PieceSink& sink, std::uint64_t size) {
        const auto wake = [weak = weak_from_this(), sink] {
            const auto self = weak.lock();
            if (!self) return;
            self->run([sink](EventStream& me) { me.produce(sink, Why::woken); });
        };
        // From here on another thread may be producing.
        if (rope_.commits.wait(size, wake, ticket_)) return true;
        // Nothing is announced any more: the node stops.
        return rope_.reader.latest()->log_size() <= size;
    }

    void give_events(const http::PieceSink& sink, const ledger::ReadView& view) {
        std::string out;
        const auto page = rope_.reader.list_txs(
            view, {.filter = filter_,
                   .direction = ledger::Direction::ascending,
                   .after = next_ == 0 ? std::nullopt : std::optional{next_ - 1},
                   .limit = kEventsAtOnce});
        const auto txs = page ? rope_.reader.summaries_of(page->indexes)
                              : Result<std::vector<ledger::TxSummary>>{Unexpected{page.error()}};
        if (!txs) return end(sink, "storage");
        AccountNames names{view};
        for (const ledger::TxSummary& tx : *txs) {
            json::Object row = tx_row(tx);
            row.emplace_back("account_name", names.of(tx.account));
            place_ = {.height = tx.at.height, .index = tx.at.index};
            http::append_event(out, {.id = place_.text(),
                                     .type = "tx",
                                     .data = json::serialize(json::Value{std::move(row)})});
        }
        if (page->next) {
            next_ = *page->next + 1;
        } else {
            next_ = view.log_size();
            place_ = {.height = view.height(), .index = next_ - 1};
            http::append_event_id(out, place_.text());
        }
        sink.give({.bytes = to_bytes(view_of(out)), .last = false});
    }

    void end_with_gap(const http::PieceSink& sink, std::uint64_t size) {
        json::Object gap{{"after", place_.text()}, {"behind", size - next_}};
        end(sink, "gap", std::move(gap));
    }
    void end(const http::PieceSink& sink, std::string_view type, json::Object more = {}) const {
        std::string out;
        http::append_event(out, {.id = place_.text(),
                                 .type = std::string{type},
                                 .data = json::serialize(json::Value{std::move(more)})});
        sink.give({.bytes = to_bytes(view_of(out)), .last = true});
    }

    const Services& services_;
    const RopeAccess& rope_;
    const http::Request request_;
    const ledger::TxFilter filter_;
    EventPlace place_;        // of the last record that the client knows
    std::uint64_t next_ = 0;  // index of the first record that it does not
    EventBacklog backlog_;
    std::optional<ledger::CommitSignal::Ticket> ticket_;
    bool opened_ = false;
};

http::Response too_many_streams() {
    auto response = problem("events.full");
    response.headers.emplace_back("Retry-After", "5");
    return response;
}

}  // namespace

http::Response follow_events(const Call& call) {
    const auto view = readable_view(call, {.kind = execution::ObjectKind::list});
    if (!view) return view.error();
    if (call.request.find_query("height")) {
        return bad_request("height", "not here; use after", "此处不适用；请用 after");
    }
    auto filter = tx_filter(call);
    if (!filter) return filter.error();
    const auto place = place_of(call, **view);
    if (!place) return place.error();
    if (++*call.services.event_streams > kEventStreamsMax) {
        --*call.services.event_streams;
        return too_many_streams();
    }
    auto response = answer_bytes(call, (*view)->height(), "text/event-stream", {});
    response.headers.emplace_back("Cache-Control", "no-store");
    response.headers.emplace_back("X-Accel-Buffering", "no");
    response.stream =
        http::BodyStream{.source = std::make_shared<EventStream>(call, *std::move(filter), *place),
                         .heartbeat = std::string{http::kEventHeartbeat}};
    return response;
}

}  // namespace ropenet::api
