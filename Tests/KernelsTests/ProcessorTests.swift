// ProcessorTests: the builds that this machine can run are tested by the other suites; the others are skipped.

import Kernels
import TestSupport
import Testing

@Suite(.timed) struct ProcessorTests {
    private static func runs(_ name: String) -> Bool { Processor(rawValue: name)?.isUsable == true }

    @Test func theBaselineRunsAnywhere() { #expect(Processor.baseline.isUsable) }

    @Test(.enabled(if: runs("v3"), "no AVX2 here: no suite tries that build of the loops"))
    func theBuildForAVX2IsTried() { #expect(Processor.allCases.filter(\.isUsable).count > 1) }

    @Test(.enabled(if: runs("v4"), "no AVX-512 here: no suite tries that build of the loops"))
    func theBuildForAVX512IsTried() { #expect(Processor.allCases.filter(\.isUsable).count > 2) }
}
