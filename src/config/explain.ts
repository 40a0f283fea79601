import { isJsonObject, type Json } from '../core/json.ts'
import { presentAt } from './accepted.ts'
import { findPath } from './key-path.ts'
import type { Loaded } from './load.ts'
import type { Known } from './known.ts'
import { variablesFor } from './overrides.ts'
import { isSecret } from './secrets.ts'
import { at, pathText, plant, type Path, type Tree } from './tree.ts'
import { walk } from './walk.ts'

export interface Explained {
  /** The key in the present form. */
  readonly path: string
  /** The value that counts, secrets blotted out; undefined when there is none. */
  readonly value: Json | undefined
  /** `file:line:column`, `environment NAME` or `default`. */
  readonly source: string
  /** The value when nothing is configured; undefined when there is none. */
  readonly fallback: Json | undefined
  readonly meaning: string
  readonly secret: boolean
  /** The variables that can set it, the strongest first. */
  readonly variables: readonly string[]
}

/** What a key is and why. Accepts old spellings, rows by name, `a.b[0]` and `a["b.c"]`. A Problem when there is no such key. */
export function explain(loaded: Loaded, text: string): Explained {
  const path = findPath(loaded.tree, text)
  const known = presentAt(loaded.tree, path)
  const value = valueAt(loaded.config as unknown as Json, path)
  const secret = known.hides !== undefined
  const leaf = known.kind !== 'object' && known.kind !== 'table' && known.kind !== 'free'
  return {
    path: pathText(path),
    value: value === undefined ? undefined : masked(value, known, path, at(loaded.tree, ...path)),
    source: loaded.source(path),
    fallback: known.fallback as Json | undefined,
    meaning: known.meaning ?? 'A free value.',
    secret,
    variables: leaf && path.every((key) => typeof key === 'string') ? variablesFor(path) : [],
  }
}

function valueAt(value: Json | undefined, path: Path): Json | undefined {
  return path.reduce<Json | undefined>((here, key) => {
    if (Array.isArray(here)) return (here as readonly Json[])[Number(key)]
    return isJsonObject(here) && Object.hasOwn(here, key) ? here[key] : undefined
  }, value)
}

const blot = '••••••'

/** The value with every secret blotted out. */
function masked(value: Json, known: Known, path: Path, origin: Tree | undefined): Json {
  const tree = plant(value, { kind: 'default' })
  const hidden = new Set<string>()
  for (const spot of walk(tree, known, path)) {
    const given = origin === undefined ? undefined : at(origin, ...spot.path.slice(path.length))
    if (isSecret({ ...spot, tree: given ?? spot.tree })) hidden.add(JSON.stringify(spot.path))
  }
  const mask = (here: Json, at: Path): Json => {
    if (Array.isArray(here)) return here.map((item: Json, index) => mask(item, [...at, index]))
    if (isJsonObject(here))
      return Object.fromEntries(Object.entries(here).map(([key, item]) => [key, mask(item, [...at, key])]))
    return hidden.has(JSON.stringify(at)) ? blot : here
  }
  return mask(value, path)
}
