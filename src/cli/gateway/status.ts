import type { GatewayStatus } from '../../app/gateway/control.ts'

/** How the gateway is, for people. */
export function statusText(status: GatewayStatus): string {
  const { running, pid, version, url, checks = {}, refused, model, askedAt } = status
  const ago = (at: number) => `${age(askedAt - at)} ago`
  const lines = running
    ? [
        `The gateway runs (process ${pid}, version ${version})${url === undefined ? ', without HTTP' : ` on ${url}`}.`,
        ...Object.entries(checks).map(([name, { ok, message, heardAt }]) => {
          const facts = [message, ...(heardAt === undefined ? [] : [`last sign of life ${ago(heardAt)}`])].filter(
            Boolean,
          )
          return `${ok ? '✓' : '✗'} ${name}${facts.length > 0 ? `: ${facts.join('; ')}` : ''}`
        }),
      ]
    : ['No gateway runs on this home. Start one with "picoclaw gateway".']
  const { answered, failed } = model
  const calls = [
    ...(answered ? [`✓ ${answered.model} answered ${ago(answered.at)}`] : []),
    ...(failed ? [`✗ ${failed.model} failed ${ago(failed.at)}: ${failed.kind}`] : []),
  ]
  const turnedAway = refused.map(
    ({ channel, name, person, count, why, line }) =>
      `! ${name} (${channel}:${person}) was turned away ${count === 1 ? 'once' : `${count} times`} (${why})${line ? `; to let them in: ${line}` : ''}`,
  )
  return `${[...lines, ...calls, ...turnedAway].join('\n')}\n`
}

const units = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
] as const

/** A length of time in its largest unit, rounded. */
function age(ms: number): string {
  const [size, unit] = units.find(([least]) => ms >= least) ?? [1_000, 's']
  return `${Math.max(0, Math.round(ms / size))} ${unit}`
}
