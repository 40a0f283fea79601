import { isJsonObject } from '../core/json.ts'
import type { Json, JsonObject } from '../core/json.ts'

/** The text itself; undefined for anything else. */
export const readText = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

/** A count of tokens: a finite number, not below 0, else undefined. */
export const readCount = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0 ? Math.round(value) : undefined

export const readObject = (value: unknown): JsonObject | undefined => (isJsonObject(value) ? value : undefined)

export const readList = (value: unknown): readonly Json[] => (Array.isArray(value) ? (value as readonly Json[]) : [])

/** The objects of a list; whatever else stands in it is skipped. */
export const readObjects = (value: unknown): readonly JsonObject[] => readList(value).filter(isJsonObject)

/** JSON, or undefined where the text is none. */
export function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json
  } catch {
    return undefined
  }
}

type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>
}

/** The same object without the keys whose value is undefined. */
export function defined<T extends object>(fields: T): Defined<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Defined<T>
}
