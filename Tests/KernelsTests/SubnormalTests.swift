// Tests of how the loops take numbers too small for full precision.

import Testing

@testable import KernelLoops

#if arch(x86_64)
    @Suite struct SubnormalTests {
        /// The product, made when the test runs.
        @inline(never) private func product(_ a: Float, _ b: Float) -> Float { a * b }

        @Test func subnormalsCountAsZeroInTheLoopsAndNowhereElse() {
            let least = Float.leastNormalMagnitude
            #expect(product(least, 0.5) > 0)
            #expect(flushingSubnormals { product(least, 0.5) } == 0)
            // A subnormal that comes in counts as zero too.
            #expect(flushingSubnormals { product(least / 2, 4) } == 0)
            #expect(product(least, 0.5) > 0 && product(least / 2, 4) == 2 * least)
        }
    }
#endif
