import { z } from 'zod'
import type { Tool } from '../../core/tool.ts'
import { defineTool } from '../define.ts'
import type { SubAgents } from '../ports.ts'

export const task = z
  .string()
  .trim()
  .min(1, 'must not be blank')
  .describe('What is to be done, with all it takes to do it.')
export const label = z.string().trim().min(1).max(100).optional().describe('A short name for it.')

/** spawn: a sub-agent in the background. */
export function spawnTool(agents: SubAgents): Tool {
  return defineTool({
    name: 'spawn',
    description:
      'Starts a sub-agent that works in the background on its own; its answer comes to this chat when it is done. Use it for long work.',
    input: z.object({
      task,
      label,
      agent_id: z.string().trim().min(1).optional().describe('Another agent for it.'),
    }),
    readOnly: false,
    effects: ['delegate'],
    async run({ task, label, agent_id: agent }, context) {
      const id = await agents.spawn(
        { task, ...(label !== undefined && { label }), ...(agent !== undefined && { agent }) },
        context,
      )
      return `Spawned subagent '${label ?? id}' for task: ${task}\n[id: ${id}]`
    },
  })
}

/** subagent: a sub-agent that is waited for. */
export function subagentTool(agents: SubAgents): Tool {
  return defineTool({
    name: 'subagent',
    description:
      'Has a sub-agent work on a task and waits for its answer. It knows nothing of this conversation but the task.',
    input: z.object({ task, label }),
    readOnly: false,
    effects: ['delegate'],
    async run({ task, label }, context) {
      const { text, outside } = await agents.ask({ task, ...(label !== undefined && { label }) }, context)
      const told = `Subagent task completed:\n${label === undefined ? '' : `Label: ${label}\n`}Result: ${text}`
      return { content: [{ type: 'text', text: told }], ...(outside !== undefined && { outside }) }
    },
  })
}
