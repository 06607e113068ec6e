import Foundation

@testable import CRDGenerator

/// The repository that the tests stand in.
enum Repository {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    static func text(_ path: String) throws(FileError) -> String {
        String(decoding: try Files.read(root.appending(path: path).path()), as: UTF8.self)
    }
}
