import type { Json } from '../core/json.ts'
import type { SourceText } from './source-text.ts'

export type Path = readonly (string | number)[]

/** A place in a file. */
export interface FileOrigin {
  readonly kind: 'file'
  readonly text: SourceText
  /** Offsets of the value, and of its key where it has one. */
  readonly start: number
  readonly end: number
  readonly key?: number
  /** The path as the file spells it. */
  readonly path: Path
}

/** Where a value was written. */
export type Origin =
  | FileOrigin
  /** `file` is the path of `.env` when the variable came from there. */
  | { readonly kind: 'environment'; readonly name: string; readonly file?: string }
  | { readonly kind: 'default' }

export interface Scalar {
  readonly kind: 'scalar'
  readonly value: string | number | boolean | null
  /** The number as written, where a double would lose digits. */
  readonly raw?: string
  readonly origin: Origin
  /** True when a reference (`${VAR}`, `file://` …) brought the value in. */
  readonly referred?: boolean
}
export interface List {
  readonly kind: 'list'
  readonly items: Tree[]
  readonly origin: Origin
}
export interface Table {
  readonly kind: 'table'
  readonly members: Map<string, Tree>
  readonly origin: Origin
}

/** JSON whose every value knows where it was written. A tree belongs to one load, which rearranges it in place. */
export type Tree = Scalar | List | Table

/** Whether one value was written inside another. */
export function isWithin(inner: Origin, outer: Origin): boolean {
  if (inner.kind !== 'file' || outer.kind !== 'file' || inner.text !== outer.text) return false
  return inner.start >= outer.start && inner.end <= outer.end
}

const byDefault: Origin = { kind: 'default' }

export function scalar(value: Scalar['value'], origin: Origin = byDefault): Scalar {
  return { kind: 'scalar', value, origin }
}

export function table(origin: Origin = byDefault): Table {
  return { kind: 'table', members: new Map(), origin }
}

export function list(items: Tree[], origin: Origin = byDefault): List {
  return { kind: 'list', items, origin }
}

/** The value without its origins. */
export function plain(tree: Tree): Json {
  if (tree.kind === 'scalar') return tree.value
  if (tree.kind === 'list') return tree.items.map(plain)
  return Object.fromEntries([...tree.members].map(([key, value]) => [key, plain(value)]))
}

/** A plain value as a tree that came from one place. */
export function plant(value: Json, origin: Origin): Tree {
  if (Array.isArray(value))
    return list(
      value.map((item: Json) => plant(item, origin)),
      origin,
    )
  if (typeof value === 'object' && value !== null) {
    const made = table(origin)
    for (const [key, item] of Object.entries(value)) made.members.set(key, plant(item, origin))
    return made
  }
  return scalar(value, origin)
}

export function child(tree: Tree | undefined, key: string | number): Tree | undefined {
  if (tree?.kind === 'table') return tree.members.get(String(key))
  if (tree?.kind === 'list') return tree.items[Number(key)]
  return undefined
}

export function at(tree: Tree | undefined, ...path: Path): Tree | undefined {
  return path.reduce(child, tree)
}

/** The table at the path, or undefined when something else or nothing stands there. */
export function tableAt(tree: Tree | undefined, ...path: Path): Table | undefined {
  const found = at(tree, ...path)
  return found?.kind === 'table' ? found : undefined
}

/** The text at the path, or undefined when something else or nothing stands there. */
export function textAt(tree: Tree | undefined, ...path: Path): string | undefined {
  const found = at(tree, ...path)
  return found?.kind === 'scalar' && typeof found.value === 'string' ? found.value : undefined
}

/** The table at the path; missing ones are made on the way. Undefined when something that is no table stands in the way. */
export function ensureTable(root: Table, ...path: readonly string[]): Table | undefined {
  let here = root
  for (const key of path) {
    const next = here.members.get(key) ?? table()
    if (next.kind !== 'table') return undefined
    here.members.set(key, next)
    here = next
  }
  return here
}

/** The value at the path, or the nearest thing above it. */
export function nearestAt(root: Tree, path: Path): Tree {
  let here = root
  for (const key of path) {
    const next = child(here, key)
    if (next === undefined) break
    here = next
  }
  return here
}

/** Puts other scalars in the place of some. */
export function replaceScalars(tree: Tree, by: ReadonlyMap<Scalar, Scalar>): void {
  if (by.size === 0 || tree.kind === 'scalar') return
  const swap = (value: Tree) => {
    if (value.kind === 'scalar') return by.get(value) ?? value
    replaceScalars(value, by)
    return value
  }
  if (tree.kind === 'list') for (const [index, value] of tree.items.entries()) tree.items[index] = swap(value)
  else for (const [key, value] of tree.members) tree.members.set(key, swap(value))
}

/** `model_list[0].api_key`, as people write it. */
export function pathText(path: Path): string {
  return path
    .map((key, index) => {
      if (typeof key === 'number') return `[${key}]`
      if (!/^[\w-]+$/.test(key)) return `[${JSON.stringify(key)}]`
      return index === 0 ? key : `.${key}`
    })
    .join('')
}

/** `model_list.0.api_key`, for machines. */
export function dotted(path: Path): string {
  return path.join('.')
}
