/**
 * Cuts a text into pieces of at most `max` UTF-16 units (at least 40): between paragraphs, else lines, else sentences, else words, else
 * anywhere but inside a character. A cut inside a fenced code block is made between its lines where they fit, closes the fence, and opens
 * it again in the next piece. Without such a cut the pieces put together are the text.
 */
export function splitText(text: string, max: number): readonly string[] {
  const longestMark = Math.floor(max / 4)
  const fences = fencesOf(text).filter(({ mark }) => mark.length <= longestMark)
  const reserve = Math.max(0, ...fences.map(({ mark }) => mark.length + 2))
  const pieces: string[] = []
  let start = 0
  let reopened = ''
  while (reopened.length + text.length - start > max) {
    const room = max - reopened.length
    const cut = bestCut(text, start, start + room - reserve, start + room, fences)
    const head = reopened + text.slice(start, cut)
    const fence = fenceAt(fences, cut)
    pieces.push(fence ? `${head}${head.endsWith('\n') ? '' : '\n'}${fence.mark}` : head)
    // An info string too long to repeat is left out of the next piece.
    reopened = fence ? `${fence.line.length <= longestMark ? fence.line : fence.mark}\n` : ''
    start = cut
  }
  pieces.push(reopened + text.slice(start))
  return pieces
}

/** A fenced code block; the numbers are offsets in the text. */
interface Fence {
  /** The opening line, and its backticks or tildes alone. */
  readonly line: string
  readonly mark: string
  readonly start: number
  readonly body: number
  /** Where the closing line begins; the end of the text when there is none. */
  readonly close: number
  readonly end: number
}

function fencesOf(text: string): readonly Fence[] {
  const fences: Fence[] = []
  let open: Pick<Fence, 'line' | 'mark' | 'start' | 'body'> | undefined
  for (const { 0: line, 1: mark = '', index } of text.matchAll(/^ {0,3}(`{3,}(?=[^`\n]*$)|~{3,})[^\n]*$/gm)) {
    const after = Math.min(index + line.length + 1, text.length)
    if (!open) open = { line: line.trim(), mark, start: index, body: after }
    else if (mark.startsWith(open.mark) && line.trim() === mark) {
      fences.push({ ...open, close: index, end: after })
      open = undefined
    }
  }
  if (open) fences.push({ ...open, close: text.length, end: text.length })
  return fences
}

/** The fence that a cut here would leave open. */
const fenceAt = (fences: readonly Fence[], at: number) => fences.find(({ start, end }) => start < at && at < end)

/** The best place to cut between `start` and `end`; the end of a code block may reach up to `limit`. */
function bestCut(text: string, start: number, end: number, limit: number, fences: readonly Fence[]): number {
  const cut = between(text, start, end)
  const fence = fenceAt(fences, cut)
  if (!fence) return cut
  if (cut >= fence.close) return fence.end <= limit ? fence.end : Math.max(fence.close, start + 1)
  const line = start + text.slice(start, end).lastIndexOf('\n') + 1
  const inside = line > start ? line : unfenced(text, start, end)
  if (inside >= fence.close && fence.end <= limit) return fence.end
  return inside <= fence.body && fence.start > start ? fence.start : inside
}

/** The latest good place to cut; never in the first half unless there is no other. */
function between(text: string, start: number, end: number): number {
  const window = text.slice(start, end)
  for (const border of ['\n\n', '\n', '. ', ' ']) {
    const at = window.lastIndexOf(border)
    if (at >= window.length / 2) return unfenced(text, start, start + at + border.length)
  }
  return unfenced(text, start, end)
}

/** Moves a cut within a line forward to where the rest does not look like a fence of its own. */
function unfenced(text: string, start: number, cut: number): number {
  const mark = /^ {0,3}(?:`{3}|~{3})/
  let at = cut
  while (at > start + 1 && text[at - 1] !== '\n' && mark.test(text.slice(at, at + 6))) at -= 1
  return wholeCharacter(text, at > start + 1 ? at : cut)
}

function wholeCharacter(text: string, cut: number): number {
  const last = text.charCodeAt(cut - 1)
  const next = text.charCodeAt(cut)
  return last >= 0xd800 && last <= 0xdbff && next >= 0xdc00 && next <= 0xdfff ? cut - 1 : cut
}
