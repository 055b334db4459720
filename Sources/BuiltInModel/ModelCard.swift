// ModelCard: intended use, training data, accuracy and weaknesses of the built-in model.

extension BuiltInModel {
    /// Names and texts, in the order of the output. The figures are of pairs that the model was not trained on.
    public static let card: [(name: String, text: String)] = [
        ("built-in", "DNA hybridisation, strands of 10 to 40 bases"),
        (
            "score",
            "expected yield at 57 C and 1 uM of each strand: the share of strands in the heterodimer at equilibrium, "
                + "with competing homodimers and hairpins; predicted 1 above 0.2"
        ),
        ("not for", "other temperatures, concentrations and salts, modified bases, RNA: train a model of your own"),
        (
            "trained on",
            "computed yields, not measured ones: ViennaRNA 2.8 with the DNA parameters of Mathews 2004, conditions and "
                + "threshold of Buterez 2021; 1,165,999 pairs"
        ),
        ("held-out 18-26 bases", "MCC 0.974, AUROC 0.9994 (20,000 pairs)"),
        ("held-out 12-17 bases", "MCC 0.984, AUROC 0.9998 (3,000 pairs)"),
        ("held-out 20 bases", "MCC 0.971, AUROC 0.9995 (8,000 pairs)"),
        ("held-out 27-40 bases", "MCC 0.970, AUROC 0.9993 (3,000 pairs)"),
        (
            "held-out kinds",
            "MCC 0.972, AUROC 0.9992 (4,500 pairs: random, near misses, hairpins, homodimers, GC-rich, AT-rich, "
                + "repeats)"
        ),
        (
            "calibration",
            "in every tenth of the scores, mean score and mean yield differ by at most 0.019, in each of these sets"
        ),
        ("weaknesses", "GC-rich strands (MCC 0.944), AT-rich strands and homodimers (0.958), strands of over 26 bases"),
    ]
}
