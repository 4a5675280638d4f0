// ropenet-bench: measures what bench/README.md lists, and prints it.
#include <stdlib.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "bench/bench.hpp"
#include "bench/catalogue.hpp"

namespace ropenet::bench {
namespace {

constexpr int kUsage = 2;
constexpr int kUnavailable = 69;
constexpr int kStorage = 74;
constexpr int kTryLater = 75;
constexpr int kConfig = 78;

constexpr std::string_view kHelp =
    R"(Measures ropenet on this machine, each contender in turns with its baseline.

Examples:
  ropenet-bench                                  everything, in 15 minutes on two cores
  ropenet-bench --json                           the same, one JSON object a line
  ropenet-bench --only whole_path                one group of figures
  ropenet-bench --only whole_path_bound_openssl  one figure
  ropenet-bench --long --only grown              with the large sets

Options:
  --json         {"name","value","unit","baseline","ratio","pairs","note"} a line
  --only NAME    one figure or group of --list
  --list         the names of all figures
  --groups       the names of all groups
  --long         sets of 1 and 10 million; an hour and more, 30 GB of disk
  --quick        sets so small that the numbers mean nothing
  --binary FILE  ropenet (default: beside this program)
  --folder DIR   where files are written (default: beside this program); on the disk to be measured
  --help         this text

bench/README.md says what each figure means.
)";

constexpr std::string_view kHelpZh = R"(在本机测量 ropenet；每个对象与其基准交替测量。

示例：
  ropenet-bench                                  全部指标，双核 15 分钟
  ropenet-bench --json                           同上，每行一个 JSON 对象
  ropenet-bench --only whole_path                一组指标
  ropenet-bench --only whole_path_bound_openssl  一个指标
  ropenet-bench --long --only grown              用大数据集

选项：
  --json         每行 {"name","value","unit","baseline","ratio","pairs","note"}
  --only NAME    --list 中的一个指标，或一组
  --list         全部指标名
  --groups       全部组名
  --long         一百万与一千万的数据集；一小时以上，磁盘 30 GB
  --quick        数据集极小，数字无意义
  --binary FILE  ropenet（默认在本程序旁）
  --folder DIR   写文件处（默认在本程序旁）；须在被测的磁盘上
  --help         本说明

各指标的含义见 bench/README.md。
)";

struct Arguments {
    Form form = Form::table;
    Scale scale = Scale::normal;
    std::string only;
    std::string binary;
    std::string folder;
    bool list = false;
    bool groups = false;
    bool help = false;
};

Language language() {
    for (const char* name : {"ROPENET_LANG", "LC_ALL", "LANG"}) {
        const char* value = std::getenv(name);
        if (value == nullptr || *value == '\0') continue;
        return std::string_view{value}.starts_with("zh") ? Language::zh : Language::en;
    }
    return Language::en;
}

bool takes_word(Arguments& out, std::string_view word) {
    if (word == "--json") {
        out.form = Form::json;
    } else if (word == "--long") {
        out.scale = Scale::large;
    } else if (word == "--quick") {
        out.scale = Scale::quick;
    } else if (word == "--list") {
        out.list = true;
    } else if (word == "--groups") {
        out.groups = true;
    } else if (word == "--help" || word == "-h") {
        out.help = true;
    } else {
        return false;
    }
    return true;
}

std::optional<Arguments> arguments_of(std::span<char*> words) {
    Arguments out;
    for (std::size_t i = 1; i < words.size(); ++i) {
        const std::string_view word{words[i]};
        if (takes_word(out, word)) continue;
        std::string* value = word == "--only"     ? &out.only
                             : word == "--binary" ? &out.binary
                             : word == "--folder" ? &out.folder
                                                  : nullptr;
        if (value == nullptr || i + 1 == words.size()) {
            std::cerr << "ropenet-bench: " << word << "? See `ropenet-bench --help`\n";
            return std::nullopt;
        }
        *value = words[++i];
    }
    if (!out.only.empty() && find_group(out.only) == nullptr) {
        std::cerr << "ropenet-bench: no figure is called " << out.only
                  << "; see `ropenet-bench --list`\n";
        return std::nullopt;
    }
    return out;
}

int exit_of(ErrorCode code) {
    switch (code) {
        case ErrorCode::io:
        case ErrorCode::corrupt:
            return kStorage;
        case ErrorCode::unavailable:
            return kUnavailable;
        case ErrorCode::busy:
            return kTryLater;
        case ErrorCode::invalid:
        case ErrorCode::not_found:
        case ErrorCode::exists:
        case ErrorCode::config:
            break;
    }
    return kConfig;
}

/// A folder of our own, gone with everything in it at the end.
class Scratch {
  public:
    explicit Scratch(const std::filesystem::path& parent) {
        std::string pattern = (parent / "bench-data-XXXXXX").string();
        if (::mkdtemp(pattern.data()) != nullptr) path_ = pattern;
    }
    ~Scratch() {
        std::error_code ignored;
        if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
    }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;

    const std::string& path() const { return path_; }

  private:
    std::string path_;
};

int measure(const Arguments& arguments) {
    std::error_code error;
    const auto here = std::filesystem::read_symlink("/proc/self/exe", error).parent_path();
    const auto parent = arguments.folder.empty() ? here : std::filesystem::path{arguments.folder};
    const Scratch scratch{parent};
    if (scratch.path().empty()) {
        std::cerr << "ropenet-bench: cannot write in " << parent.string()
                  << "; name another folder with --folder\n";
        return kStorage;
    }
    const std::string binary =
        arguments.binary.empty() ? (here / "ropenet").string() : arguments.binary;
    if (!std::filesystem::exists(binary, error)) {
        std::cerr << "ropenet-bench: " << binary << " is not there; name it with --binary\n";
        return kConfig;
    }
    Report report{std::cout, arguments.form, language()};
    Bench bench{{.scale = arguments.scale, .binary = binary, .folder = scratch.path()}, report};
    for (const Group& group : groups()) {
        const bool all = arguments.only.empty();
        if (!all && find_group(arguments.only)->name != group.name) continue;
        if (!all && arguments.only != group.name) report.show_only(arguments.only);
        const auto done = group.measure(bench);
        if (!done) {
            std::cerr << "ropenet-bench: " << group.name << ": " << done.error().what << '\n';
            return exit_of(done.error().code);
        }
    }
    return 0;
}

int run(std::span<char*> words) {
    const auto arguments = arguments_of(words);
    if (!arguments) return kUsage;
    if (arguments->help) {
        std::cout << (language() == Language::zh ? kHelpZh : kHelp);
        return 0;
    }
    if (arguments->groups) {
        for (const Group& group : groups())
            std::cout << group.name << '\n';
        return 0;
    }
    if (arguments->list) {
        for (const Group& group : groups()) {
            for (const std::string_view name : group.figures)
                std::cout << name << '\n';
        }
        return 0;
    }
    return measure(*arguments);
}

}  // namespace
}  // namespace ropenet::bench

int main(int argc, char** argv) {
    return ropenet::bench::run({argv, static_cast<std::size_t>(argc)});
}
