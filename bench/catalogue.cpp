#include "bench/catalogue.hpp"

#include <algorithm>
#include <array>

namespace ropenet::bench {
namespace {

constexpr std::string_view kWholePath[] = {
    "stage_client",
    "stage_http",
    "stage_decode",
    "stage_admit",
    "stage_verify_openssl",
    "stage_verify_simd",
    "stage_ledger",
    "stage_tiles",
    "stage_answer",
    "whole_path_bound_openssl",
    "whole_path_cpu_openssl_http",
    "whole_path_cpu_openssl_work",
    "whole_path_cpu_openssl_ledger",
    "whole_path_cpu_openssl_cosign",
    "whole_path_cpu_openssl_flush",
    "whole_path_cpu_openssl_rest",
    "whole_path_cpu_openssl_client",
    "whole_path_bound_simd",
    "whole_path_cpu_simd_http",
    "whole_path_cpu_simd_work",
    "whole_path_cpu_simd_ledger",
    "whole_path_cpu_simd_cosign",
    "whole_path_cpu_simd_flush",
    "whole_path_cpu_simd_rest",
    "whole_path_cpu_simd_client",
};

constexpr std::string_view kVerify[] = {"verify_batch_simd"};

constexpr std::string_view kPaced[] = {"paced_p50", "paced_p99", "fdatasync_p50", "fdatasync_p99"};

constexpr std::string_view kState[] = {"state_updates_cpu", "state_updates_durable"};

constexpr std::string_view kIdle[] = {"resident_idle"};

constexpr std::string_view kGrown[] = {
    "list_account_p95",
    "list_contract_p95",
    "list_code_p95",
    "list_refused_p95",
    "list_time_p95",
    "list_account_time_p95",
    "list_no_match_p95",
    "list_entries_p95",
    "list_entry_by_content_p95",
    "list_tx_by_id_p95",
    "list_record_p95",
    "bundle_bytes",
    "bundle_rate",
    "resident_grown",
    "evidence_verify",
    "disk_blocks",
    "disk_log",
    "disk_state",
    "disk",
    "replay",
    "ledger_execute_append",
    "ledger_execute",
    "ledger_append",
    "ledger_store",
    "ledger_all",
    "deposit_cost_ten_times",
};

constexpr std::array kGroups = {
    Group{.name = "verify", .figures = kVerify, .measure = measure_verify},
    Group{.name = "idle", .figures = kIdle, .measure = measure_idle},
    Group{.name = "whole_path", .figures = kWholePath, .measure = measure_whole_path},
    Group{.name = "paced", .figures = kPaced, .measure = measure_paced},
    Group{.name = "state", .figures = kState, .measure = measure_state},
    Group{.name = "grown", .figures = kGrown, .measure = measure_grown},
};

}  // namespace

std::span<const Group> groups() {
    return kGroups;
}

const Group* find_group(std::string_view name) {
    for (const Group& group : kGroups) {
        if (group.name == name) return &group;
        if (std::ranges::find(group.figures, name) != group.figures.end()) return &group;
    }
    return nullptr;
}

void report_absent(Bench& bench, std::string_view group, const std::string& why) {
    for (const std::string_view name : find_group(group)->figures) {
        if (name.find("_simd") == std::string_view::npos) continue;
        bench.report({.name = std::string{name}, .unit = "", .note = why});
    }
}

}  // namespace ropenet::bench
