import { randomUUID } from 'node:crypto'
import { buildHistory } from '../agent/history.ts'
import { systemPrompt } from '../agent/prompt.ts'
import { runTurn } from '../agent/turn.ts'
import type { Loaded } from '../config/load.ts'
import type { Desk } from '../dispatch/ports.ts'
import { openWorkspace } from '../workspace/open.ts'
import type { House } from './house.ts'
import { localMoment } from './moment.ts'
import { guideName } from './model-sources.ts'
import { packageRoot } from './paths.ts'
import { turnReport } from './report.ts'
import { version } from './version.ts'
import { join } from 'node:path'

interface AssistantOptions {
  readonly loaded: Loaded
  /** The conversation that everything on this desk belongs to. */
  readonly session: string
  readonly stream: boolean
  /** A model to ask instead of the default one. */
  readonly model?: string
}

/** The desk of the main agent. */
export async function assistant(house: House, { loaded, session, stream, model }: AssistantOptions): Promise<Desk> {
  const { clock, store, sources, registry, fleet } = house
  const { defaults } = loaded.config.agents
  const name = model ?? sources.defaultModel
  const chain = fleet.chain(registry.chain(name, model === undefined ? sources.fallbacks : []))
  const workspace = await openWorkspace(defaults.workspace, join(packageRoot(), 'workspace'))
  const window = defaults.context_window || 4 * defaults.max_tokens
  return {
    sessionOf: () => session,
    newId: randomUUID,
    history: (key) => store.sessions.read(key, { last: 1_000 }),
    remember: (key, turn, messages) => store.sessions.append(key, turn, clock.now(), messages),
    async turn({ turn, session: key, message, question, history }, watcher, signal) {
      const start = clock.now()
      const result = await runTurn(
        {
          id: turn,
          provider: chain,
          tools: new Map(),
          request: {
            system: systemPrompt(version, await workspace.read(), {
              now: localMoment(clock.now()),
              channel: message.at.channel,
              chat: message.at.chat,
              sender: message.from.name,
            }),
            messages: [
              ...buildHistory(
                history.map((entry) => entry.message),
                window - defaults.max_tokens,
              ),
              question,
            ],
            maxTokens: defaults.max_tokens,
            temperature: defaults.temperature ?? 0.7,
            cacheKey: 'main',
          },
          context: { session: key, origin: message.at, signal },
          cause: 'chat',
          agent: 'main',
          maxSteps: defaults.max_tool_iterations,
          stream,
          newId: randomUUID,
        },
        (event) => {
          if (event.type === 'text-delta') watcher.text(event.text)
          if (event.type === 'restart') watcher.restart(event.why)
        },
      )
      const facts = { turn, session: key, agent: 'main', ms: clock.now() - start }
      return { messages: result.messages, text: result.text, report: turnReport(result, facts) }
    },
  }
}
