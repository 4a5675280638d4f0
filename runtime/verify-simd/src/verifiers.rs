//! One thread's verifiers: one that keeps keys prepared, and one that does not.
//!
//! Eight lanes gain from prepared keys only when all eight keys are, and lose when few are: so a
//! batch goes to the first only if nearly all of its keys are there. Which one it is changes the
//! time, never a verdict: both have the same policy.

use ed25519_simd::{CachedPublicKey, DalekVerifier, HotKeyCache, KeyCache, VerifyInput};

/// Prepared keys, 2.8 KiB each; the least recently used leave first.
const KEYS_MAX: usize = 4096;
/// One of so many keys that were not there is prepared for another time: most of what comes once
/// never comes again, and what comes often will be drawn soon.
const PREPARED_ONE_IN: usize = 32;

pub struct Verifiers {
    hot: DalekVerifier<HotKeyCache>,
    cold: DalekVerifier,
    missed: usize,
}

impl Verifiers {
    pub fn new() -> Self {
        Self {
            hot: DalekVerifier::with_cache(HotKeyCache::with_capacity(KEYS_MAX)),
            cold: DalekVerifier::new(),
            missed: 0,
        }
    }

    pub fn verify_batch(&mut self, inputs: &[VerifyInput<'_>], verdicts: &mut [bool]) {
        let missing = inputs.iter().filter(|input| self.is_missing(input)).count();
        if missing * 16 <= inputs.len() {
            self.hot.verify_batch(inputs, verdicts);
            return;
        }
        self.cold.verify_batch(inputs, verdicts);
        for input in inputs {
            self.prepare_sometimes(input);
        }
    }

    fn is_missing(&self, input: &VerifyInput<'_>) -> bool {
        self.hot.cache().get(&input.public_key).is_none()
    }

    fn prepare_sometimes(&mut self, input: &VerifyInput<'_>) {
        if !self.is_missing(input) {
            return;
        }
        self.missed += 1;
        if !self.missed.is_multiple_of(PREPARED_ONE_IN) {
            return;
        }
        if let Some(key) = CachedPublicKey::from_encoded(input.public_key) {
            self.hot.cache_mut().insert(key);
        }
    }
}
