import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { startGateway } from '../../src/app/gateway/gateway.ts'
import { environment } from '../../src/config/environment.ts'
import type { FakeDiscord } from '../fakes/discord/index.ts'
import type { FakeTelegram } from '../fakes/telegram/server.ts'
import { emptyHome, writeConfig } from './program.ts'

const patienceMs = 90_000

/** Waits for what must come; a busy machine has time. */
export async function comes<T>(look: () => T | undefined | false, what: () => string): Promise<T> {
  for (const deadline = performance.now() + patienceMs; ; await sleep(10)) {
    const found = look()
    if (found !== undefined && found !== false) return found
    if (performance.now() > deadline) throw new Error(what())
  }
}

/** A model row that speaks chat completions at `url`. */
export const modelRow = (url: string) => ({
  model_name: 'm',
  model: 'openai/m',
  api_base: url,
  api_key: 'sk-model-key',
})

export const telegramEntry = ({ token, url }: Pick<FakeTelegram, 'token' | 'url'>) => ({
  enabled: true,
  type: 'telegram',
  allow_from: ['1001'],
  settings: { token, base_url: url, streaming: { enabled: false } },
})

export const discordEntry = ({ api, place }: Pick<FakeDiscord, 'api' | 'place'>, settings: object = {}) => ({
  enabled: true,
  type: 'discord',
  allow_from: [place.alice.id],
  group_trigger: { mention_only: true },
  settings: { token: 'T0KEN', base_url: api, streaming: { enabled: false }, ...settings },
})

/** A home with a gateway's configuration, where nothing happens by itself. */
export function gatewayHome(config: object): string {
  const home = emptyHome()
  writeConfig(home, {
    version: 3,
    heartbeat: { enabled: false },
    ...config,
    agents: { defaults: { model_name: 'm' } },
  })
  return home
}

export interface GatewayHere extends AsyncDisposable {
  readonly log: () => string
  report(): readonly string[]
}

/** A gateway in this process. */
export async function gatewayHere(home: string, vars: Readonly<Record<string, string>> = {}): Promise<GatewayHere> {
  let log = ''
  const gateway = await startGateway({
    write: (text) => (log += text),
    debug: false,
    port: 0,
    environment: environment({ HOME: home, PICOCLAW_HOME: home, PATH: process.env['PATH'], ...vars }),
  })
  return { log: () => log, report: gateway.report, [Symbol.asyncDispose]: gateway.stop }
}

export interface GatewayProcess extends AsyncDisposable {
  readonly child: ChildProcess
  /** What it wrote, both ways. */
  readonly output: () => string
  /** Ends it as a power cut would. */
  kill(): Promise<void>
}

/** The built program as `picoclaw gateway`; resolves when it has told what is up. */
export async function gatewayProcess(home: string, program = 'dist/main.js'): Promise<GatewayProcess> {
  const child = spawn(process.execPath, [program, 'gateway', '--port', '0'], {
    env: { PATH: process.env['PATH'] ?? '', HOME: home, PICOCLAW_HOME: home },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString()
    })
  const closed = once(child, 'close')
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal)
    await closed
  }
  await comes(
    () => output.includes('Ctrl-C ends it.') || child.exitCode !== null,
    () => `The gateway did not start: ${output}`,
  )
  assert.equal(child.exitCode, null, output)
  return { child, output: () => output, kill: () => end('SIGKILL'), [Symbol.asyncDispose]: () => end('SIGTERM') }
}
