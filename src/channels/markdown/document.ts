/** How a stretch of text is set. */
export interface Marks {
  readonly strong?: boolean
  readonly em?: boolean
  readonly del?: boolean
  readonly spoiler?: boolean
  readonly code?: boolean
  /** Where it links to. */
  readonly href?: string
}

/** A stretch of text with one set of marks. A line end is `\n`, whether it was a soft or a hard break. */
export interface Run {
  readonly text: string
  readonly marks: Marks
}

interface Source {
  /** The markdown it was read from, with the blank lines and definitions that follow it. */
  readonly raw: string
  /** A blank line stands before it. */
  readonly apart: boolean
}
export interface ListItem {
  readonly task: boolean
  readonly checked: boolean
  /** Its markdown without the marker and the indentation. */
  readonly text: string
  readonly blocks: readonly Block[]
}
export interface List {
  readonly type: 'list'
  /** Absent in a list with bullets. */
  readonly start?: number
  readonly loose: boolean
  readonly items: readonly ListItem[]
}
export interface Table {
  readonly type: 'table'
  readonly align: readonly ('left' | 'center' | 'right' | null)[]
  /** The first row is the head. Cells hold plain text. */
  readonly rows: readonly (readonly string[])[]
}
export interface Code {
  readonly type: 'code'
  readonly language: string
  readonly text: string
}
export type Block = Source &
  (
    | { readonly type: 'paragraph'; readonly runs: readonly Run[] }
    | { readonly type: 'heading'; readonly level: number; readonly runs: readonly Run[] }
    | { readonly type: 'quote'; readonly blocks: readonly Block[] }
    | { readonly type: 'rule' }
    | Code
    | List
    | Table
  )

/** A markdown text as it was understood. */
export interface Document {
  readonly blocks: readonly Block[]
  /** Definitions of link targets, as markdown. They show nothing by themselves. */
  readonly definitions: string
}

/** The words of runs, without their marks. */
export const wordsOf = (runs: readonly Run[]): string => runs.map(({ text }) => text).join('')
