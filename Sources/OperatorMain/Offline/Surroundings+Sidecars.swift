import Document
import Injection
import OperatorAPI
import Rendering

extension Surroundings {
    /// The collectors that pods may get as a sidecar.
    ///
    /// - Parameter isNative: see ``SidecarSource/isNative``.
    func sidecarSource(isNative: Bool, options: RenderingOptions = RenderingOptions()) -> SidecarSource {
        let renderer = CollectorRenderer(options: options)
        return SidecarSource(Array(collectors.values), isNative: isNative) { collector throws(SidecarFailure) in
            try renderer.sidecar(of: collector)
        }
    }
}
