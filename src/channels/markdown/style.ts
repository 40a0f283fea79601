import type { Block, List, Run } from './document.ts'
import { tableText } from './table.ts'

/** How a platform shows what a document is made of. Each returns the platform's own notation. */
export interface Style {
  runs(runs: readonly Run[]): string
  heading(level: number, runs: readonly Run[]): string
  code(text: string, language: string): string
  /** `inner` is rendered already; `within` says that it stands in another quote. */
  quote(inner: string, within: boolean): string
  readonly bullet: string
  readonly rule: string
}

interface Place {
  /** Lists around it. */
  readonly depth: number
  readonly quoted: boolean
}

/** A document in the notation of a platform. */
export function render(blocks: readonly Block[], style: Style): string {
  return renderBlocks(blocks, style, { depth: 0, quoted: false })
}

function renderBlocks(blocks: readonly Block[], style: Style, place: Place): string {
  return blocks
    .map((block, index) => {
      const gap = index === 0 ? '' : block.apart && place.depth === 0 ? '\n\n' : '\n'
      return gap + renderBlock(block, style, place)
    })
    .join('')
}

function renderBlock(block: Block, style: Style, place: Place): string {
  switch (block.type) {
    case 'paragraph':
      return style.runs(block.runs)
    case 'heading':
      return style.heading(block.level, block.runs)
    case 'code':
      return style.code(block.text, block.language)
    case 'quote':
      return style.quote(renderBlocks(block.blocks, style, { ...place, quoted: true }), place.quoted)
    case 'list':
      return renderList(block, style, place)
    case 'table':
      return style.code(tableText(block), '')
    case 'rule':
      return style.rule
  }
}

function renderList(list: List, style: Style, { depth, quoted }: Place): string {
  return list.items
    .map((item, index) => {
      const box = item.task ? (item.checked ? '☑ ' : '☐ ') : ''
      const marker = list.start === undefined ? box || style.bullet : `${list.start + index}. ${box}`
      return `${'  '.repeat(depth)}${marker}${renderBlocks(item.blocks, style, { depth: depth + 1, quoted })}`
    })
    .join('\n')
}
