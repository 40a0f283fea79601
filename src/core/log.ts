import type { JsonObject } from './json.ts'

/** Where notes for the operator go. Values are redacted by the sink. */
export interface Log {
  debug(message: string, fields?: JsonObject): void
  info(message: string, fields?: JsonObject): void
  warn(message: string, fields?: JsonObject): void
  error(message: string, fields?: JsonObject): void
}

export const silent: Log = { debug() {}, info() {}, warn() {}, error() {} }
