import Document
import Foundation
import OperatorAPI
import Rendering
import Testing

@testable import OperatorMain

/// What the Helm chart says about this program. How it is rendered is tested beside Helm's own engine, in hack/chart.
@Suite("The Helm chart")
struct ChartTests {
    private static let chart = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "charts/otel-operator")

    private func yaml(_ path: String) throws -> JSONValue {
        try YAML.parse(Data(contentsOf: Self.chart.appending(path: path)))
    }

    @Test("its version is the operator's")
    func version() throws {
        #expect(try yaml("Chart.yaml")["appVersion"] == .string(Version.current))
    }

    @Test("the images that a mirror must hold are the operator's default images")
    func images() throws {
        let images = DefaultImages()
        #expect(
            try yaml("files/images.yaml") == [
                "collector": .string(RenderingOptions.defaultCollectorImage), "java": .string(images.java),
                "nodejs": .string(images.nodejs), "python": .string(images.python), "dotnet": .string(images.dotnet),
                "go": .string(images.go), "apacheHttpd": .string(images.apacheHttpd), "nginx": .string(images.nginx),
            ])
    }

    @Test("it knows which agents are injected without a word")
    func agents() throws {
        let helpers = try String(contentsOf: Self.chart.appending(path: "templates/_helpers.tpl"), encoding: .utf8)
        let line = try #require(helpers.split(separator: "\n").first { $0.contains("$builtIn := dict") })
        let enabled = line.matches(of: /"(\w+)" true/).map { String($0.output.1) }
        let names = ["apacheHttpd": "apache-httpd"]
        // The SDK's environment has no image and no switch.
        #expect(Set(enabled.map { names[$0] ?? $0 }) == Settings().enabledLanguages.subtracting(["sdk"]))
    }
}
