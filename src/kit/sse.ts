/** What a stream of server-sent events holds, in order. */
export type SseItem =
  | { readonly type: 'event'; readonly event?: string; readonly data: string }
  /** A line that starts with a colon: it keeps connections open and says nothing. */
  | { readonly type: 'comment' }
  /** The stream ended within an event. */
  | { readonly type: 'partial' }

/** Reads server-sent events as the HTML standard defines them, in time linear in the bytes however long a line is. */
export async function* readSse(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<SseItem> {
  const decoder = new TextDecoder()
  let pieces: string[] = []
  let event = ''
  let data: string[] | undefined
  let afterReturn = false

  const line = (text: string): SseItem | undefined => {
    if (text === '') {
      const item = data && { type: 'event' as const, ...(event !== '' && { event }), data: data.join('\n') }
      event = ''
      data = undefined
      return item
    }
    if (text.startsWith(':')) return { type: 'comment' }
    const colon = text.indexOf(':')
    const field = colon < 0 ? text : text.slice(0, colon)
    const value = colon < 0 ? '' : text.slice(text[colon + 1] === ' ' ? colon + 2 : colon + 1)
    if (field === 'event') event = value
    if (field === 'data') (data ??= []).push(value)
    return undefined
  }

  for await (const chunk of bytes) {
    const text = decoder.decode(chunk, { stream: true })
    let start = 0
    for (const { 0: end, index } of text.matchAll(/\r\n|\n|\r/g)) {
      // The LF of a CRLF that two chunks share.
      const second = afterReturn && index === 0 && end === '\n'
      afterReturn = false
      if (!second) {
        pieces.push(text.slice(start, index))
        const item = line(pieces.join(''))
        pieces = []
        if (item) yield item
      }
      start = index + end.length
      if (end === '\r' && start === text.length) afterReturn = true
    }
    if (start < text.length) {
      pieces.push(text.slice(start))
      afterReturn = false
    }
  }
  pieces.push(decoder.decode())
  if (data !== undefined || pieces.join('') !== '') yield { type: 'partial' }
}
