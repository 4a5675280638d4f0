package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/sha256"
	"encoding/asn1"
	"fmt"
	"math/big"

	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/smx509"
	"github.com/fxamacker/cbor/v2"
)

const (
	algSM2  = -65537
	sm2User = "1234567812345678"
)

type sign1 struct {
	_           struct{} `cbor:",toarray"`
	Protected   []byte
	Unprotected map[any]any
	Payload     []byte
	Signature   []byte
}

type protectedHeader struct {
	Alg int    `cbor:"1,keyasint"`
	Kid []byte `cbor:"4,keyasint"`
}

// checkSM2 verifies the request of a bundle that an SM2 key signed.
func checkSM2(dir string) (string, error) {
	b := bundle{dir}
	data, err := b.read("tx.cose")
	if err != nil {
		return "", err
	}
	var tag cbor.RawTag
	if err := cbor.Unmarshal(data, &tag); err != nil {
		return "", err
	}
	var message sign1
	if err := cbor.Unmarshal(tag.Content, &message); err != nil {
		return "", err
	}
	var header protectedHeader
	if err := cbor.Unmarshal(message.Protected, &header); err != nil {
		return "", err
	}
	if tag.Number != 18 || header.Alg != algSM2 || len(message.Unprotected) != 0 {
		return "", fmt.Errorf("not a COSE_Sign1 with SM2")
	}
	der, err := b.publicKey("signer.pem")
	if err != nil {
		return "", err
	}
	if sum := sha256.Sum256(der); !bytes.Equal(sum[:], header.Kid) {
		return "", fmt.Errorf("kid names another key than signer.pem")
	}
	if err := verifySM2(der, &message); err != nil {
		return "", err
	}
	return "request signed with SM2 and SM3, by gmsm", nil
}

func verifySM2(der []byte, message *sign1) error {
	parsed, err := smx509.ParsePKIXPublicKey(der)
	if err != nil {
		return err
	}
	key, ok := parsed.(*ecdsa.PublicKey)
	if !ok || key.Curve != sm2.P256() {
		return fmt.Errorf("signer.pem is not an SM2 key")
	}
	signed, err := cbor.Marshal([]any{"Signature1", message.Protected, []byte{}, message.Payload})
	if err != nil {
		return err
	}
	if len(message.Signature) != 64 {
		return fmt.Errorf("signature of %d bytes", len(message.Signature))
	}
	signature, err := asn1.Marshal(struct{ R, S *big.Int }{
		new(big.Int).SetBytes(message.Signature[:32]),
		new(big.Int).SetBytes(message.Signature[32:]),
	})
	if err != nil {
		return err
	}
	if !sm2.VerifyASN1WithSM2(key, []byte(sm2User), signed, signature) {
		return fmt.Errorf("the signature does not verify")
	}
	return nil
}
