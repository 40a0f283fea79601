import { accepted } from './accepted.ts'
import { originText } from './faults.ts'
import { below, settle, type Known } from './known.ts'
import { nearest } from '../kit/nearest.ts'
import { dotted, pathText, type Path, type Table, type Tree } from './tree.ts'
import { children } from './walk.ts'
import type { Warning } from './warning.ts'

export interface UnknownKey {
  readonly path: Path
  /** The known key that was probably meant. */
  readonly meant?: string
  readonly value: Tree
}

/** Takes the keys that nobody knows out of a tree and returns them in the order of the file. */
export function takeUnknown(root: Table, known: Known = accepted): readonly UnknownKey[] {
  const found: UnknownKey[] = []
  const visit = (tree: Tree, loose: Known, path: Path): void => {
    const known = settle(loose, tree, String(path.at(-1) ?? ''))
    for (const [key, value] of children(tree)) {
      const next = below(known, tree, key)
      if (next !== undefined) visit(value, next, [...path, key])
      else if (known.kind === 'object' && tree.kind === 'table') {
        const meant = nearest(String(key), Object.keys(known.keys))
        found.push({ path: [...path, key], value, ...(meant === undefined ? {} : { meant }) })
        tree.members.delete(String(key))
      }
    }
  }
  visit(root, known, [])
  return found
}

export function unknownWarning({ path, meant, value }: UnknownKey): Warning {
  const key = String(path.at(-1))
  const home = meant === undefined ? homeOf(key) : undefined
  const mend =
    meant !== undefined
      ? `Did you mean ${meant}?`
      : home !== undefined
        ? `It belongs to ${home}.`
        : 'Remove it, or look the name up in config.example.json.'
  return {
    at: originText(value.origin, path, 'key'),
    text: `${pathText(path)} is not a key of the config; it was ignored.`,
    mend,
    unknownKey: dotted(path),
  }
}

/** The section that knows the key, if exactly one does. */
function homeOf(key: string): string | undefined {
  const homes: string[] = []
  const visit = (known: Known, path: string): void => {
    if (known.kind === 'object') {
      if (path !== '' && Object.hasOwn(known.keys, key)) homes.push(path)
      for (const [name, next] of Object.entries(known.keys)) visit(next, path === '' ? name : `${path}.${name}`)
    }
    if (known.kind === 'list') visit(known.each, `${path}[]`)
  }
  visit(accepted, '')
  return homes.length === 1 ? homes[0] : undefined
}
