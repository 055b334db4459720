// Tests that the steady state allocates nothing per record, counted in the release build: debug builds allocate all
// over.

import Foundation
import TestSupport
import Testing

/// The release build, where there is one.
private let program = Sandbox.root.appending(path: ".build/release/seqgan").path
private let isBuilt = FileManager.default.isExecutableFile(atPath: program)

@Suite(.timed, .enabled(if: isBuilt, "there is no release build: swift build -c release makes one"))
struct AllocationTests {

    /// A library that counts the calls of the allocator and says how many at the end, to be loaded before all others.
    static let counter = """
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <stdatomic.h>
        #include <stdio.h>
        #include <stdlib.h>
        extern void *__libc_malloc(size_t);
        extern void *__libc_realloc(void *, size_t);
        extern void *__libc_calloc(size_t, size_t);
        extern void *__libc_memalign(size_t, size_t);
        static atomic_long calls;
        void *malloc(size_t n) { calls++; return __libc_malloc(n); }
        void *realloc(void *p, size_t n) { calls++; return __libc_realloc(p, n); }
        void *calloc(size_t n, size_t m) { calls++; return __libc_calloc(n, m); }
        void *aligned_alloc(size_t a, size_t n) { calls++; return __libc_memalign(a, n); }
        int posix_memalign(void **p, size_t a, size_t n) { calls++; *p = __libc_memalign(a, n); return *p ? 0 : 12; }
        __attribute__((destructor)) static void tell(void) {
            FILE *f = fopen(getenv("COUNT_FILE"), "w");
            if (f) { fprintf(f, "%ld", calls); fclose(f); }
        }
        """

    /// Allocations for each pair more: of a run on 40,000 pairs less one on 4,000.
    private func allocationsAPair(_ command: String) throws -> Double {
        let sandbox = try Sandbox()
        try sandbox.write(AllocationTests.counter, "counter.c")
        let built = try sandbox.run(
            "\"$(dirname \"$(readlink -f \"$(command -v swift)\")\")/clang\" -O1 -shared -fPIC -o counter.so "
                + "counter.c && "
                + "seqgan train -q --epochs 1 --columns strandA,strandB,yield \(Sandbox.sample) -o m.seqgan && "
                + "zcat \(Sandbox.sample) | sed -n '2,2001p' | cut -f1,2 > few.tsv && "
                + "cat few.tsv few.tsv > 4000.tsv && for k in $(seq 10); do cat 4000.tsv; done > 40000.tsv")
        #expect(built.code == 0, "\(built.errors)")
        func calls(_ input: String) throws -> Double {
            // A program of its own process: the shell allocates too.
            let run = try sandbox.run(
                "COUNT_FILE=count LD_PRELOAD=./counter.so \(program) \(command) \(input) > out")
            #expect(run.code == 0, "\(run.errors)")
            return Double(try sandbox.read("count")) ?? .nan
        }
        return (try calls("40000.tsv") - calls("4000.tsv")) / 36_000
    }

    @Test func classifyAllocatesNothingPerPair() throws {
        let each = try allocationsAPair("classify -q -t 2 -m m.seqgan")
        #expect(each < 0.05, "\(each) allocations a pair")
    }

    @Test func encodeAllocatesNothingPerPair() throws {
        let each = try allocationsAPair("encode -q -t 2")
        #expect(each < 0.05, "\(each) allocations a pair")
    }
}
