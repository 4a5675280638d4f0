package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/tessera/api"
	"github.com/transparency-dev/tessera/client"
	"github.com/transparency-dev/tessera/fsck"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const (
	tileHeight = 8
	// A worker of fsck stops at its first finding, and with none left fsck waits for ever.
	fsckWorkers = 256
)

// tileFiles reads C2SP tiles for the sumdb package, whose own paths also name the tile height.
type tileFiles struct{ dir string }

func (tileFiles) Height() int                     { return tileHeight }
func (tileFiles) SaveTiles([]tlog.Tile, [][]byte) {}

func (files tileFiles) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var out [][]byte
	for _, tile := range tiles {
		path := strings.Replace(tile.Path(), fmt.Sprintf("tile/%d/", tileHeight), "tile/", 1)
		data, err := os.ReadFile(filepath.Join(files.dir, path))
		if err != nil {
			return nil, err
		}
		if len(data) != tile.W*tlog.HashSize {
			return nil, fmt.Errorf("%s: %d bytes", path, len(data))
		}
		out = append(out, data)
	}
	return out, nil
}

func readPolicy(path string) (string, error) {
	if path == "" {
		return "", nil
	}
	data, err := os.ReadFile(path)
	return string(data), err
}

func readCheckpoint(dir, vkey, policyFile string) (tlog.Tree, error) {
	policy, err := readPolicy(policyFile)
	if err != nil {
		return tlog.Tree{}, err
	}
	data, err := os.ReadFile(filepath.Join(dir, "checkpoint"))
	if err != nil {
		return tlog.Tree{}, err
	}
	checkpoint, _, err := openCheckpoint(data, vkey, policy)
	if err != nil {
		return tlog.Tree{}, err
	}
	if len(checkpoint.Hash) != tlog.HashSize {
		return tlog.Tree{}, fmt.Errorf("checkpoint: root of %d bytes", len(checkpoint.Hash))
	}
	return tlog.Tree{N: int64(checkpoint.Size), Hash: tlog.Hash(checkpoint.Hash)}, nil
}

// checkWithSumdb authenticates every tile against the signed root, then every entry against its
// tile, then proves a record in the tree and older trees in this one.
func checkWithSumdb(dir, vkey, policyFile string) (string, error) {
	tree, err := readCheckpoint(dir, vkey, policyFile)
	if err != nil {
		return "", err
	}
	reader := tlog.TileHashReader(tree, tileFiles{dir})
	root, err := tlog.TreeHash(tree.N, reader)
	if err != nil {
		return "", err
	}
	if root != tree.Hash {
		return "", fmt.Errorf("the tiles have another root")
	}
	if err := checkEntries(dir, tree, reader); err != nil {
		return "", err
	}
	if err := proveWithin(tree, reader); err != nil {
		return "", err
	}
	return fmt.Sprintf("%d entries, tiles and root by x/mod/sumdb", tree.N), nil
}

func checkEntries(dir string, tree tlog.Tree, reader tlog.HashReader) error {
	for first := int64(0); first < tree.N; first += 1 << tileHeight {
		width := min(tree.N-first, 1<<tileHeight)
		path := tlog.Tile{H: tileHeight, L: -1, N: first >> tileHeight, W: int(width)}.Path()
		path = strings.Replace(path, fmt.Sprintf("tile/%d/data/", tileHeight), "tile/entries/", 1)
		data, err := os.ReadFile(filepath.Join(dir, path))
		if err != nil {
			return err
		}
		bundle := api.EntryBundle{}
		if err := bundle.UnmarshalText(data); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		if int64(len(bundle.Entries)) != width {
			return fmt.Errorf("%s: %d entries", path, len(bundle.Entries))
		}
		indexes := make([]int64, width)
		for i := range indexes {
			indexes[i] = tlog.StoredHashIndex(0, first+int64(i))
		}
		hashes, err := reader.ReadHashes(indexes)
		if err != nil {
			return err
		}
		for i, entry := range bundle.Entries {
			if tlog.RecordHash(entry) != hashes[i] {
				return fmt.Errorf("%s: entry %d is not the one in the tree", path, first+int64(i))
			}
		}
	}
	return nil
}

func proveWithin(tree tlog.Tree, reader tlog.HashReader) error {
	for _, n := range []int64{0, tree.N / 3, tree.N - 1} {
		path, err := tlog.ProveRecord(tree.N, n, reader)
		if err != nil {
			return err
		}
		hashes, err := reader.ReadHashes([]int64{tlog.StoredHashIndex(0, n)})
		if err != nil {
			return err
		}
		if err := tlog.CheckRecord(path, tree.N, tree.Hash, n, hashes[0]); err != nil {
			return err
		}
		older, err := tlog.TreeHash(n+1, reader)
		if err != nil {
			return err
		}
		steps, err := tlog.ProveTree(tree.N, n+1, reader)
		if err != nil {
			return err
		}
		if err := tlog.CheckTree(steps, tree.N, tree.Hash, n+1, older); err != nil {
			return err
		}
	}
	return nil
}

func checkWithFsck(dir, vkey, policyFile string) (string, error) {
	tree, err := readCheckpoint(dir, vkey, policyFile)
	if err != nil {
		return "", err
	}
	verifier, err := note.NewVerifier(strings.TrimSuffix(vkey, "\n"))
	if err != nil {
		return "", err
	}
	checker := fsck.New(verifier.Name(), verifier, client.FileFetcher{Root: dir}, leafHashes,
		fsck.Opts{N: fsckWorkers})
	if err := checker.Check(context.Background()); err != nil {
		return "", err
	}
	return fmt.Sprintf("%d entries, all resources by tessera's fsck", tree.N), nil
}

func leafHashes(data []byte) ([][]byte, error) {
	bundle := api.EntryBundle{}
	if err := bundle.UnmarshalText(data); err != nil {
		return nil, err
	}
	var out [][]byte
	for _, entry := range bundle.Entries {
		out = append(out, rfc6962.DefaultHasher.HashLeaf(entry))
	}
	return out, nil
}

// checkConsistency builds a consistency proof from the tiles and verifies that the log extends an
// older checkpoint of it.
func checkConsistency(dir, vkey, oldFile string) (string, error) {
	tree, err := readCheckpoint(dir, vkey, "")
	if err != nil {
		return "", err
	}
	data, err := os.ReadFile(oldFile)
	if err != nil {
		return "", err
	}
	old, _, err := openCheckpoint(data, vkey, "")
	if err != nil {
		return "", fmt.Errorf("old: %w", err)
	}
	if old.Size > uint64(tree.N) {
		return "", fmt.Errorf("the old checkpoint is larger: %d > %d", old.Size, tree.N)
	}
	fetcher := client.FileFetcher{Root: dir}
	ctx := context.Background()
	builder, err := client.NewProofBuilder(ctx, uint64(tree.N), fetcher.ReadTile)
	if err != nil {
		return "", err
	}
	steps, err := builder.ConsistencyProof(ctx, old.Size, uint64(tree.N))
	if err != nil {
		return "", err
	}
	if err := proof.VerifyConsistency(rfc6962.DefaultHasher, old.Size, uint64(tree.N), steps,
		old.Hash, tree.Hash[:]); err != nil {
		return "", err
	}
	if old.Size == uint64(tree.N) && !bytes.Equal(old.Hash, tree.Hash[:]) {
		return "", fmt.Errorf("same size, another root")
	}
	return fmt.Sprintf("%d entries extend the %d of the old checkpoint", tree.N, old.Size), nil
}
