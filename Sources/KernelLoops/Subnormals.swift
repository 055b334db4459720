// Subnormals: numbers too small for full precision, with which some processors compute several times slower.

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Runs `body` with subnormal numbers flushed to zero, and then restores the floating-point mode of the thread. On
/// processors other than x86-64 the mode is left as it is.
///
/// The weights of very unfavourable helices are subnormal; they are negligible in the sums that they are added to.
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
