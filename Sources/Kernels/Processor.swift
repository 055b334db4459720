// Processor: which build of the loops this machine can run.

import Synchronization

#if arch(x86_64)
    import _Builtin_intrinsics.intel.cpuid
#endif

/// A level of processor, lowest first, as the x86-64 psABI names them.
public enum Processor: String, Sendable, CaseIterable {
    /// What every processor of the architecture can do.
    case baseline = "v1"
    #if arch(x86_64)
        /// AVX2 and FMA, and an operating system that saves their registers.
        case v3
    #endif

    /// Whether this machine can run it.
    public var isUsable: Bool {
        #if arch(x86_64)
            return self == .baseline || hasV3
        #else
            return true
        #endif
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
    /// Whether the processor has x86-64-v3's vector features and the system saves their registers.
    private let hasV3: Bool = {
        func leaf(_ number: UInt32) -> (ebx: UInt32, ecx: UInt32)? {
            var a: UInt32 = 0
            var b: UInt32 = 0
            var c: UInt32 = 0
            var d: UInt32 = 0
            return __get_cpuid_count(number, 0, &a, &b, &c, &d) == 1 ? (b, c) : nil
        }
        guard let features = leaf(1), let extended = leaf(7), let saved = leaf(13) else { return false }
        let fusedMovbeOSXSaveAVXHalf: UInt32 = 1 << 12 | 1 << 22 | 1 << 27 | 1 << 28 | 1 << 29
        let bmi1AVX2BMI2: UInt32 = 1 << 3 | 1 << 5 | 1 << 8
        // Leaf 13 gives the bytes that the enabled registers take: 576 for SSE, 256 more with AVX's upper halves.
        return features.ecx & fusedMovbeOSXSaveAVXHalf == fusedMovbeOSXSaveAVXHalf
            && extended.ebx & bmi1AVX2BMI2 == bmi1AVX2BMI2 && saved.ebx >= 832
    }()
#endif
