import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Arm } from './gateway-process.ts'
import { type StepName, stepOf } from './steps.ts'

const entry = join(import.meta.dirname, 'gateway-process.ts')

/** A gateway in a process of its own, which is killed where it is armed and started again whenever it ends. */
export interface KilledGateway extends AsyncDisposable {
  readonly home: string
  /** Kills so far. */
  readonly kills: number
  /** Kills at a passing of a step from now on. */
  arm(step: StepName, passing: number): void
  disarm(): void
  /** Something passes a step that lies outside of the process. */
  passing(step: StepName): void
  /** Ends it in order; rejects when it does not end well. */
  end(): Promise<void>
  /** What it wrote to its log last. */
  log(): string
}

const noArm: Arm = { step: '', passing: 0 }

export function killedGateway(config: object): KilledGateway {
  const home = mkdtempSync(join(tmpdir(), 'picoclaw-crash-'))
  writeFileSync(join(home, 'config.json'), JSON.stringify(config), { mode: 0o600 })
  let armed: Arm = noArm
  /** For the next process. */
  let next: Arm | undefined
  let left = 0
  let kills = 0
  let ending = false
  let written = ''
  let child = start()

  function start(): ChildProcess {
    const { PATH = '' } = process.env
    const env = { PATH, HOME: home, PICOCLAW_HOME: home, NODE_COMPILE_CACHE: join(tmpdir(), 'picoclaw-crash-cache') }
    const started = spawn(process.execPath, [entry], { env, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
    started.stderr?.on('data', (text: Buffer) => {
      written = (written + text.toString()).slice(-20_000)
    })
    started.on('error', () => undefined)
    started.once('exit', (_, signal) => {
      if (ending) return
      if (signal === 'SIGKILL') kills += 1
      else written += `\nThe gateway ended by itself (${signal ?? started.exitCode}).`
      armed = noArm
      child = start()
      if (next) send(next)
      next = undefined
    })
    return started
  }

  function send(arm: Arm): void {
    if (child.connected) child.send(arm, () => undefined)
  }

  return {
    home,
    get kills() {
      return kills
    },
    arm(step, passing) {
      armed = { step, passing }
      left = passing
      if (stepOf(step).starts) {
        next = { step, passing: 1 }
        return send({ step: 'message-begun', passing })
      }
      if (stepOf(step).place === 'gateway') send(armed)
    },
    disarm() {
      armed = noArm
      send(noArm)
    },
    passing(step) {
      if (armed.step !== step) return
      left -= 1
      if (left === 0) child.kill('SIGKILL')
    },
    async end() {
      ending = true
      if (child.exitCode !== null || child.signalCode !== null) throw new Error('The gateway is not there any more.')
      const over = once(child, 'exit')
      child.kill('SIGTERM')
      const [code] = (await over) as [number | null]
      if (code !== 0) throw new Error(`The gateway ended with ${code}: ${written.slice(-2_000)}`)
    },
    log: () => written,
    async [Symbol.asyncDispose]() {
      ending = true
      if (child.exitCode === null && child.signalCode === null) {
        const over = once(child, 'exit')
        child.kill('SIGKILL')
        await over
      }
      rmSync(home, { recursive: true, force: true })
    },
  }
}
