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
  if (interactive && report.by) lines.push(summary(report))
  return lines
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
