import { present } from './accepted.ts'
import { originText } from './faults.ts'
import { below, type Known } from './known.ts'
import { at, pathText, plain, type Path, type Table, type Tree } from './tree.ts'
import { walk } from './walk.ts'
import type { Warning } from './warning.ts'

/** Sections that are understood but used by nothing yet. Take a line away when something reads it. */
export const unread: readonly string[] = [
  'hooks',
  'evolution',
  'events',
  'isolation',
  'devices',
  'agents.defaults.turn_profile',
  'agents.defaults.context_manager',
  'tools.i2c',
  'tools.spi',
  'tools.serial',
]

/** One warning for each such section that the user set to something else than its default. */
export function unreadWarnings(root: Table): readonly Warning[] {
  return unread.flatMap((section) => {
    const path = section.split('.')
    const tree = at(root, ...path)
    if (tree === undefined || isOff(tree) || !differs(root, tree, path)) return []
    return [
      {
        at: originText(tree.origin, path, 'key'),
        text: `${pathText(path)} is understood, but nothing uses it yet.`,
        mend: 'Remove it, or leave it for later.',
      },
    ]
  })
}

function isOff(tree: Tree): boolean {
  const enabled = at(tree, 'enabled')
  return enabled?.kind === 'scalar' && enabled.value === false
}

function differs(root: Table, tree: Tree, path: Path): boolean {
  let known: Known = present
  let here: Tree = root
  for (const key of path) {
    known = below(known, here, key) ?? { kind: 'free' }
    here = at(here, key) ?? here
  }
  for (const spot of walk(tree, known, path)) {
    if (spot.tree.kind === 'scalar' && spot.tree.value !== spot.known.fallback) return true
    if (spot.tree.kind === 'list') return JSON.stringify(plain(spot.tree)) !== JSON.stringify(spot.known.fallback ?? [])
  }
  return false
}
