// Subnormals: numbers too small for full precision, which some processors take several times as long over.

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Runs loops in which subnormal numbers count as zero, and leaves the thread as it was.
///
/// A stretch that hardly any pair supports weighs next to nothing: beside the sums that it is part of, zero.
@inline(__always)
func flushingSubnormals<R>(_ body: () -> R) -> R {
    #if arch(x86_64)
        let flushToZero: UInt32 = 1 << 15, subnormalsAreZero: UInt32 = 1 << 6
        var mode = fenv_t()
        guard fegetenv(&mode) == 0 else { return body() }
        var flushing = mode
        flushing.__mxcsr |= flushToZero | subnormalsAreZero
        fesetenv(&flushing)
        defer { fesetenv(&mode) }
    #endif
    return body()
}
