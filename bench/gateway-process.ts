// A real `picoclaw gateway` in an empty home of its own.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface GatewayProcess extends AsyncDisposable {
  readonly child: ChildProcess
  /** Resident memory in MB, from the kernel. */
  memory(): number
}

/** Starts the built program; resolves when it says that it is up. */
export async function gatewayProcess(config: object, nodeArgs: readonly string[] = []): Promise<GatewayProcess> {
  const home = mkdtempSync(join(tmpdir(), 'picoclaw-bench-'))
  const log = join(home, 'gateway.log')
  writeFileSync(join(home, 'config.json'), JSON.stringify(config), { mode: 0o600 })
  const child = spawn(process.execPath, [...nodeArgs, 'dist/main.js', 'gateway', '--port', '0'], {
    env: { PATH: process.env['PATH'] ?? '', HOME: home, PICOCLAW_HOME: home },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  let trouble = ''
  const up = new Promise<void>((resolve, reject) => {
    child.stdout?.on('data', (piece: Buffer) => {
      said += piece.toString()
      if (said.includes('Ctrl-C')) resolve()
    })
    child.once('exit', (code) => reject(new Error(`The gateway ended with ${code}: ${trouble}`)))
  })
  child.stderr?.on('data', (piece: Buffer) => {
    trouble = `${trouble}${piece.toString()}`.slice(-4_000)
  })
  await up
  console.log(said.trimEnd())
  return {
    child,
    memory: () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1_024,
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null) {
        const over = once(child, 'exit')
        child.kill('SIGTERM')
        await over
      }
      if (trouble !== '') console.log(`The end of its log:\n${trouble}`)
      rmSync(home, { recursive: true, force: true })
      rmSync(log, { force: true })
    },
  }
}
