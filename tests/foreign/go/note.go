package main

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/transparency-dev/formats/log"
	f_note "github.com/transparency-dev/formats/note"
	"golang.org/x/mod/sumdb/note"
)

// openCheckpoint checks the log's line of a signed checkpoint and, where a policy is given, that
// every other line is a good one by a witness of it.
func openCheckpoint(data []byte, vkey, policy string) (*log.Checkpoint, *note.Note, error) {
	logKey, err := note.NewVerifier(strings.TrimSuffix(vkey, "\n"))
	if err != nil {
		return nil, nil, fmt.Errorf("log key: %w", err)
	}
	verifiers := []note.Verifier{logKey}
	if policy != "" {
		witnesses, err := witnessesOf(policy)
		if err != nil {
			return nil, nil, err
		}
		verifiers = append(verifiers, witnesses...)
	}
	opened, err := note.Open(data, note.VerifierList(verifiers...))
	if err != nil {
		return nil, nil, fmt.Errorf("checkpoint: %w", err)
	}
	if opened.Sigs[0].Name != logKey.Name() || opened.Sigs[0].Hash != logKey.KeyHash() {
		return nil, nil, fmt.Errorf("checkpoint: the first good signature is not the log's")
	}
	if policy != "" && len(opened.UnverifiedSigs) != 0 {
		return nil, nil, fmt.Errorf("checkpoint: a signature line by no key of the policy")
	}
	if policy != "" && !bytes.Equal(spelled(opened), data) {
		return nil, nil, fmt.Errorf("checkpoint: a second spelling of the same note")
	}
	checkpoint := &log.Checkpoint{}
	rest, err := checkpoint.Unmarshal([]byte(opened.Text))
	if err != nil {
		return nil, nil, err
	}
	if len(rest) != 0 || checkpoint.Origin != logKey.Name() {
		return nil, nil, fmt.Errorf("checkpoint: not exactly three lines of origin %s", logKey.Name())
	}
	return checkpoint, opened, nil
}

// spelled writes the note as a writer would: base64 decoders forgive unused bits.
func spelled(opened *note.Note) []byte {
	var out bytes.Buffer
	out.WriteString(opened.Text + "\n")
	for _, sig := range opened.Sigs {
		raw, err := base64.StdEncoding.DecodeString(sig.Base64)
		if err != nil {
			return nil
		}
		fmt.Fprintf(&out, "— %s %s\n", sig.Name, base64.StdEncoding.EncodeToString(raw))
	}
	return out.Bytes()
}

// witnessesOf lists the witness keys of a policy. The library does not compare the key hash that a
// vkey states, so that is done here.
func witnessesOf(policy string) ([]note.Verifier, error) {
	var out []note.Verifier
	for _, line := range strings.Split(policy, "\n") {
		fields := strings.Fields(line)
		if len(fields) != 4 || fields[0] != "witness" {
			continue
		}
		verifier, err := f_note.NewVerifierForCosignatureV1(fields[2])
		if err != nil {
			return nil, fmt.Errorf("witness %s: %w", fields[1], err)
		}
		if !strings.HasPrefix(fields[2], fmt.Sprintf("%s+%08x+", verifier.Name(), verifier.KeyHash())) {
			return nil, fmt.Errorf("witness %s: the vkey states another key hash", fields[1])
		}
		out = append(out, verifier)
	}
	return out, nil
}
