import { createScanner, type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser'
import type { Problem } from '../core/problem.ts'
import { unbalanced } from './brackets.ts'
import { faultAt } from './faults.ts'
import { placeText, type SourceText } from './source-text.ts'
import { list, pathText, table, type Path, type Table, type Tree } from './tree.ts'
import type { Warning } from './warning.ts'

export interface Parsed {
  readonly root: Table
  readonly warnings: readonly Warning[]
}

/** What each error of the parser means, and what to do. */
const meanings: Readonly<Record<string, readonly [what: string, mend: string]>> = {
  InvalidSymbol: [
    'This is neither a text in double quotes, a number, true, false nor null.',
    'Put texts and keys in double quotes.',
  ],
  InvalidNumberFormat: ['This is not a number.', 'Write it like 12 or 0.5, or put it in double quotes.'],
  PropertyNameExpected: [
    'A key in double quotes is missing here.',
    'Write "key": value, with one comma between two of them.',
  ],
  ValueExpected: ['A value is missing here.', 'Write a value, or take the key or comma away.'],
  ColonExpected: ['A colon is missing after the key.', 'Write "key": value.'],
  CommaExpected: ['A comma is missing here.', 'Put a comma between the two.'],
  CloseBraceExpected: ['This { is never closed.', 'Add the missing }.'],
  CloseBracketExpected: ['This [ is never closed.', 'Add the missing ].'],
  EndOfFileExpected: ['The file goes on after its end.', 'Look for a } or ] too many before this place.'],
  InvalidCommentToken: ['This comment has a character that cannot stand here.', 'Take it away.'],
  UnexpectedEndOfComment: ['This comment is never closed.', 'End it with */.'],
  UnexpectedEndOfString: ['This text is never closed.', 'End it with a double quote on the same line.'],
  UnexpectedEndOfNumber: ['This number stops in the middle.', 'Write it like 12 or 0.5.'],
  InvalidUnicode: ['\\u needs four hexadecimal digits.', 'Write it like \\u00e9.'],
  InvalidEscapeCharacter: ['After a backslash one of " \\ / b f n r t u must follow.', 'Write \\\\ for a backslash.'],
  InvalidCharacter: ['A control character stands inside this text.', 'Write \\t for a tab and \\n for a new line.'],
}

/** JSON with comments and trailing commas. A missing comma is read with a warning; any other mistake is a Problem with its place. */
export function parseConfig(source: SourceText): Parsed {
  const errors: ParseError[] = []
  const node = parseTree(source.text, errors, { allowTrailingComma: true, disallowComments: false })
  const fatal = errors.find(({ error }) => printParseErrorCode(error) !== 'CommaExpected')
  if (fatal !== undefined) throw syntaxFault(source, fatal, errors[0] ?? fatal)
  if (node?.type !== 'object') {
    throw faultAt(source, node?.offset ?? 0, 'The config must be an object.', 'Put everything between { and }.')
  }
  const warnings = errors.map(({ offset }) => ({
    at: placeText(source, endBefore(source.text, offset)),
    text: 'A comma is missing here; it was read as if it were there.',
    mend: 'Put a comma between the two.',
  }))
  const grow = grower(source, warnings)
  return { root: grow(node, []) as Table, warnings }
}

/** Where the token before an offset ends: comments do not count. */
function endBefore(text: string, offset: number): number {
  const scanner = createScanner(text, true)
  let end = 0
  for (scanner.scan(); scanner.getTokenOffset() < offset; scanner.scan()) {
    end = scanner.getTokenOffset() + scanner.getTokenLength()
  }
  return end
}

function syntaxFault(source: SourceText, fatal: ParseError, first: ParseError): Problem {
  const bracket = structural.has(printParseErrorCode(fatal.error)) ? unbalanced(source.text) : undefined
  const early = bracket?.lastResort === true && first.offset < source.text.trimEnd().length
  if (bracket !== undefined && !early && bracket.offset <= first.offset) {
    return faultAt(source, bracket.offset, bracket.what, bracket.mend)
  }
  // With brackets that do not fit, an earlier missing comma is where they went wrong.
  const { error, offset } = bracket === undefined ? fatal : first
  const name = printParseErrorCode(error)
  const [what, mend] = meanings[name] ?? unclear
  const place = name === 'ColonExpected' || name === 'CommaExpected' ? endBefore(source.text, offset) : offset
  return faultAt(source, place, what, bracket === undefined ? mend : `${mend} Or compare the brackets before it.`)
}

const unclear = ['This is not JSON.', 'Look for a missing quote, comma or bracket.'] as const

/** Mistakes that may come from a bracket further up. */
const structural: ReadonlySet<string> = new Set([
  'PropertyNameExpected',
  'ValueExpected',
  'ColonExpected',
  'CloseBraceExpected',
  'CloseBracketExpected',
  'EndOfFileExpected',
])

/** Turns parser nodes into trees, later members of one name replacing earlier ones. */
function grower(source: SourceText, warnings: Warning[]): (node: Node, path: Path, key?: number) => Tree {
  const grow = (node: Node, path: Path, key?: number): Tree => {
    const start = node.offset
    const end = start + node.length
    const origin = { kind: 'file', text: source, start, end, path, ...(key === undefined ? {} : { key }) } as const
    if (node.type === 'array') {
      return list(
        (node.children ?? []).map((item, index) => grow(item, [...path, index])),
        origin,
      )
    }
    if (node.type !== 'object') {
      const value = node.value as string | number | boolean | null
      const raw = node.type === 'number' ? { raw: source.text.slice(start, end) } : {}
      return { kind: 'scalar', value, ...raw, origin }
    }
    const made = table(origin)
    for (const { children: [name, value] = [] } of node.children ?? []) {
      if (name === undefined || value === undefined) continue
      const title = String(name.value)
      const here = [...path, title]
      if (made.members.has(title)) {
        const at = placeText(source, name.offset)
        warnings.push({
          at,
          text: `${pathText(here)} stands here a second time; this one counts.`,
          mend: 'Remove one of them.',
        })
      }
      made.members.set(title, grow(value, here, name.offset))
    }
    return made
  }
  return grow
}
