/** The start and the end of a stream; what lies between is counted and forgotten. */
export interface Capture {
  add(chunk: Buffer): void
  /** Bytes seen so far, kept or not. */
  readonly bytes: number
  /** What was kept, with a note where something was left out. */
  text(): string
}

/** Keeps up to `limit` bytes, half from the start and half from the end. */
export function capture(limit: number): Capture {
  const half = Math.floor(limit / 2)
  const head: Buffer[] = []
  let headBytes = 0
  let tail = Buffer.alloc(0)
  let bytes = 0
  return {
    get bytes() {
      return bytes
    },
    add(chunk) {
      bytes += chunk.length
      const first = chunk.subarray(0, half - headBytes)
      // A copy: the pool behind a chunk would stay in memory as long as its smallest part.
      if (first.length > 0) head.push(Buffer.from(first))
      headBytes += first.length
      const rest = chunk.subarray(first.length)
      if (rest.length > 0) tail = Buffer.concat([tail.subarray(-half), rest.subarray(-half)]).subarray(-half)
    },
    text() {
      const left = bytes - headBytes - tail.length
      if (left === 0) return decode(Buffer.concat([...head, tail]))
      return `${decode(Buffer.concat(head))}\n[… ${left} bytes were left out …]\n${decode(tail)}`
    },
  }
}

/** NUL is legal in a stream and in no message to a model. */
const decode = (bytes: Buffer): string => bytes.toString('utf8').replaceAll('\0', '\uFFFD')
