import { at, list, type Table, type Tree } from '../tree.ts'
import { tableAt } from '../tree.ts'
import { tablesIn } from './move.ts'

/** `api_key` and `api_keys` become one list, the single key first, without repeats. */
export function mergeKeys(holder: Table): void {
  const single = holder.members.get('api_key')
  const several = holder.members.get('api_keys')
  if (single === undefined) return
  const seen = new Set<unknown>()
  const keys = [single, ...(several?.kind === 'list' ? several.items : [])].filter((key) => {
    const value = key.kind === 'scalar' ? String(key.value).trim() : key
    if (value === '' || seen.has(value)) return false
    seen.add(value)
    return true
  })
  holder.members.delete('api_key')
  holder.members.set('api_keys', list(keys, several?.origin ?? single.origin))
}

/** Rows of the model list, and the search engines that take several keys. */
export function keyForms(root: Table): void {
  for (const row of tablesIn(at(root, 'model_list'))) mergeKeys(row)
  for (const engine of ['brave', 'tavily', 'kagi', 'perplexity']) {
    const found: Tree | undefined = tableAt(root, 'tools', 'web', engine)
    if (found?.kind === 'table') mergeKeys(found)
  }
}
