import Document
import OperatorAPI

/// An exporter of type `prometheus`: where it shows the metrics that it was sent.
struct ScrapedExporter: Sendable, Equatable {
    var id: String
    var port: Int
    /// Why a monitor cannot scrape it; `nil` when it can.
    var obstacle: Finding?

    init(_ component: Component, port: Int) {
        id = component.id
        self.port = port
        if EndpointAddress.isLoopback(component.config?["endpoint"]?.stringValue ?? "") {
            obstacle = Self.obstacle(
                "exporter \(id) listens on the pod's loopback address only and cannot be scraped")
        } else if component.config?["tls"]?.objectValue?.isEmpty == false {
            obstacle = Self.obstacle(
                "exporter \(id) serves TLS: scraping it needs a monitor of your own that names the authority")
        }
    }

    private static func obstacle(_ message: String) -> Finding { Finding(.warning, .metricsNotReachable, message) }
}
