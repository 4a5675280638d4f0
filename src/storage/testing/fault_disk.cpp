#include "storage/testing/fault_disk.hpp"

#include <algorithm>
#include <utility>

namespace ropenet::storage::testing {

std::uint64_t Dice::next() {
    state_ += 0x9e3779b97f4a7c15ULL;
    std::uint64_t mixed = state_;
    mixed = (mixed ^ (mixed >> 30U)) * 0xbf58476d1ce4e5b9ULL;
    mixed = (mixed ^ (mixed >> 27U)) * 0x94d049bb133111ebULL;
    return mixed ^ (mixed >> 31U);
}

void Inode::touch(std::uint64_t offset) {
    same_below = std::min<std::size_t>(same_below, offset);
}

void Inode::write(std::uint64_t offset, BytesView bytes) {
    touch(std::min<std::uint64_t>(offset, now.size()));
    if (now.size() < offset + bytes.size()) now.resize(offset + bytes.size());
    std::copy(bytes.begin(), bytes.end(), now.begin() + static_cast<std::ptrdiff_t>(offset));
}

void Inode::resize(std::uint64_t size) {
    touch(std::min<std::uint64_t>(size, now.size()));
    now.resize(size);
}

void Inode::sync() {
    durable.resize(now.size());
    const auto from = static_cast<std::ptrdiff_t>(std::min(same_below, now.size()));
    std::copy(now.begin() + from, now.end(), durable.begin() + from);
    same_below = now.size();
}

void Inode::keep_prefix(Dice& dice) {
    const bool only_grew =
        now.size() >= durable.size() && std::equal(durable.begin(), durable.end(), now.begin());
    if (only_grew) {
        now.resize(durable.size() + dice.below(now.size() - durable.size() + 1));
    } else if (dice.below(2) == 0) {
        now = durable;
    }
}

void Inode::tear(Dice& dice) {
    Bytes torn = durable;
    torn.resize(dice.below(2) == 0 ? now.size() : durable.size());
    for (std::size_t at = 0; at < torn.size(); at += kSectorBytes) {
        if (at >= now.size() || dice.below(2) == 0) continue;
        const std::size_t end = std::min({at + kSectorBytes, torn.size(), now.size()});
        std::copy(now.begin() + static_cast<std::ptrdiff_t>(at),
                  now.begin() + static_cast<std::ptrdiff_t>(end),
                  torn.begin() + static_cast<std::ptrdiff_t>(at));
    }
    now = std::move(torn);
}

void Inode::crash(Unsynced unsynced, Dice& dice) {
    if (same_below == now.size() && now.size() == durable.size()) return;
    switch (unsynced) {
        case Unsynced::lost:
            now = durable;
            break;
        case Unsynced::half_kept:
            if (now.size() > durable.size()) {
                now.resize(durable.size() + (now.size() - durable.size()) / 2);
            } else {
                now = durable;
            }
            break;
        case Unsynced::prefix_kept:
            keep_prefix(dice);
            break;
        case Unsynced::torn:
            tear(dice);
            break;
        case Unsynced::kept:
            break;
    }
    durable = now;
    same_below = now.size();
}

bool FaultFs::Disk::Counter::count_and_fail() {
    ++done;
    if (failing == 0) return false;
    return lasting == Lasting::once ? done == failing : done >= failing;
}

Result<void> FaultFs::Disk::begin(Operation kind, const std::string& what) {
    bool fails = counter(kind).count_and_fail();
    if (kind == Operation::write || kind == Operation::sync) {
        fails = counter(Operation::change).count_and_fail() || fails;
    }
    if (power_off != 0 && counter(Operation::change).done >= power_off) is_off = true;
    if (is_off) return fail(ErrorCode::io, what + ": the power is off (EIO)");
    if (fails) return fail(ErrorCode::io, what + ": injected fault (EIO)");
    return {};
}

void FaultFs::Disk::note(NameChange change) {
    unsynced_names.push_back(std::move(change));
}

void FaultFs::Disk::apply(const NameChange& change) {
    if (!change.from.empty()) durable.erase(change.from);
    if (change.inode == nullptr) {
        durable.erase(change.path);
    } else {
        durable[change.path] = change.inode;
    }
}

void FaultFs::Disk::secure(const std::string& dir) {
    std::erase_if(unsynced_names, [&](const NameChange& change) {
        if (change.dir != dir) return false;
        apply(change);
        return true;
    });
}

void FaultFs::Disk::crash_names(Unsynced unsynced, Dice& dice) {
    std::map<std::string, std::size_t> changes_of;
    for (const NameChange& change : unsynced_names)
        ++changes_of[change.dir];
    std::map<std::string, std::size_t> kept_of;
    for (const auto& [dir, changes] : changes_of) {
        if (unsynced == Unsynced::lost || unsynced == Unsynced::half_kept) continue;
        kept_of[dir] = unsynced == Unsynced::kept ? changes : dice.below(changes + 1);
    }
    for (const NameChange& change : unsynced_names) {
        if (kept_of[change.dir] == 0) continue;
        --kept_of[change.dir];
        apply(change);
    }
    unsynced_names.clear();
}

void FaultFs::Disk::crash(Unsynced unsynced, Dice& dice) {
    ++life;
    for (Counter& counter : counters)
        counter.failing = 0;
    misdone_write = 0;
    power_off = 0;
    is_off = false;
    locked.clear();
    crash_names(unsynced, dice);
    now = durable;
    for (const auto& [path, inode] : now) {
        inode->crash(unsynced, dice);
        add_dirs_of(path);
    }
}

void FaultFs::Disk::add_dirs_of(const std::string& path) {
    for (std::string dir = parent_of(path); !dirs.contains(dir); dir = parent_of(dir)) {
        dirs.insert(dir);
    }
}

std::uint64_t FaultFs::Disk::used() const {
    std::uint64_t bytes = 0;
    for (const auto& [path, inode] : now)
        bytes += inode->now.size();
    return bytes;
}

}  // namespace ropenet::storage::testing
