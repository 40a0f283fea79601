/** A fenced code block of a Markdown text. */
interface Fence {
  /** Where its opening line begins, where its content begins, where its closing line begins, and where the block ends. */
  readonly start: number
  readonly body: number
  readonly close: number
  readonly end: number
  /** The opening line, and the marks alone. */
  readonly line: string
  readonly mark: string
}

/** A piece of a text: `body` is the text's own, `open` and `close` are the fence lines that a cut code block needs. */
export interface TextPiece {
  readonly open: string
  readonly body: string
  readonly close: string
}

/**
 * Cuts a text into pieces of at most `max` UTF-16 units (at least 2): between paragraphs, else lines, else sentences, else words, else
 * anywhere but inside a character. A code block that fits one piece is not cut; one that does not is closed at the end of a piece and
 * opened again in the next, where that takes no more than half the room. An empty text is one empty piece.
 */
export function splitText(text: string, max: number): readonly string[] {
  return cutText(text, max).map(({ open, body, close }) => `${open}${body}${close}`)
}

/** The pieces of `splitText` before they are joined: the bodies together are the text, unchanged. */
export function cutText(text: string, max: number): readonly TextPiece[] {
  if (!(max >= 2)) throw new RangeError('A piece of text needs room for two units.')
  const fences = fencesOf(text, Math.floor(max / 4))
  const pieces: TextPiece[] = []
  let at = 0
  let open = ''
  do {
    const room = max - open.length
    const cut = text.length - at <= room ? { at: text.length } : chooseCut(text, at, room, fences)
    const { fence } = cut
    const body = text.slice(at, cut.at)
    pieces.push({ open, body, close: fence ? `${body.endsWith('\n') ? '' : '\n'}${fence.mark}` : '' })
    open = fence ? `${fence.line}\n` : ''
    at = cut.at
  } while (at < text.length)
  return pieces
}

/** The code blocks of a text, in order, but for those whose marks take more than `longest` units. */
function fencesOf(text: string, longest: number): readonly Fence[] {
  const fences: Fence[] = []
  let open: Pick<Fence, 'start' | 'body' | 'line' | 'mark'> | undefined
  for (const { 0: line, 1: mark = '', 2: info = '', index } of text.matchAll(
    /^ {0,3}(`{3,}|~{3,})([^\n]*)(?:\n|$)/gm,
  )) {
    const end = index + line.length
    if (!open) {
      // A line such as ```code``` is text.
      if (mark.startsWith('`') && info.includes('`')) continue
      const whole = `${mark}${info}`.trimEnd()
      open = { start: index, body: end, line: whole.length <= longest ? whole : mark, mark }
    } else if (mark.startsWith(open.mark) && info.trim() === '') {
      fences.push({ ...open, close: index, end })
      open = undefined
    }
  }
  if (open) fences.push({ ...open, close: text.length, end: text.length })
  return fences.filter(({ mark }) => mark.length <= longest)
}

interface Cut {
  readonly at: number
  /** The code block that is cut. */
  readonly fence?: Fence
}

/** Where a piece that begins at `at` and may have `room` units ends. */
function chooseCut(text: string, at: number, room: number, fences: readonly Fence[]): Cut {
  const limit = at + room
  const inside = fenceAround(fences, limit)
  if (!inside) return { at: border(text, at, limit, fences) }
  // The block has not begun in this piece: it is left whole for the next, unless no piece can hold it and this one would stay mostly empty.
  if (inside.start > at && (inside.end - inside.start <= room || inside.start - at >= room / 2))
    return { at: inside.start }
  // Neither block of the two may be without a line.
  const from = Math.max(at, inside.body)
  const to = Math.min(limit - inside.mark.length - 1, inside.close - 1)
  if (to - from < 2) return { at: inside.start > at ? inside.start : border(text, at, limit, []) }
  return { at: unclosed(text, from, border(text, from, to, []), inside.mark), fence: inside }
}

/** A cut in a line of code, moved before that line when its first part alone would close the block. */
function unclosed(text: string, from: number, cut: number, mark: string): number {
  const line = text.lastIndexOf('\n', cut - 1) + 1
  const part = text.slice(line, cut).trim()
  const closes = part.startsWith(mark) && part.replaceAll(mark[0] ?? '', '') === ''
  return closes && line > from ? line : cut
}

/** The code block in which a cut at `index` would fall. */
function fenceAround(fences: readonly Fence[], index: number): Fence | undefined {
  let low = 0
  let high = fences.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((fences[middle]?.start ?? 0) < index) low = middle + 1
    else high = middle
  }
  const fence = fences[low - 1]
  return fence && index < fence.end ? fence : undefined
}

/** Ends of paragraphs, lines, sentences and words: the cut comes after them. */
const borders = [/\n[^\S\n]*\n+/g, /\n/g, /[.!?…][)"'”’]?\s|[。！？]/gu, /\s/g] as const

/** The last good cut in (`from`, `to`], not inside a code block; in the second half where there is one. */
function border(text: string, from: number, to: number, fences: readonly Fence[]): number {
  const middle = from + Math.ceil((to - from) / 2)
  const window = text.slice(from, to)
  const cuts = borders.map((pattern) =>
    [...window.matchAll(pattern)]
      .map(({ 0: found, index }) => from + index + found.length)
      .filter((cut) => cut > from && !fenceAround(fences, cut)),
  )
  const latest = cuts.map((each) => each.at(-1))
  return latest.find((cut) => cut !== undefined && cut >= middle) ?? latest.find(Boolean) ?? hardCut(text, from, to)
}

/** `to`, or one unit earlier when it would part a surrogate pair. */
function hardCut(text: string, from: number, to: number): number {
  const parts = /^[\uD800-\uDBFF][\uDC00-\uDFFF]$/.test(text.slice(to - 1, to + 1))
  return parts && to - 1 > from ? to - 1 : to
}
