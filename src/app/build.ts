import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { consoleChannel } from '../channels/console/index.ts'
import { environment } from '../config/environment.ts'
import { loadConfig, type Loaded } from '../config/load.ts'
import { dispatcher } from '../dispatch/dispatch.ts'
import { systemClock } from '../kit/clock.ts'
import { assistant } from './assistant.ts'
import { house } from './house.ts'
import { promptHistory, type PromptHistory } from './prompt-history.ts'

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
export interface BuildOptions {
  readonly stdout: Sink
  readonly stderr: Sink
  readonly interactive: boolean
  readonly json: boolean
  readonly debug: boolean
  readonly model?: string
  readonly session?: string
}

/** Everything that an agent on the terminal needs, wired. */
export async function build(options: BuildOptions): Promise<App> {
  const loaded = await loadConfig(environment())
  const rooms = await house(loaded, {
    clock: systemClock,
    debug: options.debug,
    write: (text) => options.stderr.write(text),
  })
  try {
    return await terminalApp(options, loaded, rooms)
  } catch (error) {
    await rooms.close()
    throw error
  }
}

async function terminalApp(
  options: BuildOptions,
  loaded: Loaded,
  rooms: Awaited<ReturnType<typeof house>>,
): Promise<App> {
  const shutdown = new AbortController()
  const channel = consoleChannel({
    ...options,
    colour: options.interactive && !loaded.environment.vars['NO_COLOR'],
  })
  const session = sessionKey(options.session)
  const desk = await assistant(rooms, {
    loaded,
    session,
    stream: !options.json,
    ...(options.model !== undefined && { model: options.model }),
  })
  if (desk.hint !== undefined) options.stderr.write(`${desk.hint}\n`)
  const road = dispatcher(desk, shutdown.signal)
  return {
    ask: (text) =>
      road.dispatch(channel, {
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
    history: promptHistory(join(loaded.environment.home, 'prompt-history')),
    async close() {
      shutdown.abort()
      await rooms.close()
    },
  }
}

/** `-s` names a conversation of the main agent; a full key is taken as it is. */
function sessionKey(name = 'main'): string {
  return name.startsWith('agent:') ? name : `agent:main:${name}`
}
