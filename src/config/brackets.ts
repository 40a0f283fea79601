import { createScanner } from 'jsonc-parser'

export interface BracketFault {
  readonly offset: number
  readonly what: string
  readonly mend: string
}

interface Open {
  readonly kind: '{' | '['
  readonly offset: number
  readonly line: number
  readonly indent: number
  /** What its content says it should be. */
  looks?: '{' | '['
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
  const stack: Open[] = []
  const indented = isIndented(text)
  let suspect: BracketFault | undefined
  let before: Token | undefined
  for (const token of tokens(text)) {
    const around = stack.at(-1)
    if (around !== undefined) {
      if (indented) suspect ??= misplaced(token, before, around)
      look(around, token, before)
    }
    before = token
    if (token.text === '{' || token.text === '[') stack.push({ ...token, kind: token.text })
    const wrong = closes(token) ? close(stack.pop(), token) : undefined
    if (wrong !== undefined) return suspect ?? wrong
  }
  const open = stack.at(-1)
  if (open === undefined) return undefined
  return suspect ?? fault(open, `This ${open.kind} is never closed.`, `Add the missing ${partner[open.kind]}.`)
}

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
  if (!token.first || token.indent > around.indent) return undefined
  return fault(token, `The ${around.kind} before this line is not closed.`, `Add the missing ${partner[around.kind]}.`)
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
