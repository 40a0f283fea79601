/**
 * Keys that take turns: each call gets all of them in the order to try, the next call beginning with the next key. Without keys the only
 * one is empty.
 */
export function keyRing(keys: readonly string[]): () => readonly string[] {
  const all = keys.length === 0 ? [''] : keys
  let turn = 0
  return () => {
    const first = turn++ % all.length
    return [...all.slice(first), ...all.slice(0, first)]
  }
}
