import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { buildHistory } from '../agent/history.ts'
import { systemPrompt } from '../agent/prompt.ts'
import { runTurn } from '../agent/turn.ts'
import { defaultWorkspace } from '../config/environment.ts'
import { at } from '../config/tree.ts'
import type { CacheMark, ChatRequest } from '../core/chat.ts'
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
/** The stable section of the system prompt is the same from turn to turn. */
const cacheMarks: readonly CacheMark[] = [{ after: 'system', index: 0 }]

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
      const window = defaults.context_window || 4 * defaults.max_tokens
      const log = history.map((entry) => entry.message)
      const system = systemPrompt(version, await workspace.read(), {
        now: localMoment(start),
        channel: message.at.channel,
        chat: message.at.chat,
        sender: message.from.name,
      })
      const result = await runTurn(
        {
          id: turn,
          provider: chainOf(house, model),
          tools: new Map(),
          request: {
            system,
            messages: [...buildHistory(log, window - defaults.max_tokens), question],
            cacheKey: agent,
            cacheMarks,
            ...limitsOf(house),
          },
          context: {
            session: key,
            turn,
            agent,
            cause: 'chat',
            origin: message.at,
            sender: message.from,
            role: 'owner',
            call: '',
            tainted: false,
            depth: 0,
            signal,
          },
          cause: 'chat',
          agent,
          maxSteps: defaults.max_tool_iterations,
          stream,
          newId: randomUUID,
        },
        (event) => {
          if (event.type === 'text-delta') watcher.text(event.text)
          if (event.type === 'restart') watcher.restart(event.why)
        },
      )
      const report = turnReport(result, { turn, session: key, agent, ms: clock.now() - start })
      return { messages: result.messages, text: result.text, report }
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
