/// A value that is read when somebody asks for metrics, instead of being written each time it changes.
///
/// swift-metrics has no such thing; whoever builds the process hands these to its exporter.
public struct ObservedGauge: Sendable {
    public var name: String
    public var help: String
    public var labels: [(String, String)]
    public var read: @Sendable () -> Double

    public init(name: String, help: String, labels: [(String, String)], read: @escaping @Sendable () -> Double) {
        self.name = name
        self.help = help
        self.labels = labels
        self.read = read
    }
}
