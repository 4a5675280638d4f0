// Verifies the request of each bundle (tx.cose, Ed25519 or ES256) with @auth0/cose.
//
//   node verify.mjs BUNDLE...        exit 0: all verified, 1: one refused
import { createHash, createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Algorithms, Sign1 } from '@auth0/cose';

const ALLOWED = [Algorithms.EdDSA, Algorithms.ES256];

function signerKey(folder) {
  const pem = readFileSync(join(folder, 'signer.pem'), 'latin1');
  const key = createPublicKey(pem);
  if (key.export({ type: 'spki', format: 'pem' }) !== pem) {
    throw new Error('signer.pem: not the one spelling of this key');
  }
  const kid = createHash('sha256').update(key.export({ type: 'spki', format: 'der' })).digest();
  return { key, kid };
}

async function verify(folder) {
  const data = readFileSync(join(folder, 'tx.cose'));
  const message = Sign1.decode(data);
  if (data[0] !== 0xd2 || message.unprotectedHeaders.size !== 0) {
    throw new Error('tx.cose: no tag 18, or unprotected headers');
  }
  const { key, kid } = signerKey(folder);
  if (!message.kid || !kid.equals(message.kid)) {
    throw new Error('kid names another key than signer.pem');
  }
  await message.verify(key, { algorithms: ALLOWED });
  return `request signed with ${message.algName}, by @auth0/cose`;
}

let status = 0;
for (const name of process.argv.slice(2)) {
  try {
    console.log(`ok ${name}: ${await verify(name)}`);
  } catch (error) {
    console.log(`refused ${name}: ${error.message}`.replaceAll('\n', ' '));
    status = 1;
  }
}
process.exit(status);
