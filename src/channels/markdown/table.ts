import type { Table } from './document.ts'

/** A table as text for a fixed-width font. */
export function tableText({ rows, align }: Table): string {
  const columns = Math.max(...rows.map((cells) => cells.length))
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(3, ...rows.map((cells) => width(cells[column] ?? ''))),
  )
  const lines = rows.map((cells) =>
    widths
      .map((wide, column) => padded(oneLine(cells[column] ?? ''), wide, align[column] ?? 'left'))
      .join(' | ')
      .trimEnd(),
  )
  const [head = '', ...body] = lines
  return [head, widths.map((wide) => '-'.repeat(wide)).join('-|-'), ...body].join('\n')
}

const oneLine = (text: string) => text.replaceAll('\n', ' ')

/** Columns that a text takes: wide characters and emoji take two. */
function width(text: string): number {
  let columns = 0
  for (const character of text)
    columns += /\p{Mn}|[\u{200B}-\u{200D}]/u.test(character)
      ? 0
      : /[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE4F\uFF00-\uFF60\uFFE0-\uFFE6]|\p{Emoji_Presentation}/u.test(
            character,
          )
        ? 2
        : 1
  return columns
}

function padded(text: string, wide: number, align: 'left' | 'center' | 'right'): string {
  const room = Math.max(0, wide - width(text))
  const before = align === 'right' ? room : align === 'center' ? room >> 1 : 0
  return `${' '.repeat(before)}${text}${' '.repeat(room - before)}`
}
