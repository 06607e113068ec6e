import OperatorAPI

/// What one version of the collector made necessary.
struct UpgradeStep: Sendable {
    let version: String
    let number: LenientVersion
    let apply: @Sendable (inout ObjectDraft) -> Void

    private init?(_ version: String, _ apply: @escaping @Sendable (inout ObjectDraft) -> Void) {
        guard let number = LenientVersion(version) else { return nil }
        self.version = version
        self.number = number
        self.apply = apply
    }

    /// Every step that the reference knows, in the order of the versions; several of one version in the order in which
    /// they are done. The reference lists 0.2.10, too, which asks for nothing.
    ///
    /// Source: opentelemetry-operator v0.158.
    static let all: [UpgradeStep] = [
        UpgradeStep("0.9.0", ExporterSteps.dropReconnectionDelay),
        UpgradeStep("0.15.0", ArgumentSteps.dropMetricsChoice),
        UpgradeStep("0.19.0", ProcessorSteps.dropQueuedRetry),
        UpgradeStep("0.19.0", ProcessorSteps.turnResourceIntoAttributes),
        UpgradeStep("0.24.0", ExtensionSteps.turnPortIntoEndpoint),
        UpgradeStep("0.31.0", ReceiverSteps.dropMetricsSchema),
        UpgradeStep("0.36.0", ReceiverSteps.renameTLSSettings),
        UpgradeStep("0.36.0", ExporterSteps.gatherTLS),
        UpgradeStep("0.38.0", ArgumentSteps.moveLogging),
        UpgradeStep("0.39.0", ProcessorSteps.dropBallastSize),
        UpgradeStep("0.39.0", ReceiverSteps.renameHTTPD),
        UpgradeStep("0.41.0", ReceiverSteps.gatherCORS),
        UpgradeStep("0.43.0", ArgumentSteps.moveMetrics),
        UpgradeStep("0.56.0", AutoscalerSteps.setMinimum),
        UpgradeStep("0.57.2", ExtensionSteps.joinPortAndEndpoint),
        UpgradeStep("0.61.0", ReceiverSteps.stopAtRemoteSampling),
        UpgradeStep("0.104.0", ArgumentSteps.keepVariableExpansion),
        UpgradeStep("0.104.0", ArgumentSteps.keepListeningEverywhere),
        UpgradeStep("0.105.0", ArgumentSteps.endVariableExpansion),
        UpgradeStep("0.110.0", ArgumentSteps.endListeningEverywhere),
        UpgradeStep("0.111.0", TelemetrySteps.nameMetricsAddress),
        UpgradeStep("0.122.0", TelemetrySteps.turnAddressIntoReader),
    ].compactMap { $0 }
}
