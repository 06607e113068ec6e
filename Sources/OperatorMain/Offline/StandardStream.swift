import Glibc

/// Where a command that people run writes.
enum StandardStream: Int32 {
    case output = 1
    case error = 2

    /// - Returns: whether all of it could be written.
    @discardableResult
    func write(_ text: String) -> Bool { writeWhole(text, to: rawValue) }

    /// Whether somebody reads it on a screen that shows colours, and has not asked for none.
    ///
    /// Source: no-color.org.
    var isColored: Bool {
        guard isatty(rawValue) == 1, ProcessEnvironment.value(of: "NO_COLOR") ?? "" == "" else { return false }
        return ![nil, "", "dumb"].contains(ProcessEnvironment.value(of: "TERM"))
    }
}
