import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { stripVTControlCharacters } from 'node:util'
import { deserializeMessage, serializeMessage } from '@modelcontextprotocol/sdk/shared/stdio.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import { Problem } from '../../core/problem.ts'
import { atMost } from '../../kit/at-most.ts'
import { endTree, killStrays, type Tree } from '../exec/end-tree.ts'
import { runMark } from '../exec/mark.ts'
import type { ConnectAround, StdioPlan } from './ports.ts'

/** The longest message; a server that sends more is ended. */
export const longestMessage = 32 * 1024 * 1024
/** Milliseconds that a server has to end by itself when its input ends, as the protocol asks of it; short, for a person may be waiting. */
const graceMs = 250
/** Lines of its errors that are kept to tell why it ended. */
const linesKept = 5

export interface StdioTransport extends Transport {
  /** Why it ended, in its own last words. */
  lastWords(): string
}

/**
 * A program that is spoken to over its input and output. It is started with the environment of the plan and nothing of ours; when it
 * ends, by itself or by `close`, everything it started ends too.
 */
export function stdioTransport(name: string, plan: StdioPlan, around: ConnectAround): StdioTransport {
  const { clock, log, redact } = around
  const errors: string[] = []
  let running: Running | undefined
  const hearError = (line: string) => {
    const text = redact(
      stripVTControlCharacters(line.slice(0, 500))
        .replaceAll(/[\s\p{Cc}]+/gu, ' ')
        .trim(),
    )
    if (text === '') return
    errors.push(text)
    if (errors.length > linesKept) errors.shift()
    log.debug(`MCP server ${name}: ${text}`)
  }
  const transport: StdioTransport = {
    async start() {
      const mark = randomUUID()
      const { command, args, folder, environment } = plan
      const child = spawn(command, [...args], {
        cwd: folder,
        env: { ...environment, [runMark]: mark },
        stdio: ['pipe', 'pipe', 'pipe'],
        detached: process.platform !== 'win32',
        windowsHide: true,
      })
      running = runningOf({ child, clock, mark, contained: false })
      await started(child, plan)
      child.stdin?.on('error', () => undefined)
      child.stdout?.on(
        'data',
        lines(longestMessage, {
          line: (line) => hear(line, transport),
          tooLong() {
            errors.push(`It sent a message of more than ${longestMessage / 1024 / 1024} MiB.`)
            void transport.close()
          },
        }),
      )
      child.stderr?.on('data', lines(10_000, { line: hearError, tooLong: () => undefined }))
      void running.gone.then((how) => {
        if (how !== '') errors.unshift(how)
        transport.onclose?.()
      })
    },
    send(message) {
      return new Promise((resolve, reject) => {
        const input = running?.child.stdin
        if (!input?.writable) return reject(new Problem(`The MCP server ${name} does not run.`))
        input.write(serializeMessage(message), (error) => (error ? reject(error) : resolve()))
      })
    },
    async close() {
      await running?.end()
      await running?.gone
    },
    lastWords: () => errors.join(' '),
  }
  return transport
}

interface Running {
  readonly child: ChildProcess
  /** Resolves when it and its children are gone, to how it ended; empty when it never started. */
  readonly gone: Promise<string>
  end(): Promise<void>
}

function runningOf(place: Omit<Tree, 'exit'>): Running {
  const { child, clock } = place
  const exit = new Promise<string>((resolve) => {
    child.once('error', () => resolve(''))
    child.once('exit', (code, signal) =>
      resolve(signal === null ? `It ended with code ${code}.` : `It was ended by ${signal}.`),
    )
  })
  // Before the last output is read, nobody is told that it is over.
  const drained = new Promise<void>((resolve) => void child.once('close', () => resolve()))
  const tree: Tree = { ...place, exit }
  let ending: Promise<void> | undefined
  const end = async () => {
    child.stdin?.end()
    await atMost(clock, graceMs, exit)
    await endTree(tree)
    await atMost(clock, graceMs, drained)
    child.stdout?.destroy()
    child.stderr?.destroy()
  }
  return {
    child,
    gone: exit.then(async (how) => {
      if (!ending) await killStrays(tree)
      await atMost(clock, graceMs, drained)
      return how
    }),
    end: () => (ending ??= end()),
  }
}

function started(child: ChildProcess, { command, folder }: StdioPlan): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('spawn', () => resolve())
    child.once('error', (cause: NodeJS.ErrnoException) => {
      if (!existsSync(folder))
        return reject(new Problem(`The folder ${folder} is missing, where ${command} should start.`, { cause }))
      const what = cause.code === 'ENOENT' ? 'was not found' : `could not be started (${cause.code})`
      reject(new Problem(`The program ${command} ${what}.`, { cause, mend: 'Install it, or write its whole path.' }))
    })
  })
}

/** What is no message is left out: many programs greet on their output. */
function hear(line: string, transport: Transport): void {
  if (line.trim() === '') return
  let message
  try {
    message = deserializeMessage(line)
  } catch (error) {
    transport.onerror?.(error as Error)
    return
  }
  transport.onmessage?.(message)
}

interface LineHandlers {
  line(text: string): void
  tooLong(): void
}

/** Cuts a stream into lines. What is longer than `limit` bytes is dropped. */
function lines(limit: number, { line, tooLong }: LineHandlers): (chunk: Buffer) => void {
  let held: Buffer[] = []
  let size = 0
  return (chunk) => {
    for (let at = 0; at < chunk.length;) {
      const end = chunk.indexOf(10, at)
      const piece = chunk.subarray(at, end === -1 ? chunk.length : end)
      if (size <= limit) held.push(piece)
      size += piece.length
      at += piece.length + 1
      if (size > limit && held.length > 0) {
        held = []
        tooLong()
      }
      if (end === -1) continue
      if (size <= limit) line(Buffer.concat(held).toString('utf8'))
      held = []
      size = 0
    }
  }
}
