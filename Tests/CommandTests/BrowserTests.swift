// BrowserTests: a browser draws the pages of all commands, and none is wider than its window.

import TestSupport
import Testing

/// What a browser makes of the pages, where there is one.
@Suite(.timed, .enabled(if: Sandbox.has("chromium"), "chromium is not installed")) struct BrowserTests {
    private static let browser =
        "chromium --headless --no-sandbox --disable-gpu --enable-logging=stderr --user-data-dir=profile"

    /// The page draws, in the light and in the dark, without a complaint.
    @Test(arguments: ["evaluate -m m.seqgan pairs.tsv", "select --single s.fa"])
    func aBrowserShowsThePage(command: String) throws {
        let sandbox = try Example.sandbox(pairs: 400)
        try sandbox.write(SelectExample.fasta(SelectExample.strands(60, seed: 1)), "s.fa")
        let browser = "\(Self.browser) --window-size=1000,1400"
        let outcome = try sandbox.run(
            "seqgan \(command) -q --report r.html > out && echo '<p></p>' > empty.html && "
                + "for name in r empty; do \(browser) --screenshot=$name.png file://$PWD/$name.html; done && "
                + "\(browser) --blink-settings=preferredColorScheme=0 --screenshot=dark.png file://$PWD/r.html && "
                + "\(browser) --print-to-pdf=r.pdf file://$PWD/r.html")
        #expect(outcome.code == 0, "\(outcome.errors)")
        #expect(!outcome.errors.contains("CONSOLE"), "\(outcome.errors)")
        let sizes = try ["r.png", "dark.png", "empty.png"].map { try sandbox.bytes($0).count }
        #expect(sizes[0] > 4 * sizes[2] && sizes[1] > 4 * sizes[2], "\(sizes)")
        #expect(try sandbox.bytes("r.png") != sandbox.bytes("dark.png"))
        #expect(try sandbox.bytes("r.pdf").count > 10_000)
    }

    /// On a telephone no page scrolls sideways, whatever the names and alphabets; nor does it in wider windows.
    @Test func noPageIsWiderThanItsWindow() throws {
        let sandbox = try SeeingTests.sandbox()
        let strands = SelectExample.strands(60, seed: 4, length: 14)
        let name = String(repeating: "a_long_name_", count: 12)
        try sandbox.write(SelectExample.pairs(strands).replacing(">s", with: ">\(name)"), "p.fa")
        let letters = Example.pairs(300, lengths: 60...70).replacing("G", with: "W").replacing("\tA", with: "\tWY")
        try sandbox.write(letters, "x.tsv")
        let made = try sandbox.run(
            """
            set -e
            seqgan inspect dna --report inspect.html > /dev/null
            seqgan evaluate -q -m m.seqgan real.tsv --report evaluate.html > /dev/null
            seqgan evaluate -q -m m.seqgan --generated made.fa --real real.tsv --report compare.html > /dev/null
            both="seqgan train -q --learn both --epochs 2 --steps 20 pairs.tsv -o g.seqgan"
            $both --report train.html
            $both --generator paired --report gan.html
            seqgan train -q --classifier cnn --epochs 1 pairs.tsv -o c.seqgan --report cnn.html
            seqgan train -q --alphabet protein --epochs 2 x.tsv -o x.seqgan --report letters.html
            seqgan inspect x.seqgan --report others.html > /dev/null
            seqgan select -q --max-crosstalk 0.005 p.fa --report set.html > /dev/null
            seqgan select -q --pools 3 p.fa --report pools.html > /dev/null
            """)
        #expect(made.code == 0, "\(made.errors)")
        let pages = try sandbox.files().filter { $0.hasSuffix(".html") }
        #expect(pages.count == 10)
        // A window has a least width, a frame has none.
        let widths = [360, 800, 1_400]
        let frames = pages.flatMap { page in
            widths.map { "<iframe id=\"\(page)\" src=\"\(page)\" width=\"\($0)\" height=\"9000\"></iframe>\n" }
        }
        try sandbox.write(
            """
            <body><style>iframe{border:0}</style>\(frames.joined())<pre id="o"></pre><script>
            onload = () => { for (const f of document.querySelectorAll("iframe")) {
              const e = f.contentDocument.documentElement;
              o.textContent += `${f.id} ${f.width} ${e.scrollWidth} ${e.querySelectorAll("svg,table").length}\\n`;
            } }
            </script></body>
            """, "frames.htm")
        let shown = try sandbox.run(
            "\(Self.browser) --allow-file-access-from-files --dump-dom file://$PWD/frames.htm")
        #expect(!shown.errors.contains("CONSOLE"), "\(shown.errors)")
        let rows = shown.output.matches(of: /(\w+\.html) (\d+) (\d+) (\d+)\n/)
        #expect(rows.count == pages.count * widths.count, "\(shown.output.suffix(2_000)) \(shown.errors)")
        for row in rows {
            let (width, needed) = (Int(row.2) ?? 0, Int(row.3) ?? .max)
            #expect(needed <= width && row.4 != "0", "\(row.0)")
        }
    }
}
