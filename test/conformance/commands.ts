import type { CommandContext } from '../../src/dispatch/commands/command.ts'
import { commandIn, hasCommandPrefix, obey } from '../../src/dispatch/commands/commands.ts'
import type { CommandServices, McpFacts, McpToolFacts } from '../../src/dispatch/commands/services.ts'
import { fakeChannel } from '../fakes/channel.ts'
import { DeliveryFailure } from '../../src/core/channel.ts'
import { scene } from '../dispatch/scene.ts'
import type { Adapters } from './adapters.ts'

interface Runtime {
  readonly oldModel?: string
  readonly switchError?: string
  readonly enabledChannels?: readonly string[]
  readonly agentIds?: readonly string[]
  readonly skills?: readonly string[]
  readonly mcpServers?: readonly (Omit<McpFacts, 'tools'> & { readonly toolCount?: number })[]
  readonly mcpTools?: readonly (Omit<McpToolFacts, 'parameters'> & Partial<Pick<McpToolFacts, 'parameters'>>)[]
  readonly activeTask?: string | null
  readonly sideAnswer?: string
}

function servicesOf(runtime: Runtime, seen: { question?: string }): CommandServices {
  const { oldModel, enabledChannels, agentIds, skills, mcpServers, mcpTools, activeTask } = runtime
  return {
    switchModel: () => Promise.resolve(oldModel ?? ''),
    ...(enabledChannels && { channels: () => enabledChannels }),
    ...(agentIds && { agents: () => agentIds }),
    ...(skills && { skills: () => Promise.resolve(skills) }),
    ...(mcpServers && {
      mcp: () =>
        mcpServers.map(({ toolCount, ...server }) => ({
          ...server,
          ...(toolCount !== undefined && { tools: toolCount }),
        })),
    }),
    ...(mcpTools && { mcpTools: () => Promise.resolve(mcpTools.map((tool) => ({ parameters: [], ...tool }))) }),
    stop: () => (activeTask ? [activeTask] : []),
    side(_session, _agent, question) {
      seen.question = question
      return Promise.resolve(runtime.sideAnswer ?? '')
    },
  }
}

export const adapters: Adapters = {
  hasCommandPrefix: (text: string) => hasCommandPrefix(text),
  async executeCommand({ text, channel = 'cli', runtime = {} }: { text: string; channel?: string; runtime?: Runtime }) {
    const given = commandIn(text)
    if (!given) return { outcome: 'passthrough' }
    const seen: { question?: string } = {}
    const context: CommandContext = {
      session: 's',
      agent: 'main',
      role: 'owner',
      sender: { id: 'p', name: 'P' },
      at: { channel, chat: 'direct' },
      services: servicesOf(runtime, seen),
      signal: new AbortController().signal,
    }
    const result = await obey(given, context)
    const reply = result.type === 'reply' ? result.text : ''
    return {
      outcome: result.type === 'reply' ? 'handled' : 'passthrough',
      command: given.name,
      reply,
      ...seen,
    }
  },
  /** What a platform answered to the first, second … send of one message. */
  async sendAttempts(outcomes: readonly ('ok' | 'rate_limit' | 'temporary' | 'send_failed')[]) {
    const kinds = { rate_limit: 'rate-limit', temporary: 'not-sent', send_failed: 'refused' } as const
    const channel = fakeChannel({
      onSend(count) {
        const outcome = outcomes[count] ?? 'ok'
        if (outcome !== 'ok') throw new DeliveryFailure(kinds[outcome], outcome)
      },
    })
    const view = await scene({ channel })
    await channel.hear({ text: 'hello' })
    await view.clock.advance(60_000)
    // What is said about the message in the chat is another one.
    return channel.calls.filter((call) => call === channel.calls[0]).length
  },
}
