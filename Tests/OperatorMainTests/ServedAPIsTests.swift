import KubeModel
import Rendering
import Testing

@testable import OperatorMain

@Suite("What a cluster serves, by the command line")
struct ServedAPIsTests {
    private func apis(_ entries: String..., file: String = "") throws -> ServedAPIs {
        try ServedAPIs(entries) { path throws(SettingsError) in
            if path == "missing" { throw SettingsError(description: "could not read missing") }
            return Array(file.utf8)
        }
    }

    @Test("names, several with commas, files, and kinds as helm takes them")
    func entries() throws {
        let named = try apis(
            "policy/v1,v1", "azmonitoring.coreos.com/v1/PodMonitor", "list.txt", file: "apps/v1\n# no\n\nv1 \n")
        #expect(named.serves(.podDisruptionBudget))
        #expect(named.serves(.deployment))
        #expect(named.serves(.service))
        #expect(named.serves(.azurePodMonitor))
        #expect(!named.serves(.serviceMonitor))
        #expect(!named.serves(.horizontalPodAutoscaler))
        #expect(try !apis("monitoring.coreos.com/v1/PodMonitor").serves(.serviceMonitor))
        #expect(try apis("monitoring.coreos.com/v1").serves(.serviceMonitor))
        #expect(ServedAPIs.all.serves(.serviceMonitor))
    }

    @Test("a file that names no API is no answer of a cluster", arguments: ["", "\n# none\n\n"])
    func empty(file: String) {
        let error = #expect(throws: SettingsError.self) { try apis("v1", "f", file: file) }
        #expect(error?.description.hasPrefix("--api-versions: f names no API") == true)
        #expect(throws: SettingsError.self) { try apis("") }
        #expect(throws: SettingsError.self) { try apis(",") }
    }

    @Test("a word that is neither is told to be neither")
    func neither() {
        let error = #expect(throws: SettingsError.self) { try apis("missing") }
        #expect(
            error?.description
                == "--api-versions: \"missing\" is no API version, such as apps/v1, and no file that can "
                + "be read: could not read missing")
    }

    @Test("a file with something else in it is told with its line")
    func badFile() {
        #expect(
            throws: SettingsError(description: "--api-versions: f:2 is no API version, such as apps/v1")
        ) { try apis("f", file: "v1\nnot an api\n") }
    }

    @Test("an old Kubernetes has less of its own, unless its APIs are named")
    func version() throws {
        let old = KubernetesVersion(major: 1, minor: 22)
        #expect(ServedAPIs.all.available(in: old).serves(.podDisruptionBudget))
        #expect(!ServedAPIs.all.available(in: old).serves(.horizontalPodAutoscaler))
        #expect(ServedAPIs.all.available(in: old).serves(.serviceMonitor))
        #expect(ServedAPIs.all.available(in: nil).serves(.horizontalPodAutoscaler))
        #expect(try apis("autoscaling/v2").available(in: old).serves(.horizontalPodAutoscaler))
    }
}
