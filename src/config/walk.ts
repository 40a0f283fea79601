import { below, settle, type Known, type SettledKnown } from './known.ts'
import type { Path, Tree } from './tree.ts'

/** A value, what is known about it, and where it stands. */
export interface Spot {
  readonly tree: Tree
  readonly known: SettledKnown
  readonly path: Path
}

/** Every value of a tree, parents first. */
export function* walk(tree: Tree, known: Known, path: Path = []): Generator<Spot> {
  const here = settle(known, tree, String(path.at(-1) ?? ''))
  yield { tree, known: here, path }
  for (const [key, value] of children(tree)) {
    const next = below(here, tree, key) ?? { kind: 'free' }
    yield* walk(value, here.kind === 'list' ? inherit(here, next) : next, [...path, key])
  }
}

/** What holds for a list of texts holds for each of them. */
export function inherit({ hides, isPath }: Known, each: Known): Known {
  return { ...each, ...(hides === undefined ? {} : { hides }), ...(isPath === undefined ? {} : { isPath }) }
}

/** The values directly below a value. */
export function children(tree: Tree): Iterable<readonly [string | number, Tree]> {
  if (tree.kind === 'scalar') return []
  return tree.kind === 'list' ? tree.items.entries() : tree.members
}
