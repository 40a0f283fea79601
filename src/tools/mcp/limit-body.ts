type Fetch = typeof globalThis.fetch

/** A fetch whose answers, and the single events of a stream, are at most `most` bytes; a longer one breaks off. */
export function limitBodies(fetch: Fetch, most: number): Fetch {
  return async (...request) => {
    const response = await fetch(...request)
    if (response.body === null) return response
    const streams = /^text\/event-stream/i.test(response.headers.get('content-type') ?? '')
    const { status, statusText, headers } = response
    return new Response(response.body.pipeThrough(counting(most, streams)), { status, statusText, headers })
  }
}

function counting(most: number, streams: boolean): TransformStream<Uint8Array, Uint8Array> {
  let size = 0
  return new TransformStream({
    transform(chunk, out) {
      // An empty line ends an event.
      const text = streams ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength) : undefined
      const end = text ? Math.max(text.lastIndexOf('\n\n'), text.lastIndexOf('\r\n\r\n')) : -1
      size = end === -1 ? size + chunk.length : chunk.length - end
      if (size > most) out.error(new Error(`The answer has more than ${most} bytes.`))
      else out.enqueue(chunk)
    },
  })
}
