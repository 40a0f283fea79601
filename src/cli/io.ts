/** The process as a command sees it; a test passes its own. */
export interface Io {
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean; readonly fd?: number }
  readonly stdout: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number }
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean }
  /** Calls `handler` at Ctrl-C until disposed. */
  onInterrupt(handler: () => void): Disposable
}

/** The real one. Whoever reads our output may leave before its end, as `head` does; that ends the program, quietly. */
export function processIo(): Io {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0)
      throw error
    })
  return {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    onInterrupt(handler) {
      process.on('SIGINT', handler)
      return { [Symbol.dispose]: () => void process.off('SIGINT', handler) }
    },
  }
}
