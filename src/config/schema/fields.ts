// The small form of zod: a schema of it takes a fifth of the time to make, and there are hundreds of them before the first word.
import * as z from 'zod/mini'
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

export function key<S extends z.ZodMiniType>(schema: S, meaning: string, more: Omit<KeyFacts, 'meaning'> = {}): S {
  facts.add(schema, { meaning, ...more })
  return schema
}

// Shared by all keys: a schema of zod costs as much to make as to parse with, and there are hundreds of keys.
const aText = z.string()
const aFlag = z.boolean()
const aNumber = z.number()
const anInteger = z.int()
const someTexts = z.array(aText)

export const flag = (value: boolean, meaning: string) => key(z._default(aFlag, value), meaning)
export const maybeFlag = (meaning: string) => key(z.optional(aFlag), meaning)

export const text = (meaning: string) => key(z.optional(aText), meaning)
export const textOr = (value: string, meaning: string) => key(z._default(aText, value), meaning)
export const host = (value: string, meaning: string) => key(z._default(aText, value), meaning, { trims: true })
export const needed = (meaning: string) => key(z.string(), meaning)
export const path = (meaning: string) => key(z.optional(aText), meaning, { isPath: true })
export const zone = (meaning: string) =>
  key(z.optional(aText.check(z.refine(isZone))), meaning, { isZone: true, trims: true })
export const secret = (meaning: string) => key(z.optional(aText), meaning, { hides: 'secret' })

export const whole = (value: number, meaning: string, least = 0, most = Number.MAX_SAFE_INTEGER) =>
  key(z._default(anInteger.check(z.minimum(least), z.maximum(most)), value), meaning)
export const maybeWhole = (meaning: string, least = Number.MIN_SAFE_INTEGER) =>
  key(z.optional(anInteger.check(z.minimum(least))), meaning)
const adjusted = (value: number, adjust: (given: number) => number, meaning: string) =>
  key(z._default(z.pipe(anInteger, z.transform(adjust)), value), meaning)
/** Zero and below mean the default. */
export const positive = (value: number, meaning: string, atZero = value) =>
  adjusted(value, (given) => (given > 0 ? given : atZero), meaning)
/** Smaller numbers count as the least. */
export const atLeast = (value: number, least: number, meaning: string) =>
  adjusted(value, (given) => Math.max(least, given), meaning)
export const amount = (meaning: string) => key(z.optional(aNumber.check(z.minimum(0))), meaning)
/** Dollars that must be named. */
export const price = (meaning: string) => key(aNumber.check(z.minimum(0)), meaning)
export const ratio = (value: number, meaning: string) => key(z._default(aNumber, value), meaning)

export const choice = <const V extends readonly [string, ...string[]]>(
  values: V,
  value: V[number],
  meaning: string,
  more: Omit<KeyFacts, 'meaning'> = {},
) => key(z._default(z.enum(values), value as never), meaning, more)
export const maybeChoice = <const V extends readonly [string, ...string[]]>(
  values: V,
  meaning: string,
  more: Omit<KeyFacts, 'meaning'> = {},
) => key(z.optional(z.enum(values)), meaning, more)

export const list = (meaning: string, value: readonly string[] = []) =>
  key(z._default(someTexts, [...value]), meaning, { loose: true })
export const maybeList = (meaning: string) => key(z.optional(someTexts), meaning, { loose: true })
export const paths = (meaning: string) => key(z._default(someTexts, []), meaning, { loose: true, isPath: true })
export const secrets = (meaning: string) => key(z._default(someTexts, []), meaning, { loose: true, hides: 'secret' })
export const maybeSecrets = (meaning: string) => key(z.optional(someTexts), meaning, { loose: true, hides: 'secret' })
export const secretsByComma = (meaning: string) =>
  key(z._default(someTexts, []), meaning, { loose: true, commas: true, hides: 'secret' })

/** Any JSON object; nothing below it is checked. */
export const free = (meaning: string) => key(z.optional(z.custom<JsonObject>(isJsonObject, 'object')), meaning)

export const section = <S extends z.core.$ZodShape>(meaning: string, shape: S) =>
  key(z.prefault(z.object(shape), {} as never), meaning)
export const maybeSection = <S extends z.core.$ZodShape>(meaning: string, shape: S) =>
  key(z.optional(z.object(shape)), meaning)
/** An object in a list or a table. */
export const item = <S extends z.core.$ZodShape>(meaning: string, shape: S) => key(z.object(shape), meaning)

/** The same, where keys that nobody knows are right too. */
export const openItem = <S extends z.core.$ZodShape>(meaning: string, shape: S) => key(z.looseObject(shape), meaning)

export const items = <S extends z.ZodMiniType>(meaning: string, each: S) => key(z._default(z.array(each), []), meaning)
export const named = <S extends z.ZodMiniType>(meaning: string, each: S) =>
  key(z._default(z.record(z.string(), each), {}), meaning)
/** Names and texts. */
export const texted = (meaning: string) => key(z._default(z.record(z.string(), z.string()), {}), meaning)
/** Names and texts that may be secrets: headers, environment variables. */
export const holders = (meaning: string) =>
  key(z._default(z.record(z.string(), key(z.string(), meaning, { hides: 'holder' })), {}), meaning)
export const maybeHolders = (meaning: string) =>
  key(z.optional(z.record(z.string(), key(z.string(), meaning, { hides: 'holder' }))), meaning)
