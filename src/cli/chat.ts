import { createInterface, type Interface } from 'node:readline'
import type { App } from '../app/build.ts'
import { exitCodes } from '../core/problem.ts'
import type { Io } from './io.ts'

const prompt = '🦞 You: '
const leaving: ReadonlySet<string> = new Set(['exit', 'quit', '/exit', '/quit'])

/** A conversation on the terminal, until Ctrl-D, Ctrl-C at an empty prompt, or `exit`. Ctrl-C or /stop during an answer stops it. */
export async function chat(app: App, io: Io): Promise<number> {
  io.stdout.write('🦞 Ask away. Ctrl-C stops an answer, Ctrl-D ends the conversation.\n\n')
  const history = await app.history.load()
  const reader = createInterface({
    input: io.stdin,
    output: io.stdout,
    prompt,
    history: [...history],
    historySize: 1_000,
    removeHistoryDuplicates: true,
  })
  reader.on('history', (lines: readonly string[]) => app.history.save(lines))
  let answering = false
  reader.on('SIGINT', () => {
    if (answering) app.stop()
    else if (reader.line === '') reader.close()
    else clearLine(reader)
  })
  app.confirmBy(async (question, signal) => {
    const answer = await ask(reader, `${question} [y/N] `, signal)
    return answer === undefined ? undefined : /^y(?:es)?$/i.test(answer.trim())
  })
  /** For each line that was typed, whether it was obeyed at once. */
  const obeyed: boolean[] = []
  reader.on('line', (line) => {
    const now = answering && app.isControl(line)
    obeyed.push(now)
    if (now) void app.ask(line.trim())
  })
  reader.prompt()
  for await (const line of reader) {
    if (obeyed.shift()) continue
    const question = line.trim()
    if (leaving.has(question)) break
    if (question !== '') {
      answering = true
      await app.ask(question)
      answering = false
      io.stdout.write('\n')
    }
    reader.prompt()
  }
  reader.close()
  io.stdout.write('Goodbye!\n')
  await app.history.settled()
  return exitCodes.ok
}

/** One line from the person; undefined when the conversation ends first. */
function ask(reader: Interface, question: string, signal: AbortSignal): Promise<string | undefined> {
  return new Promise((resolve) => {
    const nobody = () => resolve(undefined)
    reader.once('close', nobody)
    signal.addEventListener('abort', nobody, { once: true })
    reader.question(question, { signal }, resolve)
  })
}

function clearLine(reader: Interface): void {
  reader.write(null, { ctrl: true, name: 'e' })
  reader.write(null, { ctrl: true, name: 'u' })
}
