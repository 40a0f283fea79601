/** A text file and its line ends, so that an offset becomes a place for people. */
export interface SourceText {
  readonly path: string
  /** Without a byte order mark. */
  readonly text: string
}

export interface Place {
  /** From 1. */
  readonly line: number
  /** From 1, in UTF-16 units. */
  readonly column: number
}

export const lineEnd = /\r\n|\n|\r/g

export function placeAt(source: SourceText, offset: number): Place {
  const before = source.text.slice(0, offset)
  let line = 1
  let start = 0
  for (const match of before.matchAll(lineEnd)) {
    line += 1
    start = match.index + match[0].length
  }
  return { line, column: offset - start + 1 }
}

/** `file:line:column`. */
export function placeText(source: SourceText, offset: number): string {
  const { line, column } = placeAt(source, offset)
  return `${source.path}:${line}:${column}`
}
