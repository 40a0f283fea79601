import type { ToolCallPart, ToolResultPart } from '../core/message.ts'
import { textOf } from '../core/message.ts'
import type { LedgerRow } from '../core/store.ts'
import { minuteText, type Zone } from '../kit/zone.ts'
import { dollars } from './money.ts'
import { tokensText } from './usage.ts'
import type { WhyApproval, WhyFacts } from './why.ts'

/** The account of a turn in words: who was asked, who answered, what was done, what it cost, what it rested on. */
export function whyText(facts: WhyFacts, zone: Zone): string {
  return [
    ...head(facts, zone),
    ...section('Asked', question(facts)),
    ...section('Models', models(facts)),
    ...section('Tools', tools(facts)),
    ...section('Cost', cost(facts)),
    ...section('Memory', memory(facts)),
    ...section('Approvals', facts.approvals.map(approval)),
    ...section('Notes', facts.report?.notes ?? []),
  ].join('\n')
}

const section = (name: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [] : [`${name}:`, ...lines.map((line) => `  ${line}`)]

const states = {
  running: 'is still running',
  done: 'was answered',
  failed: 'failed',
  stopped: 'was stopped',
  interrupted: 'was interrupted by a restart',
} as const

function head({ turn, report }: WhyFacts, zone: Zone): readonly string[] {
  const took = turn.endedAt === undefined ? '' : ` after ${seconds(turn.endedAt - turn.at)}`
  const stop = report?.stop === undefined || report.stop === 'end' ? '' : ` (${report.stop})`
  return [
    `Turn ${turn.id} ${states[turn.state]}${took}${stop}.`,
    `  ${minuteText(zone, turn.at)}, ${turn.cause}, agent ${turn.agent}, session ${turn.session}`,
    ...(turn.trouble === undefined ? [] : [`  Told instead of an answer: ${clip(turn.trouble, 400)}`]),
  ]
}

function question({ messages }: WhyFacts): readonly string[] {
  const first = messages.find(({ message }) => message.role === 'user')?.message
  const text = first === undefined ? '' : textOf(first)
  return text === '' ? [] : [clip(text, 300)]
}

/** Every attempt in order. The ledger knows those that reached the wire, the report also those that were skipped. */
function models({ report, rows }: WhyFacts): readonly string[] {
  const skipped = (report?.attempts ?? [])
    .filter((attempt) => attempt.skipped)
    .map(
      (attempt) => `${attempt.endpoint}: not asked, ${attempt.kind}: ${withoutName(attempt.message, attempt.endpoint)}`,
    )
  const reasons = (report?.attempts ?? []).filter((attempt) => !attempt.skipped)
  const asked = rows.map((row) =>
    attemptLine(row, reasons.find((a) => a.endpoint === row.endpoint && a.kind === row.outcome)?.message),
  )
  const lines = [...new Set(skipped), ...asked]
  const by = report?.by
  return by === undefined
    ? lines
    : [
        ...lines,
        `Answered by ${by.model.startsWith(`${by.vendor}/`) ? by.model : `${by.vendor}/${by.model}`} (${by.endpoint}).`,
      ]
}

function attemptLine(row: LedgerRow, reason: string | undefined): string {
  const { endpoint, outcome, status, modelAsked, modelAnswered, totalMs } = row
  const other = modelAnswered !== undefined && modelAnswered !== modelAsked ? ` as ${modelAnswered}` : ''
  if (outcome === 'ok') return `${endpoint}: answered${other} in ${seconds(totalMs)}, ${tokensText(row)}`
  const why = reason === undefined ? '' : `: ${clip(withoutName(reason, endpoint), 200)}`
  return `${endpoint}: ${outcome}${status === undefined ? '' : ` (HTTP ${status})`} after ${seconds(totalMs)}${why}`
}

const withoutName = (message: string, endpoint: string): string =>
  message.startsWith(`${endpoint}: `) ? message.slice(endpoint.length + 2) : message

function tools({ messages, report }: WhyFacts): readonly string[] {
  const parts = messages.flatMap<ToolCallPart | ToolResultPart>(({ message }) =>
    message.role === 'assistant'
      ? message.parts.filter((part) => part.type === 'tool-call')
      : message.role === 'tool'
        ? message.parts
        : [],
  )
  const results = new Map(parts.flatMap((part) => (part.type === 'tool-result' ? [[part.id, part] as const] : [])))
  const calls = parts.flatMap((part) => (part.type === 'tool-call' ? [part] : []))
  return calls.flatMap((call, index) => {
    const result = results.get(call.id)
    const ms = report?.tools?.[index]?.ms
    const took = ms === undefined ? '' : ` (${seconds(ms)})`
    return [`${call.name} ${clip(JSON.stringify(call.input), 200)}${took}`, `  → ${resultText(result)}`]
  })
}

function resultText(result: ToolResultPart | undefined): string {
  if (result === undefined) return 'no result'
  const text = clip(textOf({ parts: result.content }), 200)
  const outside = result.outside === undefined ? '' : ` [from ${result.outside}]`
  return `${result.isError ? 'error: ' : ''}${text === '' ? '(no text)' : text}${outside}`
}

function cost({ rows }: WhyFacts): readonly string[] {
  if (rows.length === 0) return []
  const sum = (pick: (row: LedgerRow) => number) => rows.reduce((all, row) => all + pick(row), 0)
  const answered = rows.filter((row) => row.outcome === 'ok')
  const unknown = answered.filter((row) => row.costMicros === undefined)
  const money = sum((row) => row.costMicros ?? 0)
  const sources = [...new Set(rows.flatMap((row) => row.priceSource ?? []))]
  const total =
    unknown.length === 0
      ? dollars(money)
      : money === 0
        ? 'unknown: no price is known'
        : `at least ${dollars(money)}: the price of ${unknown.length} of ${answered.length} answers is not known`
  return [
    total,
    tokensText({
      input: sum((row) => row.input),
      output: sum((row) => row.output),
      cacheRead: sum((row) => row.cacheRead),
      cacheWrite: sum((row) => row.cacheWrite),
    }),
    ...(sources.length > 0 ? [`Prices from: ${sources.join('; ')}`] : []),
  ]
}

function memory({ memory: { summary, after, outside } }: WhyFacts): readonly string[] {
  if (summary === undefined) return []
  const upTo = after === undefined ? '' : ` of messages 1 to ${after}`
  const from = outside ? ', made of text that came from outside' : ''
  return [`A summary${upTo} stands for the older conversation${from}:`, clip(summary, 400)]
}

const answers = { asked: 'not answered', given: 'allowed', used: 'allowed and used', denied: 'denied' } as const
const approval = ({ tool, what, state }: WhyApproval): string =>
  `${answers[state]}: ${tool === undefined ? '' : `${tool} `}${clip(what, 200)}`

/** One line of at most `most` characters. */
function clip(text: string, most: number): string {
  const line = text.replaceAll(/\s+/g, ' ').trim()
  return line.length <= most ? line : `${line.slice(0, most - 1).toWellFormed()}…`
}

const seconds = (ms: number): string => (ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`)
