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
  let before: number[] = []
  let above = Array.from({ length: right.length + 1 }, (_, column) => column)
  for (let row = 1; row <= left.length; row += 1) {
    const current = [row]
    for (let column = 1; column <= right.length; column += 1) {
      const same = left[row - 1] === right[column - 1]
      const swapped = left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1]
      const cost = Math.min(
        get(above, column) + 1,
        get(current, column - 1) + 1,
        get(above, column - 1) + (same ? 0 : 1),
        row > 1 && swapped ? get(before, column - 2) + 1 : limit,
      )
      current.push(cost)
    }
    before = above
    above = current
  }
  return Math.min(limit, get(above, right.length))
}

const get = (row: readonly number[], column: number) => row[column] ?? Number.POSITIVE_INFINITY
