package main

import (
	"bytes"
	"crypto/sha256"
	"fmt"

	ics23 "github.com/cosmos/ics23/go"
)

// jmtSpec is the published ICS-23 specification of the Jellyfish Merkle tree.
var jmtSpec = &ics23.ProofSpec{
	LeafSpec: &ics23.LeafOp{
		Hash:         ics23.HashOp_SHA256,
		PrehashKey:   ics23.HashOp_SHA256,
		PrehashValue: ics23.HashOp_SHA256,
		Length:       ics23.LengthOp_NO_PREFIX,
		Prefix:       []byte("JMT::LeafNode"),
	},
	InnerSpec: &ics23.InnerSpec{
		Hash:            ics23.HashOp_SHA256,
		ChildOrder:      []int32{0, 1},
		MinPrefixLength: 16,
		MaxPrefixLength: 16,
		ChildSize:       32,
		EmptyChild:      []byte("SPARSE_MERKLE_PLACEHOLDER_HASH__"),
	},
	MaxDepth:                   256,
	PrehashKeyBeforeComparison: true,
}

// checkState proves the bundle's state value, or its absence, under the state root of a block
// record that is itself proved in the log.
func checkState(dir string) (string, error) {
	b := bundle{dir}
	block, _, err := b.proved("state/block-record.cbor", "state/block-proof.tlog")
	if err != nil {
		return "", err
	}
	full, err := b.read("state/key.bin")
	if err != nil {
		return "", err
	}
	key := sha256.Sum256(full)
	data, err := b.read("state/proof.ics23")
	if err != nil {
		return "", err
	}
	var commitment ics23.CommitmentProof
	if err := commitment.Unmarshal(data); err != nil {
		return "", err
	}
	if again, err := commitment.Marshal(); err != nil || !bytes.Equal(again, data) {
		return "", fmt.Errorf("state/proof.ics23: not the one spelling of this proof")
	}
	if !b.has("state/value.bin") {
		return checkAbsent(&commitment, block.StateRoot, key[:])
	}
	raw, err := b.read("state/value.bin")
	if err != nil {
		return "", err
	}
	value := sha256.Sum256(raw)
	if !ics23.VerifyMembership(jmtSpec, block.StateRoot, &commitment, key[:], value[:]) {
		return "", fmt.Errorf("the value is not under the state root")
	}
	return "value present under the recorded state root", nil
}

func checkAbsent(commitment *ics23.CommitmentProof, root, key []byte) (string, error) {
	if !ics23.VerifyNonMembership(jmtSpec, root, commitment, key) {
		return "", fmt.Errorf("absence is not proved under the state root")
	}
	// The library does not compare the key that a proof of absence states.
	if !bytes.Equal(commitment.GetNonexist().GetKey(), key) {
		return "", fmt.Errorf("a proof of absence of another key")
	}
	return "value absent under the recorded state root", nil
}
