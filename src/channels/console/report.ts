import type { TurnReport } from '../../core/report.ts'

/** What a person should know about an answer, a line each. Nothing when all went as usual and nobody watches. */
export function reportLines(report: TurnReport, interactive: boolean): readonly string[] {
  const { attempts, by, notes, stop, tools = [] } = report
  const worked = tools.length > 0
  return [
    ...notes,
    ...(attempts.length > 0 ? [tried(report)] : []),
    ...(stop === 'length' ? ['The answer was cut at the token limit (max_tokens).'] : []),
    ...(worked ? workLines(report) : []),
    ...(by && (interactive || worked) ? [summary(report)] : []),
  ]
}

function tried({ attempts, by }: TurnReport): string {
  const list = attempts.map(({ endpoint, skipped, kind }) => `${endpoint} (${skipped ? 'resting' : kind})`)
  return `Answered by ${by?.endpoint ?? 'nobody'} after ${list.join(', ')}.`
}

/** What was done, and who did it. */
function workLines({ tools = [], changed = [], by }: TurnReport): readonly string[] {
  return [
    `Tools: ${counted(tools.map(({ name }) => name))}`,
    ...(changed.length > 0 ? [`Files: ${changed.join(', ')}`] : []),
    ...(by ? [`Model: ${by.model || by.endpoint}`] : []),
  ]
}

/** `read_file, edit_file × 2` */
function counted(names: readonly string[]): string {
  const times = new Map<string, number>()
  for (const name of names) times.set(name, (times.get(name) ?? 0) + 1)
  return [...times].map(([name, count]) => (count > 1 ? `${name} × ${count}` : name)).join(', ')
}

function summary(report: TurnReport): string {
  const { usage } = report
  const prompt = usage.input + usage.cacheRead + usage.cacheWrite
  const facts = [
    report.by?.model || report.by?.endpoint,
    ...(prompt + usage.output > 0 ? [`${prompt} in, ${usage.output} out`] : []),
    ...(report.costMicros === undefined ? [] : [`$${(report.costMicros / 1_000_000).toFixed(4)}`]),
    `${(report.ms / 1_000).toFixed(1)} s`,
  ]
  return `— ${facts.join(' · ')}`
}
