import Document
import OperatorAPI

extension PodDraft {
    /// Whether the pod says that it runs on Windows.
    var isForWindows: Bool {
        let spec = original["spec"]
        return spec?["os"]?["name"]?.stringValue == "windows"
            || spec?["nodeSelector"]?["kubernetes.io/os"]?.stringValue == "windows"
    }
}

extension LanguageRequest {
    /// The SDK's variables suit any system. An image that is not one of those we know may have been built for Windows;
    /// the Go agent cannot be, as it attaches to a Linux kernel.
    func mayRunOnWindows(_ images: DefaultImages) -> Bool {
        switch language {
        case .sdk: return true
        case .go: return false
        default:
            let image = section(images).image
            return image != images[language] && !image.hasPrefix(DefaultImages.repository)
        }
    }
}
