import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { consoleChannel } from '../channels/console/index.ts'
import { dispatcher } from '../dispatch/dispatch.ts'
import { assistant } from './assistant.ts'
import { followConfig } from './follow-config.ts'
import { type House, type HouseOptions, openHouse } from './house.ts'
import { promptHistory, type PromptHistory } from './prompt-history.ts'
import { redactedChannel } from './redacted-channel.ts'

/** A conversation on the terminal or a pipe, with everything behind it. */
export interface App {
  /** Resolves when the answer, or the reason why there is none, is written. */
  ask(text: string): Promise<void>
  /** Ends the answer that is being written. */
  stop(): void
  /** What the answers so far ask the process to exit with. */
  readonly exitCode: number
  readonly history: PromptHistory
  close(): Promise<void>
}

interface Sink {
  write(text: string): unknown
}
export interface BuildOptions extends Pick<HouseOptions, 'environment' | 'debug' | 'redactor'> {
  readonly stdout: Sink
  readonly stderr: Sink
  readonly interactive: boolean
  readonly json: boolean
  /** Changes of the configuration are taken over while the conversation lasts. */
  readonly watch: boolean
  readonly model?: string
  readonly session?: string
}

/** Everything that the main agent needs on a terminal, wired. */
export async function build(options: BuildOptions): Promise<App> {
  const house = await openHouse({ ...options, write: (text) => options.stderr.write(text) })
  try {
    return terminalApp(options, house)
  } catch (error) {
    await house.close()
    throw error
  }
}

function terminalApp(options: BuildOptions, house: House): App {
  const { vars, home } = house.environment
  const shutdown = new AbortController()
  const channel = consoleChannel({
    ...options,
    colour: options.interactive && !vars['NO_COLOR'] && vars['TERM'] !== 'dumb',
  })
  const session = sessionKey(options.session)
  const stream = !options.json
  const desk = assistant(house, { session, stream, ...(options.model !== undefined && { model: options.model }) })
  if (house.current.sources.entries.every((entry) => entry.source === 'built in') && options.model === undefined)
    options.stderr.write(guideHint)
  const guarded = redactedChannel(channel, house.redactor)
  const road = dispatcher(desk, shutdown.signal)
  const watching = options.watch ? followConfig(house, shutdown.signal) : undefined
  return {
    ask: (text) =>
      road.dispatch(guarded, {
        id: randomUUID(),
        from: { id: 'console', name: 'the person at the terminal' },
        at: { channel: 'console', chat: 'direct' },
        kind: 'direct',
        text,
        attachments: [],
        addressed: true,
      }),
    stop: () => void road.stop(session),
    get exitCode() {
      return channel.exitCode
    },
    history: promptHistory(join(home, 'prompt-history'), (line) => house.redactor.text(line)),
    async close() {
      shutdown.abort()
      await watching
      await house.close()
    },
  }
}

const guideHint =
  'No model is configured, so the built-in guide answers. For a real one: export OPENROUTER_API_KEY=… (or run "picoclaw models vendors").\n'

/** `-s` names a conversation of the main agent; a full key is taken as it is. */
function sessionKey(name = 'main'): string {
  return name.startsWith('agent:') ? name : `agent:main:${name}`
}
