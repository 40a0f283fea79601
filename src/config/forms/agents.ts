import { at, table, tableAt, type Table } from '../tree.ts'
import { move, tablesIn } from './move.ts'

/** `model` of the defaults, a text or `{primary, fallbacks}`, becomes `model_name` and `model_fallbacks`; `model` of an agent becomes an object. */
export function agentForms(root: Table): void {
  const defaults = tableAt(root, 'agents', 'defaults')
  if (defaults !== undefined) {
    const model = defaults.members.get('model')
    if (model?.kind === 'table') {
      move(model, 'primary', defaults, 'model_name')
      move(model, 'fallbacks', defaults, 'model_fallbacks')
      defaults.members.delete('model')
    } else move(defaults, 'model', defaults, 'model_name')
  }
  for (const agent of tablesIn(at(root, 'agents', 'list'))) {
    wrapModel(agent)
    const subagents = tableAt(agent, 'subagents')
    if (subagents !== undefined) wrapModel(subagents)
  }
}

function wrapModel(holder: Table): void {
  const model = holder.members.get('model')
  if (model?.kind !== 'scalar') return
  const wrapped = table(model.origin)
  wrapped.members.set('primary', model)
  holder.members.set('model', wrapped)
}

export interface AgentModel {
  readonly primary?: string | undefined
  readonly fallbacks?: readonly string[] | undefined
}

/** The model of an agent on its way back into a file: a text where a text says it all. */
export function writtenAgentModel({
  primary = '',
  fallbacks = [],
}: AgentModel): string | { primary: string; fallbacks: string[] } {
  return fallbacks.length === 0 ? primary : { primary, fallbacks: [...fallbacks] }
}
