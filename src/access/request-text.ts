import type { ApprovalRequest } from './ports.ts'

/** The message that asks an owner, in markdown. The call stands in a block that nothing in it can close. */
export function requestText({ code, tool, what, why }: ApprovalRequest): string {
  const longest = Math.max(2, ...[...what.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  return [
    `**May I use ${tool.replaceAll(/[^\w-]/g, '?')}?** ${why}`,
    `${fence}\n${what}\n${fence}`,
    `\`/approve ${code}\` once, \`/approve ${code} always\` for a day in this conversation, \`/deny ${code}\` not at all. Without an answer within ten minutes it is not done.`,
  ].join('\n\n')
}
