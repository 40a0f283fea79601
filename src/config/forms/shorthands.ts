import { at, scalar, table, tableAt, type Table, type Tree } from '../tree.ts'
import { put, tablesIn } from './move.ts'

/** Short forms: a number for a daily cap, a text for a client key or a folder, a list for skill registries. */
export function shorthandForms(root: Table): void {
  for (const path of ['per_agent', 'per_cause']) wrapMembers(at(root, 'budget', path), 'day')
  wrapMembers(at(root, 'gateway', 'keys'), 'key')
  const expose = at(root, 'sandbox', 'expose')
  if (expose?.kind === 'list')
    for (const [index, item] of expose.items.entries()) expose.items[index] = wrap(item, 'source')
  registries(root)
}

function wrapMembers(tree: Tree | undefined, key: string): void {
  if (tree?.kind !== 'table') return
  for (const [name, value] of tree.members) tree.members.set(name, wrap(value, key))
}

function wrap(tree: Tree, key: string): Tree {
  if (tree.kind !== 'scalar') return tree
  const wrapped = table(tree.origin)
  wrapped.members.set(key, tree)
  return wrapped
}

const homes = { clawhub: 'https://clawhub.ai', github: 'https://github.com' }

/** A list of registries becomes a table by name; the two that everybody has are always there. */
function registries(root: Table): void {
  const listed = at(root, 'tools', 'skills', 'registries')
  if (listed?.kind === 'list') {
    const named = table(listed.origin)
    for (const registry of tablesIn(listed)) {
      const name = registry.members.get('name')
      registry.members.delete('name')
      if (name?.kind === 'scalar') named.members.set(String(name.value), registry)
    }
    tableAt(root, 'tools', 'skills')?.members.set('registries', named)
  }
  for (const [name, base] of Object.entries(homes)) {
    put(root, ['tools', 'skills', 'registries', name, 'base_url'], scalar(base))
  }
}
