//! Counts the bytes in use and the allocations, so that an input which asks for much more memory than
//! it is worth is a finding like a panic.
//!
//! The only unsafe code of this package, because an allocator has to be unsafe. Each function
//! passes exactly its arguments to the system's allocator, which therefore has the caller's
//! guarantees.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// No input of any target may request this much at once: 2 GiB.
const MOST_AT_ONCE: usize = 2 << 30;

static IN_USE: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);
static ALLOCATIONS: AtomicUsize = AtomicUsize::new(0);

struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        taken(layout.size());
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        taken(layout.size());
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        IN_USE.fetch_sub(layout.size(), Relaxed);
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        taken(size);
        IN_USE.fetch_sub(layout.size(), Relaxed);
        unsafe { System.realloc(pointer, layout, size) }
    }
}

fn taken(size: usize) {
    // A panic would allocate again.
    if size > MOST_AT_ONCE {
        std::process::abort();
    }
    let now = IN_USE.fetch_add(size, Relaxed) + size;
    PEAK.fetch_max(now, Relaxed);
    ALLOCATIONS.fetch_add(1, Relaxed);
}

/// Runs `work`, and panics if it ever needs more than `most` bytes in addition to those in use
/// before.
pub fn within<T>(most: usize, work: impl FnOnce() -> T) -> T {
    let before = IN_USE.load(Relaxed);
    PEAK.store(before, Relaxed);
    let result = work();
    let peak = PEAK.load(Relaxed).saturating_sub(before);
    assert!(peak <= most, "{peak} bytes of memory were needed, at most {most} are expected");
    result
}

/// Runs `work`, and returns how often it asked for memory.
pub fn allocations<T>(work: impl FnOnce() -> T) -> (T, usize) {
    let before = ALLOCATIONS.load(Relaxed);
    let result = work();
    (result, ALLOCATIONS.load(Relaxed) - before)
}
