import assert from 'node:assert/strict'
import { readFileSync, rmSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { type Gateway, type GatewayOptions, startGateway } from '../../../src/app/gateway/gateway.ts'
import { environment } from '../../../src/config/environment.ts'
import { type HurriedClock, hurriedClock } from '../../fakes/hurried-clock.ts'
import { type ModelReply, type ModelRequest, scriptedModel, type ScriptedModel } from '../../fakes/scripted-model.ts'
import { fakeTelegram, type FakeTelegram } from '../../fakes/telegram/server.ts'
import type { Shown } from '../../fakes/telegram/state.ts'
import { emptyHome, writeConfig } from '../program.ts'

/** A gateway between the Telegram fake and a scripted model. */
export interface Stage extends AsyncDisposable {
  readonly home: string
  readonly telegram: FakeTelegram
  readonly model: ScriptedModel
  readonly clock: HurriedClock
  readonly gateway: Gateway
  /** Lines of the gateway's log. */
  readonly log: readonly string[]
  /** The configuration as it stands in the file. */
  config(): StageConfig
  write(config: object | string): void
  /** Ends the gateway as SIGTERM does. */
  stop(): Promise<void>
  start(options?: Partial<GatewayOptions>): Promise<void>
  /** Sets the clock forward once nothing is worked on and nothing is on its way: else that would count as late. */
  pass(ms: number): Promise<void>
  /** A message of the bot that fits, once it is there as it shall stay. */
  shown(text: string | RegExp, where?: { readonly chat?: number; readonly thread?: number }): Promise<Shown>
}

export interface StageConfig {
  channel_list: Record<string, { settings: Record<string, unknown>; allow_from: string[]; [key: string]: unknown }>
  model_list: object[]
  agents: { defaults: Record<string, unknown> }
  [key: string]: unknown
}

export interface StageOptions {
  readonly answer?: (request: ModelRequest) => ModelReply | Promise<ModelReply>
  /** Changes the usual configuration. */
  readonly configure?: (config: StageConfig, home: string) => void
  /** Left to the test. */
  readonly start?: false
  readonly options?: Partial<GatewayOptions>
}

/** The usual configuration: one model, one Telegram bot that Alice, its owner, talks to. */
function usualConfig(telegram: Pick<FakeTelegram, 'url' | 'token'>, model: Pick<ScriptedModel, 'url'>) {
  return {
    version: 3,
    model_list: [{ model_name: 'm', model: 'openai/m', api_base: model.url, api_key: 'sk-key-of-the-stage' }],
    agents: { defaults: { model_name: 'm' } },
    channel_list: {
      telegram: {
        type: 'telegram',
        enabled: true,
        allow_from: ['1001'],
        group_trigger: { mention_only: true },
        settings: {
          token: telegram.token,
          base_url: telegram.url,
          streaming: { enabled: true, throttle_seconds: 1, min_growth_chars: 20 },
        },
      },
    },
    heartbeat: { enabled: false },
    gateway: { port: 0 },
  } as StageConfig
}

export async function stage(options: StageOptions = {}): Promise<Stage> {
  const telegram = await fakeTelegram()
  const model = await scriptedModel(options.answer ?? (({ last }) => `You said: ${last}`))
  const home = emptyHome()
  const clock = hurriedClock()
  const log: string[] = []
  const config = usualConfig(telegram, model)
  options.configure?.(config, home)
  const write = (next: object | string) => void writeConfig(home, next)
  write(config)
  let gateway: Gateway | undefined

  async function start(more: Partial<GatewayOptions> = {}): Promise<void> {
    gateway = await startGateway({
      environment: environment({ PATH: process.env['PATH'] ?? '', HOME: home, PICOCLAW_HOME: home }),
      write: (text) => log.push(text),
      debug: false,
      clock,
      ...options.options,
      ...more,
    })
  }
  async function stop(): Promise<void> {
    const running = gateway
    gateway = undefined
    if (!running) return
    // What still runs is parked when its time is over.
    const over = setInterval(() => clock.hurry(500), 50)
    await running.stop().finally(() => clearInterval(over))
  }
  if (options.start !== false) await start()
  return {
    home,
    telegram,
    model,
    clock,
    log,
    get gateway() {
      assert.ok(gateway, 'the gateway runs')
      return gateway
    },
    config: () => JSON.parse(readFileSync(`${home}/config.json`, 'utf8')) as StageConfig,
    write,
    start,
    stop,
    async pass(ms) {
      await eventually(async () => {
        const figures = await (await fetch(`${gateway?.url}/metrics`)).text()
        return ['turns_running', 'inbox_open', 'outbox_open'].every((name) => figures.includes(`picoclaw_${name} 0\n`))
      }, 'everything is answered and delivered')
      clock.hurry(ms)
    },
    shown: (text, { chat, thread } = {}) =>
      eventually(
        () =>
          telegram.shown.find(
            (message) =>
              (typeof text === 'string' ? message.text === text : text.test(message.text)) &&
              (chat === undefined || message.chat === chat) &&
              (thread === undefined || message.thread === thread),
          ),
        () => `${String(text)} is shown; there is ${JSON.stringify(telegram.shown.map((one) => one.text))}`,
      ),
    async [Symbol.asyncDispose]() {
      await stop()
      await telegram[Symbol.asyncDispose]()
      await model[Symbol.asyncDispose]()
      assert.deepEqual(model.refused, [], 'the model was asked in a way that the real one refuses')
      assert.ok(!log.join('').includes(telegram.token), 'no token in the log')
      rmSync(home, { recursive: true, force: true })
    },
  }
}

/** Asks until an answer fits, each time when the last question was answered, and no faster than the service takes the answers. */
export async function askedUntil(
  { telegram, clock }: Stage,
  question: string,
  fits: (text: string) => boolean,
): Promise<void> {
  let wanted = telegram.shown.length
  await eventually(
    () => {
      if (telegram.shown.length < wanted) return false
      if (telegram.shown.some(({ text }) => fits(text))) return true
      clock.hurry(1_000)
      telegram.say(question)
      wanted += 1
      return false
    },
    () => `an answer to ${question} that fits; there is ${JSON.stringify(telegram.shown.at(-1)?.text)}`,
  )
}

/** Waits until something is there; the limit is for a machine under load. */
export async function eventually<T>(
  look: () => T | undefined | false | Promise<T | undefined | false>,
  what: string | (() => string),
): Promise<T> {
  const deadline = performance.now() + 20_000
  for (;;) {
    const found = await look()
    if (found !== undefined && found !== false) return found
    if (performance.now() > deadline) throw new Error(`Not within 20 s: ${typeof what === 'string' ? what : what()}`)
    await pause(10)
  }
}

/** A model that hangs until the request is given up. */
export const hanging = (): Promise<never> => new Promise(() => undefined)
