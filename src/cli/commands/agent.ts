import { stat } from 'node:fs/promises'
import { build, type App } from '../../app/build.ts'
import { exitCodes, Problem } from '../../core/problem.ts'
import { systemClock } from '../../kit/clock.ts'
import { chat } from '../chat.ts'
import type { Command } from '../command.ts'
import type { Io } from '../io.ts'
import { parse } from '../options.ts'
import { readInput } from '../read-input.ts'

const command: Command = {
  usage: `Usage: picoclaw agent [-m TEXT] [options]

Asks a model. With -m (or text from a pipe) there is one answer, then the program ends; without, a conversation.
The answer goes to stdout, everything about it to stderr.

  -m, --message TEXT   the question; what is piped in is added to it ("-" = only what is piped in)
  -s, --session NAME   the conversation to go on with (default: main)
      --model NAME     a model of the list, or vendor/model
  -w, --workspace DIR  work in this folder instead of the configured workspace
      --stdin          wait for the pipe however long it takes
      --json           one JSON object instead of words
  -d, --debug          tell on stderr what happens on the way

Exit code: 0 answered, 1 no answer, 2 wrong command line, 3 something needed an approval and nobody was there, 4 wrong configuration,
130 stopped by Ctrl-C.
`,
  async run(args, io) {
    const { values } = parse(args, {
      message: { type: 'string', short: 'm' },
      session: { type: 'string', short: 's' },
      model: { type: 'string' },
      workspace: { type: 'string', short: 'w' },
      stdin: { type: 'boolean' },
      json: { type: 'boolean' },
      debug: { type: 'boolean', short: 'd' },
    })
    const question = await readQuestion(values.message, values.stdin ?? false, io)
    if (question === undefined && values.json)
      throw new Problem('--json needs a question.', { mend: 'Give one with -m.', exitCode: exitCodes.usage })
    const app = await build({
      stdout: io.stdout,
      stderr: io.stderr,
      redactor: io.redactor,
      interactive: io.stdout.isTTY ?? false,
      json: values.json ?? false,
      debug: values.debug ?? false,
      watch: question === undefined,
      ...(values.model !== undefined && { model: values.model }),
      ...(values.session !== undefined && { session: values.session }),
      ...(values.workspace !== undefined && { workspace: await folder(values.workspace) }),
    })
    try {
      return question === undefined ? await chat(app, io) : await once(app, question, io)
    } finally {
      await app.close()
    }
  },
}
export default command

async function once(app: App, question: string, io: Io): Promise<number> {
  using _interrupt = io.onInterrupt(() => app.stop())
  await app.ask(question)
  return app.exitCode
}

/** A folder that is there. */
async function folder(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined)
  if (found?.isDirectory()) return path
  throw new Problem(`${path} is no folder.`, { mend: 'Name one that exists.', exitCode: exitCodes.usage })
}

/** The question from the command line and the pipe; undefined when a conversation is wanted. */
async function readQuestion(message: string | undefined, wait: boolean, io: Io): Promise<string | undefined> {
  if (message === undefined && io.stdin.isTTY) return undefined
  const onlyPiped = message === undefined || message === '-'
  const piped = await readInput(io, systemClock, wait || onlyPiped)
  if (piped === undefined)
    io.stderr.write('Nothing came through the pipe; going on without it. (--stdin waits for it.)\n')
  const question = [onlyPiped ? '' : message, (piped ?? '').trimEnd()].filter(Boolean).join('\n\n')
  if (question.trim() === '')
    throw new Problem('The question is empty.', { mend: 'Give one with -m "…".', exitCode: exitCodes.usage })
  return question
}
