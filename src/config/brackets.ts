import { createScanner } from 'jsonc-parser'
import { accepted } from './accepted.ts'
import { below, settle, type Known } from './known.ts'

export interface BracketFault {
  readonly offset: number
  readonly what: string
  readonly mend: string
  /** Nothing before the end looked wrong. */
  readonly lastResort?: true
}

interface Open {
  readonly kind: '{' | '['
  readonly offset: number
  readonly line: number
  readonly indent: number
  /** What may stand between it and its partner, as far as that is known. */
  readonly known: Known | undefined
  /** What its content says it should be. */
  looks?: '{' | '['
  /** Indentation of the first line inside. */
  inner?: number
}

interface Token {
  readonly text: string
  readonly offset: number
  readonly line: number
  readonly indent: number
  /** The first of its line. */
  readonly first: boolean
}

const partner = { '{': '}', '[': ']' } as const

/**
 * Where the brackets of a text stop fitting together, judged by the indentation that people and editors give them:
 * a parser only notices at the end of the file. Undefined when all fit.
 */
export function unbalanced(text: string): BracketFault | undefined {
  const reading: Reading = { stack: [], indented: isIndented(text) }
  for (const token of tokens(text)) {
    const wrong = read(reading, token)
    if (wrong !== undefined) return reading.suspect ?? wrong
  }
  const open = reading.stack.at(-1)
  const never = open && fault(open, `This ${open.kind} is never closed.`, `Add the missing ${partner[open.kind]}.`)
  return never && (reading.suspect ?? { ...never, lastResort: true })
}

interface Reading {
  readonly stack: Open[]
  readonly indented: boolean
  /** The first place that looks wrong; it counts once the brackets turn out not to fit. */
  suspect?: BracketFault | undefined
  before?: Token
  /** The last key, in its quotes. */
  key?: string | undefined
}

/** Takes a token in; a bracket that closes nothing or the wrong one is a fault. */
function read(reading: Reading, token: Token): BracketFault | undefined {
  const { stack, indented, before } = reading
  const around = stack.at(-1)
  if (around !== undefined) {
    if (indented) reading.suspect ??= misplaced(token, before, around)
    look(around, token, before)
  }
  if (token.text === ':') reading.key = before?.text
  if (isOpening(token)) {
    const open = opened(token, around, before?.text === ':' ? reading.key : undefined)
    stack.push(open)
    reading.suspect ??= unlikely(open)
  }
  reading.before = token
  return closes(token) ? close(stack.pop(), token) : undefined
}

const isOpening = (token: Token): token is Token & { readonly text: '{' | '[' } =>
  token.text === '{' || token.text === '['

function opened(token: Token & { readonly text: '{' | '[' }, around: Open | undefined, key: string | undefined): Open {
  const known = around === undefined ? accepted : knownBelow(around, key)
  return { ...token, kind: token.text, known }
}

/** What is known about the value of a key in quotes, or about an item. */
function knownBelow({ known }: Open, key: string | undefined): Known | undefined {
  const name = key?.slice(1, -1) ?? ''
  const next = known && below(known, undefined, name)
  return next && settle(next, undefined, name)
}

/** A bracket of the wrong kind for its key. */
function unlikely(open: Open): BracketFault | undefined {
  const known = open.known?.kind
  const right = known === 'list' ? '[' : known === 'object' || known === 'table' ? '{' : undefined
  return right === undefined || right === open.kind ? undefined : wrongKind(open, open.kind, right)
}

const wrongKind = (token: { readonly offset: number }, kind: string, right: '{' | '[') =>
  fault(token, `This ${kind} should be a ${right}.`, `Write ${right} … ${partner[right]} for what follows.`)

const closes = ({ text }: Token) => text === '}' || text === ']'

/** Whether the lines between the first and the last are set in at all. */
function isIndented(text: string): boolean {
  const inner = text
    .trim()
    .split('\n')
    .slice(1, -1)
    .filter((line) => line.trim() !== '')
  return inner.filter((line) => /^[ \t]/.test(line)).length * 2 > inner.length
}

const advice = 'Compare the brackets and the indentation of the lines around it.'

/** A token whose line stands further left or right than the brackets around it allow. */
function misplaced(token: Token, before: Token | undefined, around: Open): BracketFault | undefined {
  if (before?.text === ':' && token.first && token.indent > before.indent) {
    return fault(before, 'A value is missing after this colon.', 'Perhaps a { or [ was lost here.')
  }
  if (around.line === token.line) return undefined
  if (closes(token)) return misfit(token, around)
  return token.first ? outOfLine(token, before, around) : undefined
}

/** A line that does not stand where the bracket around it puts its lines. */
function outOfLine(token: Token, before: Token | undefined, around: Open): BracketFault | undefined {
  if (token.indent <= around.indent) {
    return fault(
      token,
      `The ${around.kind} before this line is not closed.`,
      `Add the missing ${partner[around.kind]}.`,
    )
  }
  around.inner ??= token.indent
  if (token.indent === around.inner || before === undefined) return undefined
  return fault(before, 'After this the brackets do not fit the indentation.', advice)
}

function misfit(token: Token, around: Open): BracketFault | undefined {
  if (!token.first) return fault(token, `This ${token.text} closes more than it should.`, advice)
  if (token.indent === around.indent) return undefined
  return fault(token, `A bracket is missing or too many before this ${token.text}.`, advice)
}

/** Notes, at the second token in a bracket, whether the first was a key. */
function look(around: Open, token: Token, before: Token | undefined): void {
  if (around.looks !== undefined || before === undefined || before.offset <= around.offset) return
  around.looks = token.text === ':' ? '{' : '['
}

function close(open: Open | undefined, token: Token): BracketFault | undefined {
  if (open === undefined) return fault(token, `This ${token.text} closes nothing.`, 'Take it away.')
  if (partner[open.kind] === token.text) return undefined
  const needed = open.kind === '{' ? '[' : '{'
  if (open.looks !== undefined && open.looks !== open.kind) {
    return fault(
      open,
      `This ${open.kind} should be a ${needed}.`,
      `Write ${needed} … ${partner[needed]} for what follows.`,
    )
  }
  return fault(
    token,
    `This ${token.text} stands where a ${partner[open.kind]} is missing.`,
    `Close the ${open.kind} first.`,
  )
}

const fault = ({ offset }: { readonly offset: number }, what: string, mend: string): BracketFault => ({
  offset,
  what,
  mend,
})

function* tokens(text: string): Generator<Token> {
  const scanner = createScanner(text, true)
  const indents = text.split(/\r\n|\n|\r/).map((line) => /^[ \t]*/.exec(line)?.[0].length ?? 0)
  let lastLine = -1
  for (;;) {
    scanner.scan()
    const length = scanner.getTokenLength()
    if (length === 0) return
    const offset = scanner.getTokenOffset()
    const line = scanner.getTokenStartLine()
    yield {
      text: text.slice(offset, offset + length),
      offset,
      line,
      indent: indents[line] ?? 0,
      first: line !== lastLine,
    }
    lastLine = line
  }
}
