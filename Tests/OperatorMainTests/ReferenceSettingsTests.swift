import Document
import Testing

@testable import OperatorMain

@Suite("Settings of a Deployment that was made for the reference")
struct ReferenceSettingsTests {
    @Test("takes every flag of the reference, and says which have no effect")
    func ignoredFlags() throws {
        let settings = try resolved([
            "--watch-namespace=a,b", "--pprof-addr=:1", "--create-sm-operator-metrics=true",
            "--ignore-missing-collector-crds", "--create-rbac-permissions", "--openshift-create-dashboard",
            "--openshift-webhook-replicas=3", "--clusterobservability-collector-image=x", "--target-allocator-image=x",
            "--operator-opamp-bridge-image", "x", "--tls-cluster-profile",
            "--zap-stacktrace-level=error", "--enable-leader-election",
        ])
        #expect(settings.isLeaderElectionEnabled)
        #expect(settings.notes.count == 11)
        #expect(settings.notes.contains("flag --watch-namespace: not supported by this version, ignored"))
        var rest = settings
        rest.notes = []
        rest.isLeaderElectionEnabled = false
        #expect(rest == Settings())
    }

    @Test("what is switched off, or empty, is no reason to warn")
    func switchedOff() throws {
        let settings = try resolved(
            ["--pprof-addr=", "--watch-namespace="], environment: ["CREATE_SM_OPERATOR_METRICS": "False"])
        #expect(settings.notes == [])
    }

    @Test("the environment and the file are looked at, too")
    func ignoredElsewhere() throws {
        let settings = try resolved(
            environment: ["WATCH_NAMESPACE": "a"], file: "targetallocator-image: x\ntls: {useclusterprofile: true}\n")
        #expect(
            settings.notes == [
                "file operator.yaml, key targetallocator-image: not supported by this version, ignored",
                "file operator.yaml, key tls.useclusterprofile: not supported by this version, ignored",
                "environment variable WATCH_NAMESPACE: not supported by this version, ignored",
            ])
    }

    @Test("feature gates that already stand as asked for need no word; others are named")
    func featureGates() throws {
        #expect(
            try resolved(["--feature-gates=operator.golang.flags,+operand.networkpolicy,-operator.networkpolicy"]).notes
                == [])
        #expect(
            try resolved(["--feature-gates= operator.clusterobservability , -operand.networkpolicy"]).notes == [
                "feature gate operator.clusterobservability: cannot be switched on in this version, ignored",
                "feature gate operand.networkpolicy: cannot be switched off in this version, ignored",
            ])
        #expect(
            failure(["--feature-gates=nonsense"])?.hasPrefix("flag --feature-gates: no feature gate \"nonsense\"")
                == true)
        #expect(
            failure(environment: ["FEATURE_GATES": "-operator.golang.flags"])
                == "environment variable FEATURE_GATES: feature gate operator.golang.flags is stable and cannot be switched off"
        )
    }
}
