import { at, scalar, tableAt, type Table } from '../tree.ts'

/** Files of version 3 say `dimensions` where `dm_scope` is meant; they win when given. */
export function sessionForms(root: Table): void {
  const dimensions = at(root, 'session', 'dimensions')
  if (dimensions?.kind !== 'list' || dimensions.items.length === 0) return
  const names = dimensions.items.flatMap((item) => (item.kind === 'scalar' ? [String(item.value)] : []))
  tableAt(root, 'session')?.members.set('dm_scope', scalar(scopeOf(names), dimensions.origin))
}

/** The scope that tells direct chats apart as the dimensions do. In a direct chat the chat is the person. */
function scopeOf(dimensions: readonly string[]): string {
  if (dimensions.includes('chat') || dimensions.includes('topic')) return 'per-channel-peer'
  return dimensions.includes('sender') ? 'per-peer' : 'main'
}
