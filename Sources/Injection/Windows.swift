import Document
import OperatorAPI

extension PodDraft {
    /// What the pod says that it runs on: `linux`, `windows`; `nil` when it does not say. The API server then refuses
    /// settings of the other one.
    var system: String? { original["spec"]?["os"]?["name"]?.stringValue }

    /// Whether the pod says that it runs on Windows.
    var isForWindows: Bool {
        system == "windows" || original["spec"]?["nodeSelector"]?["kubernetes.io/os"]?.stringValue == "windows"
    }
}

extension LanguageRequest {
    /// The SDK's variables suit any system. An image that is not one of those we know may have been built for Windows;
    /// the Go agent cannot be, as it attaches to a Linux kernel.
    func mayRunOnWindows(_ image: String, _ images: DefaultImages) -> Bool {
        switch language {
        case .sdk: return true
        case .go: return false
        default:
            return image != images[language] && !image.hasPrefix(DefaultImages.repository)
        }
    }
}
