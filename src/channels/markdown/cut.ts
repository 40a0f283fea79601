/** Ends of paragraphs, lines, sentences and words: the cut comes after them. */
const borders = [/\n[^\S\n]*\n+/g, /\n/g, /[.!?…][)"'”’]?\s|[。！？]/gu, /\s/g] as const

/**
 * Where to cut a text so that no piece has more than `max` UTF-16 units: after paragraphs, else lines, else sentences, else words, in the
 * second half of a piece where there is such a place; else anywhere but inside a character as people see it. The first piece may have
 * less room than the others.
 */
export function cutPoints(text: string, max: number, first = max): readonly number[] {
  const cuts: number[] = []
  let from = 0
  while (text.length - from > (from === 0 ? first : max)) {
    from = nextCut(text, from, from === 0 ? first : max)
    cuts.push(from)
  }
  return cuts
}

/** The pieces between the cuts. */
export function cutPlain(text: string, max: number, first = max): readonly string[] {
  const cuts = [0, ...cutPoints(text, max, first), text.length]
  return cuts.slice(1).map((end, index) => text.slice(cuts[index], end))
}

function nextCut(text: string, from: number, max: number): number {
  const window = text.slice(from, from + max)
  const latest = borders.map((pattern) => lastEnd(window, pattern))
  const good = latest.find((cut) => cut >= max / 2) ?? latest.find((cut) => cut > 0)
  return good === undefined ? hardCut(text, from, max) : from + good
}

/** Where the last match ends; 0 when there is none. */
function lastEnd(text: string, pattern: RegExp): number {
  let end = 0
  for (const { 0: found, index } of text.matchAll(pattern)) end = index + found.length
  return end
}

/** Far more than the longest emoji. */
const longestCharacter = 64

function hardCut(text: string, from: number, max: number): number {
  const window = text.slice(from, from + max + longestCharacter)
  const start = new Intl.Segmenter().segment(window).containing(max)?.index ?? max
  // A heap of combining marks that fills half a message is no character that anybody reads.
  if (start > 0 && max - start <= longestCharacter) return from + start
  const parts = /^[\uD800-\uDBFF][\uDC00-\uDFFF]$/.test(text.slice(from + max - 1, from + max + 1))
  return from + (parts && max > 1 ? max - 1 : max)
}
