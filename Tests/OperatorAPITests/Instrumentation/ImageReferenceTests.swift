import OperatorAPI
import Testing

@Suite("Image reference")
struct ImageReferenceTests {
    private static let sha = String(repeating: "a", count: 64)

    @Test(
        "the version is the tag, the digest, or both",
        arguments: [
            ("nginx", nil), ("r:5000/x", nil), ("", nil), ("x:", nil), ("a/b:c/d", nil), (sha, nil),
            ("nginx:1", "1"), ("r:5000/x:v1", "v1"), ("Upper/x:1", "1"), ("HOST:5000/a:1", "1"),
            ("localhost/Upper:1", nil), ("x:1@sha256:abc", nil), ("x@md5:" + String(repeating: "a", count: 32), nil),
            ("x@sha256:" + sha, "sha256:" + sha), ("x:1@sha256:" + sha, "1@sha256:" + sha),
            ("x@sha256:" + sha.uppercased(), nil), ("[::1]:5000/a/b:2", "2"), ("a.b-c.example/x__y/z---z.t:1", "1"),
            ("x___y:1", nil), ("x..y:1", nil), ("-x:1", nil), ("x:-1", nil), ("x:1:2", nil), ("x/:1", nil),
            ("x:" + String(repeating: "t", count: 128), String(repeating: "t", count: 128)),
            ("x:" + String(repeating: "t", count: 129), nil), ("h/" + String(repeating: "p", count: 256) + ":1", nil),
        ] as [(String, String?)])
    func version(image: String, version: String?) {
        #expect(ImageReference(image)?.version == version)
    }

    @Test("the registry is told from the path")
    func parts() throws {
        let image = try #require(ImageReference("registry.example:5000/team/app:v2"))
        #expect(image.domain == "registry.example:5000")
        #expect(image.path == "team/app")
        #expect(image.tag == "v2")
        #expect(image.digest == nil)
    }
}
