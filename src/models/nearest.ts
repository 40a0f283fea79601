import { editDistance } from '../kit/nearest.ts'

/** The candidates that `word` may be a slip of, nearest first, at most three. Case does not count. */
export function nearest(word: string, candidates: readonly string[]): readonly string[] {
  const wanted = word.toLowerCase()
  return candidates
    .map((candidate) => ({ candidate, far: remoteness(wanted, candidate.toLowerCase()) }))
    .filter(({ far }) => far <= Math.max(2, Math.floor(wanted.length / 3)))
    .sort((a, b) => a.far - b.far)
    .slice(0, 3)
    .map(({ candidate }) => candidate)
}

/** Edits between two texts; a text inside the other counts as one edit. */
function remoteness(a: string, b: string): number {
  if (a.length > 2 && b.length > 2 && (a.includes(b) || b.includes(a))) return 1
  return editDistance(a, b)
}
