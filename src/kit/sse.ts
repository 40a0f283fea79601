/** What a stream of server-sent events holds, in order. */
export type SseItem =
  | { readonly type: 'event'; readonly event?: string; readonly data: string; readonly id?: string }
  /** A line that starts with a colon: it keeps connections open and says nothing. */
  | { readonly type: 'comment' }
  /** The stream ended within an event, which is lost. */
  | { readonly type: 'partial' }

/** Reads server-sent events as the HTML standard defines them, in time linear in the bytes however long a line is. */
export async function* readSse(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<SseItem> {
  const lines = splitLines()
  const events = readLines()
  const decoder = new TextDecoder()
  for await (const chunk of bytes) {
    for (const line of lines.push(decoder.decode(chunk, { stream: true }))) {
      const item = events.push(line)
      if (item) yield item
    }
  }
  if (events.begun() || lines.rest() + decoder.decode() !== '') yield { type: 'partial' }
}

/** One event as it goes over the wire. Line breaks in `data` become several data lines. */
export function writeSse({ event, data }: { readonly event?: string; readonly data: string }): string {
  const name = event === undefined ? '' : `event: ${event.replaceAll(/[\r\n]/g, ' ')}\n`
  const lines = /[\r\n]/.test(data) ? data.split(/\r\n|\n|\r/).join('\ndata: ') : data
  return `${name}data: ${lines}\n\n`
}

/** Finds the lines of a text that comes in pieces, ended by LF, CR or CRLF. */
function splitLines(): { push(text: string): readonly string[]; rest(): string } {
  // An unfinished line is kept in pieces: joining them anew for each chunk would cost the square of its length.
  let pieces: string[] = []
  let afterReturn = false
  return {
    push(text) {
      if (text === '') return []
      const lines: string[] = []
      // The LF of a CRLF that two chunks share.
      let start = afterReturn && text.startsWith('\n') ? 1 : 0
      afterReturn = text.endsWith('\r')
      const ending = /\r\n?|\n/g
      ending.lastIndex = start
      for (let found = ending.exec(text); found; found = ending.exec(text)) {
        pieces.push(text.slice(start, found.index))
        lines.push(pieces.length === 1 ? (pieces[0] ?? '') : pieces.join(''))
        pieces = []
        start = ending.lastIndex
      }
      if (start < text.length) pieces.push(text.slice(start))
      return lines
    },
    rest: () => pieces.join(''),
  }
}

/** Makes events of lines. `begun` while an event is not finished by its blank line. */
function readLines(): { push(line: string): SseItem | undefined; begun(): boolean } {
  let event = ''
  let id: string | undefined
  let data: string[] = []
  return {
    push(line) {
      if (line === '') {
        const item: SseItem | undefined =
          data.length > 0
            ? { type: 'event', ...(event !== '' && { event }), data: data.join('\n'), ...(id !== undefined && { id }) }
            : undefined
        event = ''
        id = undefined
        data = []
        return item
      }
      const { field, value } = readField(line)
      if (field === '') return { type: 'comment' }
      if (field === 'data') data.push(value)
      else if (field === 'event') event = value
      else if (field === 'id' && !value.includes('\0')) id = value
      return undefined
    },
    begun: () => event !== '' || data.length > 0,
  }
}

/** The two sides of a line's first colon; one space behind it belongs to neither. */
function readField(line: string): { readonly field: string; readonly value: string } {
  const colon = line.indexOf(':')
  if (colon < 0) return { field: line, value: '' }
  return { field: line.slice(0, colon), value: line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1) }
}
