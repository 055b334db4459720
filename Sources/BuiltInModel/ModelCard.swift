// ModelCard: intended use, training data, accuracy and weaknesses of the built-in models.

extension BuiltInModel {
    /// Names and texts, in the order of the output. The figures are of pairs that the model was not trained on.
    public var card: [(name: String, text: String)] {
        switch self {
        case .dna: BuiltInModel.dnaCard
        case .rna: BuiltInModel.rnaCard
        }
    }

    private static let score = (
        name: "score",
        text:
            "expected yield at the given temperature, sodium and concentration of each strand: the share of strands in "
            + "the heterodimer at equilibrium, with competing homodimers and folds; predicted 1 above 0.2"
    )
    private static let conditions = (
        name: "conditions",
        text:
            "5 to 95 C, 10 mM to 1.2 M of sodium (magnesium, dNTP and formamide as equivalents), 1 nM to 50 uM of each "
            + "strand; by default 57 C, 1 M, 1 uM"
    )

    private static let dnaCard: [(name: String, text: String)] = [
        ("built-in", "dna: hybridisation of DNA, strands of 6 to 60 bases, one of them up to 200 (a target)"), score,
        conditions,
        ("not for", "modified bases, DNA with RNA, more than two kinds of strands: train a model of your own"),
        (
            "trained on",
            "computed yields, not measured ones: ViennaRNA 2.8 with the energies of SantaLucia and Hicks 2004; "
                + "111,000 pairs at conditions of their own, 16,000 of these with a target"
        ),
        ("held-out 6-60 bases, any condition", "MCC 0.957, AUROC 0.9977, mean error 0.018 (4,000 pairs)"),
        (
            "held-out probes against targets",
            "MCC 0.942, AUROC 0.9961, mean error 0.026 (1,000 pairs)"
        ),
        ("held-out 60 C, 164 mM, 200 nM", "MCC 0.987, AUROC 0.9998 (1,500 pairs of 8 to 50 bases)"),
        ("held-out 68 C, 390 mM, 10 nM", "MCC 0.978, AUROC 0.9998 (1,500 pairs of 8 to 50 bases)"),
        ("held-out 25 C, 420 mM, 100 nM", "MCC 0.968, AUROC 0.9990 (1,500 pairs of 8 to 50 bases)"),
        (
            "calibration",
            "in tenths of the scores with 50 pairs or more, mean score and mean yield differ by at most 0.020, in each "
                + "of these sets"
        ),
        (
            "melting temperatures",
            "416 measured duplexes: mean error 1.8 C; 500 perfect duplexes of 12 to 40 bases, against ntthal: 0.9 C"
        ),
        (
            "weaknesses",
            "strands that fold strongly in the cold (MCC 0.932 below 25 C, targets 0.922), part of a strand (0.926), "
                + "AT-rich and GC-rich strands (0.943, 0.946), strands of 6 to 11 bases (0.898); A.C and C.T "
                + "mismatches melt 2 to 3 C too low, G.T 3 C too high"
        ),
    ]

    private static let rnaCard: [(name: String, text: String)] = [
        ("built-in", "rna: hybridisation of RNA, strands of 6 to 60 bases, one of them up to 200 (a target)"), score,
        conditions,
        (
            "not for",
            "modified bases, DNA with RNA, proteins that hold a strand, as AGO does: train a model of your own"
        ),
        (
            "trained on",
            "computed yields, not measured ones: ViennaRNA 2.8 with the parameters of Turner 2004; 54,000 pairs at "
                + "conditions of their own, 9,000 of these with a target"
        ),
        ("held-out 6-60 bases, any condition", "MCC 0.944, AUROC 0.9964, mean error 0.026 (3,000 pairs)"),
        ("held-out probes against targets", "MCC 0.900, AUROC 0.9908, mean error 0.047 (500 pairs)"),
        (
            "calibration",
            "in tenths of the scores with 50 pairs or more, mean score and mean yield differ by at most 0.008, in both "
                + "sets"
        ),
        (
            "weaknesses",
            "targets and strands that fold strongly (targets below 25 C: MCC 0.778), probes of 12 to 17 bases "
                + "(targets: 0.805); no measured duplexes were compared"
        ),
    ]
}
