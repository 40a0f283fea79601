import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { setPriority } from 'node:os'
import type { Clock } from '../../core/clock.ts'
import { Problem } from '../../core/problem.ts'
import { atMost } from '../../kit/at-most.ts'
import { passes } from '../../kit/passes.ts'
import { type Capture, capture } from './capture.ts'
import { endTree, killStrays } from './end-tree.ts'
import { runMark } from './mark.ts'

/** Bytes of output after which a command is ended: nobody reads that much, and taking it in costs as much as making it. */
const flood = 64 * 1024 * 1024

export interface RunOptions {
  readonly cwd: string
  /** The whole environment: nothing is inherited. */
  readonly environment: Readonly<Record<string, string>>
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Milliseconds; 0 is no limit. */
  readonly timeoutMs: number
  /** Bytes kept of each stream. */
  readonly limit: number
  /** True when the program takes all its children with it when it ends. */
  readonly contained: boolean
}

export interface Ran {
  /** Absent when a signal ended it. */
  readonly code?: number
  readonly signal?: string
  readonly stdout: string
  readonly stderr: string
  /** Set when we ended it. */
  readonly ended?: 'timeout' | 'flood'
}

/**
 * Runs a program until it ends, then ends whatever it left behind. On abort everything is ended within a second and the signal's
 * reason is thrown. A Problem when it cannot be started.
 */
export async function run(argv: readonly string[], options: RunOptions): Promise<Ran> {
  const { clock, signal } = options
  signal.throwIfAborted()
  const mark = randomUUID()
  const child = start(argv, { cwd: options.cwd, env: { ...options.environment, [runMark]: mark } })
  const streams = [capture(options.limit), capture(options.limit)] as const
  const done = new AbortController()
  const exit = exitOf(child)
  const overflow = flooding(child, streams)
  const tree = { child, exit, clock, mark, contained: options.contained }
  const reasons = [
    exit.then(() => undefined),
    stopped(signal, done.signal).then(() => 'stopped' as const),
    overflow.then(() => 'flood' as const),
    ...(options.timeoutMs > 0 ? [late(clock, options.timeoutMs, done.signal)] : []),
  ]
  try {
    const why = await Promise.race(reasons)
    if (why !== undefined) await endTree(tree)
    const { code, signal: killer } = await exit
    await killStrays(tree)
    await drained(child, clock)
    if (why === 'stopped') throw signal.reason
    return {
      ...(code === null ? {} : { code }),
      ...(killer !== null && { signal: killer }),
      stdout: streams[0].text(),
      stderr: streams[1].text(),
      ...(why && { ended: why }),
    }
  } finally {
    done.abort()
  }
}

function start([program = '', ...rest]: readonly string[], place: Pick<SpawnOptions, 'cwd' | 'env'>): ChildProcess {
  try {
    // Detached: a process group of its own, so that one signal reaches all of it.
    const child = spawn(program, rest, { ...place, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
    if (child.pid !== undefined) yieldTo(child.pid)
    return child
  } catch (error) {
    throw notStarted(error)
  }
}

/** A command that takes all it can get must not keep us from hearing a stop. */
function yieldTo(pid: number): void {
  try {
    setPriority(pid, 10)
  } catch {
    // It has ended already.
  }
}

interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

function exitOf(child: ChildProcess): Promise<Exit> {
  const exit = new Promise<Exit>((resolve, reject) => {
    child.once('exit', (code, signal) => resolve({ code, signal }))
    child.once('error', (error) => reject(notStarted(error)))
  })
  exit.catch(() => undefined)
  return exit
}

function notStarted(error: unknown): Problem {
  const { message, code } = error as NodeJS.ErrnoException
  const long = code === 'E2BIG'
  return new Problem(
    long ? 'The command is too long to be started.' : `The command could not be started: ${message}.`,
    {
      cause: error,
      ...(long && { mend: 'Write it to a file and run that.' }),
    },
  )
}

function flooding({ stdout, stderr }: ChildProcess, [out, err]: readonly [Capture, Capture]): Promise<void> {
  return new Promise((resolve) => {
    const into = (stream: Capture) => (chunk: Buffer) => {
      stream.add(chunk)
      if (stream.bytes > flood) resolve()
    }
    stdout?.on('data', into(out))
    stderr?.on('data', into(err))
  })
}

function stopped(signal: AbortSignal, over: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true, signal: over }))
}

async function late(clock: Clock, ms: number, over: AbortSignal): Promise<'timeout' | undefined> {
  return (await passes(clock, ms, over)) ? 'timeout' : undefined
}

/** Waits for the last output. Who still holds a pipe after everything was ended is not waited for. */
async function drained({ stdout, stderr }: ChildProcess, clock: Clock): Promise<void> {
  const closed = [stdout, stderr].map(
    (stream) =>
      new Promise<void>((resolve) => {
        if (!stream || stream.closed) resolve()
        else stream.once('close', () => resolve())
      }),
  )
  await atMost(clock, 300, Promise.all(closed))
  stdout?.destroy()
  stderr?.destroy()
}
