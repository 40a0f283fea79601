import type { Approvals } from '../../access/approvals.ts'
import type { Tool, ToolContext } from '../../core/tool.ts'

/** Approvals between a turn and its tools. */
export interface Guarded {
  readonly guard: Approvals['guard']
  /** The same tool; after each run its approval is settled. */
  settled(tool: Tool): Tool
  /** True while a call runs that the guard let through. */
  passed(context: ToolContext): boolean
}

export function guarded(approvals: Approvals): Guarded {
  const calls = new Set<string>()
  const keyOf = ({ turn, call }: ToolContext) => JSON.stringify([turn, call])
  return {
    async guard(call, tool, context) {
      const instead = await approvals.guard(call, tool, context)
      if (!instead) calls.add(keyOf(context))
      return instead
    },
    settled: (tool) => ({
      ...tool,
      async run(input, context) {
        const output = await tool.run(input, context).finally(() => calls.delete(keyOf(context)))
        if (tool.effects?.(input, context).length) await approvals.finished({ name: tool.spec.name, input }, context)
        return output
      },
    }),
    passed: (context) => calls.has(keyOf(context)),
  }
}
