import { list, table, type Path, type Table } from '../tree.ts'
import type { Warning } from '../warning.ts'
import { originText } from '../faults.ts'
import { agentForms } from './agents.ts'
import { channelForms } from './channels.ts'
import { keyForms } from './models.ts'
import { shorthandForms } from './shorthands.ts'

/** Brings every older or shorter spelling into the present form. Values keep their origins. */
export function presentForm(root: Table): readonly Warning[] {
  agentForms(root)
  keyForms(root)
  const warnings = channelForms(root)
  shorthandForms(root)
  return warnings
}

/** A file that holds nothing but one row of the model list, as examples print it, is read as that list. */
export function wrapBareRow(root: Table): readonly Warning[] {
  if (!root.members.has('model_name') || !root.members.has('model')) return []
  const row = table(root.origin)
  for (const [key, value] of root.members) row.members.set(key, value)
  root.members.clear()
  root.members.set('model_list', list([row], root.origin))
  const path: Path = ['model_list', 0]
  const text = 'The file holds one row of the model list and nothing else; it was read as that list.'
  return [{ at: originText(root.origin, path), text, mend: 'Write { "model_list": [ … ] } around it.' }]
}
