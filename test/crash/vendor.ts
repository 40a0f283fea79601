import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** The scripted model: answers each question by its kind, and remembers what it was told. */
export interface ScriptedVendor extends AsyncDisposable {
  readonly url: string
  /** How often a question was among what the model had to answer. */
  readonly saw: ReadonlyMap<string, number>
  /** Questions of which the model was told that something was interrupted. */
  readonly told: ReadonlySet<string>
}

interface WireMessage {
  readonly role: string
  readonly content?: string | readonly { readonly type: string; readonly text?: string }[] | null
  readonly tool_calls?: readonly {
    readonly id: string
    readonly function: { readonly name: string; readonly arguments: string }
  }[]
}

/** A question, a task of a sub-agent, what it found, a reminder. */
const marks = /\b[TSZC]\d+n\d+_[a-z]+\b/g
/** Words to the model that a call was not done for sure. */
const interrupted = /may or may not have happened|Not sent: picoclaw ended|Skipped: a new message/
const filler = 'Some words to make the answer long enough that it is shown while it grows. '.repeat(6)

type Call = { readonly name: string; readonly input: object }

/** The calls that a kind of question leads to. */
const calls: Readonly<Record<string, (mark: string) => readonly Call[]>> = {
  append: (mark) => [{ name: 'append_file', input: { path: 'trace.txt', content: `${mark}\n` } }],
  message: (mark) => [{ name: 'message', input: { content: `M[${mark}]` } }],
  both: (mark) => [
    { name: 'append_file', input: { path: 'trace.txt', content: `${mark}\n` } },
    { name: 'message', input: { content: `M[${mark}]` } },
  ],
  exec: (mark) => [{ name: 'exec', input: { command: `echo ${mark} >> trace.txt` } }],
  spawn: (mark) => [{ name: 'spawn', input: { task: `Work on S${mark.slice(1)}.`, label: 'helper' } }],
  cron: (mark) => [{ name: 'cron', input: { action: 'add', at_seconds: 1, message: `Remind me: C${mark.slice(1)}` } }],
}

/** `passing` is told when a request arrives and when half an answer was sent. */
export async function scriptedVendor(
  passing: (step: 'model-asked' | 'model-half-answered') => void,
): Promise<ScriptedVendor> {
  const saw = new Map<string, number>()
  const told = new Set<string>()
  let ids = 0

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = JSON.parse(Buffer.concat(chunks).toString()) as {
      readonly messages: readonly WireMessage[]
      readonly stream?: boolean
    }
    passing('model-asked')
    const asked = tailOf(body.messages)
    for (const mark of asked.marks) saw.set(mark, (saw.get(mark) ?? 0) + 1)
    if (asked.interrupted) for (const mark of asked.marks) told.add(mark)
    const due = asked.marks.flatMap((mark) => (calls[kindOf(mark)]?.(mark) ?? []).filter(() => mark.startsWith('T')))
    const open = due.filter(({ name, input }) => !asked.called.has(signature(name, input)))
    if (open.length > 0) return answer(response, body.stream, [], open)
    await answer(response, body.stream, words(asked), [])
  }

  async function answer(
    response: ServerResponse,
    stream: boolean | undefined,
    texts: readonly string[],
    made: readonly Call[],
  ) {
    const tool_calls = made.map(({ name, input }, index) => ({
      index,
      id: `call_${(ids += 1)}`,
      type: 'function',
      function: { name, arguments: JSON.stringify(input) },
    }))
    const finish_reason = made.length > 0 ? 'tool_calls' : 'stop'
    if (!stream) {
      passing('model-half-answered')
      const message = { role: 'assistant', content: texts.join('') || null, ...(made.length > 0 && { tool_calls }) }
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(
        JSON.stringify({ ...head('chat.completion'), choices: [{ index: 0, message, finish_reason }], usage }),
      )
      return
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    const send = (delta: object, finish: string | null = null) =>
      response.write(
        `data: ${JSON.stringify({ ...head('chat.completion.chunk'), choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`,
      )
    send({ role: 'assistant', content: '' })
    for (const [index, text] of texts.entries()) {
      if (index > 0) await sleep(1_150)
      send({ content: text })
      if (index === 0) passing('model-half-answered')
    }
    if (made.length > 0) send({ tool_calls })
    send({}, finish_reason)
    response.write(`data: ${JSON.stringify({ ...head('chat.completion.chunk'), choices: [], usage })}\n\n`)
    response.end('data: [DONE]\n\n')
  }

  const server = createServer((request, response) => {
    response.on('error', () => undefined)
    serve(request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    saw,
    told,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const head = (object: string) => ({ id: 'chatcmpl-1', object, created: 1, model: 'scripted' })
const usage = { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 }
const kindOf = (mark: string) => mark.split('_')[1] ?? ''
const signature = (name: string, input: object) => `${name} ${JSON.stringify(input)}`

/** The answer, in the parts in which it comes. Its end is known by `R[…]`, its beginning by `B[…]`. */
function words({ marks: asked, interrupted: wasInterrupted, lost }: ReturnType<typeof tailOf>): readonly string[] {
  const ends = asked
    .map((mark) => (mark.startsWith('S') && !lost ? `Found Z${mark.slice(1)}.` : `R[${mark}]`))
    .join(' ')
  const end = wasInterrupted ? `${ends} Something of it was interrupted.` : ends
  const kinds = asked.map(kindOf)
  const begun = asked.map((mark) => `B[${mark}]`).join(' ')
  if (kinds.includes('slow')) return [`${begun} ${filler}`, filler, `${filler}${end}`]
  if (kinds.includes('long')) return [`${begun} ${filler}${filler}${end}`]
  return [end]
}

/** What stands after the last answer: the questions, and which calls were made for them. */
function tailOf(messages: readonly WireMessage[]) {
  const last = messages.findLastIndex(({ role, tool_calls }) => role === 'assistant' && !tool_calls?.length)
  const tail = messages.slice(last + 1)
  const text = (role: string) =>
    tail
      .filter((message) => message.role === role)
      .map(textOf)
      .join('\n')
  const said = tail.flatMap(({ tool_calls = [] }) => tool_calls)
  return {
    marks: [...new Set(text('user').match(marks))],
    interrupted: interrupted.test(text('tool')),
    /** The work of a sub-agent was. */
    lost: /was interrupted because picoclaw ended/.test(text('user')),
    called: new Set(
      said.map(({ function: { name, arguments: input } }) => signature(name, JSON.parse(input) as object)),
    ),
  }
}

function textOf({ content }: WireMessage): string {
  if (typeof content === 'string') return content
  return (content ?? []).map(({ text = '' }) => text).join('\n')
}
