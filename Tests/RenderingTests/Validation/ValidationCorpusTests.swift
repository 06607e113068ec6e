import Document
import OperatorAPI
import Testing

@testable import Rendering

/// Compares with what the reference answered for recorded resources.
@Suite("Verdicts on recorded collectors")
struct ValidationCorpusTests {
    private let validation = CollectorValidation(options: RenderingOptions())

    @Test(
        "agree with the reference's: admitted, and warned of nothing but what we tell besides",
        arguments: try CorpusTests.cases())
    func verdict(_ recorded: CorpusTests.Case) throws {
        let then = try #require(recorded.json["then"])
        var given = try #require(recorded.json["given"]?["resource"])
        given["metadata"]?["namespace"] = try #require(recorded.json["given"]?["namespace"])
        let stored = try #require(then["resource"])
        let own = CollectorRenderer().render(stored).findings.filter { $0.severity >= .warning }.map(\.message)
        for resource in [try CollectorDefaulting().defaulted(given).resource, stored] {
            let verdict = validation.verdict(on: resource)
            #expect((verdict.denial == nil) == (then["created"] == true))
            let recordedWarnings = (then["warnings"]?.arrayValue ?? []).compactMap(\.stringValue)
            #expect(verdict.warnings.filter { !own.contains($0) } == recordedWarnings)
        }
    }

    @Test("are the same when the recorded resource is sent once more", arguments: try CorpusTests.cases())
    func again(_ recorded: CorpusTests.Case) throws {
        let stored = try #require(recorded.json["then"]?["resource"])
        #expect(validation.verdict(on: stored, replacing: stored).denial == nil)
        #expect(validation.verdict(on: stored, replacing: stored).access.isEmpty)
    }
}
