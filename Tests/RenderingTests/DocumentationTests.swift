import Document
import Foundation
import KubeModel
import OperatorAPI
import TestSupport
import Testing

@testable import Rendering

/// The collectors that the documentation shows.
@Suite("The documentation")
struct DocumentationTests {
    @Test(
        "a collector that the documentation shows is admitted and renders without a warning",
        arguments: ["README.md", "docs/collectors.md"])
    func documented(_ file: String) throws {
        let text = try String(contentsOf: packageRoot().appending(path: file), encoding: .utf8)
        let blocks = text.matches(of: /(?m)^```yaml\n((?:(?!```).*\n)*)```/).map { String($0.output.1) }
        let collectors = try blocks.compactMap { block in
            try YAML.parseAll(block).first { $0["kind"] == "OpenTelemetryCollector" }
        }
        #expect(!collectors.isEmpty)
        for collector in collectors {
            let rendered = CollectorRenderer().render(try Examples.applied(collector))
            #expect(rendered.findings.filter { $0.severity > .information } == [])
            #expect(rendered["PodMonitor", "\(collector[path: "metadata", "name"]?.stringValue ?? "")-metrics"] != nil)
        }
    }
}
