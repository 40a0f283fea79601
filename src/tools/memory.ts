import { z } from 'zod'
import type { Tool } from '../core/tool.ts'
import { defineTool } from './define.ts'
import type { Memory, Recall } from './ports.ts'

/** remember: one fact for later conversations. */
export function rememberTool(memory: Memory): Tool {
  return defineTool({
    name: 'remember',
    description:
      'Keeps one fact beyond this conversation: for good, or (where=today) as a note of the day, which is shown for three days.',
    input: z.object({
      fact: z.string().trim().min(1).max(1000).describe('The fact, in one sentence that is clear by itself.'),
      where: z.enum(['memory', 'today']).optional().describe('Default memory.'),
    }),
    readOnly: false,
    effects: ['memory'],
    async run({ fact, where = 'memory' }, context) {
      const added = await memory.remember({ text: fact, where }, context)
      return added ? `Remembered: ${fact}` : `This is remembered already: ${fact}`
    },
  })
}

/** recall: what was said before, in this conversation and in others that the person may see. */
export function recallTool(recall: Recall): Tool {
  return defineTool({
    name: 'recall',
    description:
      'Searches earlier conversations, also what is no longer before your eyes. All words must occur; use few.',
    input: z.object({
      query: z.string().trim().min(1).max(200).describe('Words to look for.'),
      limit: z.int().min(1).max(50).optional().describe('Places to show. Default 10.'),
    }),
    readOnly: true,
    async run({ query, limit = 10 }, context) {
      const hits = await recall.search(query, limit, context)
      if (hits.length === 0) return `Nothing was said about: ${query}`
      const lines = hits.map(
        ({ at, role, excerpt, session }) =>
          `- ${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC, ${role}${session === context.session ? '' : ` (${session})`}: ${excerpt.replaceAll(/\s+/g, ' ').trim()}`,
      )
      const text = `Found ${hits.length} places for "${query}":\n${lines.join('\n')}`
      // What a tool said may have come from anywhere: a log that was brought over tells of no origin.
      const fromTools = hits.some(({ role }) => role === 'tool')
      const outside = hits.find((hit) => hit.outside !== undefined)?.outside ?? (fromTools ? 'file' : undefined)
      return { content: [{ type: 'text', text }], ...(outside !== undefined && { outside }) }
    },
  })
}
