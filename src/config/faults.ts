import { exitCodes, Problem } from '../core/problem.ts'
import { readable } from './readable.ts'
import { lineEnd, placeAt, placeText, type SourceText } from './source-text.ts'
import { pathText, type Origin, type Path } from './tree.ts'

/** A fault at a place of a file. */
export function faultAt(source: SourceText, offset: number, what: string, mend: string): Problem {
  return new Problem(`${what}\n${excerpt(source, offset)}`, {
    at: placeText(source, offset),
    mend,
    exitCode: exitCodes.config,
  })
}

/** A fault of a value, wherever it came from. */
export function faultOf(
  origin: Origin,
  path: Path,
  what: string,
  mend: string,
  spot: 'value' | 'key' = 'value',
): Problem {
  if (origin.kind !== 'file')
    return new Problem(what, { at: originText(origin, path), mend, exitCode: exitCodes.config })
  return faultAt(origin.text, spot === 'key' ? (origin.key ?? origin.start) : origin.start, what, mend)
}

/** `file:line:column`, `environment NAME`, or the path of a default. */
export function originText(origin: Origin, path: Path, spot: 'value' | 'key' = 'value'): string {
  if (origin.kind === 'file')
    return placeText(origin.text, spot === 'key' ? (origin.key ?? origin.start) : origin.start)
  if (origin.kind === 'environment') {
    return origin.file === undefined ? `environment ${origin.name}` : `${origin.file} (${origin.name})`
  }
  return pathText(path)
}

/** The line of the offset with a caret under it. Text that may be a secret is blotted out. */
function excerpt(source: SourceText, offset: number): string {
  const { line, column } = placeAt(source, offset)
  const text = source.text.split(lineEnd)[line - 1] ?? ''
  const from = Math.max(0, column - 80)
  const shown = readable(text)
    .slice(from, from + 120)
    .replaceAll('\t', ' ')
  const label = `  ${line} | `
  return `${label}${shown}\n${' '.repeat(label.length - 2)}| ${' '.repeat(column - 1 - from)}^`
}
