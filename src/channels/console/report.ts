import type { TurnReport } from '../../core/report.ts'

/** What a person should know about an answer, a line each. Nothing when all went as usual and nobody watches. */
export function reportLines(report: TurnReport, interactive: boolean): readonly string[] {
  const lines = report.notes.map((note) => note)
  if (report.attempts.length > 0) {
    const tried = report.attempts.map(
      (attempt) => `${attempt.endpoint} (${attempt.skipped ? 'resting' : attempt.kind})`,
    )
    lines.push(`Answered by ${report.by?.endpoint ?? 'nobody'} after ${tried.join(', ')}.`)
  }
  if (report.stop === 'length') lines.push('The answer was cut at the token limit (max_tokens).')
  const { tools = [], changed = [] } = report
  if (tools.length > 0) lines.push(`Tools: ${counted(tools.map(({ name }) => name))}`)
  if (changed.length > 0) lines.push(`Files: ${changed.join(', ')}`)
  if (tools.length > 0 && report.by) lines.push(`Model: ${report.by.model || report.by.endpoint}`)
  if ((interactive || tools.length > 0) && report.by) lines.push(summary(report))
  return lines
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
