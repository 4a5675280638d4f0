// README.txt of format version 2. A verifier compares it byte for byte, so a change of one letter
// is a new format version. Its two programs are run by tests/foreign as they stand.
#include "crypto/hash.hpp"
#include "types/bundle.hpp"

namespace ropenet {
namespace {

constexpr std::string_view kReadme = R"README(ROPENET EVIDENCE BUNDLE, FORMAT VERSION 2
ROPENET 证据包，格式版本 2（中文说明在后）

WHAT THIS FOLDER PROVES
1. Whoever holds the private key of signer.pem signed the request in tx.cose.
2. The ledger (the "rope" named in the first line of checkpoint.txt) recorded that request at the
   height, position and time in record.cbor, with the outcome in outcome.cbor.
3. That record is in the rope's append-only log, whose head (checkpoint.txt) was signed by the log
   and by a quorum of the witnesses in policy.txt.

WHAT IT DOES NOT PROVE
- That what the request says is true, or that a refused request was wrong. A refusal is evidence
  that the request was made and refused.
- Who stands behind the keys. Anyone can make a rope with keys of their own. Get policy.txt from a
  source you trust, not from this folder, and compare: that decides whose evidence this is.
- A time other than the rope's own. A timestamp (timestamp.tsr) adds a clock of somebody else only
  if its authority is somebody else: one that keys.txt lists has the clock of the rope's node.
- That the signer's key belonged to the account named in tx.cose, unless genesis.cbor says so or
  state/ shows the account: the rope checked it when it recorded the request.
- If the name of the rope begins with "dev.": anything. DEMO, no evidential value.

THE FILES
tx.cose          the signed request (COSE_Sign1)        signer.pem       its public key
record.cbor      the entry of the log                   outcome.cbor     what the request did
proof.tlog       path from record to head (C2SP tlog-proof v1), with all signatures of the head
checkpoint.txt   the head: rope, size, root             log.vkey         the key of the log
receipt.cose     the same path as RFC 9942 receipt      receipt-key.pem  its public key
policy.txt       log and witnesses (C2SP tlog-policy)   keys.txt         receipt keys (SHA-256)
genesis.cbor     the rope's first rules                 policies/        entry 0 of the log, which
                 names the genesis, its proof, and every later change of policy
state/           (optional) a value of the rope's state, or its absence, as an ICS-23 proof
timestamp.tsr    (optional) an RFC 3161 timestamp over checkpoint.txt, under the CA in tsa-ca.pem

HOW TO CHECK IT
A. With ropenet. POLICY is the policy file that you got elsewhere:
     ropenet evidence verify . --trust POLICY
   Exit 0: valid, signer trusted by you. 7: consistent, origin not established. 8: invalid.
   The folder may hold no other file, so write nothing into it.
B. Without ropenet, with sh, coreutils, awk and openssl (3.0 or later), in this folder:
     sed -n '/^#BEGIN check.sh/,/^#END check.sh/p' README.txt | sh
   checks the hashes, the log's signature, the witnesses' cosignatures and the timestamp.
C. With python3 and its package "cryptography" (Ed25519 and ES256 signers; for an SM2 signer use
   a library that knows SM2, with SM3 and the identifier 1234567812345678):
     sed -n '/^#BEGIN check.py/,/^#END check.py/p' README.txt | python3 -
   checks the request's signature, the path from record to head, and the receipt.
D. With other people's libraries: golang.org/x/mod/sumdb/note and
   github.com/transparency-dev/formats (checkpoint, policy, proof),
   github.com/transparency-dev/merkle (path), pycose (tx.cose), scitt-cose (receipt.cose),
   github.com/cosmos/ics23 (state/proof.ics23).
B, C and D show that the folder is right in itself. Whose it is, only your own policy file can say:
     cmp POLICY policy.txt

证明什么
1. 持有 signer.pem 对应私钥者签署了 tx.cose 中的请求。
2. 账本（checkpoint.txt 首行所示的“账绳”）在 record.cbor 所载的高度、位置和时间
   记录了该请求，执行结果见 outcome.cbor。
3. 该记录在账绳的只增日志之中；日志的签名树头（checkpoint.txt）由日志密钥签名，
   并由 policy.txt 所列见证方中达到规定人数者联署。

不证明什么
- 不证明请求内容属实，也不证明被拒绝的请求有错；拒绝只证明请求曾提出并被拒绝。
- 不证明密钥背后是谁。任何人都能用自己的密钥造一条账绳。请从可信来源（而非本文件夹）
  取得 policy.txt 并比对：由此才能确定这是谁的证据。
- 除账绳自身的时间外，不证明其他时间；时间戳（timestamp.tsr）只有出自他方机构时才引入
  外部时钟：keys.txt 所列机构用的是账绳节点的时钟。
- 除 genesis.cbor 或 state/ 已有记载外，不证明签名密钥属于 tx.cose 所称账户；
  账绳在记录请求时已作核验。
- 账绳名称以 “dev.” 开头的，什么也不证明：演示，无证明力。

如何核验
A. 用 ropenet（POLICY 为另行取得的策略文件）：
     ropenet evidence verify . --trust POLICY
   退出码 0：有效，签名方为您所信任；7：自洽，来源未确立；8：无效。
   文件夹内不得有其他文件，核验时请勿写入。
B. 不用 ropenet，仅用 sh、coreutils、awk 和 openssl（3.0 及以上），在本文件夹内执行：
     sed -n '/^#BEGIN check.sh/,/^#END check.sh/p' README.txt | sh
   核验各摘要、日志签名、见证方联署和时间戳。
C. 用 python3 及其 cryptography 包（适用于 Ed25519 和 ES256 签名人；SM2 签名人请用支持 SM2
   的库，摘要为 SM3，标识为 1234567812345678）：
     sed -n '/^#BEGIN check.py/,/^#END check.py/p' README.txt | python3 -
   核验请求签名、记录到树头的路径和回执。
D. 用他人的库：见上文英文部分 D。
B、C、D 只说明文件夹自洽；它是谁的，只有您自己的策略文件能说明：
     cmp POLICY policy.txt

#BEGIN check.sh
set -eu
W=$(mktemp -d)
trap 'rm -rf "$W"' EXIT
fail() { echo "NO: $1"; exit 1; }
digest() { sha256sum < "$1" | cut -c1-64; }
holds() {  # file, digest, words
  od -An -v -tx1 "$1" | tr -d ' \n' | grep -q "$2" || fail "$3"
  echo "ok: $3"
}
key() {  # vkey -> $W/key.pem
  { printf '\060\052\060\005\006\003\053\145\160\003\041\000'
    printf '%s' "$1" | cut -d+ -f3- | base64 -d | tail -c 32; } > "$W/key.der"
  openssl pkey -pubin -inform DER -in "$W/key.der" -pubout -out "$W/key.pem"
}
signed() {  # file, words; the signature is $W/sig
  openssl pkeyutl -verify -pubin -inkey "$W/key.pem" -rawin -in "$1" -sigfile "$W/sig" \
    > /dev/null 2>&1 || fail "$2"
  echo "ok: $2"
}
echo "leaf hash of record.cbor: $( { printf '\000'; cat record.cbor; } | sha256sum | cut -c1-64)"
holds record.cbor "$(digest outcome.cbor)" "the record holds the digest of outcome.cbor"
holds policies/0.cbor "$(digest genesis.cbor)" "entry 0 holds the digest of genesis.cbor"
last=0
while [ -e "policies/$((last + 1)).cbor" ]; do last=$((last + 1)); done
if [ "$last" = 0 ]; then names=genesis.cbor; else names=policies/$last.cbor; fi
holds "$names" "$(digest policy.txt)" "$names holds the digest of policy.txt"
holds "$names" "$(digest keys.txt)" "$names holds the digest of keys.txt"
sed -n 's/^— //p' proof.tlog > "$W/lines"
grep -qxF "log $(cat log.vkey)" policy.txt || fail "policy.txt lists log.vkey"
key "$(cat log.vkey)"
head -n 1 "$W/lines" | cut -d' ' -f2 | base64 -d | tail -c +5 > "$W/sig"
signed checkpoint.txt "the log signed checkpoint.txt"
count=0
tail -n +2 "$W/lines" | sort -u -k1,1 > "$W/cosignatures"
while read -r name signature; do
  vkey=$(awk -v url="https://$name" '$1 == "witness" && $4 == url { print $3 }' policy.txt)
  key "$vkey"
  printf '%s' "$signature" | base64 -d | tail -c +5 > "$W/timed"
  time=$(head -c 8 "$W/timed" | od -An -v -tu8 --endian=big | tr -d ' ')
  { printf 'cosignature/v1\ntime %s\n' "$time"; cat checkpoint.txt; } > "$W/message"
  tail -c 64 "$W/timed" > "$W/sig"
  signed "$W/message" "$name cosigned checkpoint.txt on $(date -u -d "@$time" +%FT%TZ)"
  count=$((count + 1))
done < "$W/cosignatures"
needed=$(awk '$1 == "group" { print $3 }' policy.txt)
[ "$count" -ge "$needed" ] || fail "$count of $needed cosignatures"
echo "ok: $count cosignatures, $needed needed"
if [ -e timestamp.tsr ]; then
  openssl ts -verify -data checkpoint.txt -in timestamp.tsr -CAfile tsa-ca.pem -no_check_time \
    > /dev/null 2>&1 || fail "timestamp.tsr is over checkpoint.txt, under tsa-ca.pem"
  openssl ts -reply -in timestamp.tsr -token_out -out "$W/token" 2> /dev/null
  openssl cms -verify -noverify -inform DER -in "$W/token" -signer "$W/tsa.pem" \
    > /dev/null 2>&1 || fail "timestamp.tsr holds its signer's certificate"
  echo "ok: timestamp.tsr is over checkpoint.txt, under tsa-ca.pem"
  openssl ts -reply -in timestamp.tsr -text 2> /dev/null | sed -n 's/^Time stamp: /    /p'
  tsa=$(openssl x509 -in "$W/tsa.pem" -outform DER | sha256sum | cut -c1-64)
  if grep -qxF "tsa $tsa" keys.txt; then
    echo "ok: keys.txt lists its authority, whose clock is that of the rope's node"
  else
    echo "??: keys.txt does not list its authority: compare tsa-ca.pem with the CA's own page"
  fi
fi
#END check.sh

#BEGIN check.py
import base64, hashlib, sys
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, utils
from cryptography.hazmat.primitives.serialization import load_pem_public_key

def item(data, at):  # one CBOR item: (value, position after it)
    major, number = data[at] >> 5, data[at] & 31
    at += 1
    if number > 23:
        size = 1 << (number - 24)
        number, at = int.from_bytes(data[at:at + size], "big"), at + size
    if major in (2, 3):
        return data[at:at + number] if major == 2 else data[at:at + number].decode(), at + number
    if major in (4, 5):
        values = []
        for _ in range(number * (major - 3)):
            value, at = item(data, at)
            values.append(value)
        return values if major == 4 else dict(zip(values[::2], values[1::2])), at
    if major == 6:
        return item(data, at)
    return (number, -1 - number, None)[min(major, 2)], at

def head(major, number):
    size = next(s for s in (0, 1, 2, 4, 8) if number < (24 if s == 0 else 1 << 8 * s))
    first = number if size == 0 else 23 + size.bit_length()
    return bytes([major << 5 | first]) + (number.to_bytes(size, "big") if size else b"")

def sig_structure(protected, payload):
    parts = [head(2, len(part)) + part for part in (protected, b"", payload)]
    return b"\x84\x6aSignature1" + b"".join(parts)

def read(name):
    with open(name, "rb") as source:
        return source.read()

def check(words, ok):
    print("ok:" if ok else "NO:", words)
    if not ok:
        sys.exit(1)

def verify(pem, signature, message):
    public = load_pem_public_key(pem)
    if isinstance(public, ed25519.Ed25519PublicKey):
        return public.verify(signature, message)
    r, s = (int.from_bytes(part, "big") for part in (signature[:32], signature[32:]))
    public.verify(utils.encode_dss_signature(r, s), message, ec.ECDSA(hashes.SHA256()))

def sha256(data):
    return hashlib.sha256(data).digest()

def root_of(index, size, leaf, path):  # RFC 9162, 2.1.3.2
    node, last, root = index, size - 1, sha256(b"\x00" + leaf)
    for sibling in path:
        if node & 1 or node == last:
            root = sha256(b"\x01" + sibling + root)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            root = sha256(b"\x01" + root + sibling)
        node, last = node >> 1, last >> 1
    return root if last == 0 else None

protected, _, payload, signature = item(read("tx.cose"), 0)[0]
signed, claims = sig_structure(protected, payload), item(protected, 0)[0]
verify(read("signer.pem"), signature, signed)
der = base64.b64decode(b"".join(read("signer.pem").split(b"\n")[1:-2]))
check("signer.pem signed tx.cose", claims[4] == sha256(der))
record = item(read("record.cbor"), 0)[0]
check("record.cbor names the transaction " + sha256(signed).hex(), record[6] == sha256(signed))
check("record.cbor names outcome.cbor", record[8] == sha256(read("outcome.cbor")))

lines = read("proof.tlog").decode().split("\n")
blank = lines.index("")
index, path = int(lines[1].split(" ")[1]), [base64.b64decode(line) for line in lines[2:blank]]
origin, size, root = lines[blank + 1], int(lines[blank + 2]), base64.b64decode(lines[blank + 3])
check("record.cbor is entry %d of %d under the root in proof.tlog" % (index, size),
      record[3] == index and root_of(index, size, read("record.cbor"), path) == root)
check("checkpoint.txt is the head in proof.tlog",
      read("checkpoint.txt").decode().split("\n") == lines[blank + 1:blank + 4] + [""])

protected, unprotected, _, signature = item(read("receipt.cose"), 0)[0]
verify(read("receipt-key.pem"), signature, sig_structure(protected, root))
claims, der = item(protected, 0)[0], base64.b64decode(
    b"".join(read("receipt-key.pem").split(b"\n")[1:-2]))
proof = item(unprotected[396][-1][0], 0)[0]
check("receipt.cose is for this transaction and signed by receipt-key.pem",
      claims[15] == {1: origin, 2: sha256(signed).hex()} and proof == [size, index, path])
check("keys.txt lists receipt-key.pem",
      "receipt " + claims[4].hex() in read("keys.txt").decode().split("\n")
      and claims[4] == sha256(der))
print("record: height %d, time %d ms since 1970, outcome code %d" % (
    record[2], record[4], record[7]))
#END check.py
)README";

/// SHA-256 of the text of version 1, which had no words and no command for timestamps.
constexpr std::string_view kVersion1Digest =
    "d5ad5e0024d2efbce0ab9d7f521c29385294b8caa0b33fb03a623ad985935761";

}  // namespace

std::string_view bundle_readme() {
    return kReadme;
}

bool is_bundle_readme(BytesView text) {
    return text_of(text) == kReadme || hex(crypto::sha256(text)) == kVersion1Digest;
}

}  // namespace ropenet
