// HeatTables: the learned energies in units: free energies, enthalpies and entropies.

import Kernels

/// The energies of `EnergyTables` in kcal/mol, with their enthalpies and entropies, of a classifier whose conditions
/// have a temperature.
///
/// A log Boltzmann weight w at the temperature T is -dG/RT: dG = -R T w, dH = -R dw/d(1/T), dS = (dH - dG) / T. The
/// derivative is a difference over 5 C, exact for a single energy, which is linear in 1/T.
struct HeatTables {
    /// dG and dH in kcal/mol, dS in cal/(mol K); each as many as the energies of the table.
    let pairing: [[Float]], stacking: [[Float]]

    init(_ classifier: DuplexClassifier, _ tables: EnergyTables, temperature index: Int) {
        let celsius = Double(classifier.values[index])
        func shifted(by shift: Double) -> EnergyTables {
            var values = classifier.values
            values[index] = Float(celsius + shift)
            return EnergyTables(classifier.at(values), head: tables.head)
        }
        let kelvin = celsius + Condition.absoluteZero
        let (cold, warm) = (shifted(by: -2.5), shifted(by: 2.5))
        let difference = 1 / (kelvin - 2.5) - 1 / (kelvin + 2.5)
        func heat(_ own: [Float], _ cold: [Float], _ warm: [Float]) -> [[Float]] {
            let r = BindingEnergy.gasConstant
            let free = own.map { -r * kelvin * Double($0) }
            let enthalpies = zip(cold, warm).map { -r * Double($0 - $1) / difference }
            let entropies = zip(enthalpies, free).map { 1000 * ($0 - $1) / kelvin }
            return [free, enthalpies, entropies].map { $0.map(Float.init) }
        }
        pairing = heat(tables.pairing, cold.pairing, warm.pairing)
        stacking = heat(tables.stacking, cold.stacking, warm.stacking)
    }
}
