/// The difference of two texts, line by line.
struct LineDiff {
    enum Line: Equatable {
        case kept(String)
        case removed(String)
        case added(String)

        var text: String {
            switch self {
            case .kept(let text), .removed(let text), .added(let text): text
            }
        }
        var isKept: Bool { if case .kept = self { true } else { false } }
        var isRemoved: Bool { if case .removed = self { true } else { false } }
        var isAdded: Bool { if case .added = self { true } else { false } }
    }

    private(set) var lines: [Line] = []

    init(from old: String, to new: String) {
        let old = Self.lines(old)
        let new = Self.lines(new)
        var removed = Array(repeating: false, count: old.count)
        var added = Array(repeating: false, count: new.count)
        for change in new.difference(from: old) {
            switch change {
            case .remove(let offset, _, _): removed[offset] = true
            case .insert(let offset, _, _): added[offset] = true
            }
        }
        var oldIndex = 0
        var newIndex = 0
        while oldIndex < old.count || newIndex < new.count {
            if oldIndex < old.count, removed[oldIndex] {
                lines.append(.removed(old[oldIndex]))
                oldIndex += 1
            } else if newIndex < new.count, added[newIndex] {
                lines.append(.added(new[newIndex]))
                newIndex += 1
            } else {
                lines.append(.kept(new[newIndex]))
                oldIndex += 1
                newIndex += 1
            }
        }
        slideAdditions()
    }

    private static func lines(_ text: String) -> [String] {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if lines.last?.isEmpty == true { lines.removeLast() }
        return lines
    }

    // MARK: - Readability

    /// Moves blocks of added lines to where people see them: where a block could as well begin a few lines earlier or
    /// later, it begins with its least indented line, so that a whole entry of a list is shown as added and not the end
    /// of one with the beginning of the next.
    private mutating func slideAdditions() {
        var start = 0
        while start < lines.count {
            guard lines[start].isAdded else {
                start += 1
                continue
            }
            var end = start
            while end < lines.count, lines[end].isAdded { end += 1 }
            // What stands in the place of something else stays beside it.
            let isReplacement = start > 0 && !lines[start - 1].isKept
            let block = isReplacement ? start..<end : settled(start..<end)
            start = max(end, block.upperBound)
        }
    }

    /// Sliding changes which lines count as added, never their texts.
    private mutating func settled(_ block: Range<Int>) -> Range<Int> {
        var place = block
        while let up = movedUp(place) { place = up }
        var best = place
        while let down = movedDown(place) {
            place = down
            let gain = indent(of: best.lowerBound) - indent(of: place.lowerBound)
            if gain > 0 || (gain == 0 && place.lowerBound <= block.lowerBound) { best = place }
        }
        while place.lowerBound > best.lowerBound, let up = movedUp(place) { place = up }
        return place
    }

    /// When the line before the block equals its last one, that one may as well be the added one.
    private mutating func movedUp(_ block: Range<Int>) -> Range<Int>? {
        guard block.lowerBound > 0, case .kept(let before) = lines[block.lowerBound - 1],
            lines[block.upperBound - 1].text == before
        else { return nil }
        lines[block.lowerBound - 1] = .added(before)
        lines[block.upperBound - 1] = .kept(before)
        return block.lowerBound - 1..<block.upperBound - 1
    }

    private mutating func movedDown(_ block: Range<Int>) -> Range<Int>? {
        guard block.upperBound < lines.count, case .kept(let after) = lines[block.upperBound],
            lines[block.lowerBound].text == after
        else { return nil }
        lines[block.lowerBound] = .kept(after)
        lines[block.upperBound] = .added(after)
        return block.lowerBound + 1..<block.upperBound + 1
    }

    private func indent(of index: Int) -> Int { lines[index].text.utf8.prefix { $0 == UInt8(ascii: " ") }.count }
}
