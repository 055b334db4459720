// Processor: which builds of the loops this machine can run, and which one is used.

import KernelLoops
import KernelShapes
import Synchronization

#if arch(x86_64)
    import KernelLoopsV3
    import KernelLoopsV4
    import _Builtin_intrinsics.intel.cpuid
#endif

/// Processor levels, lowest first, with the names of the x86-64 psABI.
public enum Processor: String, Sendable, CaseIterable {
    /// What every processor of the architecture supports.
    case baseline = "v1"
    #if arch(x86_64)
        /// AVX2 and FMA, with an operating system that saves their registers.
        case v3
        /// AVX-512, as x86-64-v4 requires.
        case v4
    #endif

    /// Whether this machine can run loops of this level.
    public var isUsable: Bool {
        switch self {
        case .baseline: true
        #if arch(x86_64)
            case .v3: hasV3
            case .v4: hasV4
        #endif
        }
    }

    /// The loops built for this level.
    var loops: any LoopBuild.Type {
        switch self {
        case .baseline: KernelLoops.Loops.self
        #if arch(x86_64)
            case .v3: KernelLoopsV3.Loops.self
            case .v4: KernelLoopsV4.Loops.self
        #endif
        }
    }

    /// The level set by `choose`, else the highest that this machine can run.
    public static var best: Processor {
        let index = chosen.load(ordering: .relaxed)
        return index < 0 ? highest : allCases[index]
    }

    /// Makes a usable level the default of the whole program. To be called before anything is computed.
    public static func choose(_ processor: Processor) {
        precondition(processor.isUsable)
        chosen.store(allCases.firstIndex(of: processor) ?? -1, ordering: .relaxed)
    }

    private static let highest = allCases.last(where: \.isUsable) ?? .baseline
}

/// The index of the chosen level among all cases, or -1.
private let chosen = Atomic<Int>(-1)

#if arch(x86_64)
    /// Registers eax, ebx and ecx of a leaf of cpuid; nil if the processor does not have the leaf.
    private func leaf(_ number: UInt32, _ part: UInt32 = 0) -> (a: UInt32, b: UInt32, c: UInt32)? {
        var (a, b, c, d): (UInt32, UInt32, UInt32, UInt32) = (0, 0, 0, 0)
        return __get_cpuid_count(number, part, &a, &b, &c, &d) == 1 ? (a, b, c) : nil
    }

    /// Whether the processor has the vector extensions of x86-64-v3 and the system saves their registers.
    private let hasV3: Bool = {
        guard let features = leaf(1), let extended = leaf(7), let saved = leaf(13) else { return false }
        let fusedMovbeOSXSaveAVXHalf: UInt32 = 1 << 12 | 1 << 22 | 1 << 27 | 1 << 28 | 1 << 29
        let bmi1AVX2BMI2: UInt32 = 1 << 3 | 1 << 5 | 1 << 8
        // Leaf 13 gives the size in bytes of the enabled registers: 576 for SSE, and 256 for the upper halves of AVX.
        return features.c & fusedMovbeOSXSaveAVXHalf == fusedMovbeOSXSaveAVXHalf
            && extended.b & bmi1AVX2BMI2 == bmi1AVX2BMI2 && saved.b >= 832
    }()

    /// Whether the processor also has those of x86-64-v4.
    private let hasV4: Bool = {
        guard hasV3, let extended = leaf(7), let saved = leaf(13), let upper = leaf(13, 7) else { return false }
        let foundationDQCDBWVL: UInt32 = 1 << 16 | 1 << 17 | 1 << 28 | 1 << 30 | 1 << 31
        // Part 7 of leaf 13 gives the size and offset of the upper sixteen registers.
        return extended.b & foundationDQCDBWVL == foundationDQCDBWVL && upper.a > 0 && saved.b >= upper.a + upper.b
    }()
#endif
