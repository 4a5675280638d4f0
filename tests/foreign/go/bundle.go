package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/fxamacker/cbor/v2"
	"github.com/transparency-dev/formats/log"
	tlogproof "github.com/transparency-dev/formats/proof"
	"github.com/transparency-dev/formats/witness"
	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
)

// record holds the keys of a log record that a check compares.
type record struct {
	Index         uint64 `cbor:"3,keyasint"`
	OutcomeDigest []byte `cbor:"8,keyasint,omitempty"`
	StateRoot     []byte `cbor:"9,keyasint,omitempty"`
	GenesisDigest []byte `cbor:"11,keyasint,omitempty"`
	PolicyDigest  []byte `cbor:"13,keyasint,omitempty"`
	Previous      []byte `cbor:"14,keyasint,omitempty"`
	KeysDigest    []byte `cbor:"15,keyasint,omitempty"`
}

type genesis struct {
	Origin string `cbor:"1,keyasint"`
	Policy record `cbor:"11,keyasint"`
}

type bundle struct{ dir string }

func (b bundle) read(name string) ([]byte, error) {
	return os.ReadFile(filepath.Join(b.dir, filepath.FromSlash(name)))
}

func (b bundle) has(name string) bool {
	_, err := os.Stat(filepath.Join(b.dir, filepath.FromSlash(name)))
	return err == nil
}

// names says whether a file has the digest that a record or genesis states.
func (b bundle) names(digest []byte, file string) error {
	data, err := b.read(file)
	if err != nil {
		return err
	}
	if sum := sha256.Sum256(data); !bytes.Equal(sum[:], digest) {
		return fmt.Errorf("%s has another digest than the one recorded", file)
	}
	return nil
}

// proved reads a record and verifies its proof up to the signed checkpoint of the bundle.
func (b bundle) proved(recordFile, proofFile string) (*record, *log.Checkpoint, error) {
	vkey, err := b.read("log.vkey")
	if err != nil {
		return nil, nil, err
	}
	if bytes.IndexByte(vkey, '\n') != len(vkey)-1 {
		return nil, nil, fmt.Errorf("log.vkey is not one line")
	}
	policy, err := b.read("policy.txt")
	if err != nil {
		return nil, nil, err
	}
	text, err := b.read(proofFile)
	if err != nil {
		return nil, nil, err
	}
	var tlog tlogproof.TLogProof
	if err := tlog.Unmarshal(text); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", proofFile, err)
	}
	if !bytes.Equal(tlog.Marshal(), text) || tlog.ExtraData != nil {
		return nil, nil, fmt.Errorf("%s: not the one spelling of this proof", proofFile)
	}
	checkpoint, opened, err := openCheckpoint(tlog.Checkpoint, string(vkey), string(policy))
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", proofFile, err)
	}
	if head, err := b.read("checkpoint.txt"); err != nil || string(head) != opened.Text {
		return nil, nil, fmt.Errorf("%s: its checkpoint is not checkpoint.txt", proofFile)
	}
	leaf, err := b.read(recordFile)
	if err != nil {
		return nil, nil, err
	}
	var path [][]byte
	for _, hash := range tlog.Hashes {
		path = append(path, hash[:])
	}
	if err := proof.VerifyInclusion(rfc6962.DefaultHasher, tlog.Index, checkpoint.Size,
		rfc6962.DefaultHasher.HashLeaf(leaf), path, checkpoint.Hash); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", recordFile, err)
	}
	var entry record
	if err := cbor.Unmarshal(leaf, &entry); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", recordFile, err)
	}
	if entry.Index != tlog.Index {
		return nil, nil, fmt.Errorf("%s says index %d, proof %d", recordFile, entry.Index, tlog.Index)
	}
	return &entry, checkpoint, nil
}

// checkInclusion proves each record of the bundle in its log.
func checkInclusion(dir string) (string, error) {
	b := bundle{dir}
	entry, checkpoint, err := b.proved("record.cbor", "proof.tlog")
	if err != nil {
		return "", err
	}
	if err := b.names(entry.OutcomeDigest, "outcome.cbor"); err != nil {
		return "", err
	}
	first, _, err := b.proved("policies/0.cbor", "policies/0.tlog")
	if err != nil {
		return "", err
	}
	if err := b.names(first.GenesisDigest, "genesis.cbor"); err != nil {
		return "", err
	}
	if b.has("state") {
		if _, _, err := b.proved("state/block-record.cbor", "state/block-proof.tlog"); err != nil {
			return "", err
		}
	}
	return fmt.Sprintf("entry %d of %d under the signed root", entry.Index, checkpoint.Size), nil
}

// checkPolicy asks the library whether the bundle's checkpoint has its policy's quorum, and that
// this policy is the one that genesis, itself entry 0 of the log, names.
func checkPolicy(dir, trustedFile string) (string, error) {
	b := bundle{dir}
	text, err := b.read("policy.txt")
	if err != nil {
		return "", err
	}
	if trustedFile != "" {
		trusted, err := os.ReadFile(trustedFile)
		if err != nil {
			return "", err
		}
		if !bytes.Equal(trusted, text) {
			return "", fmt.Errorf("policy.txt is not the policy obtained elsewhere")
		}
	}
	quorum, err := witness.ParsePolicy(text)
	if err != nil {
		return "", err
	}
	if quorum.N < 1 {
		return "", fmt.Errorf("a quorum of nobody")
	}
	data, err := b.read("proof.tlog")
	if err != nil {
		return "", err
	}
	var tlog tlogproof.TLogProof
	if err := tlog.Unmarshal(data); err != nil {
		return "", err
	}
	if !quorum.Satisfied(tlog.Checkpoint) {
		return "", fmt.Errorf("fewer than %d of %d witnesses", quorum.N, len(quorum.Components))
	}
	if err := b.checkKeys(text); err != nil {
		return "", err
	}
	return fmt.Sprintf("%d of %d witnesses needed, reached", quorum.N, len(quorum.Components)), nil
}

// checkKeys binds log.vkey, policy.txt, keys.txt and the receipt key to entry 0 of the log.
func (b bundle) checkKeys(policy []byte) error {
	vkey, err := b.read("log.vkey")
	if err != nil {
		return err
	}
	if !strings.Contains("\n"+string(policy), "\nlog "+string(vkey)) {
		return fmt.Errorf("policy.txt does not list log.vkey")
	}
	first, _, err := b.proved("policies/0.cbor", "policies/0.tlog")
	if err != nil {
		return err
	}
	if err := b.names(first.GenesisDigest, "genesis.cbor"); err != nil {
		return err
	}
	data, err := b.read("genesis.cbor")
	if err != nil {
		return err
	}
	var rope genesis
	if err := cbor.Unmarshal(data, &rope); err != nil {
		return err
	}
	named := rope.Policy
	for k := 1; b.has(fmt.Sprintf("policies/%d.cbor", k)); k++ {
		next, _, err := b.proved(fmt.Sprintf("policies/%d.cbor", k), fmt.Sprintf("policies/%d.tlog", k))
		if err != nil {
			return err
		}
		if !bytes.Equal(next.Previous, named.PolicyDigest) {
			return fmt.Errorf("policy %d does not follow the one before", k)
		}
		named = *next
	}
	if err := b.names(named.PolicyDigest, "policy.txt"); err != nil {
		return err
	}
	if err := b.names(named.KeysDigest, "keys.txt"); err != nil {
		return err
	}
	der, err := b.publicKey("receipt-key.pem")
	if err != nil {
		return err
	}
	keys, err := b.read("keys.txt")
	if err != nil {
		return err
	}
	sum := sha256.Sum256(der)
	if !strings.Contains("\n"+string(keys), "\nreceipt "+hex.EncodeToString(sum[:])+"\n") {
		return fmt.Errorf("keys.txt does not list receipt-key.pem")
	}
	return nil
}

// publicKey reads one PEM block and nothing else: PEM readers skip what stands around it.
func (b bundle) publicKey(file string) ([]byte, error) {
	data, err := b.read(file)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(data)
	if block == nil || block.Type != "PUBLIC KEY" || !bytes.Equal(pem.EncodeToMemory(block), data) {
		return nil, fmt.Errorf("%s: not exactly one public key", file)
	}
	return block.Bytes, nil
}
