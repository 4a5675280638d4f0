// tx watch: recorded transactions as they come, across lost connections.
#include <thread>

#include "http/event_stream.hpp"
#include "ropenet/session.hpp"
#include "ropenet/tx_list.hpp"
#include "ropenet/verbs.hpp"

namespace ropenet::cli {
namespace {

constexpr unsigned kOk = 200;
/// Three heartbeats of the node.
constexpr std::chrono::seconds kSilence{45};
constexpr std::chrono::seconds kFirstPause{1};
constexpr std::chrono::seconds kLongestPause{30};

struct WatchOptions {
    TxConditions conditions;
    std::string after;
    std::uint64_t count = 0;
};

/// Follows one rope until enough has come.
class Watch {
  public:
    Watch(Session& session, const WatchOptions& options, const Console& console)
        : session_{session}, options_{options}, console_{console}, after_{options.after} {}

    VerbResult run() {
        ROPE_TRY(http::Client client, connect());
        auto pause = kFirstPause;
        while (!enough()) {
            const std::uint64_t before = seen_;
            const auto ended = follow(client);
            if (enough() || failure_) break;
            if (seen_ > before) pause = kFirstPause;
            if (gap_) continue;  // the node asked us to come back
            lost(ended, pause);
            std::this_thread::sleep_for(pause);
            pause = std::min(pause * 2, kLongestPause);
        }
        if (failure_) return Unexpected{*std::move(failure_)};
        return Answer{
            .document = json::Object{{"event", "end"}, {"seen", seen_}, {"after", after_}},
            .lines = {}};
    }

  private:
    bool enough() const { return options_.count != 0 && seen_ >= options_.count; }

    Expected<http::Client, Failure> connect() const {
        auto client = http::Client::for_url(
            session_.url(), {.request_time = kSilence, .ca_file = session_.ca_file()});
        if (!client) return Unexpected{failure_of(client.error())};
        return *std::move(client);
    }

    /// Until the node ends it, the connection is lost, or enough has come.
    Result<http::Response> follow(http::Client& client) {
        http::EventReader reader;
        gap_ = false;
        http::ClientRequest request{.target = session_.rope_path("/events?") +
                                              query_of(options_.conditions)};
        request.headers.emplace_back("Accept", "text/event-stream");
        if (!after_.empty()) request.headers.emplace_back("Last-Event-ID", after_);
        auto answer = client.follow(request, [&](BytesView bytes) {
            const auto events = reader.read(text_of(bytes));
            if (!events) return false;
            for (const http::StreamEvent& event : *events) {
                take(event);
                if (enough() || failure_) return false;
            }
            if (!reader.last_id().empty()) after_ = reader.last_id();
            return true;
        });
        if (answer && answer->status != kOk) {
            const auto refused = session_.check(*answer);
            // A full node has room later.
            if (!refused && refused.error().exit != Exit::try_later) failure_ = refused.error();
        }
        return answer;
    }

    void take(const http::StreamEvent& event) {
        const auto data = json::parse(event.data);
        if (!data) return;
        after_ = event.id;
        if (event.type == "gap") {
            gap_ = true;
            return note({"fell behind; going on from " + after_, "落后；自 " + after_ + " 继续"});
        }
        if (event.type == "denied" || event.type == "storage") {
            failure_ = Failure{.exit = event.type == "denied" ? Exit::refused : Exit::storage,
                               .code = event.type,
                               .what = {"the node ended the events: " + event.type,
                                        "节点终止了事件：" + event.type},
                               .next = {"look at the node, then go on with --after " + after_,
                                        "请检查节点，再以 --after " + after_ + " 继续"},
                               .detail = {}};
            return;
        }
        if (event.type != "tx") return;
        ++seen_;
        if (console_.json()) {
            console_.emit(
                json::Value{json::Object{{"event", "tx"}, {"cursor", event.id}, {"tx", *data}}});
        } else {
            const std::string line = tx_line(*data);
            console_.say({line, line});
        }
    }

    void lost(const Result<http::Response>& ended, std::chrono::seconds pause) const {
        const std::string why = ended ? "" : " (" + ended.error().what + ")";
        const std::string seconds = std::to_string(pause.count());
        note({"connection lost" + why + "; again in " + seconds + " s, after " + after_,
              "连接中断" + why + "；" + seconds + " 秒后自 " + after_ + " 重连"});
    }

    /// On the error output, so that what is watched can be piped.
    void note(const Words& words) const { console_.note(words); }

    Session& session_;
    const WatchOptions& options_;
    const Console& console_;
    std::string after_;
    std::uint64_t seen_ = 0;
    bool gap_ = false;
    std::optional<Failure> failure_;
};

VerbResult run_watch(const Options& options, const WatchOptions& watch, const Console& console) {
    ROPE_TRY(Session session, Session::open(options));
    return Watch{session, watch, console}.run();
}

}  // namespace

void add_tx_watch(Program& program, CLI::App* noun) {
    const auto watch = std::make_shared<WatchOptions>();
    CLI::App* verb = program.add_verb(
        noun,
        {.name = "watch",
         .what = {"Recorded transactions as they come; connects again by itself, without loss.",
                  "实时显示已记录的交易；断线自动重连，不丢不重。"},
         .examples = "  ropenet tx watch\n"
                     "  ropenet tx watch --contract system.evidence --json\n"
                     "  ropenet tx watch --after 0.0 --count 10\n"},
        [watch](const Options& options, const Console& console) {
            return run_watch(options, *watch, console);
        });
    add_conditions(program, verb, watch->conditions);
    verb->add_option("--after", watch->after,
                     program.in({"the cursor of the last one seen, 0.0 for all; default: now",
                                 "已见最后一笔的游标，0.0 为全部；默认从现在起"}))
        ->option_text("HEIGHT.INDEX");
    verb->add_option("--count", watch->count,
                     program.in({"stop after so many; default: never", "收到此数后停止；默认不停"}))
        ->option_text("N");
}

}  // namespace ropenet::cli
