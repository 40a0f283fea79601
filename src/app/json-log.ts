import pino from 'pino'
import type { JsonObject } from '../core/json.ts'
import type { Log } from '../core/log.ts'

interface LogOptions {
  /** Called with each finished line. */
  write(line: string): unknown
  readonly level: string
  redact(text: string): string
}

/** A log of JSON lines: pino, written at once, every line redacted. */
export function jsonLog({ write, level, redact }: LogOptions): Log {
  const logger = pino({ level, base: null }, { write: (line: string) => void write(redact(line)) })
  const at =
    (name: 'debug' | 'info' | 'warn' | 'error') =>
    (message: string, fields: JsonObject = {}) =>
      logger[name](fields, message)
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}
