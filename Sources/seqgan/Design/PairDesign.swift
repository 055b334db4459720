// PairDesign: draws pairs from the generator until every place has one that meets the constraints.

import Kernels
import SeqIO
import SeqModel
import Synchronization

/// A strand A for which partners are made.
struct GivenStrand: Sendable {
    var name: String
    var codes: [UInt8]
}

/// The scores that a pair may have.
struct ScoreRange: Sendable {
    var least: Float = 0, most: Float = 1
    /// Scores must exceed this.
    var above: Float = -1

    func contains(_ score: Float) -> Bool { score >= least && score <= most && score > above }

    /// The text that follows "a score" in messages.
    var text: String {
        if above >= 0 { return "above \(above)" }
        if most == 1 { return "of \(least) or more" }
        return least > 0 ? "of \(least) to \(most)" : "of \(most) or less"
    }
}

/// Fills places with pairs, window by window. The pair at place k depends on the seed and k only, unless there are
/// constraints between pairs; the partners of a given strand have one: they differ. It never depends on the number of
/// threads.
struct PairDesign: Sendable {
    /// The classifier at `point`.
    let classifier: PairClassifier
    let generator: TrainedGenerator
    /// The conditions of the pairs, as many as the model knows, in their units.
    let point: [Float]
    let label: Int
    let constraints: StrandConstraints
    let lengths: ClosedRange<Int>
    /// Nil: any score.
    let scores: ScoreRange?
    /// The rule by which strand B is the exact partner of strand A; nil where the generator draws B.
    var exact: PartnerRule?
    let seed: UInt64
    /// The most draws in all; where strands are given, the most in a row without a new partner.
    let mostDraws: Int
    let threads: Int

    /// A pair that was drawn for a place.
    struct Candidate: Sendable {
        var place = 0
        var pair = DrawnPair(a: [], b: [])
        var score: Float = 0
        var isFit = false
    }

    private static let window = 4_096
    /// Places that are worked on together, at most: strands of about the same length are drawn at once.
    private static let mostPlaces = 256
    /// Draws of strand A for one candidate before giving up: drawing A is cheap, its partner is not.
    private static let triesOfA = 50

    /// The working memory of one thread.
    private final class Worker {
        let drawing: TrainedGenerator.Worker
        let workspace = Workspace()
        /// Decides which pairs are kept; nil where the generator draws strand A alone.
        let acceptance: RejectionSampler?
        var pairs: Pairs
        var logits: [Float] = []

        init(_ design: PairDesign, _ acceptance: RejectionSampler?) {
            drawing = TrainedGenerator.Worker(design.generator)
            self.acceptance = acceptance
            pairs = Pairs(alphabet: design.classifier.alphabet)
        }
    }

    /// Fills `places` places: `each` for every strand of `given`, one strand after the other, or free ones where
    /// there are none. Calls `write` in order with every place that was filled and its pair, and `didPass` from time
    /// to time with the number of places done. Returns the number of places filled.
    ///
    /// While the first candidates of a window are drawn, those of the window before are checked and the pairs of the
    /// one before that are written, so that no thread waits for this.
    func fill(
        places: Int, each: Int, given: [GivenStrand], _ written: inout AcceptedPairs,
        write: @Sendable (Int, Candidate) throws -> Void, didPass: @Sendable (Int) -> Void = { _ in }
    ) throws -> Int {
        let acceptance =
            exact == nil
            ? generator.acceptance(at: point, label: label, judgedBy: classifier, threads: threads) : nil
        let workers = (0..<threads).map { _ in WorkerCell(Worker(self, acceptance)) }
        let partners = given.isEmpty ? nil : GivenPartners(each: each, mostMisses: mostDraws)
        let filling = Mutex(PairPlaces(written, mostDraws: given.isEmpty ? mostDraws : .max, given: partners))
        func window(from start: Int) -> Range<Int> {
            min(start, places)..<min(places, start + PairDesign.window)
        }
        var next = draw(Array(window(from: 0)), attempt: 0, each: each, given: given, workers)
        for start in stride(from: 0, to: places, by: PairDesign.window) {
            let (candidates, places) = (next, window(from: start))
            let failure = Mutex<(any Error)?>(nil)
            // Determined before the threads start: the choice must not depend on how far they get.
            let nextPlaces = filling.withLock { $0.worthwhile(window(from: start + PairDesign.window)) }
            next = draw(nextPlaces, attempt: 0, each: each, given: given, workers) {
                filling.withLock { filling in
                    do { try filling.write(write) } catch { failure.withLock { $0 = error } }
                    didPass(places.lowerBound)
                    filling.begin(places)
                    filling.take(candidates)
                }
            }
            if let failure = failure.withLock({ $0 }) { throw failure }
            var attempt = 1
            while true {
                let asked = filling.withLock { $0.asked }
                if asked.isEmpty { break }
                let candidates = draw(asked, attempt: attempt, each: each, given: given, workers)
                filling.withLock { $0.take(candidates) }
                attempt += 1
            }
            if filling.withLock({ !$0.hasDrawsLeft }) { break }
        }
        return try filling.withLock { filling in
            try filling.write(write)
            written = filling.written
            return filling.filled
        }
    }

    /// Draws one candidate for each place of `places`; runs `other` at the same time.
    private func draw(
        _ places: [Int], attempt: Int, each: Int, given: [GivenStrand], _ workers: [WorkerCell<Worker>],
        beside other: @Sendable () -> Void = {}
    ) -> [Candidate] {
        let size = min(PairDesign.mostPlaces, max(StrandLanes.count, places.count / (4 * threads)))
        let pieces = (places.count + size - 1) / size
        let drawn = Mutex([[Candidate]](repeating: [], count: pieces))
        Parallel.run(pieces: 1 + pieces, threads: threads) { piece, index in
            guard piece > 0 else { return other() }
            let range = (piece - 1) * size..<min(places.count, piece * size)
            workers[index].work { worker in
                let candidates = draw(places[range], attempt: attempt, each: each, given: given, worker)
                drawn.withLock { $0[piece - 1] = candidates }
            }
        }
        return drawn.withLock { Array($0.joined()) }
    }

    /// A strand with every ambiguity letter replaced by a random one of those it stands for.
    private func resolved(_ codes: [UInt8], _ random: inout RandomSource) -> [UInt8] {
        let alphabet = classifier.alphabet
        return codes.map { code in
            guard Int(code) >= alphabet.count else { return code }
            let members = alphabet.members(of: code)
            return members[random.index(below: members.count)]
        }
    }

    private func draw(
        _ places: ArraySlice<Int>, attempt: Int, each: Int, given: [GivenStrand], _ worker: Worker
    ) -> [Candidate] {
        var candidates = places.map { Candidate(place: $0) }
        var sources = sources(places, attempt: attempt)
        if let exact { drawExact(exact, &candidates, &sources, worker) }
        guard let acceptance = worker.acceptance else { return candidates }
        let strands = zip(places, sources.indices).map { place, k in
            given.isEmpty ? nil : resolved(given[place / each].codes, &sources[k])
        }
        let drawn = generator.draw(
            label: label, at: point, given: strands, lengths: lengths, tries: PairDesign.triesOfA, &sources,
            worker.drawing, canGrow: constraints.canGrow)
        for (k, pair) in drawn.enumerated() {
            guard let pair else { continue }
            candidates[k].isFit = constraints.accepts(pair.b[...])
            candidates[k].pair = pair
        }
        // Rejection sampling: another pair takes the place of a rejected one, or another B for the same A.
        let keepsA = !given.isEmpty || !acceptance.replacesPairs
        let isLast = attempt + 1 >= RejectionSampler.mostAttempts
        var open = candidates.indices.filter { candidates[$0].isFit }
        for round in 1...RejectionSampler.mostDraws where !open.isEmpty {
            var rejected: [Int] = [], scored: [(candidate: Int, draw: Float)] = []
            worker.pairs.removeAll()
            for k in open {
                let (pair, draw) = (candidates[k].pair, sources[k].uniform())
                let most = acceptance.highestProbability(label: label, a: pair.a[...], b: pair.b[...])
                // What the classifier would say matters in the last round, as the pair may be kept then.
                guard draw < most || round == RejectionSampler.mostDraws else {
                    rejected.append(k)
                    continue
                }
                scored.append((k, draw))
                worker.pairs.append(pair.a[...], pair.b[...])
            }
            classifier.logits(
                worker.pairs, 0..<worker.pairs.count, workspace: worker.workspace, into: &worker.logits)
            for ((k, draw), logit) in zip(scored, worker.logits) {
                let pair = candidates[k].pair
                let kept = acceptance.probability(
                    label: label, logit: logit, a: pair.a[...], b: pair.b[...])
                candidates[k].score = PairClassifier.score(logit)
                guard draw >= kept else { continue }
                guard round < RejectionSampler.mostDraws else {
                    candidates[k].isFit = isLast || (keepsA && kept > 0)
                    continue
                }
                rejected.append(k)
            }
            var own = rejected.map { sources[$0] }
            let pairs = generator.redraw(
                rejected.map { candidates[$0].pair }, keepingA: keepsA, label: label, at: point, lengths: lengths,
                tries: PairDesign.triesOfA, &own, worker.drawing, canGrow: constraints.canGrow)
            for (n, k) in rejected.enumerated() {
                sources[k] = own[n]
                candidates[k].isFit = pairs[n].map { constraints.accepts($0.b[...]) } ?? false
                candidates[k].pair = pairs[n] ?? candidates[k].pair
            }
            open = rejected.filter { candidates[$0].isFit }
        }
        dropUnwantedScores(&candidates)
        return candidates
    }

    /// Each place has a stream of the seed; its attempts have streams of a seed drawn from that.
    private func sources(_ places: ArraySlice<Int>, attempt: Int) -> [RandomSource] {
        places.map { place in
            var ofPlace = RandomSource(seed: seed, stream: UInt64(place) &* 2)
            return RandomSource(seed: ofPlace.next(), stream: UInt64(attempt))
        }
    }

    private func dropUnwantedScores(_ candidates: inout [Candidate]) {
        guard let scores else { return }
        for k in candidates.indices where !scores.contains(candidates[k].score) { candidates[k].isFit = false }
    }

    /// Draws pairs of which strand B is strand A's exact partner.
    private func drawExact(
        _ rule: PartnerRule, _ candidates: inout [Candidate], _ sources: inout [RandomSource], _ worker: Worker
    ) {
        let strands = generator.drawFirst(
            label: label, at: point, lengths: lengths, tries: PairDesign.triesOfA, &sources, worker.drawing,
            canGrow: constraints.canGrow)
        for (k, strand) in strands.enumerated() {
            guard let strand else { continue }
            candidates[k].pair = DrawnPair(a: strand, b: rule.partner(of: strand))
            candidates[k].isFit = constraints.accepts(candidates[k].pair.b[...])
        }
        let open = candidates.indices.filter { candidates[$0].isFit }
        worker.pairs.removeAll()
        for k in open { worker.pairs.append(candidates[k].pair.a[...], candidates[k].pair.b[...]) }
        classifier.logits(worker.pairs, 0..<worker.pairs.count, workspace: worker.workspace, into: &worker.logits)
        for (k, logit) in zip(open, worker.logits) { candidates[k].score = PairClassifier.score(logit) }
        dropUnwantedScores(&candidates)
    }
}
