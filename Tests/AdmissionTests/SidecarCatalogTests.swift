import Document
import Injection
import KubeModel
import KubeRuntime
import OperatorAPI
import Synchronization
import Testing

@testable import Admission

@Suite("The catalog of sidecars")
struct SidecarCatalogTests {
    /// A store with collectors, a catalog on it, and how often each collector was rendered.
    private final class Fixture: Sendable {
        let writer = Store<KubeObject>.Writer()
        private let log = Log()
        private let catalog: SidecarCatalog

        private final class Log: Sendable {
            let names = Mutex<[String]>([])
        }

        init() {
            let log = log
            catalog = SidecarCatalog(collectors: writer.store) { collector throws(SidecarFailure) in
                log.names.withLock { $0.append(KubeObject(collector).name) }
                guard collector[path: "spec", "mode"] == "sidecar" else { throw .otherMode }
                return CollectorSidecar(
                    collector: KubeObject(collector).key, container: ["image": collector["spec"]?["image"] ?? .null])
            }
        }

        var source: SidecarSource { catalog.source { true } }
        var renderings: [String] { log.names.withLock { $0 } }

        func put(_ name: String, version: String = "1", mode: JSONValue = "sidecar", image: JSONValue = "a:1") {
            let object = KubeObject([
                "metadata": ["name": .string(name), "namespace": "shop", "resourceVersion": .string(version)],
                "spec": ["mode": mode, "image": image],
            ])
            writer.apply(object.key, resourceVersion: version, object)
        }
    }

    private func key(_ name: String) -> ObjectKey { ObjectKey(namespace: "shop", name: name) }

    @Test("a collector is rendered once for many pods, and again when it changes")
    func cache() throws {
        let fixture = Fixture()
        fixture.put("edge")
        let source = fixture.source
        for _ in 0..<3 { #expect(try source.sidecar(key("edge"))?.get().container["image"] == "a:1") }
        #expect(fixture.renderings == ["edge"])
        fixture.put("edge", version: "2", image: "a:2")
        for _ in 0..<3 { #expect(try source.sidecar(key("edge"))?.get().container["image"] == "a:2") }
        #expect(fixture.renderings == ["edge", "edge"])
    }

    @Test("a failure is remembered too")
    func failure() {
        let fixture = Fixture()
        fixture.put("gateway", mode: "deployment")
        for _ in 0..<2 { #expect(fixture.source.sidecar(key("gateway")) == .failure(.otherMode)) }
        #expect(fixture.renderings == ["gateway"])
    }

    @Test("a collector that is gone is none, and one made anew under its name is rendered")
    func gone() throws {
        let fixture = Fixture()
        fixture.put("edge")
        _ = fixture.source.sidecar(key("edge"))
        fixture.writer.remove(key("edge"))
        #expect(fixture.source.sidecar(key("edge")) == nil)
        #expect(fixture.source.candidates("shop") == [])
        fixture.put("edge", version: "7", image: "a:7")
        #expect(try fixture.source.sidecar(key("edge"))?.get().container["image"] == "a:7")
    }

    @Test("the candidates are those of mode sidecar in that namespace, none of them rendered")
    func candidates() {
        let fixture = Fixture()
        fixture.put("edge")
        fixture.put("gateway", mode: "deployment")
        fixture.put("unsaid", mode: .null)
        #expect(fixture.source.candidates("shop") == [key("edge")])
        #expect(fixture.source.candidates("other") == [])
        #expect(fixture.renderings == [])
        #expect(fixture.source.isNative())
    }

    @Test("as many are kept as the capacity says, the last used ones")
    func capacity() {
        let fixture = Fixture()
        let source = fixture.source
        let count = SidecarCatalog.capacity
        for index in 0...count { fixture.put("c\(index)") }
        for index in 0..<count { _ = source.sidecar(key("c\(index)")) }
        _ = source.sidecar(key("c0"))
        #expect(fixture.renderings.count == count)
        // Takes the place of c1, which was used longest ago.
        _ = source.sidecar(key("c\(count)"))
        _ = source.sidecar(key("c0"))
        #expect(fixture.renderings.count == count + 1)
        _ = source.sidecar(key("c1"))
        #expect(fixture.renderings.count == count + 2)
    }
}
