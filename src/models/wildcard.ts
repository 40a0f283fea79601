/** What the first `*` of a pattern stands for in `text`; undefined when the pattern does not match. Case does not count. */
export function matchWildcard(pattern: string, text: string): string | undefined {
  const parts = pattern.split('*').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  const found = new RegExp(`^${parts.join('(.*)')}$`, 'is').exec(text)
  return found ? (found[1] ?? '') : undefined
}

export const isWildcard = (pattern: string): boolean => pattern.includes('*')

/** The more letters a pattern fixes, the more specific it is: most specific first, in the given order among equals. */
export function bySpecificity<Item>(items: readonly Item[], pattern: (item: Item) => string): readonly Item[] {
  const fixed = (item: Item): number => pattern(item).replaceAll('*', '').length
  return [...items].sort((a, b) => fixed(b) - fixed(a))
}
