// LoadedDesigns: all designs of an input in memory, for what must see all of them before it chooses.

import Kernels
import SeqIO
import SeqModel

/// All records of an input, and the designs that they make.
struct LoadedDesigns {
    let records: CandidateRecords
    /// The records of each design, in the order of the input; designs are in that of their first records.
    private(set) var members: [[Int]] = []
    let kind: DesignKind
    let alphabet: Alphabet

    /// Reads everything. What made it end early is the reader's `failure`.
    init(_ reader: CandidateReader, _ kind: DesignKind, _ classifier: PairClassifier) {
        (self.kind, alphabet) = (kind, classifier.alphabet)
        var records = CandidateRecords(kind, alphabet)
        _ = reader.read(into: &records, most: .max)
        reader.count(records, classifier)
        self.records = records
        guard kind == .group else {
            members = records.candidates.map { [$0] }
            return
        }
        var designs: [[UInt8]: Int] = [:]
        for index in records.candidates {
            // Letters are no name: equal ones do not belong together.
            guard !records.records[index].nameA.isEmpty else {
                members.append([index])
                continue
            }
            let base = Array(DesignName.base(of: LoadedDesigns.unpooled(records.name(of: records.records[index]))))
            if let design = designs[base] {
                members[design].append(index)
            } else {
                designs[base] = members.count
                members.append([index])
            }
        }
    }

    /// A name without the pool that it is fixed to.
    static func unpooled(_ name: [UInt8]) -> ArraySlice<UInt8> { DesignName.fixedPool(name[...])?.name ?? name[...] }

    /// Number of designs.
    var count: Int { members.count }

    /// The name of a design: that of its record, or what the names of its records have in common.
    func name(of design: Int) -> [UInt8] {
        let name = records.name(of: records.records[members[design][0]])
        return members[design].count == 1 ? name : Array(DesignName.base(of: LoadedDesigns.unpooled(name)))
    }

    /// The designs `range`.
    func block(_ range: Range<Int>) -> DesignBlock {
        var block = DesignBlock(alphabet, isPaired: kind.isPaired)
        for design in range {
            for member in members[design] {
                for strand in records.strands(of: records.records[member]) { block.append(records.strands[strand]) }
            }
            block.endDesign()
        }
        return block
    }

    /// Writes the designs with a nil in `results`, as they came in, and counts the others. There may be fewer results
    /// than designs.
    func write(_ results: [Rejection?], to output: inout SelectionOutput) throws {
        // Whoever blocked a design has a name before it is asked for.
        var isKept = [Bool](repeating: false, count: records.records.count)
        for (design, result) in results.enumerated() where result == nil {
            output.keep(name(of: design))
            for member in members[design] { isKept[member] = true }
        }
        for (index, record) in records.records.enumerated() where record.strand < 0 || isKept[index] {
            try output.write(records.bytes[record.text])
        }
        for (design, result) in results.enumerated() {
            if let result { try output.reject(name(of: design), result) }
        }
    }
}

extension LoadedDesigns {
    /// The design of each strand: strands are those of the records, in the order of the input. A strand and its exact
    /// partner, of `--complement`, count as one.
    var designOfStrand: [Int] {
        var designs = [Int](repeating: -1, count: records.records.count)
        for (design, members) in members.enumerated() { for member in members { designs[member] = design } }
        return records.candidates.flatMap { Array(repeating: designs[$0], count: strandsOfRecord) }
    }

    private var strandsOfRecord: Int { kind == .pairs ? 2 : 1 }

    /// Each strand as a design of its own, with its exact partner of `--complement`.
    func strandBlock() -> DesignBlock {
        var block = DesignBlock(alphabet, isPaired: kind == .complement)
        for index in records.candidates {
            for strand in records.strands(of: records.records[index]) {
                block.append(records.strands[strand])
                if kind != .complement { block.endDesign() }
            }
            if kind == .complement { block.endDesign() }
        }
        return block
    }

    /// Whether two strands of one design are meant to bind each other.
    var isIntended: Bool { kind == .pairs }

    /// The names of the strands: those of their records, or their letters.
    func strandNames() -> [[UInt8]] {
        records.candidates.flatMap { index -> [[UInt8]] in
            let record = records.records[index]
            let names = [record.nameA, record.nameB].map { Array(records.bytes[$0]) }
            return records.strands(of: record).prefix(strandsOfRecord).enumerated().map { place, strand in
                names[place].isEmpty ? records.strands[strand].map { alphabet.codeLetters[Int($0)] } : names[place]
            }
        }
    }

    /// The pool that a design is fixed to, from 0, by the column or by a name that ends in `@2`; nil for none. Throws
    /// where its records are fixed to different ones.
    func fixedPool(of design: Int) throws -> Int? {
        var found: Int?
        for member in members[design] {
            let record = records.records[member]
            let ofColumn = Int(String(decoding: records.bytes[record.pool], as: UTF8.self))
            guard let pool = ofColumn ?? DesignName.fixedPool(records.bytes[record.nameA])?.pool else { continue }
            if let found, found != pool {
                throw Failure(
                    message: "\(excerpt(name(of: design))) is fixed to pool \(found) and to pool \(pool), but its "
                        + "records belong together", code: ExitCodes.badData)
            }
            found = pool
        }
        return found.map { $0 - 1 }
    }
}
