// ManifoldOverlap: precision and recall of one set of points against another, by their nearest neighbours.

import Kernels

/// Precision and recall of generated points against real ones (Kynkäänniemi et al. 2019).
///
/// The manifold of a set is the union of spheres, one about each of its points, that reach to its k-th nearest
/// neighbour in the set. Two choices differ from the paper's, as there are fewer dimensions and stray points are
/// common: k is 5, because with 3 one in ten points of the very same distribution is outside; and the largest tenth of
/// the radii is cut to the ninth decile, because otherwise the spheres of a few stray points span what lies between
/// the data and anything else.
struct ManifoldOverlap: Sendable {
    /// The share of the generated points that are within the manifold of the real ones, 0 to 1; NaN where a set has too
    /// few points.
    let precision: Double
    /// The share of the real points that are within the manifold of the generated ones, 0 to 1, or NaN.
    let recall: Double

    /// The neighbours k.
    static let neighbours = 5

    /// Compares two sets of as many points.
    init(generated: PointManifold, real: PointManifold, threads: Int) {
        precondition(generated.points.count == real.points.count)
        precision = real.share(of: generated.points, threads: threads)
        recall = generated.share(of: real.points, threads: threads)
    }
}

/// A set of points with the spheres about them.
struct PointManifold: Sendable {
    let points: PointSet
    /// The squared radius of the sphere about each point; empty where there are too few points.
    private let squaredRadii: [Float]

    init(_ points: PointSet, threads: Int) {
        self.points = points
        squaredRadii = points.count > ManifoldOverlap.neighbours ? points.squaredRadii(threads: threads) : []
    }

    /// The share of `others` that are within, 0 to 1, or NaN.
    func share(of others: PointSet, threads: Int) -> Double {
        squaredRadii.isEmpty ? .nan : others.share(within: points, squaredRadii, threads: threads)
    }
}

/// Points in a space of a few dimensions.
struct PointSet: Sendable {
    /// Number of points.
    let count: Int
    /// The coordinates in blocks of 16, the last of each point filled up with zeros.
    private let coordinates: [SIMD16<Float>]
    private let blocks: Int

    /// What squared distances may differ by in rounding alone.
    private static let tolerance: Float = 1e-6
    /// Points that a thread takes at a time.
    private static let pieceSize = 64

    /// Creates points whose coordinates `value` gives for a point and a dimension.
    init(count: Int, dimensions: Int, _ value: (Int, Int) -> Float) {
        let blocks = (dimensions + 15) / 16
        var coordinates = [SIMD16<Float>](repeating: SIMD16(), count: count * blocks)
        for point in 0..<count {
            for dimension in 0..<dimensions {
                coordinates[point * blocks + dimension / 16][dimension % 16] = value(point, dimension)
            }
        }
        (self.count, self.blocks, self.coordinates) = (count, blocks, coordinates)
    }

    @inline(__always) private func squaredDistance(_ point: Int, _ other: Int, of others: PointSet) -> Float {
        var sum = SIMD16<Float>()
        for block in 0..<blocks {
            let difference = coordinates[point * blocks + block] - others.coordinates[other * blocks + block]
            sum += difference * difference
        }
        return sum.sum()
    }

    /// The squared distance of each point to its k-th nearest neighbour, the largest tenth cut.
    func squaredRadii(threads: Int) -> [Float] {
        let radii = FloatBuffer(count: count)
        forEachPiece(threads) { points in
            var nearest = [Float](repeating: 0, count: ManifoldOverlap.neighbours)
            for point in points {
                for k in nearest.indices { nearest[k] = .infinity }
                for other in 0..<count where other != point {
                    let distance = squaredDistance(point, other, of: self)
                    guard distance < nearest[nearest.count - 1] else { continue }
                    var place = nearest.count - 1
                    while place > 0, nearest[place - 1] > distance {
                        nearest[place] = nearest[place - 1]
                        place -= 1
                    }
                    nearest[place] = distance
                }
                radii[point] = nearest[nearest.count - 1]
            }
        }
        let all = radii[0..<count]
        let decile = all.sorted()[(count - 1) * 9 / 10]
        return all.map { min($0, decile) }
    }

    /// The share of the points that are within the spheres of `squaredRadii` about the points of `others`.
    func share(within others: PointSet, _ squaredRadii: [Float], threads: Int) -> Double {
        precondition(blocks == others.blocks && squaredRadii.count == others.count)
        let isWithin = FloatBuffer(count: count)
        forEachPiece(threads) { points in
            for point in points {
                let found = (0..<others.count).contains {
                    squaredDistance(point, $0, of: others) <= squaredRadii[$0] + PointSet.tolerance
                }
                isWithin[point] = found ? 1 : 0
            }
        }
        return Double(isWithin[0..<count].count { $0 > 0 }) / Double(count)
    }

    private func forEachPiece(_ threads: Int, _ body: @Sendable (Range<Int>) -> Void) {
        let size = PointSet.pieceSize
        Parallel.run(pieces: (count + size - 1) / size, threads: threads) { piece, _ in
            body(piece * size..<min(count, (piece + 1) * size))
        }
    }
}
