// swift-tools-version: 6.1
import PackageDescription

// Modules whose functions are generic are compiled as a whole in debug builds, too: else nothing is specialised across
// files, and a test's program takes up to ten times as long.
let whole: [SwiftSetting] = [
    .unsafeFlags(
        ["-whole-module-optimization", "-num-threads", "2", "-disable-batch-mode"], .when(configuration: .debug))
]

// The float loops are built three times on x86-64, from the same sources: for every such machine, for those with AVX2
// and FMA (x86-64-v3), and for those with AVX-512 (x86-64-v4). Kernels chooses at start. On other processors the
// baseline has what is needed.
#if arch(x86_64)
    let wideLoops: [Target] = ["v3", "v4"].map { level in
        .target(
            name: "KernelLoops" + level.uppercased(),
            dependencies: ["KernelShapes"],
            swiftSettings: [.define("FUSED"), .unsafeFlags(["-Ounchecked", "-Xcc", "-march=x86-64-" + level])]
                + whole + (level == "v4" ? [.define("MANY_REGISTERS")] : []))
    }
#else
    let wideLoops: [Target] = []
#endif
let wideLoopNames: [Target.Dependency] = wideLoops.map { .byName(name: $0.name) }

// Tests/Fuzz/run sets it: then there is a program of fuzz targets, and the command is a library for it.
let isFuzzing = Context.environment["SEQGAN_FUZZ"] != nil

// The readers and the scorer work in place in buffers of their own class; debug builds, and so the tests, check that
// accesses do not overlap, the release build does not pay for it at each line.
let release: [SwiftSetting] =
    isFuzzing ? [] : [.unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release))]

// Tests train models and run the program thousands of times: all but the tests is optimised in debug builds as well,
// with all its checks.
let optimised: [SwiftSetting] = [.unsafeFlags(["-O"], .when(configuration: .debug))] + whole

// `--static-swift-stdlib` makes one file to copy: it takes in the C++ runtime, too, that Swift's libraries want. They
// ask for it as -lstdc++, which finds an empty script here; the archive follows, and is not looked at where nothing is
// wanted of it.
let linking: [LinkerSetting] = [
    .unsafeFlags(
        [
            "-L\(Context.packageDirectory)/Sources/StaticLibraries", "-Xlinker", "-l:libstdc++.a", "-Xclang-linker",
            "-static-libgcc",
        ], .when(platforms: [.linux], configuration: .release))
]

let package = Package(
    name: "seqgan",
    products: [.executable(name: "seqgan", targets: ["seqgan"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2")
    ],
    targets: [
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .target(name: "SeqIO", dependencies: ["CZlib"], swiftSettings: release + optimised),
        .target(name: "KernelShapes", swiftSettings: optimised),
        .target(
            name: "KernelLoops", dependencies: ["KernelShapes"],
            swiftSettings: [.unsafeFlags(["-Ounchecked"])] + whole),
        .target(
            name: "Kernels", dependencies: ["KernelShapes", "KernelLoops"] + wideLoopNames, swiftSettings: optimised),
        .target(name: "SeqModel", dependencies: ["Kernels"], swiftSettings: release + optimised),
        .target(name: "Report", swiftSettings: optimised),
        .target(
            name: "BuiltInModel",
            exclude: [
                "embed.sh", "label_pairs.py", "make_data.sh", "make_pairs.py", "make_parameters.py", "retrain.sh",
            ], swiftSettings: optimised),
        .executableTarget(
            name: "seqgan",
            dependencies: [
                "SeqIO", "SeqModel", "Kernels", "Report", "BuiltInModel",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], swiftSettings: release + optimised, linkerSettings: linking),
        .target(
            name: "TestSupport", dependencies: ["Kernels", "SeqModel"], path: "Tests/TestSupport",
            exclude: ["waiting.sh"], swiftSettings: optimised),
        .testTarget(name: "SeqIOTests", dependencies: ["SeqIO", "TestSupport"]),
        .testTarget(name: "KernelsTests", dependencies: ["Kernels", "KernelLoops", "KernelShapes", "TestSupport"]),
        .testTarget(name: "SeqModelTests", dependencies: ["SeqModel", "Kernels", "TestSupport"]),
        .testTarget(name: "CommandTests", dependencies: ["seqgan", "Kernels", "BuiltInModel", "TestSupport"]),
    ] + wideLoops,
    swiftLanguageModes: [.v6]
)

// The fuzz targets on their seeds; they open files by their descriptors as Linux names them.
#if os(Linux)
    package.targets.append(
        .testTarget(
            name: "FuzzTests",
            dependencies: [
                "seqgan", "SeqIO", "SeqModel", "Kernels", "CZlib", "TestSupport",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], path: "Tests/Fuzz", exclude: ["run", "Driver.swift"]))
#endif

if isFuzzing {
    let program = package.targets.first { $0.name == "seqgan" }
    package.products = [.executable(name: "fuzz", targets: ["fuzz"])]
    package.targets.removeAll { $0.isTest || $0.name == "seqgan" }
    package.targets += [
        // A library has no function main.
        .target(
            name: "seqgan", dependencies: program?.dependencies ?? [],
            swiftSettings: [.unsafeFlags(["-Xfrontend", "-entry-point-function-name", "-Xfrontend", "seqgan_main"])]),
        .executableTarget(
            name: "fuzz", dependencies: ["seqgan", "CZlib"], path: "Tests/Fuzz",
            exclude: ["run", "SeedTests.swift"],
            linkerSettings: [.unsafeFlags(["-sanitize=fuzzer,address", "-use-ld=lld"])]),
    ]
    for target in package.targets where target.type != .system {
        // The loops' memory is checked; coverage is followed in what takes the decisions.
        let isFollowed = ["SeqIO", "SeqModel", "seqgan", "fuzz"].contains(target.name)
        target.swiftSettings =
            (target.swiftSettings ?? []) + [
                .unsafeFlags(
                    isFollowed
                        ? ["-sanitize=fuzzer,address", "-assert-config", "Debug", "-enable-testing"]
                        : ["-sanitize=address"])
            ]
    }
}
