/** The candidate that differs least from the word, if it is close enough to be meant. Of equals, the one of the same length, then the first. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const limit = Math.max(1, Math.min(3, Math.floor(word.length / 3)))
  let best: { readonly candidate: string; readonly score: number } | undefined
  for (const candidate of candidates) {
    const edits = distance(word.toLowerCase(), candidate.toLowerCase())
    if (edits > limit) continue
    const score = edits + (candidate.length === word.length ? 0 : 0.5)
    if (best === undefined || score < best.score) best = { candidate, score }
  }
  return best?.candidate
}

/** Letters to add, drop, replace or swap with their neighbour to turn one word into the other. */
export function distance(one: string, other: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (let i = 1; i <= one.length; i++) {
    const row = [i]
    for (let j = 1; j <= other.length; j++) {
      const same = one[i - 1] === other[j - 1]
      let cost = Math.min(get(last, j) + 1, get(row, j - 1) + 1, get(last, j - 1) + (same ? 0 : 1))
      const swapped = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1]
      if (swapped) cost = Math.min(cost, get(beforeLast, j - 2) + 1)
      row.push(cost)
    }
    beforeLast = last
    last = row
  }
  return get(last, other.length)
}

const get = (row: readonly number[], index: number) => row[index] ?? Number.POSITIVE_INFINITY
