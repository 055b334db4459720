// CompletionTests: completions as the shells themselves make them of what the program writes.

import TestSupport
import Testing

@Suite(.timed) struct CompletionTests {
    private func script(_ shell: String, _ name: String) throws -> Sandbox {
        let sandbox = try Sandbox()
        let made = try sandbox.run("seqgan --generate-completion-script \(shell) > \(name)")
        #expect(made.code == 0 && made.errors == "", "\(made.errors)")
        return sandbox
    }

    @Test func bashCompletesCommandsOptionsAndValues() throws {
        let sandbox = try script("bash", "seqgan.bash")
        // Readline's part: the words typed so far, then the function that `complete` named for the program.
        let ask = """
            source seqgan.bash
            ask() {
                COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}; COMPREPLY=()
                function=$(complete -p seqgan | sed 's/.*-F \\([^ ]*\\).*/\\1/')
                "$function" seqgan "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}" 2> /dev/null
                printf '%s\\n' "${COMPREPLY[@]}"
            }
            """
        let commands = try sandbox.run("\(ask)\nask seqgan cl")
        #expect(commands.output.split(whereSeparator: \.isWhitespace) == ["classify"], "\(commands)")
        let options = try sandbox.run("\(ask)\nask seqgan generate --partner")
        #expect(options.output.split(whereSeparator: \.isWhitespace) == ["--partner-of"], "\(options)")
        let values = try sandbox.run("\(ask)\nask seqgan encode --layout ''")
        #expect(
            Set(values.output.split(whereSeparator: \.isWhitespace)) == ["channels", "stacked", "single"], "\(values)")
    }

    @Test(.enabled(if: Sandbox.has("fish"), "fish is not installed"))
    func fishCompletesCommandsOptionsAndValues() throws {
        let sandbox = try script("fish", "seqgan.fish")
        func completions(_ line: String) throws -> [Substring] {
            let result = try sandbox.run(
                "HOME=$PWD fish --no-config -c 'source seqgan.fish; complete --do-complete \"\(line)\"'")
            #expect(result.code == 0 && result.errors == "", "\(result.errors)")
            return result.output.split(separator: "\n").compactMap { $0.split(separator: "\t").first }
        }
        #expect(try completions("seqgan cl") == ["classify"])
        #expect(try completions("seqgan generate --partner") == ["--partner-of"])
        #expect(Set(try completions("seqgan encode --layout ")) == ["channels", "stacked", "single"])
    }

    @Test(.enabled(if: Sandbox.has("zsh"), "zsh is not installed"))
    func zshCompletesCommandsOptionsAndValues() throws {
        let sandbox = try script("zsh", "_seqgan")
        // A zsh in a terminal of its own, to which a line and a tab are typed.
        let ask = """
            zmodload zsh/zpty
            zpty shell 'env TERM=dumb HOME=$PWD zsh -f -i'
            zpty -w shell "fpath=($PWD \\$fpath); autoload -U compinit; compinit -u -D; print -r -- is''ready"
            zpty -r shell text '*isready*'
            zpty -w -n shell "$TYPED"$'\\t'
            zpty -r shell text "*$WANTED*"
            print -r -- "$text"
            zpty -d shell
            """
        try sandbox.write(ask, "ask.zsh")
        for (typed, wanted) in [
            ("seqgan cla", "classify"), ("seqgan generate --partn", "--partner-of"),
            ("seqgan encode --layout ch", "channels"),
        ] {
            let line = "TYPED='\(typed)' WANTED='\(wanted)' zsh -f ask.zsh"
            let result = try sandbox.run(line)
            #expect(result.code == 0 && result.output.contains(wanted), "\(typed): \(result)")
        }
    }
}
