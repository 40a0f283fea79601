import { z } from 'zod'
import type { Tool } from '../../core/tool.ts'
import { defineTool } from '../define.ts'
import type { SubAgents } from '../ports.ts'
import { task } from './spawn.ts'

/** delegate: hands a task to another configured agent and waits for its answer. */
export function delegateTool(agents: SubAgents): Tool {
  return defineTool({
    name: 'delegate',
    description: 'Hands a task to another agent, with its own workspace and tools, and waits for its answer.',
    input: z.object({
      agent_id: z.string().trim().min(1, 'must not be blank').describe('The agent.'),
      task,
    }),
    readOnly: false,
    effects: ['delegate'],
    async run({ agent_id: agent, task }, context) {
      const { text, outside } = await agents.ask({ task, agent }, context)
      return {
        content: [{ type: 'text', text: `Agent ${agent} answered:\n${text}` }],
        ...(outside !== undefined && { outside }),
      }
    },
  })
}
