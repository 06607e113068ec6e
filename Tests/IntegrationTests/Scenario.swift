import Testing

/// Everything that needs the control plane, one after the other: the suites share it, and some shake it.
@Suite(.serialized, .enabled(if: Cluster.isAvailable, "run by `make test`, which starts a control plane"))
enum Scenario {}
