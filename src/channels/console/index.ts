import { styleText } from 'node:util'
import type { Channel, LiveMessage, OutboundMessage } from '../../core/channel.ts'
import type { TurnReport } from '../../core/report.ts'
import { reportLines } from './report.ts'

/** A place to write to. */
export interface Sink {
  write(text: string): unknown
}

export interface ConsoleOptions {
  readonly stdout: Sink
  readonly stderr: Sink
  /** A person looks at stdout: answers are marked, control characters are made visible, colours are used where `colour` allows. */
  readonly interactive: boolean
  readonly colour: boolean
  /** One JSON object per answer on stdout instead of words. */
  readonly json: boolean
  /** Asks the person who is there. */
  readonly confirm?: Channel['confirm']
}

export interface ConsoleChannel extends Channel {
  /** The exit code that the answers so far ask for. */
  readonly exitCode: number
}

/** The terminal, or a pipe, as a channel. Answers go to stdout; everything about them goes to stderr. */
export function consoleChannel(options: ConsoleOptions): ConsoleChannel {
  const { stdout, stderr, interactive, confirm } = options
  const dim = (text: string) => (options.colour ? styleText('dim', text) : text)
  const words = (text: string) => (interactive ? visible(text) : text)
  const mark = interactive ? '🦞 ' : ''
  let exitCode = 0
  let sent = 0

  function finish(message: OutboundMessage, pushed: string): string {
    sent += 1
    if (message.trouble) exitCode = message.trouble.exitCode
    if (options.json) {
      stdout.write(`${JSON.stringify(asJson(message))}\n`)
      return String(sent)
    }
    if (message.trouble) {
      stderr.write(`${pushed ? '\n' : ''}${visible(message.text)}\n`)
    } else {
      // What was said on the way stays; the answer itself is not said twice.
      const rest = pushed.endsWith(message.text) ? '' : words(message.text)
      stdout.write(pushed === '' ? `${mark}${words(message.text)}\n` : rest === '' ? '\n' : `\n\n${rest}\n`)
    }
    if (message.report)
      for (const line of reportLines(message.report, interactive)) stderr.write(`${dim(visible(line))}\n`)
    return String(sent)
  }

  return {
    name: 'console',
    limits: { maxText: Number.MAX_SAFE_INTEGER },
    get exitCode() {
      return exitCode
    },
    async start() {},
    async stop() {},
    async send(message) {
      return finish(message, '')
    },
    ...(confirm && { confirm }),
    live(): LiveMessage {
      let pushed = ''
      return {
        push(delta) {
          if (options.json || delta === '') return
          stdout.write(`${pushed === '' ? mark : ''}${words(delta)}`)
          pushed += delta
        },
        restart(why) {
          if (pushed !== '' && why !== '') stderr.write(`\n${dim(visible(`(${why} The answer starts again.)`))}\n`)
          pushed = ''
        },
        activity(line) {
          if (interactive && !options.json) stderr.write(`${pushed === '' ? '' : '\n'}${dim(visible(line))}\n`)
        },
        async finish(message) {
          return finish(message, pushed)
        },
      }
    },
  }
}

/** Control characters would let a model's words drive the terminal: they are shown, not obeyed. */
function visible(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.replaceAll(/[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]/g, (character) =>
    character === '\r' ? '' : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

function asJson(message: OutboundMessage): object {
  const report: Partial<TurnReport> = message.report ?? {}
  return message.trouble
    ? { ok: false, error: { kind: message.trouble.kind, message: message.text }, ...report }
    : { ok: true, text: message.text, ...report }
}
