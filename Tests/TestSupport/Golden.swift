public import Foundation
public import Testing

/// Whether this run writes fixtures instead of comparing with them.
public var isRecordingGoldens: Bool {
    ProcessInfo.processInfo.environment["UPDATE_GOLDEN"].map { !$0.isEmpty } ?? false
}

/// Compares a text with a fixture below `Fixtures` beside the calling test.
///
/// With `UPDATE_GOLDEN` set the fixture is written instead. A recording run fails, so it never passes for a check.
///
/// - Parameter name: the path below `Fixtures`, such as `python-default/expected.yaml`.
public func expectGolden(
    _ actual: String, _ name: String, file: String = #filePath, at place: SourceLocation = #_sourceLocation
) throws {
    let fixture = fixtures(beside: file).appending(path: name)
    if isRecordingGoldens {
        try FileManager.default.createDirectory(
            at: fixture.deletingLastPathComponent(), withIntermediateDirectories: true)
        if (try? String(contentsOf: fixture, encoding: .utf8)) != actual {
            try Data(actual.utf8).write(to: fixture)
        }
        Issue.record("recorded \(name)", sourceLocation: place)
    } else {
        let expected = try String(contentsOf: fixture, encoding: .utf8)
        #expect(actual == expected, "\(name): run `make golden` and read the diff", sourceLocation: place)
    }
}

/// The folder `Fixtures` beside a test's source file.
public func fixtures(beside file: String = #filePath) -> URL {
    URL(filePath: file).deletingLastPathComponent().appending(path: "Fixtures")
}

/// The names of the folders in `Fixtures` that hold a file of that name, sorted. A case is a folder.
public func fixtureCases(holding file: String, beside source: String = #filePath) -> [String] {
    let root = fixtures(beside: source)
    let names = (try? FileManager.default.contentsOfDirectory(atPath: root.path)) ?? []
    return names.filter { FileManager.default.fileExists(atPath: root.appending(path: "\($0)/\(file)").path) }.sorted()
}

/// The folder of the package, found from a test's source file.
public func packageRoot(from file: String = #filePath) -> URL {
    var folder = URL(filePath: file).deletingLastPathComponent()
    while folder.path != "/", !FileManager.default.fileExists(atPath: folder.appending(path: "Package.swift").path) {
        folder.deleteLastPathComponent()
    }
    return folder
}
