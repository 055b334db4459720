// FirstCome: keeps each design that goes with all that were kept before it.

import Kernels
import SeqModel
import Synchronization

/// Takes designs block by block and keeps, in order, each that is within the limits and binds none of those kept
/// before.
///
/// A block is screened against what was kept, on all threads; what is left is screened within itself, and resolved in
/// order. The result is that of one design after the other, for any number of threads.
struct FirstCome {
    private let scorer: CrosstalkScorer
    private let limits: SelectionLimits
    /// What is kept: first the strands to stay clear of, then designs.
    private var kept: KeptDesigns
    private let owned: Int
    private var strands: DistantStrands
    /// The number of the kept design that each of `strands` belongs to.
    private var designsOfStrands: [Int] = []
    /// The most designs to keep; nil: any number.
    private let most: Int?

    /// The number of designs that should be given next: few while many are kept, as these are then screened with each
    /// other.
    private(set) var blockSize = FirstCome.leastBlock
    private static let leastBlock = 64, mostBlock = 1_024

    /// Keeps up to `most` designs that do not bind those of `owned`. `rule` makes conflicts be found sooner.
    init(
        _ scorer: CrosstalkScorer, _ limits: SelectionLimits, clearOf owned: DesignBlock?, _ rule: PartnerRule?,
        most: Int?
    ) {
        (self.scorer, self.limits, self.most) = (scorer, limits, most)
        strands = DistantStrands(least: limits.leastDistance)
        kept = KeptDesigns(scorer, rule)
        self.owned = owned?.count ?? 0
        if let owned { kept.append(Array(0..<owned.count), of: owned) }
    }

    /// Number of designs kept.
    var count: Int { kept.count - owned }

    /// The designs kept, in the codes of `empty`, which has no designs.
    func block(like empty: DesignBlock) -> DesignBlock { kept.block(owned..<kept.count, like: empty) }

    /// Whether no more designs are wanted.
    var isComplete: Bool { most.map { count >= $0 } ?? false }

    /// Takes the designs of `block` in order: for each, nil where it was kept, or why not. There are fewer results
    /// than designs where the last of those wanted was among them.
    mutating func take(_ block: DesignBlock) -> [Rejection?] {
        var results = screened(block)
        let left = results.indices.filter { results[$0] == nil }
        let survivors = block.only(left)
        let conflicts = conflicts(within: survivors)
        var chosen: [Int] = []
        /// For each survivor, its number where it was kept.
        var numbers = [Int?](repeating: nil, count: left.count)
        for (place, design) in left.enumerated() {
            let number = kept.count + chosen.count
            results[design] = blocked(place, of: survivors, by: conflicts[place], numbers)
            guard results[design] == nil else { continue }
            numbers[place] = number
            chosen.append(place)
            remember(survivors, place, number)
            if let most, count + chosen.count == most {
                results.removeLast(results.count - design - 1)
                break
            }
        }
        kept.append(chosen, of: survivors)
        adapt(to: block.count, survivors: left.count)
        return results
    }

    private mutating func adapt(to count: Int, survivors: Int) {
        if 8 * survivors < count {
            blockSize = min(FirstCome.mostBlock, 2 * blockSize)
        } else if 2 * survivors > count {
            blockSize = max(FirstCome.leastBlock, blockSize / 2)
        }
    }

    /// What each design of `block` breaks by itself or with those that were kept before; nil for nothing.
    func screened(_ block: DesignBlock) -> [Rejection?] {
        var results = (0..<block.count).map { limits.brokenConstraint(by: $0, of: block) }
        let open = results.indices.filter { results[$0] == nil }
        let prepared = PreparedDesigns(block.only(open), scorer)
        let found = Mutex([Rejection?](repeating: nil, count: open.count))
        scorer.run(pieces: open.count) { [self] design, worker in
            let rejection =
                tooNear(design, of: prepared.block) ?? limits.brokenByItself(design, of: prepared, worker)
                ?? kept.firstConflict(of: design, in: prepared, above: limits.crosstalk, worker).map {
                    Rejection(
                        reason: $0.design < owned ? .clearOf : .crosstalk, blocker: $0.design, score: $0.score)
                }
            if let rejection { found.withLock { $0[design] = rejection } }
        }
        for (design, rejection) in zip(open, found.withLock({ $0 })) { results[design] = rejection }
        return results
    }

    /// For each design, those before it that it binds.
    private func conflicts(within survivors: DesignBlock) -> [[ScoredDesign]] {
        guard survivors.count > 1 else { return Array(repeating: [], count: survivors.count) }
        var found = Array(repeating: [ScoredDesign](), count: survivors.count)
        for edge in PreparedDesigns(survivors, scorer).conflicts(above: limits.crosstalk) {
            found[Int(edge.to)].append(ScoredDesign(design: Int(edge.from), score: edge.weight))
        }
        return found
    }

    /// Whether a survivor binds one of those kept before it in its block, or is too near to one.
    private func blocked(
        _ place: Int, of survivors: DesignBlock, by conflicts: [ScoredDesign], _ numbers: [Int?]
    ) -> Rejection? {
        var worst: Rejection?
        for conflict in conflicts {
            guard let number = numbers[conflict.design], conflict.score > worst?.score ?? -1 else { continue }
            worst = Rejection(reason: .crosstalk, blocker: number, score: conflict.score)
        }
        return worst ?? tooNear(place, of: survivors)
    }

    private func tooNear(_ design: Int, of block: DesignBlock) -> Rejection? {
        guard limits.leastDistance > 0 else { return nil }
        for variant in block.variants(of: design..<design + 1) {
            guard let near = strands.nearest(to: Array(block.variants[variant])) else { continue }
            return Rejection(reason: .minDistance, blocker: designsOfStrands[near])
        }
        return nil
    }

    private mutating func remember(_ block: DesignBlock, _ design: Int, _ number: Int) {
        guard limits.leastDistance > 0 else { return }
        for variant in block.variants(of: design..<design + 1) {
            strands.append(Array(block.variants[variant]))
            designsOfStrands.append(number)
        }
    }
}

extension DesignBlock {
    /// The designs `chosen`, in that order.
    func only(_ chosen: [Int]) -> DesignBlock {
        var block = DesignBlock(like: self)
        for design in chosen { block.append(design, of: self) }
        return block
    }
}
