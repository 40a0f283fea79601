const fenceLine = /^ {0,3}(`{3,}|~{3,})[^\n]*$/gm

/**
 * Cuts a text into pieces of at most `max` UTF-16 units (at least 40): between paragraphs, else lines, else sentences, else words, else
 * anywhere but inside a character. A cut inside a fenced code block closes the fence and opens it again in the next piece.
 */
export function splitText(text: string, max: number): readonly string[] {
  const pieces: string[] = []
  let rest = text
  while (rest.length > max) {
    const reserve = 24
    const cut = bestCut(rest, max - reserve)
    const head = rest.slice(0, cut)
    const fence = openFence(head)
    // An info string too long to repeat is left out of the next piece rather than letting pieces never shrink.
    const reopened = fence === undefined ? '' : `${fence.line.length <= reserve ? fence.line : fence.mark}\n`
    pieces.push(fence === undefined ? head : `${head.endsWith('\n') ? head : `${head}\n`}${fence.mark}`)
    rest = `${reopened}${rest.slice(cut)}`
  }
  if (rest !== '' || pieces.length === 0) pieces.push(rest)
  return pieces
}

/** The fence that is open at the end of a text. */
function openFence(text: string): { readonly line: string; readonly mark: string } | undefined {
  let open: { readonly line: string; readonly mark: string } | undefined
  for (const [line, mark = ''] of text.matchAll(fenceLine)) {
    if (!open) open = { line: line.trimStart(), mark }
    else if (mark.startsWith(open.mark) && line.trim() === mark) open = undefined
  }
  return open
}

/** The latest good place to cut within the first `limit` units; never in the first half unless there is no other. */
function bestCut(text: string, limit: number): number {
  const window = text.slice(0, limit)
  for (const border of ['\n\n', '\n', '. ', ' ']) {
    const at = window.lastIndexOf(border)
    if (at >= limit / 2) return at + border.length
  }
  const last = window.charCodeAt(limit - 1)
  return last >= 0xd800 && last <= 0xdbff ? limit - 1 : limit
}
