import Document
import Testing

@testable import Injection

@Suite("Web server paths")
struct WebServerPathTests {
    @Test(
        "a file's path is cleaned and split",
        arguments: [
            ("/etc/nginx/nginx.conf", "/etc/nginx", "nginx.conf"), ("nginx.conf", ".", "nginx.conf"),
            ("/a/b/", "/a/b", "b"), ("/nginx.conf", "/", "nginx.conf"), ("conf/x", "conf", "x"),
            ("/a//b/./c/../d.conf", "/a/b", "d.conf"), ("/../../a/x", "/a", "x"), ("../a/x", "../a", "x"),
            ("a/../../x", "..", "x"), ("/", "/", "/"), ("", ".", "."), ("./x", ".", "x"),
        ])
    func split(path: String, folder: String, file: String) {
        let split = NginxModule.split(path)
        #expect(split.folder == folder)
        #expect(split.file == file)
    }

    @Test(
        "the root in any words, the agent's place, and what is no path",
        arguments: ["", "/", "//", ".", "/.", "/..", "./.", "///.//", "/opt/opentelemetry-webserver/agent", "/a:b"])
    func unusable(path: String) { #expect(WebServerPath.isUnusable(path)) }

    @Test("what is below the root", arguments: ["/a", "a", "/a/", "...", "/./a", "/etc/nginx"])
    func usable(path: String) { #expect(!WebServerPath.isUnusable(path)) }

    @Test("removed mounts are told by their place on arrival, added ones come behind")
    func mounts() {
        var mounts = MountsDraft([
            ["name": "a", "mountPath": "/a"], ["name": "b", "mountPath": "/b"], ["name": "a", "mountPath": "/a/c"],
        ])
        #expect(!mounts.isChanged)
        mounts.removeFirst { $0.contains("/a") }
        #expect(mounts.removed == [0])
        #expect(mounts.contains(named: "a"))
        #expect(!mounts.contains(path: "/a"))
        mounts.add(name: "n", path: "/a")
        mounts.removeFirst { $0.contains("/a") }
        #expect(mounts.removed == [0, 2])
        #expect(!mounts.contains(named: "a"))
        // Those that were added are not taken away again.
        mounts.removeFirst { $0.contains("/a") }
        #expect(mounts.list.map { $0["mountPath"] } == ["/b", "/a"])
        #expect(mounts.added == [["name": "n", "mountPath": "/a"]])
        #expect(mounts.isChanged)
    }

    @Test("a list that was not there is told from one that was empty")
    func lists() {
        #expect(!MountsDraft(nil).hasList)
        #expect(MountsDraft([]).hasList)
        #expect(!MountsDraft([]).isChanged)
    }
}
