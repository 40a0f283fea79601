import { randomUUID } from 'node:crypto'
import { join, resolve } from 'node:path'
import { consoleChannel } from '../channels/console/index.ts'
import { exitCodes } from '../core/problem.ts'
import { commandIn } from '../dispatch/commands/commands.ts'
import { assistant } from './desk/desk.ts'
import { choose } from './desk/models.ts'
import { extensions } from './desk/extensions.ts'
import { mcpServices } from './desk/mcp-services.ts'
import { voice } from './desk/voice.ts'
import { followConfig } from './follow-config.ts'
import { type House, type HouseOptions, openHouse } from './house.ts'
import { jobTool } from './job-tool.ts'
import { promptHistory, type PromptHistory } from './prompt-history.ts'
import { reloadConfig } from './reload.ts'
import { redactedChannel } from './redacted-channel.ts'

/** Asks the person who is there; undefined when there is nobody any more. */
export type Confirm = (question: string, signal: AbortSignal) => Promise<boolean | undefined>

/** A conversation on the terminal or a pipe, with everything behind it. */
export interface App {
  /** Resolves when the answer, or the reason why there is none, is written. */
  ask(text: string): Promise<void>
  /** True for words such as /stop, which may be given while an answer is written. */
  isControl(text: string): boolean
  /** Ends the answer that is being written. */
  stop(): void
  /** Whom to ask for approvals. Without anybody they are denied. */
  confirmBy(confirm: Confirm): void
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
  /** A folder to work in instead of the configured workspace. */
  readonly workspace?: string
}

/** Everything that the main agent needs on a terminal, wired. */
export async function build(options: BuildOptions): Promise<App> {
  const house = await openHouse({ ...options, write: (text) => options.stderr.write(text) })
  try {
    return await terminalApp(options, house)
  } catch (error) {
    await house.close()
    throw error
  }
}

async function terminalApp(options: BuildOptions, house: House): Promise<App> {
  const { vars, home } = house.environment
  const { model, workspace } = options
  const shutdown = new AbortController()
  let confirm: Confirm | undefined
  const channel = consoleChannel({
    ...options,
    colour: options.interactive && !vars['NO_COLOR'] && vars['TERM'] !== 'dumb',
    confirm: async (question, signal) => confirm?.(question, signal),
  })
  const guarded = redactedChannel(channel, house.redactor)
  const session = sessionKey(options.session)
  const more = await extensions(house, { waits: !options.watch })
  const { road, helpers, approvals, agents, summingUp } = assistant(house, {
    console: { channel: guarded, session },
    ...(model !== undefined && { model }),
    ...(workspace !== undefined && { workspace: resolve(workspace) }),
    stream: !options.json,
    stays: options.watch,
    channels: () => [],
    schedule: jobTool(house),
    ...more.desk,
    ...voice(house),
    services: { ...mcpServices(house, more), reload: () => reloadConfig(house) },
  })
  // Asked before the first question, so that a wrong name is told at once.
  choose(house, agents().default, model)
  const guided = house.current.sources.entries.every((entry) => entry.source === 'built in') && model === undefined
  if (guided && options.watch) options.stderr.write(guideHint)
  const watching = options.watch ? followConfig(house, shutdown.signal, { adopted: () => more.adopt() }) : undefined
  let told = 0
  const tellUnattended = () => {
    for (const { what, why } of approvals.unattended().slice(told)) {
      told += 1
      options.stderr.write(`${notDone(house.redactor.text(what), why)}\n`)
    }
  }
  return {
    async ask(text) {
      if (guided && !options.watch && !commandIn(text)) options.stderr.write(guideHint)
      await road.ask(guarded, {
        id: randomUUID(),
        from: { id: 'console', name: 'the person at the terminal' },
        at: { channel: 'console', chat: 'direct' },
        kind: 'direct',
        text,
        attachments: [],
        addressed: true,
      })
      // What was handed to the background is part of what was asked: nobody else would wait for it.
      if (!options.watch) await helpers.idle()
      tellUnattended()
    },
    isControl: (text) => commandIn(text)?.command.control === true,
    stop: () => {
      road.interrupt(session)
      helpers.stop(session)
    },
    confirmBy(asked) {
      confirm = asked
    },
    get exitCode() {
      return channel.exitCode === exitCodes.ok && approvals.unattended().length > 0
        ? exitCodes.denied
        : channel.exitCode
    },
    history: promptHistory(join(home, 'prompt-history'), (line) => house.redactor.text(line)),
    async close() {
      shutdown.abort()
      helpers.stop()
      await summingUp.stop()
      await watching
      await more.close()
      await house.close()
    },
  }
}

const guideHint =
  'No model is configured, so the built-in guide answers. For a real one: export OPENROUTER_API_KEY=… (or run "picoclaw models vendors").\n'

/** What was not done, for whoever reads why the exit code is 3. */
const notDone = (what: string, why: string) =>
  `Not done, for it needs an approval and nobody was there to give it: ${what.replaceAll(/\s*\n\s*/g, ', ')}. ${why} In a conversation (picoclaw agent without -m) you are asked.`

/** `-s` names a conversation of the main agent; a full key is taken as it is. */
function sessionKey(name = 'main'): string {
  return name.startsWith('agent:') ? name : `agent:main:${name}`
}
