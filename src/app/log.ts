import pino from 'pino'
import type { JsonObject } from '../core/json.ts'
import type { Log } from '../core/log.ts'

interface LogOptions {
  /** Called with each finished line. */
  write(line: string): void
  readonly level: string
  redact(text: string): string
}

/** A log of JSON lines: pino, written at once, every line redacted. */
export function jsonLog({ write, level, redact }: LogOptions): Log {
  const logger = pino({ level, base: null }, { write: (line: string) => write(redact(line)) })
  const at =
    (name: 'debug' | 'info' | 'warn' | 'error') =>
    (message: string, fields: JsonObject = {}) =>
      logger[name](fields, message)
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}

/** A log for people: warnings and errors as plain sentences, the rest left out. */
export function plainLog(write: (line: string) => void, redact: (text: string) => string): Log {
  const line = (message: string) => write(`${redact(message)}\n`)
  return { debug() {}, info() {}, warn: line, error: line }
}
