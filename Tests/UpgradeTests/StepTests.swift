import Document
import Testing

@testable import Upgrade

/// One step: what it makes of a spec.
struct StepCase: Sendable, CustomTestStringConvertible {
    var version: String
    var name: String
    var before: String
    /// `nil` when nothing may change.
    var after: String?
    /// Part of a warning that must be there; without one, there must be none.
    var warning: String?

    var testDescription: String { "\(version) \(name)" }
}

@Suite("Each step of the upgrade of a collector")
struct StepTests {
    @Test("makes of a spec what its version needs, and nothing of it a second time", arguments: cases)
    func step(step: StepCase) throws {
        let before = try collector(step.before)
        let upgrade = CollectorUpgrade(of: before, from: Self.before(step.version), to: step.version)
        #expect(upgrade.obstacle == nil)
        #expect(upgrade.version == step.version)
        #expect(upgrade.resource["spec"] == (try YAML.parse(step.after ?? step.before)))
        if let warning = step.warning {
            #expect(upgrade.warnings.contains { $0.contains(warning) }, "\(upgrade.texts)")
        } else {
            #expect(upgrade.warnings == [])
        }
        if step.after != nil { #expect(!upgrade.remarks.isEmpty, "what is changed is told") }
        #expect(upgrade.remarks.allSatisfy { $0.version == step.version })

        let again = CollectorUpgrade(of: upgrade.resource, from: Self.before(step.version), to: step.version)
        #expect(again.resource == upgrade.resource)
    }

    /// The version right before.
    static func before(_ version: String) -> String {
        let numbers = version.split(separator: ".").compactMap { Int($0) }
        return numbers[2] > 0
            ? "\(numbers[0]).\(numbers[1]).\(numbers[2] - 1)" : "\(numbers[0]).\(numbers[1] - 1).99"
    }

    @Test("the steps are in the order of their versions, and each version of the table has its tests")
    func order() {
        for (step, next) in zip(UpgradeStep.all, UpgradeStep.all.dropFirst()) { #expect(!(next.number < step.number)) }
        #expect(UpgradeStep.all.count == 22)
        let tested = Set(Self.cases.map(\.version)).union(["0.61.0", "0.104.0"])
        #expect(Set(UpgradeStep.all.map(\.version)) == tested)
    }

    static let cases: [StepCase] = exporters + arguments + processors + extensions + receivers + others + telemetry
}
