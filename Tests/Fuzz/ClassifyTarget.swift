// ClassifyTarget: the whole way of classify, from the bytes of a file to scored lines on standard output.

import BuiltInModel
import Kernels

@testable import SeqIO
@testable import SeqModel
@testable import seqgan

enum ClassifyTarget {
    private static let input = MemoryFile(), output = MemoryFile()

    /// The built-in model, and a net that takes up to 24 letters.
    private static let classifiers: [PairClassifier] = {
        var configuration = ConvolutionalConfiguration(alphabet: .dna, size: .compact, length: 24)
        configuration.trainedLengths = 5...20
        let weights = FloatBuffer(count: configuration.net.count)
        for k in 0..<weights.count { weights[k] = Float(k * 7919 % 101) / 100 }
        do throws(ModelError) {
            return [
                try ModelFile(decoding: BuiltInModel.dna.bytes()).classifier,
                .convolutional(ConvolutionalClassifier(configuration, weights: weights)),
            ]
        } catch {
            require(false, "\(error)")
            return []
        }
    }()

    private struct Run: Equatable {
        var output: [UInt8]
        var message: String
        var code: Int32
        var pairs: Int, skipped: Int
    }

    /// The first byte: bit 0 the classifier, bit 1 bad records are passed over, bit 2 logits, bits 3 and 4 the packing.
    static func run(_ bytes: [UInt8]) {
        var choices = Choices(bytes)
        let options = choices.byte()
        let text = choices.bytes
        let classifier = classifiers[Int(options & 1)]
        let skipsBad = options & 2 != 0
        func classify(threads: Int, keep: Int? = nil, logit: Bool = options & 4 != 0, _ packed: [UInt8]) -> Run {
            input.hold(packed)
            let scorer = PairScorer(
                classifier: classifier, threshold: classifier.threshold, keep: keep, writesLogit: logit,
                skipsBad: skipsBad, limits: LengthLimits(of: classifier, isForced: false), ambiguity: .mean)
            return run(scorer, threads: threads)
        }
        let whole = classify(threads: 2, text)
        let packed: [UInt8]
        switch options >> 3 & 3 {
        case 0: packed = text
        case 1: packed = Packing.members(text, size: 999)
        case 2: packed = Packing.blocks(text, size: 100)
        default: packed = Packing.member(text[...], level: 0)
        }
        let isPlain = !text.starts(with: [0x1f, 0x8b])
        if isPlain { require(classify(threads: 1, packed) == whole, "other lines on one thread, or when packed") }
        guard isPlain else { return }
        check(whole, text, classifier, skipsBad: skipsBad, isLogit: options & 4 != 0)
        if options & 32 != 0 {
            let kept = (0...1).map { classify(threads: 1, keep: $0, text) }
            let others = whole.output.split(separator: 10).count - pairs(text, classifier, skipsBad: skipsBad).count
            let lines = kept.map { $0.output.split(separator: 10).count - (isSequence(text) ? 0 : others) }
            if !isSequence(text) {
                require(lines.reduce(0, +) + others == whole.output.split(separator: 10).count, "pairs in neither part")
            }
            require(kept.allSatisfy { $0.message == whole.message && $0.pairs == whole.pairs }, "another end")
        }
    }

    private static func isSequence(_ text: [UInt8]) -> Bool {
        let first = lines(of: text).first { !$0.isEmpty && $0.first != UInt8(ascii: "#") }?.first
        return first == UInt8(ascii: ">") || first == UInt8(ascii: "@")
    }

    private static func run(_ scorer: PairScorer, threads: Int) -> Run {
        output.becomeStandardOutput()
        var run = Run(output: [], message: "", code: 0, pairs: 0, skipped: 0)
        do {
            let reader = PairReader(
                paths: [input.path], columns: PairColumns(), letters: scorer.alphabet.letterKinds, chunk: 1 << 13)
            let counts = try Pipeline.run(
                reader, to: try ByteSink(path: nil), threads: threads,
                progress: ProgressBar(inputs: [input.path], isQuiet: true),
                makeScratch: { PairScorer.Scratch(pairs: Pairs(alphabet: scorer.alphabet)) },
                compute: { scorer.score(&$0) })
            (run.pairs, run.skipped) = (counts.pairs, counts.skipped.bad)
            if let failure = counts.skipped.failure { throw failure }
        } catch {
            guard let failure = failure(error) else {
                require(false, "an undocumented error: \(error)")
                return run
            }
            (run.message, run.code) = (failure.message, failure.code)
            require(failure.code == ExitCodes.badData && !failure.message.isEmpty, "\(failure)")
        }
        run.output = output.bytes
        return run
    }

    /// The entries that are to be scored, one after the other, and whether the input ends well.
    private static func pairs(_ text: [UInt8], _ classifier: PairClassifier, skipsBad: Bool) -> [Reading.Entry] {
        input.hold(text)
        let reading = Reading(
            [input.path], columns: PairColumns(), letters: classifier.alphabet.letterKinds, chunk: 1 << 13)
        var good: [Reading.Entry] = []
        for entry in reading.entries where entry.kind == .pair || entry.kind == .rejected {
            let isGood =
                entry.kind == .pair
                && [entry.strandA, entry.strandB].allSatisfy { strand in
                    classifier.scoredLengths.contains(strand.count)
                        && strand.allSatisfy { classifier.alphabet.codes[Int($0)] != Alphabet.invalid }
                }
            if isGood { good.append(entry) } else if !skipsBad { break }
        }
        return good
    }

    /// The number of comments before the first record.
    private static func comments(_ text: [UInt8]) -> Int {
        lines(of: text).prefix { $0.isEmpty || $0.first == UInt8(ascii: "#") }.count { !$0.isEmpty }
    }

    private static func check(
        _ run: Run, _ text: [UInt8], _ classifier: PairClassifier, skipsBad: Bool, isLogit: Bool
    ) {
        let pairs = pairs(text, classifier, skipsBad: skipsBad)
        let isSequence = isSequence(text)
        var scored: [ArraySlice<UInt8>] = []
        // In front of records, comments; behind them, a name may begin like one.
        let comments = isSequence ? comments(text) : 0
        for line in run.output.split(separator: 10, omittingEmptySubsequences: false).dropLast().dropFirst(comments) {
            if !isSequence, line.first == UInt8(ascii: "#") || line.suffix(16).elementsEqual("\tpredicted\tscore".utf8)
            {
                continue
            }
            scored.append(line)
        }
        require(run.output.isEmpty || run.output.last == 10, "half a line")
        require(scored.count == pairs.count, "\(scored.count) scored lines of \(pairs.count) pairs")
        if run.code == 0 { require(run.pairs == pairs.count && run.skipped == 0, "\(run.pairs) pairs counted") }
        for (line, pair) in zip(scored, pairs) {
            let start =
                isSequence
                ? Array([pair.nameA, pair.nameB, pair.strandA, pair.strandB].joined(separator: [9])) : pair.text
            require(line.starts(with: start), "a line that does not begin with its record")
            let added = line.dropFirst(start.count).split(separator: 9, omittingEmptySubsequences: false)
            require(added.count == 3 && added[0].isEmpty, "\(added.count) columns added")
            guard let score = Float(String(decoding: added[2], as: UTF8.self)) else {
                return require(false, "a score that is no number")
            }
            require(score.isFinite && (isLogit || (0...1).contains(score)), "a score of \(score)")
            require(added[1].elementsEqual("0".utf8) || added[1].elementsEqual("1".utf8), "predicted is neither")
            let value = isLogit ? PairClassifier.score(score) : score
            if abs(value - classifier.threshold) > 2e-6 {
                require(added[1].elementsEqual(value > classifier.threshold ? "1".utf8 : "0".utf8), "predicted wrongly")
            }
        }
        if run.code != 0, run.skipped == 0 {
            let place = run.message.dropFirst(input.path.count + 1)
            require(run.message.hasPrefix(input.path + ":") && place.first?.isNumber == true, run.message)
        }
    }
}
