// EntryPoints: the functions that Kernels calls. Each chooses the vector type for the number of heads, once a call.
//
// What is called for each cell is inlined everywhere; what is long and called once a pair or strand never is: its
// copies in every caller would only make the compiler slow.

import KernelShapes

/// This build of the loops. Functions that are not in `LoopBuild` take little time, or are for tests: callers use those
/// of the baseline build.
///
/// SAFETY: nothing here checks sizes; callers do. Workspaces have the bytes that `duplexWorkspaceBytes` returns and are
/// aligned to 64 bytes.
public enum Loops: LoopBuild {}

extension Loops {
    /// Bytes of workspace that the calls below need for strands of up to `longest` letters.
    ///
    /// `forGradient`: for `duplexGradient`, which keeps all cells; `inDouble`: for double precision.
    public static func duplexWorkspaceBytes(
        _ shape: DuplexShape, longest: Int, forGradient: Bool, inDouble: Bool
    ) -> Int {
        func bytes<V: Lanes>(_: V.Type) -> Int {
            forGradient
                ? PairMemory<V, EveryRow>.bytes(shape, longest: longest)
                : PairMemory<V, LastRow>.bytes(shape, longest: longest)
        }
        if inDouble { return bytes(SIMD2<Double>.self) }
        return shape.lanes == 4 ? bytes(SIMD4<Float>.self) : bytes(SIMD8<Float>.self)
    }
}

extension StrandList {
    @inline(__always) func strand(_ s: Int) -> Strand {
        Strand(codes: codes + starts[s], count: starts[s + 1] - starts[s])
    }

    /// Strand `s` in an array of prepared strands that begins at `base`.
    @inline(__always)
    func prepared<V: Lanes, Rows: RowKeeping>(
        _ s: Int, _ scorer: DuplexScorer<V, Rows>, _ base: UnsafeMutableRawPointer
    ) -> PreparedStrand<V> {
        let shape = scorer.shape
        let memory = StrandMemory<V>(
            base + s * StrandMemory<V>.bytes(shape, longest: longest), shape, longest: longest)
        return PreparedStrand(strand: strand(s), memory: memory)
    }

    /// Prepares both strands of pair `p`.
    @inline(__always)
    func prepare<V: Lanes, Rows: RowKeeping>(_ p: Int, _ scorer: DuplexScorer<V, Rows>) -> (
        a: PreparedStrand<V>, b: PreparedStrand<V>
    ) {
        scorer.prepare(strand(2 * p), strand(2 * p + 1))
    }

    /// A scorer with memory for the strands of this list.
    @inline(__always)
    func scorer<V: Lanes, Rows: RowKeeping>(
        _ shape: DuplexShape, _ numbers: DuplexNumbers<V.Scalar>, _ workspace: UnsafeMutableRawPointer
    ) -> DuplexScorer<V, Rows> {
        DuplexScorer(shape, numbers, memory: PairMemory(workspace, shape, longest: longest))
    }
}

extension Loops {
    /// Writes the logits of `pairs`, one for each, to `logits`.
    public static func duplexLogits(
        _ shape: DuplexShape, _ numbers: DuplexNumbers<Float>, strands: StrandList, pairs: Range<Int>,
        workspace: UnsafeMutableRawPointer, logits: UnsafeMutablePointer<Float>
    ) {
        if shape.lanes == 4 {
            score(SIMD4<Float>.self, shape, numbers, strands, pairs, workspace, logits)
        } else {
            score(SIMD8<Float>.self, shape, numbers, strands, pairs, workspace, logits)
        }
    }

    /// Writes the features of `pairs`, standardised by the model's means and scales: (pairs, F).
    public static func duplexFeatures(
        _ shape: DuplexShape, _ numbers: DuplexNumbers<Float>, strands: StrandList, pairs: Range<Int>,
        workspace: UnsafeMutableRawPointer, features: UnsafeMutablePointer<Float>
    ) {
        @inline(__always) func write<V: Lanes>(_: V.Type) where V.Scalar == Float {
            let scorer: DuplexScorer<V, LastRow> = strands.scorer(shape, numbers, workspace)
            flushingSubnormals {
                for p in pairs {
                    scorer.allFeatures(
                        strands.prepare(p, scorer), into: features + (p - pairs.lowerBound) * shape.features)
                }
            }
        }
        if shape.lanes == 4 { write(SIMD4<Float>.self) } else { write(SIMD8<Float>.self) }
    }

    /// The same as `duplexLogits` of pairs, in double precision.
    public static func duplexLogits(
        _ shape: DuplexShape, _ numbers: DuplexNumbers<Double>, strands: StrandList, pairs: Range<Int>,
        workspace: UnsafeMutableRawPointer, logits: UnsafeMutablePointer<Double>
    ) {
        score(SIMD2<Double>.self, shape, numbers, strands, pairs, workspace, logits)
    }
}

@inline(__always)
private func score<V: Lanes>(
    _: V.Type, _ shape: DuplexShape, _ numbers: DuplexNumbers<V.Scalar>, _ strands: StrandList, _ pairs: Range<Int>,
    _ workspace: UnsafeMutableRawPointer, _ logits: UnsafeMutablePointer<V.Scalar>
) {
    let scorer: DuplexScorer<V, LastRow> = strands.scorer(shape, numbers, workspace)
    flushingSubnormals {
        for first in stride(from: pairs.lowerBound, to: pairs.upperBound, by: LastRow.pairsPerBatch) {
            let count = Swift.min(LastRow.pairsPerBatch, pairs.upperBound - first)
            scorer.score(count, to: logits + (first - pairs.lowerBound)) { k in
                (strands.strand(2 * (first + k)), strands.strand(2 * (first + k) + 1))
            }
        }
    }
}

extension Loops {
    /// Bytes of one prepared strand of up to `longest` letters, a multiple of 64.
    public static func duplexPreparedBytes(_ shape: DuplexShape, longest: Int) -> Int {
        shape.lanes == 4
            ? StrandMemory<SIMD4<Float>>.bytes(shape, longest: longest)
            : StrandMemory<SIMD8<Float>>.bytes(shape, longest: longest)
    }

    /// Prepares the strands `range` of a list of single strands to be strand A (`index` 1) or strand B (`index` 2) of
    /// pairs; with a symmetric shape they may then be either.
    ///
    /// Strand k is written to `prepared + k * duplexPreparedBytes`.
    public static func duplexPrepare(
        _ shape: DuplexShape, _ numbers: DuplexNumbers<Float>, strands: StrandList, range: Range<Int>, index: Int,
        workspace: UnsafeMutableRawPointer, prepared: UnsafeMutableRawPointer
    ) {
        @inline(__always) func prepare<V: Lanes>(_: V.Type) where V.Scalar == Float {
            let scorer: DuplexScorer<V, LastRow> = strands.scorer(shape, numbers, workspace)
            flushingSubnormals {
                for s in range { scorer.prepare(strands.prepared(s, scorer, prepared), index: index) }
                guard let first = range.first else { return }
                let memory = strands.prepared(first, scorer, prepared).memory
                let bytes = StrandMemory<V>.bytes(shape, longest: strands.longest)
                for isFirst in [true, false] where shape.isSymmetric || isFirst == (index == 1) {
                    scorer.writeContributions(memory, count: range.count, bytes: bytes, isFirst: isFirst)
                }
            }
        }
        if shape.lanes == 4 { prepare(SIMD4<Float>.self) } else { prepare(SIMD8<Float>.self) }
    }

    /// Writes the logits of prepared strand `a` of one list against the prepared strands `range` of another: the same
    /// bits as `duplexLogits` of these pairs.
    public static func duplexLogits(
        _ shape: DuplexShape, _ numbers: DuplexNumbers<Float>, a: Int, of rows: StrandList,
        rowsPrepared: UnsafeMutableRawPointer, against columns: StrandList, range: Range<Int>,
        columnsPrepared: UnsafeMutableRawPointer, workspace: UnsafeMutableRawPointer,
        logits: UnsafeMutablePointer<Float>
    ) {
        @inline(__always) func score<V: Lanes>(_: V.Type) where V.Scalar == Float {
            let longest = Swift.max(rows.longest, columns.longest)
            let scorer = DuplexScorer<V, LastRow>(
                shape, numbers, memory: PairMemory(workspace, shape, longest: longest))
            let first = rows.prepared(a, scorer, rowsPrepared)
            flushingSubnormals {
                for start in stride(from: range.lowerBound, to: range.upperBound, by: LastRow.pairsPerBatch) {
                    let count = Swift.min(LastRow.pairsPerBatch, range.upperBound - start)
                    scorer.score(first, against: count, to: logits + (start - range.lowerBound)) { k in
                        columns.prepared(start + k, scorer, columnsPrepared)
                    }
                }
            }
        }
        if shape.lanes == 4 { score(SIMD4<Float>.self) } else { score(SIMD8<Float>.self) }
    }

    /// Adds the gradient of the weighted binary cross-entropy of pairs to `gradient` and returns the loss.
    ///
    /// `gradient` has `shape.gradientCount` numbers: the gradient with respect to the network, and that with respect
    /// to the loop tables, which `duplexEnergyGradient` converts. `terms[k]` belongs to pair `order[k]`. `dropoutRate`
    /// is the probability of zeroing a unit of the first layer, below 1; 0 turns dropout off.
    public static func duplexGradient(
        _ shape: DuplexShape, _ numbers: DuplexNumbers<Float>, strands: StrandList, order: UnsafeBufferPointer<Int>,
        terms: UnsafePointer<LossTerm>, dropoutRate: Float, workspace: UnsafeMutableRawPointer,
        gradient: UnsafeMutablePointer<Float>
    ) -> Double {
        if shape.lanes == 4 {
            return learn(SIMD4<Float>.self, shape, numbers, strands, order, terms, dropoutRate, workspace, gradient)
        }
        return learn(SIMD8<Float>.self, shape, numbers, strands, order, terms, dropoutRate, workspace, gradient)
    }

    /// The same in double precision, for tests of the gradient.
    public static func duplexGradient(
        _ shape: DuplexShape, _ numbers: DuplexNumbers<Double>, strands: StrandList, order: UnsafeBufferPointer<Int>,
        terms: UnsafePointer<LossTerm>, dropoutRate: Float, workspace: UnsafeMutableRawPointer,
        gradient: UnsafeMutablePointer<Double>
    ) -> Double {
        learn(SIMD2<Double>.self, shape, numbers, strands, order, terms, dropoutRate, workspace, gradient)
    }
}

@inline(__always)
private func learn<V: Lanes>(
    _: V.Type, _ shape: DuplexShape, _ numbers: DuplexNumbers<V.Scalar>, _ strands: StrandList,
    _ order: UnsafeBufferPointer<Int>, _ terms: UnsafePointer<LossTerm>, _ dropoutRate: Float,
    _ workspace: UnsafeMutableRawPointer, _ gradient: UnsafeMutablePointer<V.Scalar>
) -> Double {
    let scorer: DuplexScorer<V, EveryRow> = strands.scorer(shape, numbers, workspace)
    return flushingSubnormals { learn(scorer, strands, order, terms, dropoutRate, gradient) }
}

@inline(__always)
private func learn<V: Lanes>(
    _ scorer: DuplexScorer<V, EveryRow>, _ strands: StrandList, _ order: UnsafeBufferPointer<Int>,
    _ terms: UnsafePointer<LossTerm>, _ dropoutRate: Float, _ gradient: UnsafeMutablePointer<V.Scalar>
) -> Double {
    let shape = scorer.shape
    let dropout = dropoutRate > 0
    var loss = 0.0
    for k in 0..<order.count {
        let pair = strands.prepare(order[k], scorer)
        if dropout {
            let mask = PerceptronMemory<V.Wide>(scorer.memory.perceptron, shape).mask
            let units = UnsafeMutableRawPointer(mask).assumingMemoryBound(to: V.Scalar.self)
            let kept = V.Scalar(1 / (1 - dropoutRate))
            for u in 0..<shape.hidden {
                units[u] = uniform(terms[k].dropoutSeed, UInt64(u)) < dropoutRate ? 0 : kept
            }
        }
        let result = scorer.forward(pair, dropout: dropout)
        let target = Double(terms[k].target), weight = Double(terms[k].weight)
        let z = Double(result.logit)
        // Binary cross-entropy of a logit, in a form without overflow or cancellation.
        loss += weight * (Swift.max(z, 0) - z * target + log1pExp(-abs(z)))
        let slope = weight * (logistic(z) - target)
        scorer.backward(pair, result, seed: V.Scalar(slope), dropout: dropout, adding: gradient)
    }
    return loss
}
