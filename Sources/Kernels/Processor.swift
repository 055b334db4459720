// Processor: which build of the loops this machine can run.

import KernelLoops
import KernelShapes
import Synchronization

#if arch(x86_64)
    import KernelLoopsV3
    import KernelLoopsV4
    import _Builtin_intrinsics.intel.cpuid
#endif

/// A level of processor, lowest first, as the x86-64 psABI names them.
public enum Processor: String, Sendable, CaseIterable {
    /// What every processor of the architecture can do.
    case baseline = "v1"
    #if arch(x86_64)
        /// AVX2 and FMA, and an operating system that saves their registers.
        case v3
        /// AVX-512: what x86-64-v4 asks for.
        case v4
    #endif

    /// Whether this machine can run it.
    public var isUsable: Bool {
        switch self {
        case .baseline: true
        #if arch(x86_64)
            case .v3: hasV3
            case .v4: hasV4
        #endif
        }
    }

    /// The loops that are built for it.
    var loops: any LoopBuild.Type {
        switch self {
        case .baseline: KernelLoops.Loops.self
        #if arch(x86_64)
            case .v3: KernelLoopsV3.Loops.self
            case .v4: KernelLoopsV4.Loops.self
        #endif
        }
    }

    /// The level that was chosen, else the highest that this machine can run.
    public static var best: Processor {
        let index = chosen.load(ordering: .relaxed)
        return index < 0 ? highest : allCases[index]
    }

    /// Makes a usable level the one whose loops run, for the whole program; to be called before anything is computed.
    public static func choose(_ processor: Processor) {
        precondition(processor.isUsable)
        chosen.store(allCases.firstIndex(of: processor) ?? -1, ordering: .relaxed)
    }

    private static let highest = allCases.last(where: \.isUsable) ?? .baseline
}

/// The place of the chosen level among all, or -1.
private let chosen = Atomic<Int>(-1)

#if arch(x86_64)
    /// What a leaf of cpuid says; nil where there is none.
    private func leaf(_ number: UInt32, _ part: UInt32 = 0) -> (a: UInt32, b: UInt32, c: UInt32)? {
        var (a, b, c, d): (UInt32, UInt32, UInt32, UInt32) = (0, 0, 0, 0)
        return __get_cpuid_count(number, part, &a, &b, &c, &d) == 1 ? (a, b, c) : nil
    }

    /// Whether the processor has x86-64-v3's vector features and the system saves their registers.
    private let hasV3: Bool = {
        guard let features = leaf(1), let extended = leaf(7), let saved = leaf(13) else { return false }
        let fusedMovbeOSXSaveAVXHalf: UInt32 = 1 << 12 | 1 << 22 | 1 << 27 | 1 << 28 | 1 << 29
        let bmi1AVX2BMI2: UInt32 = 1 << 3 | 1 << 5 | 1 << 8
        // Leaf 13 gives the bytes that the enabled registers take: 576 for SSE, 256 more with AVX's upper halves.
        return features.c & fusedMovbeOSXSaveAVXHalf == fusedMovbeOSXSaveAVXHalf
            && extended.b & bmi1AVX2BMI2 == bmi1AVX2BMI2 && saved.b >= 832
    }()

    /// Whether the processor has x86-64-v4's as well.
    private let hasV4: Bool = {
        guard hasV3, let extended = leaf(7), let saved = leaf(13), let upper = leaf(13, 7) else { return false }
        let foundationDQCDBWVL: UInt32 = 1 << 16 | 1 << 17 | 1 << 28 | 1 << 30 | 1 << 31
        // Part 7 of leaf 13 is the upper sixteen registers: how many bytes they take, and where.
        return extended.b & foundationDQCDBWVL == foundationDQCDBWVL && upper.a > 0 && saved.b >= upper.a + upper.b
    }()
#endif
