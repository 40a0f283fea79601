import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { systemPrompt } from '../agent/prompt.ts'
import { runTurn } from '../agent/turn.ts'
import { defaultWorkspace } from '../config/environment.ts'
import { at } from '../config/tree.ts'
import type { ChatRequest } from '../core/chat.ts'
import type { Message } from '../core/message.ts'
import type { Provider } from '../core/provider.ts'
import type { Desk } from '../dispatch/ports.ts'
import { openWorkspace } from '../workspace/open.ts'
import type { House } from './house.ts'
import { localMoment } from './moment.ts'
import { packageRoot } from './paths.ts'
import { turnReport } from './report.ts'
import { version } from './version.ts'

interface AssistantOptions {
  /** The conversation that everything on this desk belongs to. */
  readonly session: string
  readonly stream: boolean
  /** A model to ask instead of the default one. */
  readonly model?: string
}

const agent = 'main'

/** The desk of the main agent. */
export function assistant(house: House, { session, stream, model }: AssistantOptions): Desk {
  const { clock, store } = house
  // Asked before the first question, so that a wrong name is told at once.
  chainOf(house, model)
  return {
    sessionOf: () => session,
    newId: randomUUID,
    history: (key) => store.sessions.read(key, { last: 1_000 }),
    remember: (key, turn, messages) => store.sessions.append(key, turn, clock.now(), messages),
    async turn({ turn, session: key, message, question, history }, watcher, signal) {
      const start = clock.now()
      const { defaults } = house.current.loaded.config.agents
      const root = defaults.workspace ?? defaultWorkspace(house.environment)
      const workspace = await openWorkspace(root, join(packageRoot(), 'workspace'))
      const journaled: Message[] = []
      const result = await runTurn(
        {
          id: turn,
          session: key,
          agent,
          cause: 'chat',
          provider: chainOf(house, model),
          tools: new Map(),
          log: history,
          state: {},
          system: systemPrompt({
            version,
            workspace: await workspace.read(),
            moment: {
              now: localMoment(start),
              channel: message.at.channel,
              chat: message.at.chat,
              sender: message.from.name,
            },
          }),
          ...(question.role === 'user' && { question }),
          limits: {
            maxSteps: defaults.max_tool_iterations,
            window: defaults.context_window || 4 * defaults.max_tokens,
            maxTokens: defaults.max_tokens,
          },
          context: { origin: message.at, sender: message.from, role: 'owner', depth: 0 },
          journal: { append: async (messages) => void journaled.push(...messages) },
          request: { cacheKey: agent, ...limitsOf(house) },
          stream,
          clock,
          newId: randomUUID,
          signal,
          redact: (text) => house.redactor.text(text),
        },
        (event) => {
          if (event.type === 'text-delta') watcher.text(event.text)
          if (event.type === 'restart') watcher.restart(event.why)
        },
      )
      const report = turnReport(result, { turn, session: key, agent, ms: clock.now() - start })
      return { messages: [...journaled, ...result.messages], text: result.text, report }
    },
  }
}

/** Limits that nobody asked for are left to the vendor: many refuse one that is above their own. */
function limitsOf({ current: { loaded } }: House): Pick<ChatRequest, 'maxTokens' | 'temperature'> {
  const { max_tokens: maxTokens, temperature } = loaded.config.agents.defaults
  return {
    ...(at(loaded.tree, 'agents', 'defaults', 'max_tokens') && { maxTokens }),
    ...(temperature !== undefined && { temperature }),
  }
}

/** The chain behind a model's name. A row that cannot work says why when it is the one that is asked. */
function chainOf({ fleet, current: { registry, sources } }: House, model: string | undefined): Provider {
  const name = model ?? sources.defaultModel
  const broken = sources.broken.get(name)
  if (broken && !registry.names.includes(name)) throw broken
  return fleet.chain(registry.chain(name, model === undefined ? sources.fallbacks : []))
}
