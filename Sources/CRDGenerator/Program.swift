#if canImport(Glibc)
    import Glibc
#endif

/// The commands of this program.
enum Program {
    static let usage = """
        usage: CRDGenerator [crds]                    write crds/ below the working folder
        """

    /// - Returns: the exit status.
    static func run(_ arguments: [String]) -> Int32 {
        do throws(FileError) {
            switch arguments.first ?? "crds" {
            case "crds":
                for file in CommittedFile.definitions { try Files.write(file.text, to: file.path) }
            default:
                complain(usage)
                return 2
            }
            return 0
        } catch {
            complain("CRDGenerator: \(error)")
            return 1
        }
    }

    static func exit(_ status: Int32) -> Never { Glibc.exit(status) }

    private static func complain(_ text: String) {
        let bytes = Array((text + "\n").utf8)
        _ = Glibc.write(STDERR_FILENO, bytes, bytes.count)  // nobody is left to tell when this fails
    }
}
