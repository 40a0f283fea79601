import * as fc from 'fast-check'

const words = fc.constantFrom(
  'word',
  'snake_case_name',
  'Größe',
  '漢字。',
  '😀',
  '👨‍👩‍👧‍👦',
  'é',
  'x'.repeat(70),
  'a*b',
  '2 * 3',
  '**',
  '__',
  '~~',
  '||',
  '`',
  '``',
  '<b>',
  '</b>',
  '<br>',
  '&amp;',
  '&',
  '<',
  '>',
  '[',
  ']',
  '(',
  ')',
  '[x]',
  '!',
  '\\',
  '\\*',
  '#',
  '1.',
  '-',
  '+',
  '=',
  '|',
  'https://e.com/a_b?c=d&e=f',
  'www.example.com',
  'a@b.org',
  '"quoted"',
  '🇩🇪',
  '&#0;',
  '&nbsp;',
  '\u200B',
  '${x}',
  '$1',
  '<!-- c -->',
  '<https://e.com>',
)
const gap = fc.constantFrom(' ', ' ', ' ', '', '. ', ', ', '\n', '  \n', '? ')
const plain = fc
  .array(fc.tuple(words, gap), { minLength: 1, maxLength: 12 })
  .map((parts) => parts.map(([word, gap]) => word + gap).join(''))

const marked = fc
  .tuple(fc.constantFrom('**', '*', '_', '~~', '`', '||', '***', '__', '``'), plain)
  .map(([mark, text]) => `${mark}${text}${mark}`)
const link = fc
  .tuple(
    plain,
    fc.constantFrom(
      'https://e.com/?a="q"&b=<c>',
      'http://e.com/a(b)c',
      '<a b>',
      '/local',
      'javascript:x',
      'mailto:a@b.c',
      '',
    ),
  )
  .map(([text, href]) => `[${text}](${href})`)
const inline = fc
  .array(fc.oneof({ weight: 4, arbitrary: plain }, { weight: 2, arbitrary: marked }, { weight: 1, arbitrary: link }), {
    minLength: 1,
    maxLength: 5,
  })
  .map((parts) => parts.join(''))

const code = fc
  .tuple(
    fc.constantFrom('```', '~~~', '````', '    '),
    fc.constantFrom('', 'ts', 'c++', 'python title="x"', '<i>'),
    fc.array(fc.constantFrom('let a = 1 < 2 && 3 > 2', '', '  }', 'y'.repeat(90), '```', '😀😀', '</code>', '`x`'), {
      maxLength: 12,
    }),
    fc.boolean(),
  )
  .map(([mark, info, lines, closed]) =>
    mark === '    '
      ? lines.map((line) => `    ${line}`).join('\n')
      : [`${mark}${info}`, ...lines, ...(closed ? [mark] : [])].join('\n'),
  )
const table = fc
  .tuple(fc.integer({ min: 1, max: 4 }), fc.array(plain, { minLength: 2, maxLength: 12 }))
  .map(([columns, cells]) => {
    const rows = Array.from(
      { length: Math.ceil(cells.length / columns) },
      (_, row) =>
        `| ${Array.from({ length: columns }, (_, column) => (cells[row * columns + column] ?? '').replaceAll('\n', ' ')).join(' | ')} |`,
    )
    return [rows[0], `|${' --- |'.repeat(columns)}`, ...rows.slice(1)].join('\n')
  })
const indent = (text: string, prefix: string, first: string) => first + text.replaceAll('\n', `\n${prefix}`)
const { block } = fc.letrec<{ block: string; nest: string }>((tie) => ({
  nest: fc.array(tie('block'), { minLength: 1, maxLength: 3 }).map((blocks) => blocks.join('\n\n')),
  block: fc.oneof(
    { maxDepth: 2 },
    inline,
    fc.tuple(fc.constantFrom('# ', '## ', '###### '), plain).map(([mark, text]) => mark + text.replaceAll('\n', ' ')),
    code,
    table,
    fc.constantFrom('---', '***', '[x]: https://e.com', '<details>\n<b>x</b>\n</details>'),
    tie('nest').map((text) => indent(text, '> ', '> ')),
    fc
      .tuple(
        fc.constantFrom('- ', '* ', '1. ', '9. ', '- [ ] ', '- [x] '),
        fc.array(tie('nest'), { minLength: 1, maxLength: 5 }),
      )
      .map(([marker, items]) =>
        items.map((item) => indent(item, ' '.repeat(marker.length > 3 ? 2 : marker.length), marker)).join('\n'),
      ),
  ),
}))

/** Markdown as models write it, and as nobody should. */
export const markdownTexts = fc
  .array(fc.tuple(block, fc.constantFrom('\n\n', '\n\n', '\n', '\n\n\n')), { minLength: 1, maxLength: 8 })
  .map((parts) => parts.map(([block, gap]) => block + gap).join(''))
