import { costText, groupName, usage, type UsageGroup, usageGroups, type UsageReport } from '../../app/usage.ts'
import { exitCodes, Problem } from '../../core/problem.ts'
import { nearest } from '../../kit/nearest.ts'
import type { Command } from '../command.ts'
import { parse } from '../options.ts'
import { table } from '../table.ts'

const command: Command = {
  usage: `Usage: picoclaw usage [--by GROUP] [--since TIME] [--json]

What models were asked for, and what that cost. A "+" behind a cost: the price of some of these calls is not known.

      --by GROUP     cause (default), agent, endpoint, model, session or day
      --since TIME   7d (default), 12h, 4w, today, month, or a date like 2026-11-01
      --json         one JSON object; money in micro-dollars
`,
  async run(args, io) {
    const { values } = parse(args, { by: { type: 'string' }, since: { type: 'string' }, json: { type: 'boolean' } })
    const report = await usage(
      { redactor: io.redactor, write: (text) => io.stderr.write(text) },
      { by: groupOf(values.by ?? 'cause'), since: values.since ?? '7d' },
    )
    io.stdout.write(values.json ? `${JSON.stringify(report)}\n` : shown(report))
    return exitCodes.ok
  },
}
export default command

function groupOf(text: string): UsageGroup {
  const group = usageGroups.find((name) => name === text)
  if (group) return group
  const close = nearest(text, usageGroups)
  throw new Problem(`There is no grouping by "${text}".`, {
    mend: close ? `Did you mean "--by ${close}"?` : `Use one of ${usageGroups.join(', ')}.`,
    exitCode: exitCodes.usage,
  })
}

function shown({ by, groups, total }: UsageReport): string {
  if (total.calls === 0) return 'No model was asked in that time.\n'
  const row = (name: string, sum: UsageReport['total']) => [
    name,
    costText(sum),
    String(sum.calls),
    String(sum.failed),
    String(sum.input + sum.cacheRead + sum.cacheWrite),
    String(sum.cacheRead),
    String(sum.output),
  ]
  return table(
    [by, 'cost', 'calls', 'failed', 'tokens in', 'from cache', 'tokens out'],
    [...groups.map((group) => row(groupName(by, group.group), group)), row('all', total)],
  )
}
