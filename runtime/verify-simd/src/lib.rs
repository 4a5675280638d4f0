//! Eight Ed25519 checks at a time with AVX-512 IFMA, as a C library that a node loads at run time.
//!
//! Every function here is compiled for AVX-512: it may be loaded only on a CPU, and under an
//! operating system, that has it (src/node/fast_verification.cpp asks first). The verdicts are those
//! of src/crypto/verify.hpp; docs/adr/0006 says why.
//!
//! Threads: any; each keeps verifiers of its own. A panic is an answer of this batch, not an end of
//! the process: the caller then checks it by other means.
#![deny(unsafe_op_in_unsafe_fn)]

mod verifiers;

use ed25519_simd::VerifyInput;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::slice;
use verifiers::Verifiers;

/// Rises with every change of a function or struct below.
const ABI_VERSION: u32 = 1;
const LANES: u32 = 8;

/// As `Ed25519Item` of src/crypto/ed25519_table.hpp. `message` may be null when it is empty.
#[repr(C)]
pub struct Item {
    public_key: *const [u8; 32],
    signature: *const [u8; 64],
    message: *const u8,
    message_bytes: usize,
}

thread_local! {
    // Taken out while in use, so that what has panicked is not used again.
    static VERIFIERS: Cell<Option<Verifiers>> = const { Cell::new(None) };
}

#[unsafe(no_mangle)]
pub extern "C" fn ropenet_verify_abi_version() -> u32 {
    ABI_VERSION
}

#[unsafe(no_mangle)]
pub extern "C" fn ropenet_verify_lanes() -> u32 {
    LANES
}

/// 0: `verdicts[i]` is 1 if item i is signed by its key, otherwise 0. Anything else: nothing is known.
///
/// # Safety
/// `items` points to `count` items whose pointers are valid for reading, `verdicts` to `count`
/// bytes for writing; nobody else touches those bytes during the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ropenet_verify_batch(
    items: *const Item,
    count: usize,
    verdicts: *mut u8,
) -> i32 {
    if count == 0 {
        return 0;
    }
    // SAFETY: the caller's promise. Zeroed first, because a bool must never hold another value.
    let (items, verdicts) = unsafe {
        verdicts.write_bytes(0, count);
        (
            slice::from_raw_parts(items, count),
            slice::from_raw_parts_mut(verdicts.cast::<bool>(), count),
        )
    };
    let done = catch_unwind(AssertUnwindSafe(|| {
        // SAFETY: the caller's promise about each item.
        let inputs: Vec<VerifyInput<'_>> =
            items.iter().map(|item| unsafe { input_of(item) }).collect();
        let mut verifiers = VERIFIERS.take().unwrap_or_else(Verifiers::new);
        verifiers.verify_batch(&inputs, verdicts);
        VERIFIERS.set(Some(verifiers));
    }));
    if done.is_ok() { 0 } else { 1 }
}

/// # Safety
/// The pointers of `item` are valid for reading as long as the result is used.
unsafe fn input_of(item: &Item) -> VerifyInput<'_> {
    // SAFETY: the caller's promise.
    unsafe {
        VerifyInput {
            public_key: *item.public_key,
            signature: *item.signature,
            message: if item.message_bytes == 0 {
                &[]
            } else {
                slice::from_raw_parts(item.message, item.message_bytes)
            },
        }
    }
}
