import { ensureTable, type Table, type Tree } from '../tree.ts'

/** Moves a member to another place, unless something stands there already; the old place is empty afterwards. */
export function move(from: Table | undefined, key: string, to: Table, ...path: readonly [...string[], string]): void {
  const value = from?.members.get(key)
  if (from === undefined || value === undefined) return
  from.members.delete(key)
  put(to, path, value)
}

/** Sets a value where nothing stands. */
export function put(to: Table, path: readonly string[], value: Tree): void {
  const place = ensureTable(to, ...path.slice(0, -1))
  const last = path.at(-1) ?? ''
  if (place !== undefined && !place.members.has(last)) place.members.set(last, value)
}

/** The tables in a list. */
export function tablesIn(tree: Tree | undefined): readonly Table[] {
  return tree?.kind === 'list' ? tree.items.filter((item) => item.kind === 'table') : []
}

/** The tables of a table, by name. */
export function tablesOf(tree: Tree | undefined): readonly (readonly [string, Table])[] {
  if (tree?.kind !== 'table') return []
  return [...tree.members].flatMap(([name, value]) => (value.kind === 'table' ? [[name, value] as const] : []))
}
