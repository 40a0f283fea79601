import { z } from 'zod'
import { isJsonObject, type JsonObject } from '../../core/json.ts'
import { isZone } from '../../kit/zone.ts'

/** What is known about a key beside its type. */
export interface KeyFacts {
  /** One short sentence for people. */
  readonly meaning: string
  /** `secret`: never shown, and may be a reference to another place. `holder`: may hold a secret, for example a header. */
  readonly hides?: 'secret' | 'holder'
  /** The name of a time zone. */
  readonly isZone?: true
  /** `~` is written out. */
  readonly isPath?: true
  /** A single text or number also counts as a list of one. */
  readonly loose?: true
  /** A single text is cut at its commas. */
  readonly commas?: true
  /** Spaces at the ends do not count. */
  readonly trims?: true
  /** Other words for the choices. */
  readonly also?: Readonly<Record<string, string>>
  /** A word that is no choice is reported and ignored instead of refused. */
  readonly forgiving?: true
}

export const facts = z.registry<KeyFacts>()

export function key<S extends z.ZodType>(schema: S, meaning: string, more: Omit<KeyFacts, 'meaning'> = {}): S {
  facts.add(schema, { meaning, ...more })
  return schema
}

// Shared by all keys: a schema of zod costs as much to make as to parse with, and there are hundreds of keys.
const aText = z.string()
const aFlag = z.boolean()
const aNumber = z.number()
const anInteger = z.number().int()
const someTexts = z.array(aText)

export const flag = (value: boolean, meaning: string) => key(aFlag.default(value), meaning)
export const maybeFlag = (meaning: string) => key(aFlag.optional(), meaning)

export const text = (meaning: string) => key(aText.optional(), meaning)
export const textOr = (value: string, meaning: string) => key(aText.default(value), meaning)
export const host = (value: string, meaning: string) => key(aText.default(value), meaning, { trims: true })
export const needed = (meaning: string) => key(z.string(), meaning)
export const path = (meaning: string) => key(aText.optional(), meaning, { isPath: true })
export const zone = (meaning: string) => key(aText.refine(isZone).optional(), meaning, { isZone: true, trims: true })
export const secret = (meaning: string) => key(aText.optional(), meaning, { hides: 'secret' })

export const whole = (value: number, meaning: string, least = 0, most = Number.MAX_SAFE_INTEGER) =>
  key(anInteger.min(least).max(most).default(value), meaning)
export const maybeWhole = (meaning: string, least = Number.MIN_SAFE_INTEGER) =>
  key(anInteger.min(least).optional(), meaning)
/** Zero and below mean the default. */
export const positive = (value: number, meaning: string, atZero = value) =>
  key(anInteger.transform((given) => (given > 0 ? given : atZero)).default(value), meaning)
/** Smaller numbers count as the least. */
export const atLeast = (value: number, least: number, meaning: string) =>
  key(anInteger.transform((given) => Math.max(least, given)).default(value), meaning)
export const amount = (meaning: string) => key(aNumber.min(0).optional(), meaning)
export const ratio = (value: number, meaning: string) => key(aNumber.default(value), meaning)

export const choice = <const V extends readonly [string, ...string[]]>(
  values: V,
  value: V[number],
  meaning: string,
  more: Omit<KeyFacts, 'meaning'> = {},
) => key(z.enum(values).default(value as never), meaning, more)
export const maybeChoice = <const V extends readonly [string, ...string[]]>(
  values: V,
  meaning: string,
  more: Omit<KeyFacts, 'meaning'> = {},
) => key(z.enum(values).optional(), meaning, more)

export const list = (meaning: string, value: readonly string[] = []) =>
  key(someTexts.default([...value]), meaning, { loose: true })
export const maybeList = (meaning: string) => key(someTexts.optional(), meaning, { loose: true })
export const paths = (meaning: string) => key(someTexts.default([]), meaning, { loose: true, isPath: true })
export const secrets = (meaning: string) => key(someTexts.default([]), meaning, { loose: true, hides: 'secret' })
export const maybeSecrets = (meaning: string) => key(someTexts.optional(), meaning, { loose: true, hides: 'secret' })
export const secretsByComma = (meaning: string) =>
  key(someTexts.default([]), meaning, { loose: true, commas: true, hides: 'secret' })

/** Any JSON object; nothing below it is checked. */
export const free = (meaning: string) => key(z.custom<JsonObject>(isJsonObject, 'object').optional(), meaning)

export const section = <S extends z.ZodRawShape>(meaning: string, shape: S) =>
  key(z.object(shape).prefault({} as never), meaning)
export const maybeSection = <S extends z.ZodRawShape>(meaning: string, shape: S) =>
  key(z.object(shape).optional(), meaning)
/** An object in a list or a table. */
export const item = <S extends z.ZodRawShape>(meaning: string, shape: S) => key(z.object(shape), meaning)

/** The same, where keys that nobody knows are right too. */
export const openItem = <S extends z.ZodRawShape>(meaning: string, shape: S) => key(z.looseObject(shape), meaning)

export const items = <S extends z.ZodType>(meaning: string, each: S) => key(z.array(each).default([]), meaning)
export const named = <S extends z.ZodType>(meaning: string, each: S) =>
  key(z.record(z.string(), each).default({}), meaning)
/** Names and texts. */
export const texted = (meaning: string) => key(z.record(z.string(), z.string()).default({}), meaning)
/** Names and texts that may be secrets: headers, environment variables. */
export const holders = (meaning: string) =>
  key(z.record(z.string(), key(z.string(), meaning, { hides: 'holder' })).default({}), meaning)
export const maybeHolders = (meaning: string) =>
  key(z.record(z.string(), key(z.string(), meaning, { hides: 'holder' })).optional(), meaning)
