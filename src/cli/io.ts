import { type Redactor, redactor } from '../kit/redact.ts'

/** The process as a command sees it; a test passes its own. */
export interface Io {
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean; readonly fd?: number; destroy?(): unknown }
  readonly stdout: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number }
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean }
  /** What stdout and stderr are cleaned with. Whoever learns a secret adds it. */
  readonly redactor: Redactor
  /** Calls `handler` at Ctrl-C until disposed. */
  onInterrupt(handler: () => void): Disposable
}

/**
 * The real one. Each text that is written is redacted. Whoever reads our output may leave before its end, as `head` does; that ends the
 * program, quietly.
 */
export function processIo(): Io {
  const known = redactor()
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0)
      throw error
    })
  return {
    stdin: process.stdin,
    stdout: redacted(process.stdout, known),
    stderr: redacted(process.stderr, known),
    redactor: known,
    onInterrupt(handler) {
      process.on('SIGINT', handler)
      return { [Symbol.dispose]: () => void process.off('SIGINT', handler) }
    },
  }
}

/** The same stream, whose every text passes the redactor. */
function redacted<Stream extends NodeJS.WritableStream>(stream: Stream, redact: Redactor): Stream {
  const write = (chunk: string | Uint8Array, ...rest: readonly never[]) =>
    stream.write(typeof chunk === 'string' ? redact.text(chunk) : chunk, ...rest)
  return new Proxy(stream, {
    get(target, name) {
      if (name === 'write') return write
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
  })
}
