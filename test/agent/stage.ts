import assert from 'node:assert/strict'
import { runTurn } from '../../src/agent/turn.ts'
import type { Turn, TurnEvent, TurnResult } from '../../src/agent/turn.ts'
import type { Answer, ChatRequest, Usage } from '../../src/core/chat.ts'
import { spell } from '../../src/core/collect.ts'
import { Failure } from '../../src/core/failure.ts'
import type { AssistantPart, Message, ToolCallPart } from '../../src/core/message.ts'
import { userText } from '../../src/core/message.ts'
import type { Call, Provider, Reply, ReplyEnd } from '../../src/core/provider.ts'
import type { LogEntry, SessionState } from '../../src/core/store.ts'
import { bill } from '../../src/core/spent.ts'
import type { Tool, ToolOutput } from '../../src/core/tool.ts'
import { fakeClock, type FakeClock } from '../fakes/clock.ts'

const usage: Usage = { input: 3, output: 2, cacheRead: 1, cacheWrite: 0 }

/** What a model says. */
export function answer(...parts: readonly AssistantPart[]): Answer {
  const calls = parts.some((part) => part.type === 'tool-call')
  return { id: 'a', model: 'm-1', message: { role: 'assistant', parts }, stop: calls ? 'tool-calls' : 'end', usage }
}
export const says = (text: string): Answer => answer({ type: 'text', text })
export const calling = (name: string, input: ToolCallPart['input'] = {}, id = `${name}-id`): ToolCallPart => ({
  type: 'tool-call',
  id,
  name,
  input,
})
export const calls = (...names: readonly string[]): Answer =>
  answer(...names.map((name, index) => calling(name, {}, `${name}-${index}`)))

/** A step of a script: an answer, a Failure before the first word, an answer that breaks in the middle, or silence without an end. */
export type Line = Answer | Failure | { readonly breaks: Failure; readonly costMicros?: number } | 'hangs'

export interface Scripted {
  readonly provider: Provider
  readonly asked: Call[]
  readonly requests: readonly ChatRequest[]
}

/** Follows a script and refuses a call that the script does not foresee; a function goes on for ever. What is known to cost goes on the bill. */
export function scripted(
  script: readonly Line[] | ((request: ChatRequest, index: number) => Line),
  end: Partial<ReplyEnd> | ((index: number) => Partial<ReplyEnd>) = {},
): Scripted {
  const asked: Call[] = []
  const requests: ChatRequest[] = []
  const head = { by: { endpoint: 'e', vendor: 'v', model: 'm' }, attempts: [], notes: ['note'] }
  const provider: Provider = {
    name: 'scripted',
    async open(call, signal): Promise<Reply> {
      const request = call.request()
      const index = asked.length
      const next = typeof script === 'function' ? script(request, index) : script[index]
      asked.push(call)
      requests.push(request)
      assert.ok(next, 'asked more often than the script has answers')
      if (next instanceof Failure) throw next
      if (next === 'hangs')
        return new Promise<never>((_, reject) =>
          signal.addEventListener('abort', () => reject(new Failure('aborted', 'ended'))),
        )
      if ('breaks' in next) {
        call.bill?.add(next.costMicros ?? 0)
        const failing = Promise.reject<ReplyEnd>(next.breaks)
        failing.catch(() => undefined)
        return {
          ...head,
          type: 'events',
          end: failing,
          events: (async function* () {
            yield { type: 'text-delta' as const, text: 'half' }
            throw next.breaks
          })(),
        }
      }
      const more = typeof end === 'function' ? end(index) : end
      call.bill?.add(more.costMicros ?? 0)
      return {
        ...head,
        type: 'events',
        end: Promise.resolve({ stop: next.stop, usage: next.usage, model: 'm-1', ...more }),
        events: (async function* () {
          yield* spell(next)
        })(),
      }
    },
  }
  return { provider, asked, requests }
}

export const output = (text: string, more: Partial<ToolOutput> = {}): ToolOutput => ({
  content: [{ type: 'text', text }],
  ...more,
})
export const tool = (
  name: string,
  run: Tool['run'] = async () => output(name),
  { readOnly = false }: { readonly readOnly?: boolean } = {},
): Tool => ({ spec: { name, description: name, input: { type: 'object' } }, readOnly, run })

export interface Stage {
  readonly turn: Turn
  readonly events: TurnEvent[]
  /** What was journaled, message by message, with what had happened before. */
  readonly journal: Message[]
  readonly clock: FakeClock
  readonly changes: Partial<SessionState>[]
  run(): Promise<TurnResult>
}

/** A turn with everything it needs, ready to run. */
export function stage(provider: Provider, tools: readonly Tool[] = [], more: Partial<Turn> = {}): Stage {
  const events: TurnEvent[] = []
  const journal: Message[] = []
  const changes: Partial<SessionState>[] = []
  const clock = fakeClock()
  let id = 0
  const turn: Turn = {
    id: 't',
    session: 's',
    agent: 'main',
    cause: 'chat',
    provider,
    tools: new Map(tools.map((each) => [each.spec.name, each])),
    log: [],
    state: {},
    system: ['You are a test.'],
    question: userText('hi'),
    limits: { maxSteps: 10, window: 100_000, maxTokens: 1_000 },
    bill: bill(),
    context: { origin: { channel: 'c', chat: '1' }, sender: { id: 'p', name: 'P' }, role: 'owner', depth: 0 },
    journal: { append: async (messages) => void journal.push(...messages) },
    change: async (state) => void changes.push(state as Partial<SessionState>),
    stream: true,
    clock,
    newId: () => `id${(id += 1)}`,
    signal: new AbortController().signal,
    redact: (text) => text.replaceAll('s3cr3t-key', '[REDACTED]'),
    ...more,
  }
  return { turn, events, journal, clock, changes, run: () => runTurn(turn, (event) => events.push(event)) }
}

/** Messages of former turns as the store gives them. */
export const logOf = (...messages: readonly Message[]): readonly LogEntry[] =>
  messages.map((message, index) => ({ seq: index + 1, at: index, turn: `old-${index}`, message }))

export const wordsOf = (message: Message | undefined): string =>
  (message?.parts ?? [])
    .map((part) =>
      part.type === 'text'
        ? part.text
        : part.type === 'tool-result'
          ? part.content.map((piece) => (piece.type === 'text' ? piece.text : piece.type)).join('|')
          : `<${part.type}>`,
    )
    .join('|')

export const said = (text: string): Message => ({ role: 'assistant', parts: [{ type: 'text', text }] })
