import Document
import KubeModel
import Testing

@testable import Admission

@Suite("What is kept of a namespace")
struct NamespaceFactsTests {
    @Test("the annotations that ask for injection, and OpenShift's group for volumes")
    func facts() {
        let facts = NamespaceFacts(
            KubeObject([
                "metadata": [
                    "name": "shop",
                    "annotations": [
                        "instrumentation.opentelemetry.io/inject-java": "true", "note": "x",
                        "openshift.io/sa.scc.supplemental-groups": "1000680000/10000",
                    ],
                ]
            ]))
        #expect(facts.annotations == ["instrumentation.opentelemetry.io/inject-java": "true"])
        #expect(facts.volumeGroup == 1_000_680_000)
        #expect(NamespaceFacts(KubeObject(["metadata": ["name": "shop"]])).volumeGroup == nil)
    }
}
