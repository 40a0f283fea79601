/** The known word that `word` was most likely meant to be: at most a third of its letters off, at least one. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  let best: string | undefined
  let least = Math.max(1, Math.floor(word.length / 3)) + 1
  for (const candidate of known) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase(), least)
    if (distance < least) {
      best = candidate
      least = distance
    }
  }
  return best
}

/** Insertions, deletions, replacements and swaps of neighbours; `limit` when it is at least that. */
export function editDistance(left: string, right: string, limit = Number.POSITIVE_INFINITY): number {
  if (Math.abs(left.length - right.length) >= limit) return limit
  let before: readonly number[] = []
  let above: readonly number[] = Array.from({ length: right.length + 1 }, (_, column) => column)
  for (let row = 1; row <= left.length; row += 1) {
    const current = [row]
    for (let column = 1; column <= right.length; column += 1) {
      const replaced = at(above, column - 1) + (left[row - 1] === right[column - 1] ? 0 : 1)
      const swapped = isSwap(left, row, right, column) ? at(before, column - 2) + 1 : limit
      current.push(Math.min(at(above, column) + 1, at(current, column - 1) + 1, replaced, swapped))
    }
    before = above
    above = current
  }
  return Math.min(limit, at(above, right.length))
}

const at = (row: readonly number[], column: number) => row[column] ?? 0

function isSwap(left: string, row: number, right: string, column: number): boolean {
  return row > 1 && column > 1 && left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1]
}
