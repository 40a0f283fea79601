import * as z from 'zod/mini'
import { facts, type KeyFacts } from './schema/fields.ts'
import type { Tree } from './tree.ts'

interface Common extends Partial<KeyFacts> {
  /** Value when nothing is configured; undefined when there is none. */
  readonly fallback?: unknown
}
export interface KnownText extends Common {
  readonly kind: 'text'
  readonly choices?: readonly string[]
}
export interface KnownObject extends Common {
  readonly kind: 'object'
  readonly keys: Readonly<Record<string, Known>>
  /** Other keys are right too. */
  readonly open: boolean
}
export interface KnownList extends Common {
  readonly kind: 'list'
  readonly each: Known
}
/** What may stand at a place of the file: the schema, seen as data. */
export type Known =
  | KnownText
  | (Common & { readonly kind: 'number'; readonly whole: boolean })
  | (Common & { readonly kind: 'flag' })
  | (Common & { readonly kind: 'free' })
  | KnownList
  /** Any names, each with a value of one kind. */
  | (Common & { readonly kind: 'table'; readonly each: Known })
  /** What stands there decides what is known about it; `key` is its name. */
  | (Common & { readonly kind: 'depends'; readonly on: (tree: Tree | undefined, key: string) => Known })
  | KnownObject

/** Known without asking what stands there. */
export type SettledKnown = Exclude<Known, { kind: 'depends' }>

/** The schema as data. */
export function describe(schema: z.ZodMiniType): Known {
  const own = facts.get(schema)
  if (schema instanceof z.ZodMiniDefault)
    return { ...inner(schema.def.innerType), ...own, fallback: schema.def.defaultValue }
  if (schema instanceof z.ZodMiniOptional || schema instanceof z.ZodMiniPrefault)
    return { ...inner(schema.def.innerType), ...own }
  if (schema instanceof z.ZodMiniPipe) return { ...inner(schema.def.in), ...own }
  return { ...bare(schema), ...own }
}

/** zod's own classes hold their parts under a narrower name. */
const inner = (schema: z.core.$ZodType) => describe(schema as z.ZodMiniType)

function bare(schema: z.ZodMiniType): Known {
  if (schema instanceof z.ZodMiniString) return { kind: 'text' }
  if (schema instanceof z.ZodMiniEnum) return { kind: 'text', choices: schema.options.map(String) }
  if (schema instanceof z.ZodMiniLiteral) return { kind: 'text', choices: [...schema.def.values].map(String) }
  if (schema instanceof z.ZodMiniNumber) return { kind: 'number', whole: schema instanceof z.ZodMiniNumberFormat }
  if (schema instanceof z.ZodMiniBoolean) return { kind: 'flag' }
  if (schema instanceof z.ZodMiniArray) return { kind: 'list', each: inner(schema.def.element) }
  if (schema instanceof z.ZodMiniRecord) return { kind: 'table', each: inner(schema.def.valueType) }
  if (schema instanceof z.ZodMiniObject) {
    const shape: Readonly<Record<string, z.core.$ZodType>> = schema.shape
    const keys = Object.entries(shape).map(([key, value]) => [key, inner(value)] as const)
    return { kind: 'object', keys: Object.fromEntries(keys), open: schema.def.catchall !== undefined }
  }
  return { kind: 'free' }
}

/** What is known below a place, after asking what stands there. */
export function settle(known: Known, tree: Tree | undefined, key: string): SettledKnown {
  if (known.kind !== 'depends') return known
  const { kind: _, on, ...common } = known
  return { ...common, ...settle(on(tree, key), tree, key) }
}

/** What is known about one key of a value. */
export function below(known: Known, tree: Tree | undefined, key: string | number, name = ''): Known | undefined {
  const here = settle(known, tree, name)
  if (here.kind === 'object') return keyOf(here, String(key)) ?? (here.open ? { kind: 'free' } : undefined)
  if (here.kind === 'table' || here.kind === 'list') return here.each
  return here.kind === 'free' ? here : undefined
}

/** Own keys only: a file may well contain `constructor`. */
export function keyOf(known: KnownObject, key: string): Known | undefined {
  return Object.hasOwn(known.keys, key) ? known.keys[key] : undefined
}

/** What people call it. */
export function expects(known: Known): string {
  if (known.isZone === true) return 'a time zone such as Europe/Berlin'
  if (known.kind === 'text' && known.choices !== undefined) return `one of ${known.choices.join(', ')}`
  return known.kind === 'number' && known.whole ? 'a whole number' : names[known.kind]
}

const names: Readonly<Record<Known['kind'], string>> = {
  text: 'a text',
  number: 'a number',
  flag: 'true or false',
  list: 'a list',
  table: 'an object',
  object: 'an object',
  free: 'a JSON object',
  depends: 'a text or an object',
}
