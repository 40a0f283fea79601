import { z } from 'zod'
import { Problem } from '../../core/problem.ts'
import type { Tool } from '../../core/tool.ts'
import { defineTool } from '../define.ts'
import type { SubAgents, SubAgentState } from '../ports.ts'

/** Characters of a result in the report on all. */
const shortResult = 300
const words = { running: 'Running', done: 'Completed', failed: 'Failed', stopped: 'Canceled' } as const

/** spawn_status: what became of the sub-agents of this chat. */
export function spawnStatusTool(agents: SubAgents): Tool {
  return defineTool({
    name: 'spawn_status',
    description: 'Tells what became of the sub-agents that were started in this chat.',
    input: z.object({ task_id: z.string().trim().min(1).optional().describe('Only this one, with its whole result.') }),
    readOnly: true,
    async run({ task_id: id }, context) {
      const all = await agents.status(context)
      if (id !== undefined) {
        const found = all.find((state) => state.id === id)
        if (!found) throw new Problem(`There is no sub-agent ${id} in this chat.`)
        return reportOf(found, Infinity)
      }
      if (all.length === 0) return 'No subagents have been spawned yet.'
      const counts = Object.entries(words).flatMap(([state, word]) => {
        const count = all.filter((each) => each.state === state).length
        return count === 0 ? [] : [`  ${word}: ${count}`]
      })
      return [
        `Subagent status report (${all.length} total):`,
        ...counts,
        '',
        ...all.map((state) => reportOf(state, shortResult)),
      ].join('\n')
    },
  })
}

function reportOf({ id, label, agent, task, state, startedAt, result }: SubAgentState, limit: number): string {
  const created = new Date(startedAt).toISOString().slice(0, 19).replace('T', ' ')
  const shown = result !== undefined && result.length > limit ? `${result.slice(0, limit).toWellFormed()}…` : result
  return [
    `[${id}] status=${words[state].toLowerCase()}${label === undefined ? '' : ` label="${label}"`} agent=${agent} created=${created} UTC`,
    `  task: ${task}`,
    ...(shown === undefined ? [] : [`  result: ${shown}`]),
  ].join('\n')
}
