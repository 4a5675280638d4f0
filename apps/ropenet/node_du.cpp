// node du: what takes the disk, how fast it grows, and how long it will last.
#include "node/config.hpp"
#include "node/data_folder.hpp"
#include "ropenet/folder_facts.hpp"
#include "ropenet/tx_answer.hpp"
#include "ropenet/verbs.hpp"
#include "storage/posix_file_system.hpp"

namespace ropenet::cli {
namespace {

constexpr double kMsPerDay = 24.0 * 3600 * 1000;
/// Of block time; before, a rate would be a guess.
constexpr std::int64_t kSpanMsLeast = 3'600'000;

struct RopeBytes {
    std::uint64_t blocks = 0;
    std::uint64_t log = 0;
    std::uint64_t state = 0;
    std::uint64_t all = 0;
    std::optional<LogTail> tail;

    /// By the newest segments: what the rope grew while they were written.
    std::optional<double> per_day() const {
        if (!tail || blocks == 0 || tail->last_ms - tail->first_ms < kSpanMsLeast) {
            return std::nullopt;
        }
        const double share = static_cast<double>(tail->segment_bytes) / static_cast<double>(blocks);
        return static_cast<double>(all) * share * kMsPerDay /
               static_cast<double>(tail->last_ms - tail->first_ms);
    }
};

RopeBytes bytes_of(const std::string& rope) {
    return {.blocks = bytes_below(rope + "/blocks"),
            .log = bytes_below(rope + "/log"),
            .state = bytes_below(rope + "/state"),
            .all = bytes_below(rope),
            .tail = tail_of(rope + "/blocks")};
}

std::string size_text(std::uint64_t bytes) {
    constexpr std::array kUnits{"B", "KiB", "MiB", "GiB", "TiB"};
    std::size_t unit = 0;
    auto tenths = bytes * 10;
    while (tenths >= 10'240 && unit + 1 < kUnits.size()) {
        tenths /= 1'024;
        ++unit;
    }
    const std::string whole = std::to_string(tenths / 10);
    return unit == 0 ? whole + " B"
                     : whole + "." + std::to_string(tenths % 10) + " " + kUnits[unit];
}

json::Object document_of(const std::string& name, const RopeBytes& rope) {
    json::Object out{{"rope", name},
                     {"blocks", rope.blocks},
                     {"log", rope.log},
                     {"state", rope.state},
                     {"all", rope.all}};
    const std::uint64_t leaves = rope.tail ? rope.tail->log_size : 0;
    out.emplace_back("height", rope.tail ? rope.tail->last_height : 0);
    out.emplace_back("records", leaves);
    out.emplace_back("bytes_per_record",
                     leaves == 0 ? json::Value{} : json::Value{rope.all / leaves});
    const auto rate = rope.per_day();
    out.emplace_back("bytes_per_day",
                     rate ? json::Value{static_cast<std::uint64_t>(*rate)} : json::Value{});
    return out;
}

Words line_of(const std::string& name, const RopeBytes& rope) {
    const std::string parts = "blocks " + size_text(rope.blocks) + ", log " + size_text(rope.log) +
                              ", state " + size_text(rope.state);
    const std::string parts_zh = "区块日志 " + size_text(rope.blocks) + "，日志块文件 " +
                                 size_text(rope.log) + "，状态 " + size_text(rope.state);
    Words out{name + ": " + size_text(rope.all) + " (" + parts + ")",
              name + "：" + size_text(rope.all) + "（" + parts_zh + "）"};
    if (rope.tail && rope.tail->log_size > 0) {
        const std::string each = std::to_string(rope.all / rope.tail->log_size);
        out.en += ", " + each + " bytes a record";
        out.zh += "，每条记录 " + each + " 字节";
    }
    if (const auto rate = rope.per_day()) {
        const std::string day = size_text(static_cast<std::uint64_t>(*rate));
        out.en += ", +" + day + " a day";
        out.zh += "，每天增加 " + day;
    }
    return out;
}

Words disk_line(const DiskFacts& disk, std::optional<double> days) {
    const std::string free = size_text(disk.free_bytes);
    const std::string all = size_text(disk.bytes);
    Words out{"disk: " + free + " free of " + all, "磁盘：共 " + all + "，可用 " + free};
    if (days) {
        const std::string count = std::to_string(static_cast<std::uint64_t>(*days));
        out.en += "; full in " + count + " days at this rate";
        out.zh += "；按此速度 " + count + " 天后写满";
    } else {
        out.en += "; no rate yet: it needs an hour between blocks";
        out.zh += "；尚无增长速度：区块时间须跨一小时以上";
    }
    return out;
}

VerbResult run_du(const Options& options) {
    storage::PosixFileSystem files;
    const node::DataFolder folder{std::filesystem::absolute(options.data_folder()).string()};
    const auto config = node::load_config(files, folder);
    if (!config) return Unexpected{failure_of(config.error())};
    Answer out;
    json::Array ropes;
    double rate = 0;
    std::uint64_t counted = 0;
    for (const std::string& name : config->ropes) {
        const RopeBytes rope = bytes_of(folder.rope(name));
        out.lines.push_back(line_of(name, rope));
        ropes.emplace_back(document_of(name, rope));
        rate += rope.per_day().value_or(0);
        counted += rope.all;
    }
    const std::uint64_t all = bytes_below(folder.path);
    const std::uint64_t others = all - std::min(all, counted);
    out.lines.push_back({"keys, signed states and the rest: " + size_text(others),
                         "密钥、签名状态及其他：" + size_text(others)});
    json::Object document{{"data", folder.path}, {"all", all}, {"others", others}};
    document.emplace_back("ropes", json::Value{std::move(ropes)});
    if (const auto disk = disk_of(folder.path)) {
        const auto days =
            rate > 0 ? std::optional{static_cast<double>(disk->free_bytes) / rate} : std::nullopt;
        out.lines.push_back(disk_line(*disk, days));
        document.emplace_back("free", disk->free_bytes);
        document.emplace_back(
            "days_to_full", days ? json::Value{static_cast<std::uint64_t>(*days)} : json::Value{});
    }
    out.document = std::move(document);
    return out;
}

}  // namespace

void add_node_du(Program& program, CLI::App* noun) {
    program.add_verb(
        noun,
        {.name = "du",
         .what = {"Bytes by store, growth by block time, days until the disk is full. Reads only; "
                  "the node may run.",
                  "各存储所占字节、按区块时间的增长、磁盘写满前的天数。只读；节点可在运行。"},
         .examples = "  ropenet node du --data DIR\n"
                     "  ropenet node du --data DIR --json\n"},
        [](const Options& options, const Console&) { return run_du(options); });
}

}  // namespace ropenet::cli
