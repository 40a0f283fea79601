export type Json = string | number | boolean | null | readonly Json[] | JsonObject
export interface JsonObject {
  readonly [key: string]: Json
}

/** True for a JSON object: not null, not a list. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A value as JSON would carry it: what JSON does not know, such as undefined members, is left out. */
export function asJson(value: object): Json {
  return JSON.parse(JSON.stringify(value)) as Json
}
