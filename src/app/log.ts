import type { Log } from '../core/log.ts'

/** A log for people: warnings and errors as plain sentences, the rest left out. */
export function plainLog(write: (line: string) => unknown, redact: (text: string) => string): Log {
  const line = (message: string) => void write(`${redact(message)}\n`)
  return { debug() {}, info() {}, warn: line, error: line }
}
