// SuiteTimes: how much work each suite is. Suites run side by side and slow each other down, so it is the processor's
// time that is told, of the tests' own threads and of the programs that they run.

import Foundation
import Kernels
import Testing

/// Measures a suite; the table of all is printed when the tests end.
public struct SuiteTimes: SuiteTrait, TestTrait, TestScoping {
    /// Seconds of one suite.
    struct Times {
        var programs = 0.0
        var tests = 0.0
        /// The sum over its tests, each from its begin to its end.
        var elapsed = 0.0
    }

    /// So that the suite's tests are measured.
    public var isRecursive: Bool { true }

    /// Each test is measured, and the suite around them is not.
    public func scopeProvider(for test: Test, testCase: Test.Case?) -> Self? { testCase == nil ? nil : self }

    /// Runs a test, and adds up what it took.
    public func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        let suite = "\(test.id.moduleName).\(test.id.nameComponents.first ?? test.name)"
        _ = Self.printing
        let (begin, cpu) = (ContinuousClock.now, Self.threadSeconds())
        defer {
            let elapsed = (ContinuousClock.now - begin) / .seconds(1)
            let own = max(0, Self.threadSeconds() - cpu)
            Self.all.withLock {
                $0[suite, default: Times()].elapsed += elapsed
                $0[suite, default: Times()].tests += min(own, elapsed)
            }
        }
        try await Self.$suite.withValue(suite) { try await function() }
    }

    /// Counts a program that the running test has started.
    static func add(_ usage: rusage) {
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
        guard let suite else { return }
        all.withLock { $0[suite, default: Times()].programs += seconds(usage.ru_utime) + seconds(usage.ru_stime) }
    }

    @TaskLocal private static var suite: String?
    /// Not a Mutex, where the thread sanitizer does not see that a waiting thread takes over.
    private static let all = SpinLock<[String: Times]>([:])

    private static func threadSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    private static let printing: Void = { _ = atexit { SuiteTimes.printAll() } }()

    private static func printAll() {
        let rows = all.withLock { $0 }.sorted { $0.value.work > $1.value.work }
        print("Seconds of each suite: the processor's for its programs and its own threads, and all its tests in turn")
        for (suite, times) in rows {
            print(String(format: "%9.1f %9.1f %9.1f  ", times.programs, times.tests, times.elapsed) + suite)
        }
    }
}

extension SuiteTimes.Times {
    fileprivate var work: Double { programs + tests }
}

extension Trait where Self == SuiteTimes {
    /// Tells in the table at the end how much work the suite is.
    public static var timed: Self { Self() }
}
