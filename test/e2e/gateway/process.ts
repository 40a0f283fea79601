import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { eventually } from './stage.ts'

/** `picoclaw gateway` as a process of its own. */
export interface GatewayProcess extends AsyncDisposable {
  readonly pid: number
  readonly output: string
  /** Resolves when it has told what is up. */
  readonly up: Promise<void>
  /** Resolves to the exit code; null when a signal ended it. */
  readonly exited: Promise<number | null>
  /** The address of its HTTP server, as it told it. */
  url(): string
  kill(signal: 'SIGTERM' | 'SIGKILL' | 'SIGINT'): Promise<number | null>
}

export function gatewayProcess(home: string, args: readonly string[] = ['-p', '0']): GatewayProcess {
  const child = spawn(process.execPath, ['dist/main.js', 'gateway', ...args], {
    env: { PATH: process.env['PATH'] ?? '', HOME: home, PICOCLAW_HOME: home },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  const hear = (chunk: Buffer) => {
    output += chunk.toString()
  }
  child.stdout.on('data', hear)
  child.stderr.on('data', hear)
  const exited = once(child, 'close').then(([code]) => code as number | null)
  let over = false
  void exited.then(() => {
    over = true
  })
  const up = eventually(
    () => {
      if (over) throw new Error(`It ended: ${output}`)
      return output.includes('Ctrl-C ends it.')
    },
    () => `the gateway is up: ${output}`,
  ).then(() => undefined)
  // Told to whoever waits for it.
  up.catch(() => undefined)
  return {
    pid: child.pid ?? 0,
    get output() {
      return output
    },
    up,
    exited,
    url: () => /HTTP on (http:\/\/\S+)/.exec(output)?.[1] ?? '',
    async kill(signal) {
      child.kill(signal)
      return exited
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await exited
    },
  }
}
