import {
  featuresOf,
  type Features,
  isLight,
  lightModelFor,
  type Past,
  scoreOf,
  thresholdOf,
} from '../../src/agent/light-model.ts'
import { rulesFromBindings } from '../../src/config/bindings.ts'
import { configSchema } from '../../src/config/schema/config.ts'
import type { Binding } from '../../src/config/schema/agents.ts'
import { normalizeAccountId, normalizeAgentId, plain } from '../../src/dispatch/routing/ids.ts'
import { type IdentityLinks, linkedName } from '../../src/dispatch/routing/person.ts'
import { route } from '../../src/dispatch/routing/route.ts'
import {
  agentOfSession,
  isSubagentSession,
  mainSessionKey,
  parseSessionKey,
  type Peer,
  sessionKey,
} from '../../src/dispatch/routing/session-key.ts'
import { sessionFileName } from '../../src/migrate/session-files.ts'
import type { Adapters } from './adapters.ts'

interface Asked {
  readonly message: string
  readonly history: readonly Past[]
}
interface KeyInput {
  readonly agentId: string
  readonly main?: boolean
  readonly channel?: string
  readonly accountId?: string
  readonly peer?: Peer | null
  readonly dmScope?: string
  readonly identityLinks?: IdentityLinks
}
interface RouteInput {
  readonly agents: readonly object[]
  readonly bindings?: readonly Binding[]
  readonly dispatchRules?: readonly object[]
  readonly identityLinks?: IdentityLinks
  readonly message: {
    readonly channel: string
    readonly account?: string
    readonly peer?: Peer
    readonly sender?: string
    readonly space?: { readonly type: string; readonly id: string }
    readonly mentioned?: boolean
  }
}

export const adapters: Adapters = {
  lightRoutingFeatures: ({ message, history }: Asked) => featuresOf(message, history),
  lightRoutingScore: (features: Features) => scoreOf(features),
  selectLightModel({ lightModel, threshold, message, history }: Asked & { lightModel: string; threshold: number }) {
    const settings = { enabled: true, light_model: lightModel, threshold }
    return { usedLight: lightModelFor(settings, featuresOf(message, history)) !== undefined }
  },
  selectByScore: ({ score, threshold }: { score: number; threshold: number }) => isLight(score, threshold),
  effectiveThreshold: (configured: number) => thresholdOf(configured),
  normalizeAgentId: (id: string) => normalizeAgentId(id),
  normalizeAccountId: (id: string) => normalizeAccountId(id),
  resolveIdentityLink: (input: { identityLinks: IdentityLinks; channel: string; peerId: string }) =>
    linkedName(input.identityLinks, input.channel, input.peerId),
  buildSessionKey({ agentId, main, channel = '', accountId, peer, dmScope = '', identityLinks }: KeyInput) {
    if (main) return mainSessionKey(agentId)
    return sessionKey({ agent: agentId, channel, account: accountId, peer: peer ?? undefined }, dmScope, identityLinks)
  },
  parseSessionKey(key: string) {
    const parsed = parseSessionKey(key)
    return parsed && { agentId: parsed.agent, rest: parsed.rest }
  },
  agentIdOfSessionKey: (key: string) => agentOfSession(key),
  isSubagentSessionKey: (key: string) => isSubagentSession(key),
  sessionFileName: (key: string) => sessionFileName(key),
  resolveRoute({ agents, bindings = [], dispatchRules, identityLinks = {}, message }: RouteInput) {
    const rules = dispatchRules ?? rulesFromBindings(bindings, identityLinks)
    const config = configSchema.parse({
      agents: { list: agents, dispatch: { rules } },
      session: { identity_links: identityLinks },
    })
    const { channel, account, peer, sender, space, mentioned = false } = message
    const direct = (peer?.kind ?? 'direct') === 'direct'
    const found = route(
      {
        from: { id: sender ?? (direct ? (peer?.id ?? '') : ''), name: '' },
        at: { channel, chat: peer?.id ?? '' },
        kind: direct ? 'direct' : 'group',
        addressed: mentioned,
        ...(account !== undefined && { account }),
        ...(space && { space: { kind: space.type, id: space.id } }),
      },
      config,
    )
    return { agentId: found.agent, accountId: normalizeAccountId(account ?? ''), channel: plain(channel) }
  },
}
