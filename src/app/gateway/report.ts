import type { House } from '../house.ts'
import { version } from '../version.ts'
import type { KeptChannel } from './keep-channel.ts'

export interface ReportFacts {
  readonly house: House
  readonly channels: readonly KeptChannel[]
  readonly unbuilt: readonly string[]
  readonly http: { readonly host: string; readonly port: number } | undefined
  /** Why HTTP is off, or not where it was wanted. */
  readonly httpWhy: string | undefined
  /** Why no webhook can arrive. */
  readonly webhooksWhy: string | undefined
  readonly safe: boolean
}

const marks = { up: '✓', starting: '…', down: '✗' } as const

/** What is up and what is not, and why; a line each. */
export function statusText({
  house,
  channels,
  unbuilt,
  http,
  httpWhy,
  webhooksWhy,
  safe,
}: ReportFacts): readonly string[] {
  const { sources, loaded } = house.current
  const { config } = loaded
  return [
    `picoclaw ${version}`,
    ...(safe
      ? [
          '! Safe mode: the last three starts ended uncleanly. What waited was set aside, and no job starts before ten minutes have gone well, or after a clean end.',
        ]
      : []),
    `✓ Model ${sources.defaultModel}${sources.fallbacks.length > 0 ? `, then ${sources.fallbacks.join(', ')}` : ''}`,
    ...[...sources.broken.values()].map(({ message }) => `✗ ${message}`),
    ...channels.map((channel) => {
      const { state, why } = channel.health()
      const entry = config.channel_list[channel.name]
      const open = entry?.allow_from.includes('*') ? ' (everybody may write: allow_from is "*")' : ''
      return `${marks[state]} Channel ${channel.name} (${channel.kind})${state === 'up' ? open : `: ${why ?? state}`}`
    }),
    ...unbuilt.map((name) => `✗ Channel ${name}: its kind is not built yet`),
    ...(channels.length + unbuilt.length === 0
      ? ['! No channel is on. Set channel_list.telegram or another one in the configuration.']
      : []),
    ...(http ? [`✓ HTTP on http://${http.host}:${http.port} (/health, /ready, /metrics)`] : []),
    ...(httpWhy === undefined ? [] : [`${http ? '!' : '✗'} HTTP: ${httpWhy}`]),
    ...(webhooksWhy === undefined ? [] : [`✗ Webhooks: ${webhooksWhy}`]),
  ]
}
