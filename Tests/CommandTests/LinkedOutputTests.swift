// LinkedOutputTests: outputs whose name is a link: the file that it leads to is written, whether it is there or not.

import TestSupport
import Testing

@Suite(.timed) struct LinkedOutputTests {
    /// Links made in a folder with the folders `sub` and `other`, and where each leads.
    private static let links = [
        ("ln -s target link", "target"), ("ln -s sub/target link", "sub/target"),
        ("ln -s ../target sub/one; ln -s sub/one two; ln -s $PWD/two link", "target"),
        ("ln -s $PWD/other sub/folder; ln -s sub/folder/target link", "other/target"),
        ("ln -s sub/../target link", "target"), ("ln -s ./target sub/link; ln -s sub/link link", "sub/target"),
    ]

    @Test func theTargetOfALinkIsMadeAndTheLinkStays() throws {
        let sandbox = try EveryCommand.sandbox()
        #expect(try sandbox.run("mkdir sub other").code == 0)
        let commands = EveryCommand.filters + EveryCommand.trainings
        for (number, command) in commands.enumerated() {
            let (make, target) = Self.links[number % Self.links.count]
            let before = try sandbox.files()
            let result = try sandbox.run(
                """
                \(make); seqgan \(command) -q -o link || seqgan \(command) -o link; C=$?
                [ -L link -a -f \(target) -a ! -L \(target) ] || echo "no target"
                seqgan \(command) -q -o plain || seqgan \(command) -o plain; cmp plain \(target)
                ls -A sub other | grep tmp
                # Once more, now that it is there.
                seqgan \(command) -o link || C=$?; [ -L link ] || echo "no link"; cmp plain \(target)
                rm -rf sub/* other/* link two target plain; exit $C
                """)
            #expect(result.code == 0 && result.output == "", "\(command), \(make): \(result.output)\(result.errors)")
            #expect(try sandbox.files() == before, "\(command)")
        }
    }

    @Test func everyOtherOutputToo() throws {
        let sandbox = try EveryCommand.sandbox()
        let result = try sandbox.run(
            """
            mkdir sub; for k in model log report state; do ln -s sub/$k.file $k; done
            seqgan train -q --epochs 1 pairs.tsv -o model --log log --report report --checkpoint state || exit
            seqgan inspect model > /dev/null && seqgan train -q --epochs 1 pairs.tsv -o model --resume state || exit
            ls sub; [ -L model -a -L log -a -L report -a -L state ] || echo no links; ls -A sub | grep tmp
            ln -s sub/page page; ln -s sub/picture picture; ln -s sub/json a_mqc.json
            seqgan evaluate -q -m m.seqgan pairs.tsv --report page --multiqc a_mqc.json -o /dev/null || exit
            seqgan inspect m.seqgan --svg picture > /dev/null || exit
            [ -s sub/page -a -s sub/picture -a -s sub/json ] || echo none
            """)
        #expect(result.output == "log.file\nmodel.file\nreport.file\nstate.file\n", "\(result.output)\(result.errors)")
        #expect(result.code == 0 && !result.errors.contains("cannot"), "\(result.errors)")
    }

    @Test func aFailureLeavesNothingBehindALink() throws {
        let sandbox = try Example.sandbox()
        #expect(try sandbox.run("mkdir sub; ln -s sub/target link").code == 0)
        let result = try sandbox.run("echo ACGT | seqgan classify -m m.seqgan -o link")
        #expect(result.code == 65)
        #expect(try sandbox.run("ls -A sub; readlink link").output == "sub/target\n")
        for (make, words) in [
            ("ln -s gone/target x", "No such file"), ("ln -s x x", "Too many levels"),
            ("ln -s y x; ln -s x y", "Too many levels"), ("ln -s sub/new/ x", "No such file"),
        ] {
            let before = try sandbox.files()
            let result = try sandbox.run(
                "\(make); seqgan classify -m m.seqgan pairs.tsv -o x; C=$?; rm -f x y; exit $C")
            #expect(result.code == 66, "\(make)")
            #expect(result.errors.hasPrefix("seqgan: x: cannot open for writing: \(words)"), "\(result.errors)")
            #expect(try sandbox.files() == before)
        }
    }

    @Test func twoOutputsThatWouldBeOneFileAreRefused() throws {
        let sandbox = try Example.sandbox()
        #expect(try sandbox.run("mkdir sub; ln -s sub here; ln -s here/x one; ln -s sub/x two").code == 0)
        let before = try sandbox.files()
        for (one, two) in [("x", "./x"), ("one", "two"), ("one", "sub/x"), ("here/y", "sub/y")] {
            let result = try sandbox.run("seqgan train --epochs 1 pairs.tsv -o \(one) --log \(two)")
            #expect(result.code == 64 && result.errors.contains("two outputs"), "\(one), \(two): \(result.errors)")
            #expect(try sandbox.files() == before)
        }
        #expect(try sandbox.run("seqgan train -q --epochs 1 pairs.tsv -o sub/x --log x && ls sub/x x").code == 0)
    }
}
