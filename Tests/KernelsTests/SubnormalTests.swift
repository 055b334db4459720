// Tests of how the loops treat numbers too small for full precision.

import TestSupport
import Testing

@testable import KernelLoops

#if arch(x86_64)
    private let areFlushed = true
#else
    private let areFlushed = false
#endif

@Suite(.timed, .enabled(if: areFlushed, "on this processor the loops take subnormals as they are"))
struct SubnormalTests {
    /// The product, computed at run time.
    @inline(never) private func product(_ a: Float, _ b: Float) -> Float { a * b }

    @Test func subnormalsCountAsZeroInTheLoopsAndNowhereElse() {
        let least = Float.leastNormalMagnitude
        #expect(product(least, 0.5) > 0)
        #expect(flushingSubnormals { product(least, 0.5) } == 0)
        // Subnormal inputs count as zero too.
        #expect(flushingSubnormals { product(least / 2, 4) } == 0)
        #expect(product(least, 0.5) > 0 && product(least / 2, 4) == 2 * least)
    }
}
