#include "types/bundle.hpp"

#include <gtest/gtest.h>

#include "crypto/hash.hpp"

namespace ropenet {
namespace {

constexpr std::string_view kAlways[] = {
    "README.txt",      "checkpoint.txt",  "genesis.cbor",    "keys.txt",   "log.vkey",
    "outcome.cbor",    "policies/0.cbor", "policies/0.tlog", "policy.txt", "proof.tlog",
    "receipt-key.pem", "receipt.cose",    "record.cbor",     "signer.pem", "tx.cose"};

BundleFiles files_of(std::initializer_list<std::string_view> more = {}) {
    BundleFiles files;
    for (const std::string_view name : kAlways)
        files.emplace(name, to_bytes(name));
    for (const std::string_view name : more)
        files.emplace(name, to_bytes(name));
    return files;
}

std::string fault_of(const BundleFiles& files) {
    const auto checked = check_bundle_names(files);
    if (checked) return "none";
    const char* const names[] = {"missing", "unknown", "oversize", "too_many"};
    return std::string{names[static_cast<std::size_t>(checked.error().fault)]} + " " +
           checked.error().path;
}

TEST(BundleTest, takes_exactly_the_files_of_each_kind_of_bundle) {
    EXPECT_EQ(fault_of(files_of()), "none");
    EXPECT_EQ(fault_of(files_of({"policies/0.txt", "policies/1.cbor", "policies/1.tlog"})), "none");
    EXPECT_EQ(fault_of(files_of({"state/key.bin", "state/proof.ics23", "state/block-record.cbor",
                                 "state/block-proof.tlog"})),
              "none");
    EXPECT_EQ(fault_of(files_of({"state/key.bin", "state/proof.ics23", "state/block-record.cbor",
                                 "state/block-proof.tlog", "state/value.bin"})),
              "none");
    EXPECT_EQ(fault_of(files_of({"timestamp.tsr", "tsa-ca.pem"})), "none");
}

TEST(BundleTest, names_each_missing_file) {
    for (const std::string_view name : kAlways) {
        BundleFiles files = files_of();
        files.erase(std::string{name});
        EXPECT_EQ(fault_of(files), "missing " + std::string{name});
    }
}

TEST(BundleTest, names_a_file_that_does_not_belong) {
    for (const std::string_view name : {"notes.txt", "policies/0.txt", "policies/1.tlog",
                                        "policies/00.cbor", "policies/2.cbor", "README.TXT"}) {
        EXPECT_EQ(fault_of(files_of({name})), "unknown " + std::string{name});
    }
}

TEST(BundleTest, a_part_is_there_whole_or_not_at_all) {
    EXPECT_EQ(fault_of(files_of({"state/value.bin"})), "missing state/block-proof.tlog");
    EXPECT_EQ(fault_of(files_of({"tsa-ca.pem"})), "missing timestamp.tsr");
    EXPECT_EQ(fault_of(files_of({"policies/1.cbor", "policies/1.tlog"})), "missing policies/0.txt");
}

TEST(BundleTest, takes_as_many_policies_as_the_limit_and_not_one_more) {
    BundleFiles files = files_of();
    const auto add = [&files](std::size_t k) {
        files["policies/" + std::to_string(k) + ".cbor"] = {};
        files["policies/" + std::to_string(k) + ".tlog"] = {};
        files["policies/" + std::to_string(k - 1) + ".txt"] = {};
    };
    for (std::size_t k = 1; k <= kBundlePoliciesMax; ++k)
        add(k);
    EXPECT_EQ(fault_of(files), "none");
    add(kBundlePoliciesMax + 1);
    EXPECT_EQ(fault_of(files), "unknown policies/100.txt");
}

TEST(BundleTest, takes_a_file_of_one_mebibyte_and_not_one_byte_more) {
    BundleFiles files = files_of();
    files["tx.cose"].resize(kBundleFileBytesMax);
    EXPECT_EQ(fault_of(files), "none");
    files["tx.cose"].push_back(0);
    EXPECT_EQ(fault_of(files), "oversize tx.cose");
}

TEST(BundleTest, the_readme_of_this_format_version_never_changes) {
    const std::string_view readme = bundle_readme();
    EXPECT_TRUE(readme.ends_with("#END check.py\n"));
    EXPECT_FALSE(readme.ends_with("\n\n"));
    // A change makes every bundle made before it invalid: it needs a new format version.
    EXPECT_EQ(hex(crypto::sha256(view_of(readme))),
              "3d19015ab893d70cb69cc0c10ae7ee3edbf5a8384dc45372305c3bdd0e5b9939");
    EXPECT_TRUE(is_bundle_readme(view_of(readme)));
    EXPECT_FALSE(is_bundle_readme(view_of(readme.substr(1))));
}

TEST(BundleTarTest, tar_then_files_is_the_identity) {
    BundleFiles files = files_of({"state/key.bin"});
    files["empty"] = {};
    files["block"] = Bytes(512, 1);
    files["more"] = Bytes(513, 2);
    const Bytes tar = tar_from_files(files);
    const auto parsed = files_from_tar(tar);

    ASSERT_TRUE(parsed);
    EXPECT_EQ(*parsed, files);
    EXPECT_EQ(tar.size() % 512, 0U);
}

TEST(BundleTarTest, every_byte_of_a_tar_counts) {
    const BundleFiles files{{"a.txt", {1, 2, 3}}, {"b/c.bin", {4}}};
    const Bytes tar = tar_from_files(files);
    for (std::size_t i = 0; i < tar.size(); ++i) {
        Bytes altered = tar;
        altered[i] ^= 1;
        const auto parsed = files_from_tar(altered);
        if (parsed) {
            EXPECT_FALSE(*parsed == files) << i;
        }
    }
}

TEST(BundleTarTest, refuses_names_that_leave_the_folder) {
    const auto error = [](std::string name) {
        // Names of five letters, so that the header of another name can be patched.
        Bytes tar = tar_from_files({{"aaaaa", {1}}});
        std::ranges::copy(name, tar.begin());
        const auto parsed = files_from_tar(tar);
        return parsed ? TarError::truncated : parsed.error();
    };
    EXPECT_EQ(error("/aaaa"), TarError::name);
    EXPECT_EQ(error("../aa"), TarError::name);
    EXPECT_EQ(error("a/..a"), TarError::header);  // an odd name, but inside; another checksum
    EXPECT_EQ(error("a//aa"), TarError::name);
    EXPECT_EQ(error("a/./a"), TarError::name);
    EXPECT_EQ(error("aaaa/"), TarError::name);
    EXPECT_EQ(error("aaaab"), TarError::header);  // another checksum
}

TEST(BundleTarTest, refuses_what_is_cut_longer_or_out_of_order) {
    const Bytes tar = tar_from_files({{"a", {1}}, {"b", {2}}});
    const auto error = [](const Bytes& bytes) {
        const auto parsed = files_from_tar(bytes);
        return parsed ? TarError::header : parsed.error();
    };
    EXPECT_EQ(error({}), TarError::truncated);
    EXPECT_EQ(error({tar.begin(), tar.end() - 512}), TarError::truncated);
    EXPECT_EQ(error({tar.begin(), tar.begin() + 512}), TarError::truncated);
    Bytes longer = tar;
    longer.resize(tar.size() + 512);
    EXPECT_EQ(error(longer), TarError::trailing);
    Bytes swapped{tar.begin() + 1024, tar.begin() + 2048};
    swapped.insert(swapped.end(), tar.begin(), tar.begin() + 1024);
    swapped.resize(tar.size());
    EXPECT_EQ(error(swapped), TarError::name);
    EXPECT_EQ(error(Bytes(kBundleTarBytesMax + 1, 0)), TarError::oversize);
}

}  // namespace
}  // namespace ropenet
